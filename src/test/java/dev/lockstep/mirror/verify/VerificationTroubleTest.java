package dev.lockstep.mirror.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.mirror.TestMirror;
import dev.lockstep.mirror.TestMirror.Kind;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a verification cannot compare is a failure, and never a smaller table. */
class VerificationTroubleTest {
    @TempDir
    Path dir;

    @ParameterizedTest
    @EnumSource
    void aTableThatTheMirrorLacksIsMissingRowByRow(Kind kind) throws SQLException {
        try (TestMirror mirror = TestMirror.filled(kind, dir, 5)) {
            mirror.sql("create table other (k text primary key)", "insert into other values ('a'), ('B')");

            LockstepRun run = mirror.run("mirror", "verify");

            assertThat(run.exit()).isEqualTo(3);
            assertThat(run.stdout())
                    .contains("many: 5 rows, equal", "other, key 'B': missing", "other: 2 rows in the source, 0 in");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTableThatCannotBeComparedIsAFailureAndTheOthersAreCompared(Kind kind) throws SQLException {
        try (TestMirror mirror = TestMirror.filled(kind, dir, 5)) {
            mirror.sql("create table other (k integer primary key, more text)", "insert into other values (1, 'a')");
            mirror.execute("create table other (k bigint primary key)");

            LockstepRun run = mirror.run("mirror", "verify");

            assertThat(run.exit()).isEqualTo(1);
            assertThat(run.stdout())
                    .contains("many: 5 rows, equal")
                    .contains("other: NOT COMPARED: other cannot be compared: the mirror has no column more");
            assertThat(mirror.run("mirror", "verify", "--table", "other").stderr())
                    .contains("other cannot be compared");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTableThatTheSourceHasLostIsAFailure(Kind kind) throws SQLException {
        try (TestMirror mirror = TestMirror.filled(kind, dir, 5)) {
            mirror.sql("create table other (id integer primary key)", "drop table many");

            LockstepRun run = mirror.run("mirror", "verify");

            assertThat(run.exit()).isEqualTo(1);
            assertThat(run.stdout()).contains("many: NOT COMPARED: the source has no table many any more");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRowInQuarantineIsMissing(Kind kind) throws SQLException {
        try (TestMirror mirror = TestMirror.filled(kind, dir, 300)) {
            mirror.sql("update many set name = cast(x'61ff' as text) where id = 123");
            mirror.run("mirror", "backfill", "--on-bad-row", "quarantine");

            assertThat(mirror.run("mirror", "verify").stdout()).contains("many, key 123: missing");
        }
    }

    @Test
    void rowsThatCannotBeReadAreAFailure() throws SQLException {
        try (TestMirror mirror = TestMirror.filled(Kind.POSTGRESQL, dir, 50)) {
            // SQLite counts by the smallest index; this one leads nowhere now.
            mirror.sql(
                    "create index by_n on many (n)",
                    "create table empty (n)",
                    "create index empty_n on empty (n)",
                    "pragma writable_schema = on",
                    "update sqlite_master set rootpage = (select rootpage from sqlite_master where name = 'empty_n')"
                            + " where name = 'by_n'");

            LockstepRun run = mirror.run("mirror", "verify", "--table", "many");

            assertThat(run.exit()).isEqualTo(1);
            assertThat(run.stderr()).contains("main.\"many\" has 0 rows by its own count, and 50 were read");
        }
    }

    @Test
    void answersBadInputAsItShould() throws SQLException {
        try (TestMirror mirror = TestMirror.filled(Kind.SQLITE, dir, 5)) {
            mirror.sql("create view v as select 1 as one");
            Path text = dir.resolve("text.db");
            TestSqlite.create(text, "pragma user_version = 1");
            List<List<String>> cases = List.of(
                    List.of("2", "no such table: mani", "did you mean many?", "--table", "mani"),
                    List.of("2", "v is a view, not a table", "hint: ", "--table", "v"),
                    List.of("2", "--rows", "--help", "--rows", "-1"),
                    List.of(
                            "2",
                            "no such file",
                            "never creates",
                            "--db",
                            dir.resolve("none.db").toString()),
                    List.of("2", "no such file", "lockstep opens", "--to", "sqlite:" + dir.resolve("none.db")),
                    List.of("2", "not a URL of a database", "it takes", "--to", "nonsense:x"),
                    List.of("4", "cannot connect to 127.0.0.1:1", "hint: ", "--to", "postgresql://u@127.0.0.1:1/d"),
                    List.of("6", "source and mirror are the same database", "", "--to", "sqlite:" + mirror.source));
            for (List<String> one : cases) {
                List<String> arguments = new ArrayList<>(List.of("mirror", "verify"));
                arguments.addAll(one.subList(3, one.size()));
                LockstepRun run = mirror.run(arguments.toArray(String[]::new));
                assertThat(run.stderr()).as(one.toString()).contains(one.get(1), one.get(2));
                assertThat(run.exit()).as(one.toString()).isEqualTo(Integer.parseInt(one.get(0)));
                assertThat(run.stderr().lines().count()).as(run.stderr()).isLessThanOrEqualTo(3);
            }
        }
    }
}
