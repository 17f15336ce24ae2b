package dev.lockstep.fts.check;

import static dev.lockstep.fts.FtsCommand.fts;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.CadtSample;
import dev.lockstep.testing.Counts;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code fts tune}: other triggers, the same index, and the way back. */
class FtsTuneTest {
    /** With words, without a word, with what FTS5's own syntax means something by; NULL and numbers come in too. */
    private static final List<Object> KEYS = List.of(
            "plain",
            "two words",
            "e4c1-77aa-9",
            "-",
            "",
            "  ",
            "é",
            "\uD83D\uDE00",
            "a\"b",
            "\"",
            "it's",
            "AND",
            "k : x",
            "x*",
            "(x",
            "nul\0nul",
            "Plain",
            "under_score",
            7,
            -7,
            7.5,
            new byte[] {1, 2});

    @TempDir
    private Path dir;

    @Test
    void theTriggersOfTheFirstModelAreTunedAndComeBackByteForByte() throws SQLException {
        Path file = CadtSample.V1.create(dir.resolve("v1.db"), new CadtSample.Size(20, 60, 0));
        String schema = TestSqlite.schema(file);

        LockstepRun shown = fts(file, "tune", "-n");
        assertThat(shown.exit()).isZero();
        assertThat(shown.stdout())
                .contains("trigger unit_update_fts of units_fts reads the whole index for each row")
                .contains("by the words of its key", "CREATE TRIGGER unit_update_fts AFTER UPDATE ON units");
        assertThat(fts(file, "tune").exit()).isEqualTo(6);
        assertThat(TestSqlite.schema(file)).isEqualTo(schema);

        LockstepRun tuned = fts(file, "tune", "--yes", "--profile", "cadt-v1");
        assertThat(tuned.exit()).isZero();
        assertThat(tuned.stdout())
                .contains("tuned unit_update_fts: ", " ms now for each update", "proved by 20 changed");
        assertThat(fts(file, "check", "--deep").stdout()).doesNotContain("trigger");
        assertThat(fts(file, "tune", "--yes").stdout()).isEqualTo("there is nothing to tune\n");
        assertThat(fts(file, "status", "--profile", "cadt-v1").exit()).isZero();

        TestSqlite.create(
                file,
                "update units set unitOwner = 'somebody else' where rowid % 3 = 0",
                "delete from units where rowid % 7 = 0",
                "update projects set warehouseProjectId = 'changed ' || warehouseProjectId where rowid = 2");
        assertThat(fts(file, "check", "--deep").exit()).isZero();
        assertThat(fts(file, "tune", "--undo", "--yes").stdout()).contains("put back project_delete_fts");
        assertThat(TestSqlite.schema(file)).isEqualTo(schema);
        assertThat(fts(file, "tune", "--undo", "--yes").stdout()).isEqualTo("nothing was tuned\n");
    }

