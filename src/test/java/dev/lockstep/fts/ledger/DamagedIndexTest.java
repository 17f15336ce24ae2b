package dev.lockstep.fts.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Damage of what an index is kept in: it is told as that, not as damage of the file, and a rebuild mends it. */
class DamagedIndexTest {
    private static final String TRIGGERS =
            "select group_concat(sql, char(10)) from (select sql from sqlite_master where type = 'trigger' order by rowid)";

    @TempDir
    private Path dir;

    private Path file;

    @BeforeEach
    void anIndexOfItsOwnTextAndOneOfAnothersOverSeveralPages() throws SQLException {
        file = TestSqlite.create(
                dir.resolve("t.db"),
                "create table t (id integer primary key, a text)",
                "create table e (id integer primary key, a text)",
                "create virtual table o using fts5(a)",
                "create virtual table x using fts5(a, content = 'e', content_rowid = 'id')",
                "create trigger oi after insert on t begin insert into o (rowid, a) values (new.id, new.a); end",
                "create trigger od after delete on t begin delete from o where rowid = old.id; end",
                "create trigger ou after update on t begin update o set a = new.a where rowid = old.id; end",
                "create trigger xi after insert on e begin insert into x (rowid, a) values (new.id, new.a); end",
                "create trigger xd after delete on e begin insert into x (x, rowid, a) values ('delete', old.id, old.a); end",
                "create trigger xu after update on e begin insert into x (x, rowid, a) values ('delete', old.id, old.a);"
                        + " insert into x (rowid, a) values (new.id, new.a); end",
                "insert into o (o, rank) values ('rank', 'bm25(2.0)')",
                "insert into x (x, rank) values ('rank', 'bm25(2.0)')",
                "with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000)"
                        + " insert into t select i, 'word' || i || ' w' || (i * 7919 % 1009) || ' more' from n",
                "insert into e select * from t");
    }

    private LockstepRun fts(String command, String... more) {
        List<String> words = new ArrayList<>(List.of("fts", command, "--db", file.toString()));
        words.addAll(List.of(more));
        return LockstepRun.of(Map.of(), words.toArray(String[]::new));
    }

    private void hurt(String statement) throws SQLException {
        TestSqlite.create(file, "pragma writable_schema = on", statement);
    }

    @Test
    void aSoundIndexHasAWayToEachOfItsPages() throws SQLException {
        fts("check", "--deep").endedWith(0);
        TestSqlite.create(file, "insert into o (o, rank) values ('merge', 5)", "insert into x (x) values ('optimize')");
        fts("check", "--deep").endedWith(0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "o | delete from o_idx",
                "x | delete from x_idx",
                "o | delete from o_idx where segid = (select max(segid) from o_idx) and term = (select max(term) from o_idx)",
                "o | delete from o_data where id > 100",
                "x | delete from x_data where id > 100",
                "x | delete from x_data where id = 10",
                "x | update x_data set block = zeroblob(length(block)) where id > 100",
                "o | delete from o_docsize where id = 7",
                "x | update x_docsize set sz = x'00' where id = 7",
                "o | delete from o_content where id = 7",
            })
    void whatARebuildMendsIsToldWithTheRebuild(String index, String damage) throws SQLException {
        hurt(damage);

        LockstepRun check = fts("check", "--deep", "--table", index).endedWith(3);

        assertThat(check.stdout()).contains(index + ": differs");
        assertThat(check.stdout() + check.stderr()).doesNotContain("the file is damaged", ".recover");
        fts("rebuild", "--yes", "--table", index).endedWith(0);
        fts("check", "--deep").endedWith(0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "o | drop table o_data",
                "x | drop table x_data",
                "o | drop table o_idx",
                "x | drop table x_config",
                "o | update o_config set v = 9 where k = 'version'",
                "o | delete from sqlite_master where name like 'o!_%' escape '!'",
            })
    void oneThatCannotBeOpenedIsMadeAnewIfAskedAndItsTriggersStay(String index, String damage) throws SQLException {
        String triggers = TestSqlite.ask(file, TRIGGERS);
        hurt(damage);

        assertThat(fts("status").endedWith(3).stdout()).contains(index + ": unreadable");
        assertThat(fts("defer", "--table", index).endedWith(6).stderr()).contains("fts rebuild --recreate");
        assertThat(fts("rebuild", "--yes", "--table", index).endedWith(6).stderr())
                .contains("--recreate");
        fts("rebuild", "--recreate", "--table", index).endedWith(6);
        fts("rebuild", "--recreate", "--yes", "--table", index).endedWith(0);

        fts("check", "--deep").endedWith(0);
        fts("status").endedWith(0);
        assertThat(TestSqlite.ask(file, TRIGGERS)).isEqualTo(triggers);
    }

    @Test
    void theOptionsThatItWasGivenAreKept() throws SQLException {
        fts("rebuild", "--recreate", "--yes", "--table", "o").endedWith(0);

        assertThat(TestSqlite.ask(file, "select v from o_config where k = 'rank'"))
                .isEqualTo("bm25(2.0)");
    }

    @Test
    void oneThatBreaksWhileItIsDeferredHasAWayBack() throws SQLException {
        String triggers = TestSqlite.ask(file, TRIGGERS);
        fts("defer", "--table", "o").endedWith(0);
        TestSqlite.create(file, "insert into t values (2000, 'meanwhile')");
        hurt("drop table o_data");

        assertThat(fts("restore", "--table", "o").endedWith(6).stderr()).contains("--recreate");
        fts("rebuild", "--recreate", "--yes", "--table", "o").endedWith(0);
        fts("restore", "--table", "o").endedWith(0);

        fts("check", "--deep").endedWith(0);
        assertThat(TestSqlite.ask(file, TRIGGERS)).contains(triggers.lines().toList());
    }

    @Test
    void aContentTableThatIsGoneIsNeverAllRight() throws SQLException {
        TestSqlite.create(file, "drop table e");

        assertThat(fts("check", "--deep").endedWith(3).stdout()).contains("its content table e is gone");
        assertThat(fts("status").endedWith(3).stdout()).contains("x: unreadable", "its content table e is gone");
        assertThat(fts("defer", "--table", "x").exit()).isNotZero();
        assertThat(fts("rebuild", "--yes", "--table", "x").exit()).isNotZero();
    }
}
