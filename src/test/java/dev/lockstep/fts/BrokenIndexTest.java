package dev.lockstep.fts;

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

/** Indexes that cannot be opened, or that are not kept as they should be, beside sound ones. */
class BrokenIndexTest {
    private static final String FOREIGN =
            "update sqlite_master set sql = replace(sql, 'porter', 'jieba') where name = 'bf'";

    @TempDir
    private Path dir;

    private Path file;

    @BeforeEach
    void twoSoundIndexes() throws SQLException {
        file = dir.resolve("t.db");
        for (String name : List.of("a", "b")) {
            TestSqlite.create(
                    file,
                    "create table " + name + " (id integer primary key, x text)",
                    "create virtual table " + name + "f using fts5(x, tokenize = 'porter')",
                    "create trigger " + name + "i after insert on " + name + " begin insert into " + name
                            + "f (rowid, x) values (new.id, new.x); end",
                    "create trigger " + name + "d after delete on " + name + " begin delete from " + name
                            + "f where rowid = old.id; end",
                    "create trigger " + name + "u after update on " + name + " begin update " + name
                            + "f set x = new.x where rowid = old.id; end",
                    "insert into " + name + " values (1, 'one'), (2, 'two')");
        }
    }

    private LockstepRun fts(String command, String... more) {
        List<String> words = new ArrayList<>(List.of("fts", command, "--db", file.toString()));
        words.addAll(List.of(more));
        return LockstepRun.of(Map.of(), words.toArray(String[]::new));
    }

    private void hurt(String... statements) throws SQLException {
        List<String> all = new ArrayList<>(List.of("pragma writable_schema = on"));
        all.addAll(List.of(statements));
        TestSqlite.create(file, all.toArray(String[]::new));
    }

    private void loseItsTables() throws SQLException {
        hurt("delete from sqlite_master where name like 'bf!_%' escape '!'");
    }

    @Test
    void oneThatHasLostItsTablesLeavesTheOthersTheirWayBack() throws SQLException {
        fts("defer").endedWith(0);
        TestSqlite.create(file, "insert into a values (3, 'three')");
        loseItsTables();

        assertThat(fts("status").endedWith(3).stdout()).contains("af: deferred");
        LockstepRun restored = fts("restore").endedWith(3);

        assertThat(restored.stdout()).contains("restored af").contains("not rebuilt: bf");
        fts("check", "--deep", "--table", "af").endedWith(0);
        assertThat(fts("check").endedWith(3).stdout()).contains("af: no difference seen", "bf: differs");
    }

    @Test
    void aTokenizerThatIsNotThereIsRefusedBeforeAnythingIsPutAway() throws SQLException {
        hurt(FOREIGN);
        String before = TestSqlite.schema(file);

        assertThat(fts("defer", "--table", "bf").endedWith(6).stderr()).contains("no such tokenizer: jieba");
        assertThat(TestSqlite.schema(file)).isEqualTo(before);
        assertThat(fts("status").endedWith(3).stdout()).contains("af: active", "bf: unreadable", "jieba");
        assertThat(fts("defer").endedWith(0).stdout()).contains("af").doesNotContain("deferred bf");
        fts("restore").endedWith(0);
    }

    @Test
    void aTokenizerThatIsGoneAfterwardsKeepsNoTriggerAway() throws SQLException {
        fts("defer", "--table", "b").endedWith(0);
        hurt(FOREIGN, "update lockstep_fts_deferral set shape_json = null");
        LockstepRun restored = fts("restore").endedWith(3);

        assertThat(restored.stdout()).contains("not rebuilt: bf");
        assertThat(restored.stderr()).contains("jieba", "the application's own");
        assertThat(TestSqlite.ask(
                        file, "select group_concat(name) from sqlite_master where type = 'trigger' and tbl_name = 'b'"))
                .isEqualTo("bi,bd,bu");
    }

    @Test
    void anEventWithoutATriggerIsNotCalledActive() throws SQLException {
        TestSqlite.create(file, "drop trigger bd");
        LockstepRun status = fts("status").endedWith(3);

        assertThat(status.stdout()).contains("af: active", "bf: untriggered", "no trigger for delete on b");
    }

    @Test
    void anotherNumberOfRowsIsNotCalledKept() throws SQLException {
        TestSqlite.create(file, "insert into bf (rowid, x) values (7, 'stray')");

        assertThat(fts("status").endedWith(3).stdout()).contains("bf: active", "indexed 3, expected 2");
        LockstepRun doctor = LockstepRun.of(Map.of(), "doctor", "--for", "fts", "--db", file.toString());
        assertThat(doctor.endedWith(3).stdout()).contains("another number of rows");
    }
}