    @Test
    void theSecondModelsUpdatesLeaveNothingBehindAnyMore() throws SQLException {
        Path file = CadtSample.V2.create(dir.resolve("v2.db"), new CadtSample.Size(20, 60, 0));
        TestSqlite.create(file, "update unit set unit_status = 'Retired' where rowid <= 5");
        assertThat(fts(file, "check", "--deep").stdout()).contains("5 duplicate");

        LockstepRun tuned = fts(file, "tune", "--yes", "--json");

        assertThat(tuned.data().get("rebuilt")).isEqualTo(List.of("projects_v2_fts", "units_v2_fts"));
        TestSqlite.create(
                file,
                "update unit set unit_status = 'Held' where rowid <= 9",
                "update project set project_name = 'lighthouse' where rowid = 7",
                "update project set project_name = 'harbour' where rowid = 7",
                "delete from unit where rowid = 3");
        assertThat(fts(file, "check", "--deep").exit()).isZero();
        assertThat(TestSqlite.ask(
                        file, "select count(*) from projects_v2_fts where projects_v2_fts match 'lighthouse'"))
                .isEqualTo("0");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            fts5(k, b)                                    | k = old.k                          | insert into f values (new.k, new.b)
            fts5(k, b, prefix='1 2', columnsize=0)        | f.k == old.k                       | insert into f values (new.k, new.b)
            fts5(b, k, tokenize=porter)                   | (k IS OLD."k")                     | insert into f (k, b) values (new.k, new.b)
            fts5(k, b, tokenize="unicode61 tokenchars '-_'") | b is old.b and k = old.k        | insert into f values (new.k, new.b)
            fts5(k, b, tokenize="porter ascii")           | k = old.k and b is not 'z'         | insert into f values (new.k, new.b)
            fts5(k, b unindexed)                          | b is old.b and k is old.k          | insert into f values (new.k, new.b)
            fts5(k unindexed, b)                          | k = old.k                          | insert into f (rowid, k, b) values (new.n, new.k, new.b)
            "fts5"(k, b, detail=none)                     | old.b is b and k = old.k           | insert into f (rowid, k, b) values (new.n, new.k, new.b)
            """)
    void whateverTheKeysAreTheIndexIsTheSame(String definition, String condition, String insert) throws Exception {
        Path plain = TestSqlite.create(
                dir.resolve("plain.db"),
                "create table t (n integer primary key, k unique, b)",
                "create virtual table f using " + definition,
                "create trigger i after insert on t begin " + insert + "; end",
                "create trigger d after delete on t begin delete from f where " + condition + "; end",
                "create trigger u after update on t begin delete from f where " + condition + "; " + insert + "; end",
                "insert into t (k, b) values ('first', 'a'), ('second', 'b'), (null, 'c')");
        Path tuned = Files.copy(plain, dir.resolve("tuned.db"), StandardCopyOption.REPLACE_EXISTING);
        LockstepRun run = fts(tuned, "tune", "--yes", "--json");
        assertThat(run.exit()).isZero();
        assertThat((List<?>) run.data().get("triggers")).hasSize(2);
        // A row whose key is NULL is not found by either, and a number is not given twice.
        assertThat(run.data().get("changes")).isEqualTo(insert.contains("rowid") ? 4L : 6L);

        int rounds = Counts.of(3, 30);
        for (int seed = 0; seed < rounds; seed++) {
            assertThat(mutate(tuned, new Random(seed))).isEqualTo(mutate(plain, new Random(seed)));
            assertThat(index(tuned)).as("round %d", seed).isEqualTo(index(plain));
        }
        TestSqlite.create(tuned, "insert into f (f) values ('integrity-check')");
        assertThat(fts(tuned, "check", "--no-cost").stdout()).doesNotContain("trigger");
    }

    private static RandomWork.Change change(Random random) {
        Object key = KEYS.get(random.nextInt(KEYS.size()));
        String sql =
                switch (random.nextInt(4)) {
                    case 0 ->
                        "insert into t (k, b) values (?1, 'some ' || ?2)"
                                + " on conflict (k) do update set b = excluded.b";
                    case 1 -> "update t set b = 'other ' || ?2 where k = ?1";
                    case 2 -> "update or ignore t set k = ?1 where n = ?2 % 9";
                    default -> "delete from t where k = ?1 or n = ?2";
                };
        return new RandomWork.Change(sql, List.of(key, random.nextInt(40)));
    }

    private static List<String> mutate(Path file, Random random) throws SQLException {
        return RandomWork.run(file, () -> change(random));
    }

    private static String index(Path file) throws SQLException {
        return TestSqlite.ask(
                file,
                "select group_concat(r || quote(k) || quote(b), char(10)) from (select rowid as r, k, b from f"
                        + " order by rowid)");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            fts5(k, b)                         | delete from f where k = old.k or b = old.b   | neither a number nor a key
            fts5(k, b)                         | delete from f where lower(k) = lower(old.k)  | neither a number nor a key
            fts5(k, b)                         | delete from f                                | it has no condition
            fts5(k, b, content=t)              | delete from f where k = old.k                | has no text of its own
            """)
    void whereNothingCanStandInThatIsSaidAndNothingIsDone(String definition, String body, String why)
            throws SQLException {
        Path file = TestSqlite.create(
                dir.resolve("none.db"),
                "create table t (k text primary key, b)",
                "create virtual table f using " + definition,
                "create trigger i after insert on t begin insert into f (k, b) values (new.k, new.b); end",
                "create trigger d after delete on t begin " + body + "; end");
        String schema = TestSqlite.schema(file);

        LockstepRun run = fts(file, "tune", "--yes");

        assertThat(run.exit()).isZero();
        assertThat(run.stdout()).contains("nothing can stand in for it", why, "there is nothing to tune");
        assertThat(TestSqlite.schema(file)).isEqualTo(schema);
    }

