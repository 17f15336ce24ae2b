package dev.lockstep.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.journal.Journal.Span;
import dev.lockstep.journal.Journal.Subject;
import dev.lockstep.support.LockstepException;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a journal keeps, forgets, and owns up to. */
class JournalTest {
    @TempDir
    private Path dir;

    @Test
    void whatChangesAfterASpanWasReadSurvivesItsAcknowledgementHoweverOftenThatIsRepeated() throws SQLException {
        JournalFile data = JournalFile.create(dir, "create table t (id integer primary key, v)");
        data.install("t", List.of("id"));
        data.write("insert into t values (1, 0), (2, 0)");
        Span read = data.with(
                tx -> Journal.find(tx, JournalFile.READER, "t").orElseThrow().pending(tx));

        data.write("update t set v = 1 where id = 1");
        for (int i = 0; i < 2; i++) {
            data.with(tx -> {
                Journal.find(tx, JournalFile.READER, "t").orElseThrow().acknowledge(tx, read);
                return null;
            });
        }
        assertThat(data.pending("t")).containsExactly("1");

        Span second = data.acknowledge("t");
        assertThat(data.pending("t")).isEmpty();
        data.write("insert into t values (3, 0)");
        data.with(tx -> {
            Journal.find(tx, JournalFile.READER, "t").orElseThrow().acknowledge(tx, second);
            return null;
        });
        assertThat(data.pending("t")).containsExactly("3");
        assertThat(TestSqlite.ask(data.file(), "select count(*) from lockstep_journal_1"))
                .isEqualTo("1");
    }

    @Test
    void aSpanCanBeTakenInPieces() throws SQLException {
        JournalFile data = JournalFile.create(dir, "create table t (id integer primary key, v)");
        data.install("t", List.of("id"));
        data.write(
                "with recursive n(i) as (select 1 union all select i + 1 from n where i < 10) insert into t select i, i from n");

        List<Integer> sizes = new ArrayList<>();
        Span piece;
        do {
            piece = data.with(tx -> {
                Journal journal = Journal.find(tx, JournalFile.READER, "t").orElseThrow();
                Span next = journal.pending(tx, 4);
                sizes.add((int) journal.count(tx, next));
                if (!next.isEmpty()) {
                    journal.acknowledge(tx, next);
                }
                return next;
            });
        } while (!piece.isEmpty());

        assertThat(sizes).containsExactly(4, 4, 2, 0);
    }

    @Test
    void theFirstImageOfASpanIsTheRowAsItWas() throws SQLException {
        JournalFile data = JournalFile.create(
                dir,
                "create table t (id integer primary key, a, b)",
                "insert into t values (1, 'a', 'b'), (2, 'c', 'd'), (3, 'e', 'f')");
        data.install("t", List.of("id"), "(old.\"a\")", "(upper(old.b))");

        data.write(
                "update t set a = 'x' where id = 1",
                "update t set a = 'y', b = 'y' where id = 1",
                "insert into t values (9, 9, 9)");
        data.write(
                "insert or replace into t values (2, 'n', 'n')",
                "update t set id = 30 where id = 3",
                "delete from t where id = 9");

        List<String> images = data.with(tx -> {
            Journal journal = Journal.find(tx, JournalFile.READER, "t").orElseThrow();
            List<String> rows = new ArrayList<>();
            tx.each("select * from " + journal.images(journal.pending(tx)), row -> rows.add(JournalFile.key(row)));
            return rows;
        });
        assertThat(images)
                .containsExactlyInAnyOrder(
                        "1,1,'a','B'", "2,1,'c','D'", "3,1,'e','F'", "30,0,null,null", "9,0,null,null");
    }

    @Test
    void twoReadersOfATableHaveTheirOwnLogs() throws SQLException {
        JournalFile data = JournalFile.create(dir, "create table t (id integer primary key, v)");
        data.install("t", List.of("id"));
        data.with(tx -> Journal.install(tx, "another", new Subject("T", List.of("id"), List.of())));
        data.write("insert into t values (1, 1)");

        data.acknowledge("t");

        assertThat(data.pending("t")).isEmpty();
        long others = data.with(tx -> {
            Journal other = Journal.find(tx, "another", "t").orElseThrow();
            return other.count(tx, other.pending(tx));
        });
        assertThat(others).isEqualTo(1);
        assertThatThrownBy(() -> data.install("t", List.of("id"))).isInstanceOf(LockstepException.class);
    }

    @Test
    void onceRemovedNothingIsLeftOfIt() throws SQLException {
        JournalFile data = JournalFile.create(
                dir, "create table t (id integer primary key, u unique)", "create table s (k text primary key)");
        String schema = TestSqlite.schema(data.file());
        data.install("t", List.of("id"), "old.u");
        data.install("s", List.of("k"));
        assertThat(TestSqlite.schema(data.file())).isNotEqualTo(schema);

        data.write("drop trigger lockstep_journal_1_insert");
        data.with(tx -> {
            Journal.all(tx, JournalFile.READER).forEach(journal -> journal.remove(tx));
            return null;
        });

        assertThat(TestSqlite.schema(data.file())).isEqualTo(schema);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "drop trigger lockstep_journal_1_update",
                "alter table t rename to s",
                "alter table t rename column id to number",
                "drop table lockstep_journal_1",
                "drop table t",
                "delete from lockstep_journal_1",
            })
    void whatEndsTheNotingIsAGap(String damage) throws SQLException {
        JournalFile data = JournalFile.create(dir, "create table t (id integer primary key, v)");
        data.install("t", List.of("id"));
        data.write("insert into t values (1, 1)");
        data.acknowledge("t");
        assertThat(data.gap()).isEmpty();

        data.write(damage);

        assertThat(data.gap()).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"alter table t add column more", "create index i on t (v)", "vacuum", "analyze"})
    void whatDoesNotIsNone(String harmless) throws SQLException {
        JournalFile data = JournalFile.create(dir, "create table t (id integer primary key, v)");
        data.install("t", List.of("id"));

        data.write(harmless);

        assertThat(data.gap()).isEmpty();
    }

    @Test
    void aReaderOfAnEarlierInstallationCannotAcknowledge() throws SQLException {
        JournalFile data = JournalFile.create(dir, "create table t (id integer primary key, v)");
        data.install("t", List.of("id"));
        data.with(tx -> {
            Journal before = Journal.find(tx, JournalFile.READER, "t").orElseThrow();
            before.remove(tx);
            Journal now = Journal.install(tx, JournalFile.READER, new Subject("t", List.of("id"), List.of()));
            assertThat(now.epoch()).isNotEqualTo(before.epoch());
            assertThatThrownBy(() -> before.acknowledge(tx, new Span(0, 1))).isInstanceOf(LockstepException.class);
            return null;
        });
    }
}
