package dev.lockstep.mirror.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.mirror.CellMutations;
import dev.lockstep.mirror.TestMirror;
import dev.lockstep.mirror.TestMirror.Kind;
import dev.lockstep.support.Json;
import dev.lockstep.testing.Counts;
import dev.lockstep.testing.LockstepRun;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A verification names what differs, all of it, and nothing else. */
class VerificationTest {
    @TempDir
    Path dir;

    @ParameterizedTest
    @EnumSource
    void namesEachOfAThousandChangedCells(Kind kind) throws SQLException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int mutations = Counts.of(1_000, 10_000);
        try (TestMirror mirror = new TestMirror(kind, dir, CellMutations.TABLE)) {
            CellMutations.fill(mirror.source, mutations + mutations / 2, random);
            assertThat(mirror.run("mirror", "backfill", "--create").exit()).isZero();
            LockstepRun before = mirror.run("mirror", "verify");
            assertThat(before.exit()).as(before.stdout() + before.stderr()).isZero();
            Map<String, String> expected = CellMutations.mutate(mirror, mutations, random);

            LockstepRun run = mirror.run("mirror", "verify", "-o", "jsonl");

            assertThat(run.exit()).isEqualTo(3);
            Map<String, String> named = new TreeMap<>();
            for (Map<?, ?> row : rows(run)) {
                assertThat(row.get("op")).isEqualTo("changed");
                named.put((String) row.get("key"), String.join(", ", texts(row.get("columns"))));
            }
            assertThat(named).as("seed " + seed).hasSize(mutations).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @EnumSource
    void tellsMissingExtraAndChangedRowsApart(Kind kind) throws SQLException {
        try (TestMirror mirror = TestMirror.filled(kind, dir, 3_000)) {
            mirror.execute(
                    "delete from many where id in (17, 2000)",
                    "insert into many (id, name, n) values (9001, 'new', 1)",
                    "update many set name = 'ROW 18' where id = 18",
                    "update many set name = null, n = 0.5 where id = 19");

            LockstepRun run = mirror.run("mirror", "verify");

            assertThat(run.exit()).isEqualTo(3);
            assertThat(run.stdout().lines())
                    .containsExactly(
                            "many, key 17: missing",
                            "many, key 2000: missing",
                            "many, key 9001: extra",
                            "many, key 18: changed: name",
                            "many, key 19: changed: name, n",
                            "many: 3000 rows in the source, 2999 in the mirror: 2 missing, 1 extra, 2 changed");
        }
    }

    @ParameterizedTest
    @EnumSource
    void showsValuesOnlyIfAsked(Kind kind) throws SQLException {
        try (TestMirror mirror = TestMirror.filled(kind, dir, 30)) {
            mirror.execute("update many set name = 'private' where id = 7", "delete from many where id = 8");

            LockstepRun without = mirror.run("mirror", "verify", "-o", "jsonl");
            LockstepRun with = mirror.run("mirror", "verify", "--show-values");

            assertThat(without.stdout()).doesNotContain("private", "row 7", "row 8");
            assertThat(with.stdout())
                    .contains("many, key 7: changed: name is 'row 7' in the source, 'private' in the mirror")
                    .contains("many, key 8: missing: id 8, name 'row 8', n 2.0");
        }
    }

    @ParameterizedTest
    @EnumSource
    void findsValuesThatTwoRowsHaveSwapped(Kind kind) throws SQLException {
        try (TestMirror mirror = TestMirror.filled(kind, dir, 500)) {
            mirror.execute(
                    "update many set name = 'row 400' where id = 3", "update many set name = 'row 3' where id = 400");

            assertThat(mirror.run("mirror", "verify").stdout())
                    .contains("many, key 3: changed: name", "many, key 400: changed: name", "0 extra, 2 changed");
        }
    }

    @ParameterizedTest
    @EnumSource
    void namesNoMoreThanWasAskedForAndCountsAll(Kind kind) throws SQLException {
        try (TestMirror mirror = TestMirror.filled(kind, dir, 100)) {
            mirror.execute("update many set name = 'x'");

            LockstepRun run = mirror.run("mirror", "verify", "--rows", "3");

            assertThat(run.stdout().lines().filter(line -> line.contains("changed: name")))
                    .hasSize(3);
            assertThat(run.stdout()).contains("100 changed", "97 of them are not named; --rows 100 names all");
        }
    }

    @ParameterizedTest
    @EnumSource
    void readsEveryKindOfTable(Kind kind) throws SQLException {
        try (TestMirror mirror = new TestMirror(
                kind,
                dir,
                "create table composite (a text, b integer, c blob, primary key (a, b)) without rowid",
                "insert into composite values ('x', 1, x'00'), ('x', 2, x''), ('X', 1, null)",
                "create table keyless (a, b)",
                "insert into keyless values (1, 'a'), (1, 'a'), (null, null)",
                "create table generated (id text primary key, n integer, twice integer as (n * 2) stored, thrice as (n * 3))",
                "insert into generated values ('a', 1), ('b', 2)",
                "create table \"Odd \"\"name\"\" é\" (\"select\" integer primary key, \"a'b\" text)",
                "insert into \"Odd \"\"name\"\" é\" values (1, 'quote '' quote')",
                "create table collated (k text collate nocase primary key, v real)",
                "insert into collated values ('b', 1.5), ('A', 0.1)",
                "create table dates (id integer primary key, at datetime, day date)",
                "insert into dates values (1, '2024-02-29 23:59:59.999 +00:00', '2024-02-29')",
                "insert into dates values (2, '2024-02-29 23:59:59', null), (3, '2024-02-29', null)",
                "insert into dates values (4, '2024-02-29T12:00:00Z', '1582-10-10')",
                "insert into dates values (5, '2024-02-29T12:00:00.123456+05:30', '1000-01-01')",
                "create table numbers (id integer primary key, d numeric(20, 10), big decimal)",
                "insert into numbers values (1, 0.1, 9223372036854775807), (2, -1234567.000125, 1e22), (3, 0, 0.3)")) {
            assertThat(mirror.run("mirror", "backfill", "--create").exit()).isZero();

            LockstepRun run = mirror.run("mirror", "verify");
            assertThat(run.exit()).as(run.stdout() + run.stderr()).isZero();

            mirror.execute(
                    "delete from composite where b = 2",
                    "update keyless set b = 'b' where lockstep_rowid = 2",
                    "update collated set k = 'B' where k = 'b'",
                    "update \"Odd \"\"name\"\" é\" set \"a'b\" = ''");
            assertThat(mirror.run("mirror", "verify").stdout())
                    .contains("composite, key 'x', 2: missing", "keyless, key 2: changed: b")
                    .contains("collated, key 'b': missing", "collated, key 'B': extra")
                    .contains("Odd \"name\" é, key 1: changed: a'b");
        }
    }

    @Test
    void readsADatabaseInUtf16() throws SQLException {
        try (TestMirror mirror = new TestMirror(
                Kind.POSTGRESQL,
                dir,
                "pragma encoding = 'UTF-16le'",
                "create table t (k text primary key, v text)",
                "insert into t values ('é→𝄞', 'a'), ('z', '')")) {
            mirror.run("mirror", "backfill", "--create");
            assertThat(mirror.run("mirror", "verify").exit()).isZero();
            mirror.execute("update t set v = null where k = 'z'");
            assertThat(mirror.run("mirror", "verify").stdout()).contains("t, key 'z': changed: v");
        }
    }

    @Test
    void namesAllOfAMirrorInWhichNothingIsRight() throws SQLException {
        try (TestMirror mirror = TestMirror.filled(Kind.SQLITE, dir, 110_000)) {
            mirror.execute("update many set name = name || '!'");

            LockstepRun run = mirror.run("mirror", "verify", "--rows", "9000", "-o", "jsonl");

            assertThat(rows(run)).hasSize(9_000);
            assertThat(run.stdout()).contains("\"changed\":110000");
        }
    }

    private static List<Map<?, ?>> rows(LockstepRun run) {
        List<Map<?, ?>> rows = new ArrayList<>();
        run.stdout().lines().forEach(line -> {
            Map<?, ?> event = (Map<?, ?>) Json.parse(line);
            if ("row".equals(event.get("type"))) {
                rows.add(event);
            }
        });
        return rows;
    }

    private static List<String> texts(Object list) {
        List<String> texts = new ArrayList<>();
        ((List<?>) list).forEach(text -> texts.add((String) text));
        return texts;
    }
}
