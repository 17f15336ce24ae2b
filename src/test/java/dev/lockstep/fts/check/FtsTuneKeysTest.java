package dev.lockstep.fts.check;

import static dev.lockstep.fts.FtsCommand.fts;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.Counts;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code fts tune} where the key is in a column that cannot be searched, or is a number, or is more than one column. */
class FtsTuneKeysTest {
    private static final List<Object> KEYS =
            List.of("a", "A", "b c", "", "05", "5", "5.0", " 5", 5, 5.5, -5, 1_000_000_000_000_000L, "é", "x\"y");

    @TempDir
    private Path dir;

    /** What is left by others in the index is what tells the right statement from one that merely works on clean rows. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            id integer primary key, k unique, l, b      | k unindexed, l unindexed, b | k = old.k                 | (rowid, k, l, b) values (new.id, new.k, new.l, new.b) | index
            id integer primary key, k text unique, l, b | k unindexed, l unindexed, b | k is old.k                | (k, l, b) values (new.k, new.l, new.b)                | index
            id integer primary key, k integer, l, b     | k unindexed, l unindexed, b | k = old.k and l = old.l   | (k, l, b) values (new.k, new.l, new.b)                | index
            id integer primary key, k, l, b             | k unindexed, l unindexed, b | l = 'x' and k is old.k    | (k, l, b) values (new.k, 'x', new.b)                  | index
            id integer primary key, k, l, b             | k unindexed, l, b           | k = old.id                | (rowid, k, l, b) values (new.id, new.id, new.l, new.b) | number
            id integer primary key, k, l, b             | k unindexed, l, b           | k = old.id                | (k, l, b) values (new.id, new.l, new.b)               | index
            id integer primary key, k, l, b             | k, l, b                     | k = old.id                | (k, l, b) values (new.id, new.l, new.b)               | words
            id, k, l, b, primary key (k, l)             | k, l, b, tokenize=trigram   | k = old.k and l is old.l  | (k, l, b) values (new.k, new.l, new.b)                | index
            id, k text primary key, l, b                | k, l unindexed, b, detail=none | k = old.k              | (k, l, b) values (new.k, new.l, new.b)                | index
            id, k integer unique, l, b                  | k, l unindexed, b           | k = old.k                 | (k, l, b) values (new.k, new.l, new.b)                | words
            id, k real unique, l, b                     | k, l unindexed, b           | k = old.k                 | (k, l, b) values (new.k, new.l, new.b)                | index
            id, k text collate nocase unique, l, b      | k unindexed, l, b           | f.k == (old.k)            | (k, l, b) values (new.k, new.l, new.b)                | -
            id, k text collate nocase unique, l, b      | k unindexed, l, b           | f.k == old.k              | (k, l, b) values (new.k, new.l, new.b)                | index
            """)
    void whateverHappensTheIndexIsWhatTheOldTriggersMakeOfIt(
            String columns, String definition, String condition, String values, String way) throws Exception {
        Path plain = TestSqlite.create(
                dir.resolve("plain.db"),
                "create table t (" + columns + ")",
                "create virtual table f using fts5(" + definition + ")",
                "create trigger i after insert on t begin insert into f " + values + "; end",
                "create trigger d after delete on t begin delete from f where " + condition + "; end",
                "create trigger u after update of k, b on t begin delete from f where " + condition + "; insert into f "
                        + values + "; end",
                "insert into t (k, l, b) values ('a', 'x', 'one'), (5, 'y', 'two'), (null, 'z', 'three'),"
                        + " (7, null, 'four'), (8, 'x', 'five')");
        Path tuned = Files.copy(plain, dir.resolve("tuned.db"));

        LockstepRun run = fts(tuned, "tune", "--yes", "--json");

        assertThat(run.exit()).as(run.stderr()).isZero();
        assertThat(ways(run)).allMatch(each -> each.equals(way)).hasSize(2);
        if (way.equals("-")) {
            return;
        }
        leftovers(plain);
        leftovers(tuned);
        int rounds = Counts.of(3, 40);
        for (int seed = 0; seed < rounds; seed++) {
            assertThat(work(tuned, new Random(seed))).isEqualTo(work(plain, new Random(seed)));
            assertThat(rows(tuned)).as("seed %d", seed).isEqualTo(rows(plain));
        }
        TestSqlite.create(tuned, "insert into f (f) values ('integrity-check')");
        assertThat(fts(tuned, "check", "--no-cost").stdout()).doesNotContain("trigger");
        assertThat(fts(tuned, "tune", "--undo", "--yes").exit()).isZero();
        assertThat(TestSqlite.schema(tuned)).isEqualTo(TestSqlite.schema(plain));
    }

    private static List<String> ways(LockstepRun run) {
        List<String> ways = new ArrayList<>();
        for (Object trigger : (List<?>) run.data().get("triggers")) {
            Object way = ((Map<?, ?>) trigger).get("way");
            ways.add(way == null ? "-" : way.toString());
        }
        return ways;
    }

    /** Rows that nobody will look for by their number. */
    private static void leftovers(Path file) throws SQLException {
        if (!TestSqlite.ask(file, "select sql from sqlite_master where name = 'i'")
                .contains("new.id, new.id")) {
            TestSqlite.create(
                    file,
                    "insert into f (rowid, k, l, b) values (901, 'a', 'x', 'stale'), (902, '5', 'y', 'stale'),"
                            + " (903, 5, 'y', 'stale'), (904, null, 'z', 'stale'), (905, 'A', 'x', 'stale')");
        }
    }