    @Test
    void aStatementThatUpdatesTheIndexIsTunedToo() throws SQLException {
        Path file = TestSqlite.create(
                dir.resolve("update.db"),
                "create table t (k text primary key, b)",
                "create virtual table \"the index\" using fts5(k, b)",
                "create trigger i after insert on t begin insert into \"the index\" values (new.k, new.b); end",
                "create trigger u after update on t begin"
                        + " update \"the index\" set k = new.k, b = (select new.b where 1) where k = old.k; end",
                "insert into t values ('a', 'x'), ('-', 'y')");

        assertThat(fts(file, "tune", "--yes").stdout()).contains("tuned u: ");

        TestSqlite.create(file, "update t set k = k || 'z', b = b || 'z'");
        assertThat(TestSqlite.ask(file, "select group_concat(k || b) from \"the index\""))
                .isEqualTo("azxz,-zyz");
        assertThat(fts(file, "check", "--deep").stdout())
                .contains("equal (every row)")
                .doesNotContain("trigger u");
    }

    @Test
    void aTunedIndexIsDeferredAndRestoredAsAnyOther() throws SQLException {
        Path file = CadtSample.V1.create(dir.resolve("v1.db"), new CadtSample.Size(20, 60, 0));
        fts(file, "tune", "--yes");
        String schema = TestSqlite.schema(file);

        assertThat(fts(file, "defer", "--profile", "cadt-v1").exit()).isZero();
        LockstepRun refused = fts(file, "tune", "--undo", "--yes", "--profile", "cadt-v1");
        assertThat(refused.exit()).isEqualTo(6);
        assertThat(refused.stderr()).contains("are put away", "lockstep fts restore");
        TestSqlite.create(file, "update units set unitOwner = 'somebody else' where rowid % 3 = 0");
        assertThat(fts(file, "restore", "--profile", "cadt-v1").exit()).isZero();

        assertThat(TestSqlite.schema(file)).isEqualTo(schema);
        assertThat(fts(file, "check", "--deep").exit()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"select 1", ""})
    void aTriggerThatWasMadeAnewMeanwhileIsNotPutBackOver(String body) throws SQLException {
        Path file = CadtSample.V1.create(dir.resolve("v1.db"), new CadtSample.Size(5, 5, 0));
        fts(file, "tune", "--yes", "--table", "units");
        TestSqlite.create(file, "drop trigger unit_delete_fts");
        if (!body.isEmpty()) {
            TestSqlite.create(file, "create trigger unit_delete_fts after delete on units begin " + body + "; end");
        }
        String schema = TestSqlite.schema(file);

        LockstepRun run = fts(file, "tune", "--undo", "--yes");

        assertThat(run.exit()).isEqualTo(6);
        assertThat(run.stderr()).contains("is not the one that was put in", "before that it was");
        assertThat(TestSqlite.schema(file)).isEqualTo(schema);
    }

    @Test
    void whatTheApplicationHasPutBackItselfIsForgottenAndTunedAgain() throws SQLException, IOException {
        Path file = CadtSample.V1.create(dir.resolve("v1.db"), new CadtSample.Size(5, 5, 0));
        String schema = TestSqlite.schema(file);
        fts(file, "tune", "--yes", "--table", "units");
        TestSqlite.create(
                file, "drop trigger unit_delete_fts", CadtSample.V1.statement("CREATE TRIGGER unit_delete_fts"));

        assertThat(fts(file, "tune", "--yes", "--table", "units").stdout()).contains("tuned unit_delete_fts");
        assertThat(fts(file, "tune", "--undo", "--yes").stdout())
                .isEqualTo("put back unit_delete_fts, unit_update_fts\n");
        assertThat(TestSqlite.schema(file)).isEqualTo(schema);
    }
}
