package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever asks a command that has failed whether anything is different now is told the truth. */
class ChangedClaimTest {
    private static final String TABLE = "create table log (id integer primary key, registry text, org text, kind text,"
            + " root text, change text, tab text, ts text, author text, comment text, generation text, created text, updated text)";
    private static final String ROWS =
            "insert into log (id, registry, org, kind) values (1, 'r', 'o', 'k'), (2, 's', 'o', 'k')";

    /** Two rows stand in the way of the second index. */
    private static final String PROFILE = """
            {"name": "two", "description": "two indexes", "audit": {"table": "log",
             "columns": {"id": "id", "registry": "registry", "organisation": "org", "root": "root", "type": "kind",
             "change": "change", "table": "tab", "timestamp": "ts", "author": "author", "comment": "comment",
             "generation": "generation", "created": "created", "updated": "updated"},
             "indexes": [{"name": "log_first", "columns": ["registry"]},
                         {"name": "log_once", "columns": ["org"], "unique": true}], "queries": []}}
            """;

    @TempDir
    Path dir;

    private Path profile;

    @BeforeEach
    void write() throws IOException {
        profile = Files.writeString(dir.resolve("two.json"), PROFILE);
    }

    private LockstepRun apply(Map<String, String> environment, String... more) {
        List<String> words = new ArrayList<>(List.of("audit", "apply", "--json", "--profile", profile.toString()));
        words.addAll(List.of(more));
        return LockstepRun.of(environment, words.toArray(String[]::new));
    }

    private static void assertFailed(LockstepRun run, boolean changed) {
        assertThat(run.exit()).as(run.toString()).isNotZero();
        assertThat(run.envelope().get("changed")).as(run.stdout()).isEqualTo(changed);
    }

    /** The first index is there the first time, and is no news the second time. */
    private void assertToldOnce(Map<String, String> environment, String... where) {
        LockstepRun first = apply(environment, where);
        assertFailed(first, true);
        assertThat(first.error().get("code")).isEqualTo("duplicates");
        assertThat((List<?>) first.data().get("indexes")).hasSize(1);
        assertFailed(apply(environment, where), false);
    }

    @Test
    void theIndexThatIsMadeBeforeAnotherIsRefusedIsAChangeOnSqlite() throws SQLException {
        Path file = TestSqlite.create(dir.resolve("a.db"), TABLE, ROWS);
        assertToldOnce(Map.of(), "--db", file.toString());
        assertThat(TestSqlite.ask(file, "select count(*) from sqlite_master where name = 'log_first'"))
                .isEqualTo("1");
    }

    @Test
    void anIndexThatHadToMakeRoomForOneThatIsRefusedThenIsAChange() throws SQLException {
        Path file = TestSqlite.create(
                dir.resolve("a.db"),
                TABLE,
                ROWS,
                "create index log_once on log (kind)",
                "create index log_first on log (registry)");
        assertFailed(apply(Map.of(), "--db", file.toString()), false);
        assertThat(TestSqlite.ask(file, "select count(*) from sqlite_master where name = 'log_once'"))
                .isEqualTo("1");

        assertFailed(apply(Map.of(), "--replace", "--db", file.toString()), true);
        assertThat(TestSqlite.ask(file, "select count(*) from sqlite_master where name = 'log_once'"))
                .isEqualTo("0");
    }

    @Test
    void thePagesBeforeARowThatIsRefusedAreAChange() throws SQLException {
        Path source = TestSqlite.create(
                dir.resolve("s.db"),
                "create table m (id integer primary key, n integer)",
                "with recursive c(i) as (select 1 union all select i + 1 from c where i < 9000) insert into m select i, i from c",
                "update m set n = -1 where id = 8999");
        Path mirror = TestSqlite.create(
                dir.resolve("t.db"), "create table m (id integer primary key, n integer check (n > 0))");
        String[] words = {
            "mirror", "backfill", "--json", "--batch", "1000", "--db", source.toString(), "--to", "sqlite:" + mirror
        };
        assertFailed(LockstepRun.of(Map.of(), words), true);
        assertThat(Integer.parseInt(TestSqlite.ask(mirror, "select count(*) from m")))
                .isPositive();
        assertFailed(LockstepRun.of(Map.of(), words), false);
    }

    @Test
    void aDeferralOfWhichNothingIsLeftIsNone() throws SQLException {
        Path file = TestSqlite.create(
                dir.resolve("f.db"),
                "create table note (id integer primary key, body text)",
                "create virtual table note_fts using fts5 (body, content = 'note', content_rowid = 'id')",
                "create trigger note_ai after insert on note begin insert into note_fts (rowid, body)"
                        + " values (new.id, new.body); end");
        LockstepRun run = LockstepRun.of(
                Map.of(),
                "fts",
                "run",
                "--mode",
                "rebuild",
                "--json",
                "--db",
                file.toString(),
                "--",
                dir + "/no-such-program");
        assertThat(run.exit()).as(run.toString()).isEqualTo(127);
        assertFailed(run, false);
    }
}
