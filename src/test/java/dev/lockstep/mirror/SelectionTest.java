package dev.lockstep.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.mirror.TestMirror.Kind;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.RunningLockstep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a mirror has of its source is said by patterns, names, conditions and columns, alike to every command. */
class SelectionTest {
    private static final String[] SOURCE = {
        "create table users (id integer primary key, name text, secret text, age integer)",
        "insert into users values (1, 'a', 'x', 3), (2, 'b', 'y', 30), (3, 'c', 'z', 40)",
        "create table user_logs (id integer primary key, v text)",
        "create table \"Big [Table\" (k text primary key, v text) without rowid",
        "insert into \"Big [Table\" values ('k1', 'v'), ('k2', 'w')",
        "create table nokey (a, b)",
        "insert into nokey values (1, 2), (3, 4)"
    };

    private static final List<String> CHOSEN = List.of(
            "--table=user*",
            "--table=big*",
            "--table=nokey",
            "--exclude=*_logs",
            "--rename=USERS=people",
            "--where=users=age >= 30 -- grown up",
            "--columns=users=id, name,age",
            "--where=nokey=nokey.a > 1");

    @TempDir
    private Path dir;

    @ParameterizedTest
    @EnumSource
    void whatIsChosenIsCopiedProvedAndKeptSo(Kind kind) throws SQLException {
        try (TestMirror mirror = new TestMirror(kind, dir, SOURCE)) {
            assertThat(run(mirror, "plan").stdout())
                    .contains("users: 2 rows", "people", "Big [Table: 2 rows", "nokey: 1 row")
                    .doesNotContain("secret", "user_logs");
            assertThat(run(mirror, "backfill", "--create").exit()).isZero();
            assertThat(mirror.ask("select count(*) from people where name in ('b', 'c')"))
                    .isEqualTo("2");
            assertThat(run(mirror, "verify").exit()).isZero();

            mirror.sql(
                    "update users set age = 4 where id = 2",
                    "update users set age = 50 where id = 1",
                    "insert into nokey values (9, 9)");
            LockstepRun verify = run(mirror, "verify");
            assertThat(verify.exit()).isEqualTo(3);
            assertThat(verify.stdout()).contains("users, key 1: missing", "users, key 2: extra");
            assertThat(verify.stderr())
                    .contains("--rename USERS=people", "--where \"users=age >= 30 -- grown up\"", "--columns ");
            assertThat(run(mirror, "backfill").stdout())
                    .contains("users: 2 read, 1 inserted, 0 updated, 1 deleted, 1 unchanged");
            assertThat(run(mirror, "backfill").stdout()).contains("users: 2 read, 0 inserted, 0 updated, 0 deleted");
            assertThat(run(mirror, "verify").exit()).isZero();
        }
    }

    @Test
    void aProfileSaysTheSame() throws SQLException, IOException {
        Path profile = dir.resolve("mine.json");
        Files.writeString(profile, """
                {"name": "mine", "description": "", "mirror": {"tables": ["user*"], "exclude": ["*logs"],
                 "rename": {"users": "people"}, "schema": "Their Own", "where": {"users": "age >= 30"},
                 "columns": {"users": ["id", "age"]}}}""");
        try (TestMirror mirror = new TestMirror(Kind.POSTGRESQL, dir, SOURCE)) {
            mirror.execute("create table people (id bigint primary key)");
            LockstepRun without = mirror.run("mirror", "plan", "--profile", profile.toString());
            assertThat(without.exit()).isEqualTo(2);
            assertThat(without.stderr()).contains("create schema \"Their Own\"");
            mirror.execute("create schema \"Their Own\"");
            LockstepRun run = mirror.run("mirror", "backfill", "--create", "--profile", profile.toString());
            assertThat(run.exit()).as(run.toString()).isZero();
            assertThat(mirror.ask("select string_agg(id || ':' || age, ' ' order by id) from \"Their Own\".people"))
                    .isEqualTo("2:30 3:40");
            assertThat(mirror.ask("select count(*) from people")).isEqualTo("0");
            assertThat(mirror.run("mirror", "verify", "--profile", profile.toString())
                            .exit())
                    .isZero();
        }
    }

    @Test
    void anotherSchemaIsAnotherMirrorAtTheSameMoment() throws SQLException {
        try (TestMirror mirror = new TestMirror(Kind.POSTGRESQL, dir, SOURCE)) {
            mirror.execute("create schema \"the other\"");
            try (RunningLockstep follow = FollowTest.follow(mirror)) {
                follow.awaitStdout("following 4 tables");
                LockstepRun beside = create(mirror, "--schema", "the other");
                assertThat(beside.exit()).as(beside.toString()).isZero();
                assertThat(create(mirror).exit()).isEqualTo(6);
            }
        }
    }

    private static LockstepRun create(TestMirror mirror, String... options) {
        List<String> arguments = new ArrayList<>(List.of("mirror", "backfill", "--create"));
        arguments.addAll(List.of(options));
        return mirror.run(arguments.toArray(String[]::new));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        --table=x*                    | no table matches x*
        --exclude=nope                | no such table: nope
        --exclude=*                   | no table is left to mirror
        --rename=nope=b               | no such table: nope
        --rename=users                | --rename takes A=B
        --rename=users=user_logs      | two tables would be user_logs
        --where=users=zz > 1          | the condition on users: no such column: zz
        --where=users=1)              | the condition on users
        --columns=users=name          | leave out id
        --columns=users=id,zz         | no such column: users.zz
        """)
    void whatMeansNothingIsRefused(String option, String said) throws SQLException {
        try (TestMirror mirror = new TestMirror(Kind.SQLITE, dir, SOURCE)) {
            for (String command : List.of("plan", "backfill", "verify", "follow")) {
                LockstepRun run = mirror.run("mirror", command, option);
                assertThat(run.exit()).as(run.toString()).isEqualTo(2);
                assertThat(run.stderr()).contains(said);
            }
        }
    }

    private static LockstepRun run(TestMirror mirror, String command, String... more) {
        List<String> arguments = new ArrayList<>(List.of("mirror", command));
        arguments.addAll(CHOSEN);
        arguments.addAll(List.of(more));
        return mirror.run(arguments.toArray(String[]::new));
    }
}
