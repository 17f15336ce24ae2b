package dev.lockstep.cli.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.mirror.TestMirror;
import dev.lockstep.mirror.TestMirror.Kind;
import dev.lockstep.testing.LockstepRun;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows that differ stand side by side, so that nobody has to guess what a value is. */
class VerifyDiffTest {
    @TempDir
    Path dir;

    @ParameterizedTest
    @EnumSource
    void rowsStandSideBySide(Kind kind) throws SQLException {
        try (TestMirror mirror = TestMirror.filled(kind, dir, 30)) {
            mirror.execute(
                    "delete from many where id = 17",
                    "insert into many (id, name, n) values (9001, '', 1)",
                    "update many set name = 'ROW 18' where id = 18",
                    "update many set name = 'NULL', n = null where id = 19");

            LockstepRun run = mirror.run("mirror", "verify", "--diff");

            assertThat(run.exit()).as(run.stderr()).isEqualTo(3);
            assertThat(run.stdout()).isEqualTo("""
                    many
                              source                              mirror
                      key 17: missing
                        id    17                                <
                        name  'row 17'                          <
                        n     4.25                              <
                      key 18: changed
                        id    18                                  18
                        name  'row 18'                          | 'ROW 18'
                        n     4.5                                 4.5
                      key 19: changed
                        id    19                                  19
                        name  'row 19'                          | 'NULL'
                        n     4.75                              | NULL
                      key 9001: extra
                        id                                      > 9001
                        name                                    > ''
                        n                                       > 1.0
                    many: 30 rows in the source, 30 in the mirror: 1 missing, 1 extra, 2 changed
                    """);
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = ';', quoteCharacter = '%', ignoreLeadingAndTrailingWhitespace = true, textBlock = """
            wide characters keep the columns in line; '日本語'; '日本'; '日本語'                           | '日本'
            what a terminal would obey is escaped; 'a' || char(27) || '[31m' || char(10); 'back\\slash' || char(8238); \
            E'a\\x1b[31m\\n'                     | E'back\\\\slash\\u202e'
            values that look the same are spelled out; 'ä'; 'a' || char(776); \
            E'\\u00e4'                          | E'a\\u0308'
            a long value is cut where it differs and says how long it is; hex(zeroblob(600)) || 'x'; hex(zeroblob(600)); \
            '…00000000x' (1,201 chars)         | '…00000000' (1,200 chars)
            a blob is shown in hexadecimal digits with its length; x'00ff'; zeroblob(100); \
            x'00ff' (2 bytes)                  | x'00000000000000000…' (100 bytes)
            """)
    void aValueIsShownSoThatItCanBeTold(String rule, String source, String mirror, String shown) throws SQLException {
        assertThat(diff(source, mirror, 80)).contains("    v   " + shown);
    }

    @Test
    void aWiderTerminalShowsMore() throws SQLException {
        assertThat(diff("x'00ff'", "zeroblob(100)", 120).stream().filter(line -> line.contains("100 bytes")))
                .singleElement()
                .satisfies(line -> assertThat(line).hasSizeBetween(110, 120));
    }

    @Test
    void noMoreRowsAreShownThanWanted() throws SQLException {
        try (TestMirror mirror = TestMirror.filled(Kind.SQLITE, dir, 30)) {
            mirror.execute("delete from many where id > 10");

            LockstepRun run = mirror.run("mirror", "verify", "--diff", "--limit", "2");

            assertThat(run.stdout().lines().filter(line -> line.startsWith("  key")))
                    .hasSize(2);
            assertThat(run.stdout()).endsWith("2 of 20 rows are shown; --limit 20 shows all\n");
            assertThat(mirror.run("mirror", "verify", "--limit", "2").exit()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @EnumSource
    void withALimitTheRestIsNotLookedAt(Kind kind) throws SQLException {
        try (TestMirror mirror = TestMirror.filled(kind, dir, 5_000)) {
            mirror.sql("create table next (id integer primary key)", "insert into next values (1)");
            mirror.run("mirror", "backfill", "--create").endedWith(0);
            mirror.execute("delete from many where id in (3, 5, 7, 4999)", "delete from next");

            LockstepRun run = mirror.run("mirror", "verify", "--diff", "--limit", "2");

            run.endedWith(3);
            assertThat(run.stdout().lines().filter(line -> line.startsWith("  key")))
                    .containsExactly("  key 3: missing", "  key 5: missing");
            assertThat(run.stdout()).endsWith("""
                    many: 2000 rows of the source looked at, 1997 in the mirror: 3 missing, 0 extra, 0 changed; \
                    the rest was not looked at
                    next: not looked at
                    2 rows are shown, and no more was looked at; without --limit all that differ are
                    """);
            assertThat(mirror.run("mirror", "verify", "--diff", "--limit", "9").stdout())
                    .contains(
                            "many: 5000 rows in the source, 4996 in the mirror: 4 missing",
                            "next: 1 row in the source");
        }
    }

    @ParameterizedTest
    @EnumSource
    void rowsThatAreToldWhenTheyAreFoundAreTheSameOnes(Kind kind) throws SQLException {
        try (TestMirror mirror = TestMirror.filled(kind, dir, 7_000)) {
            mirror.sql(
                    "insert into many values (-9223372036854775808, 'least', 1), (9223372036854775807, 'most', 2)",
                    "insert into many values (-7, 'below', 1), (4000000000, 'far', 2)");
            mirror.run("mirror", "backfill").endedWith(0);
            mirror.execute(
                    "delete from many where id % 1000 = 0 or id = 9223372036854775807",
                    "insert into many (id, name, n) values (-8, 'extra', 1), (7001, 'extra', 1), (2000, 'two', 2)",
                    "update many set name = 'changed' where id % 1000 = 1 or id < -1000000");

            List<String> found = rows(mirror, "--diff");

            assertThat(found).hasSize(19).containsExactlyInAnyOrderElementsOf(rows(mirror, "--show-values"));
            assertThat(rows(mirror, "--diff", "--limit", "3")).isEqualTo(found.subList(0, 3));
        }
    }

    private static List<String> rows(TestMirror mirror, String... options) {
        List<String> arguments = new ArrayList<>(List.of("mirror", "verify", "-o", "jsonl"));
        arguments.addAll(List.of(options));
        LockstepRun run = mirror.run(arguments.toArray(String[]::new)).endedWith(3);
        List<String> rows = run.stdout()
                .lines()
                .filter(line -> line.contains("\"row\""))
                .map(line -> line.replaceFirst("\"(time|at)\":\"[^\"]*\",?", ""))
                .toList();
        assertThat(run.stdout()).contains("\"named\":" + rows.size());
        return rows;
    }

    /** The lines of the difference between a cell of the source, and the same of the mirror. */
    private List<String> diff(String source, String mirror, int columns) throws SQLException {
        try (TestMirror pair = new TestMirror(
                Kind.SQLITE, dir, "create table t (id integer primary key, v)", "insert into t values (1, null)")) {
            assertThat(pair.run("mirror", "backfill", "--create").exit()).isZero();
            pair.sql("update t set v = " + source);
            pair.execute("update t set v = " + mirror);
            Map<String, String> environment = new HashMap<>(pair.environment());
            environment.put("COLUMNS", Integer.toString(columns));
            return LockstepRun.of(environment, "mirror", "verify", "--diff")
                    .stdout()
                    .lines()
                    .toList();
        }
    }
}
