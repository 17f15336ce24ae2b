package dev.lockstep.fts.content;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.fts.Engine;
import dev.lockstep.fts.ledger.DeferralState;
import dev.lockstep.fts.ledger.FtsIndex;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** FTS5's own check says of an index what a comparison of every row says, and keeps no writer waiting. */
class IntegrityCheckTest {
    private static final String ROWS =
            "with recursive i(i) as (select 1 union all select i + 1 from i where i < 400) insert into n (id, title,"
                    + " body) select i, 'The Title ' || i, iif(i % 7, 'running over word' || i || ' and word' || (i * 7 %"
                    + " 31), null) from i";

    private static final List<String> DAMAGE = List.of(
            "update n set body = 'altogether different' where id = 77",
            "update n set title = null where id = 78",
            "insert into n (id, title) values (1000, 'a new one')",
            "delete from n where id = 5",
            "delete from f_data where id = (select max(id) from f_data)",
            "update f_data set block = zeroblob(length(block)) where id = (select max(id) from f_data)",
            "update f_data set block = x'00' where id = 1");

    private static final List<String> DAMAGED_SIZES = List.of(
            "delete from f_docsize where id = 79",
            "insert into f_docsize (id, sz) values (999, x'0101')",
            "update f_docsize set sz = x'0909' where id = 80");

    @TempDir
    private Path dir;

    private Path file(String definition, String when, String body) throws SQLException {
        String content = definition.contains("content=''") ? "" : ", content='n', content_rowid='id'";
        Path file = TestSqlite.create(
                dir.resolve("a.db"),
                "create table n (id integer primary key, title text, body text)",
                "create virtual table f using fts5(" + definition + content + ")",
                "create trigger ai after insert on n " + when
                        + " begin insert into f (rowid, title, body) values (new.id, new.title, " + body + "); end",
                ROWS);
        // Damage is done behind the index's back.
        TestSqlite.create(file, "create table kept as select sql from sqlite_master where type = 'trigger'");
        return file;
    }

    private static boolean passes(Path file) {
        return new Engine(file, Engine.NONE)
                .with(db -> db.read(tx -> {
                    DeferralState deferrals = DeferralState.read(tx, Optional.empty());
                    FtsIndex index = deferrals.select(List.of()).get(0);
                    FtsTable table = index.table().orElseThrow();
                    ExpectedContent expected = ExpectedContentReader.declared(
                            tx, table, index.sources(), List.of(), FtsTable.Columns.WRITTEN);
                    assertThat(IntegrityCheck.canTell(table, expected)).isTrue();
                    boolean passes = IntegrityCheck.passes(tx, table, expected);
                    assertThat(tx.rows("select name from temp.sqlite_temp_master"))
                            .isEmpty();
                    return passes;
                }));
    }

    private void seesEach(Path file, List<String> damages) throws Exception {
        assertThat(passes(file)).as("untouched").isTrue();
        for (String damage : damages) {
            Path copy = dir.resolve("copy.db");
            Files.deleteIfExists(copy);
            TestSqlite.create(file, "vacuum into '" + copy + "'");
            String trigger = TestSqlite.ask(copy, "select sql from kept");
            TestSqlite.create(copy, "drop trigger ai", damage, trigger);
            assertThat(passes(copy)).as(damage).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "title, body",
                "title, body, tokenize='porter unicode61', prefix='2 3'",
                "title, body, detail=column",
                "title, body, detail=none",
                "title, body, tokenize='trigram'",
                "title, body, content=''"
            })
    void whateverDiffersIsSeen(String definition) throws Exception {
        Path file = file(definition, "", "new.body");

        seesEach(file, DAMAGE);
        seesEach(file, DAMAGED_SIZES);
    }

    @Test
    void whatIsKeptWithoutSizesIsSeenToo() throws Exception {
        seesEach(file("title, body, columnsize=0", "", "new.body"), DAMAGE);
    }

    @Test
    void whatTriggersLeaveOutOrChangeIsLeftOutAndChanged() throws Exception {
        Path file = file("title, body", "when new.id % 3", "lower(replace(new.body, 'word', 'Term ')) || new.id");

        seesEach(
                file,
                List.of(
                        "update n set body = 'altogether different' where id = 77",
                        "insert into f (rowid, title) values (3, 'The Title 3')",
                        "insert into n (id, title) values (1000, 'a new one')",
                        "delete from n where id = 5"));
        TestSqlite.create(file, "update n set body = 'left out' where id = 3");
        assertThat(passes(file)).isTrue();
    }

    @Test
    void whatTheSameTransactionHasWrittenCounts() throws SQLException {
        Path file = file("title, body", "", "new.body");

        boolean passes = new Engine(file, Engine.NONE)
                .with(db -> db.transact(tx -> {
                    DeferralState deferrals = DeferralState.read(tx, Optional.empty());
                    FtsIndex index = deferrals.select(List.of()).get(0);
                    FtsTable table = index.table().orElseThrow();
                    tx.execute("insert into n (id, title) values (2000, 'just now')");
                    ExpectedContent expected = ExpectedContentReader.declared(
                            tx, table, index.sources(), List.of(), FtsTable.Columns.WRITTEN);
                    return IntegrityCheck.passes(tx, table, expected);
                }));

        assertThat(passes).isTrue();
        assertThat(TestSqlite.ask(file, "select rowid from f where f match 'just'"))
                .isEqualTo("2000");
    }

    @Test
    void aWriterAtWorkIsNotWaitedFor() throws SQLException {
        Path file = file("title, body", "", "new.body");
        try (Connection writer = TestSqlite.connect(file);
                Statement statement = writer.createStatement()) {
            statement.execute("begin immediate");
            statement.execute("delete from n where id = 1");

            assertThat(passes(file)).isTrue();
            statement.execute("rollback");
        }
    }
}