    private static RandomWork.Change change(Random random) {
        String sql =
                switch (random.nextInt(6)) {
                    case 0 -> "insert or replace into t (k, l, b) values (?1, ?2, 'word' || ?3)";
                    case 1 -> "update or replace t set k = ?1 where b = 'word' || ?3";
                    case 2 -> "update t set id = 100 + ?3, l = ?2 where k = ?1";
                    case 3 -> "update t set b = ?2 where k is ?1";
                    case 4 -> "delete from t where k = ?1 and l is not ?2 || ?3";
                    default -> "insert or ignore into t (k, l, b) values (?1, ?2, ?3)";
                };
        Object key = random.nextInt(9) == 0 ? null : KEYS.get(random.nextInt(KEYS.size()));
        return new RandomWork.Change(sql, Arrays.asList(key, KEYS.get(random.nextInt(KEYS.size())), random.nextInt(9)));
    }

    private static List<String> work(Path file, Random random) throws SQLException {
        return RandomWork.run(file, () -> change(random));
    }

    private static String rows(Path file) throws SQLException {
        return TestSqlite.ask(
                file,
                "select group_concat(r || quote(k) || quote(l) || quote(b), char(10))"
                        + " from (select rowid as r, * from f order by rowid)");
    }

    @Test
    void aNumberThatOneRowOfManyDoesNotHaveIsNotReliedOn() throws SQLException {
        Path file = TestSqlite.create(
                dir.resolve("drifted.db"),
                "create table t (id integer primary key, a)",
                "create virtual table f using fts5(id unindexed, a)",
                "create trigger i after insert on t begin insert into f (rowid, id, a) values (new.id, new.id, new.a);"
                        + " end",
                "create trigger d after delete on t begin delete from f where id = old.id; end",
                "with recursive n (i) as (select 1 union all select i + 1 from n where i < 1000)"
                        + " insert into t select i, 'word' || i from n");
        assertThat(ways(fts(file, "tune", "-n", "--json"))).containsExactly("number");
        TestSqlite.create(
                file,
                "delete from f where rowid = 777",
                "insert into f (rowid, id, a) values (9999, '0777', 'word777')");

        assertThat(ways(fts(file, "tune", "--yes", "--json"))).containsExactly("index");

        TestSqlite.create(file, "delete from t where id = 777");
        assertThat(TestSqlite.ask(file, "select count(*) from f where f match 'word777'"))
                .isEqualTo("0");
    }

    @Test
    void anIndexThatSomebodyDroppedIsMadeAgain() throws SQLException {
        Path file = unindexed();
        fts(file, "tune", "--yes");
        TestSqlite.create(file, "drop index lockstep_tune_f_k");

        LockstepRun check = fts(file, "check");
        assertThat(check.stdout()).contains("trigger d reads the whole index");
        assertThat(check.stderr()).contains("fts tune -n");
        assertThat(fts(file, "tune", "--yes").stdout()).contains("tuned d");
        assertThat(fts(file, "check").stdout()).doesNotContain("trigger");
        assertThat(fts(file, "tune", "--undo", "--yes").stdout()).isEqualTo("put back d, u\n");
        assertThat(TestSqlite.schema(file)).isEqualTo(TestSqlite.schema(unindexed()));
    }

    @Test
    void aTunedIndexOnAKeyIsDeferredRestoredAndRebuilt() throws SQLException {
        Path file = unindexed();
        fts(file, "tune", "--yes");
        String schema = TestSqlite.schema(file);

        assertThat(fts(file, "defer").exit()).isZero();
        TestSqlite.create(file, "delete from t where k = 'k3'", "update t set a = 'other' where k = 'k4'");
        assertThat(fts(file, "restore").exit()).isZero();
        assertThat(fts(file, "rebuild", "--yes").exit()).isZero();

        assertThat(TestSqlite.schema(file)).isEqualTo(schema);
        assertThat(fts(file, "check", "--deep").exit()).isZero();
    }

    @Test
    void checkPointsToTuneOnlyWhereItHasSomethingToOffer() throws SQLException {
        Path file = TestSqlite.create(
                dir.resolve("none.db"),
                "create table t (k text primary key, a)",
                "create virtual table f using fts5(k unindexed, a)",
                "create trigger i after insert on t begin insert into f (k, a) values (new.k, new.a); end",
                "create trigger d after delete on t begin delete from f where lower(k) = lower(old.k); end",
                "insert into t values ('a', 'b')");

        LockstepRun check = fts(file, "check");

        assertThat(check.stdout()).contains("trigger d reads the whole index");
        assertThat(check.stderr()).doesNotContain("tune");
    }

    @Test
    void nothingIsOfferedForADamagedIndex() throws SQLException {
        Path file = unindexed();
        TestSqlite.create(file, "delete from f_data where id > 10");
        String schema = TestSqlite.schema(file);

        for (String how : List.of("--dry-run", "--yes")) {
            LockstepRun run = fts(file, "tune", how);

            assertThat(run.exit()).isEqualTo(6);
            assertThat(run.stderr()).contains("nothing can be proved of f", "fts rebuild");
        }
        assertThat(TestSqlite.schema(file)).isEqualTo(schema);
    }

    private Path unindexed() throws SQLException {
        return TestSqlite.create(
                dir.resolve("unindexed" + System.nanoTime() + ".db"),
                "create table t (k text primary key, a)",
                "create virtual table f using fts5(k unindexed, a)",
                "create trigger i after insert on t begin insert into f (k, a) values (new.k, new.a); end",
                "create trigger d after delete on t begin delete from f where k = old.k; end",
                "create trigger u after update on t begin delete from f where k = old.k;"
                        + " insert into f (k, a) values (new.k, new.a); end",
                "with recursive n (i) as (select 1 union all select i + 1 from n where i < 50)"
                        + " insert into t select 'k' || i, 'word' || i from n");
    }
}
