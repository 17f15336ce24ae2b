package dev.lockstep.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.mirror.TestMirror.Kind;
import dev.lockstep.mirror.copy.BackfillConformance;
import dev.lockstep.testing.LockstepRun;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A refusal is a row's fault only if other rows are taken; what a row is not to blame for takes no row out of the mirror. */
class RefusedRowsTest {
    private static final int ROWS = 60;

    @TempDir
    private Path dir;

    @ParameterizedTest
    @EnumSource
    void whatTheMirrorRefusesOfAllRowsAlikeTakesNoneOfThemOut(Kind kind) throws SQLException {
        try (TestMirror mirror = checked(kind)) {
            mirror.sql("update many set n = n + 1000");

            LockstepRun kept = mirror.run("mirror", "backfill", "--table", "many", "--on-bad-row", "quarantine");
            assertThat(kept.exit()).as(kept.toString()).isEqualTo(1);
            assertThat(kept.stderr())
                    .contains("many: the mirror refuses 60 rows of 60 alike, from key 1 on: ")
                    .contains("no row was left out or removed");
            assertThat(mirror.ask("select count(*) from many")).isEqualTo("60");
            assertThat(mirror.ask("select count(*) from lockstep_mirror_reject"))
                    .isEqualTo("0");
            assertThat(mirror.run("mirror", "backfill", "--table", "many").stderr())
                    .contains("alike")
                    .doesNotContain("quarantine");
        }
    }

    @ParameterizedTest
    @EnumSource
    void theRowsThatAreRefusedAmongOthersAreLeftOutAndNoOther(Kind kind) throws SQLException {
        try (TestMirror mirror = checked(kind)) {
            mirror.sql("update many set n = n + 1", "update many set n = 1000 where id in (7, 8, 60)");

            LockstepRun failed = mirror.run("mirror", "backfill", "--table", "many");
            assertThat(failed.exit()).as(failed.toString()).isEqualTo(7);
            assertThat(failed.stderr()).contains("many, key 7: ", "--on-bad-row quarantine copies all the others");
            assertThat(mirror.ask("select count(*) from many")).isEqualTo("60");
            LockstepRun run = mirror.run("mirror", "backfill", "--on-bad-row", "quarantine");
            assertThat(run.exit()).as(run.toString()).isEqualTo(7);
            assertThat(run.stdout()).contains("3 rejected", "many, key 7: ", "many, key 8: ", "many, key 60: ");
            assertThat(mirror.ask("select count(*) from many")).isEqualTo("57");
            assertThat(mirror.differences("many")).hasSize(3);
        }
    }

    /** A filled mirror whose table takes no n of 500 or more. */
    private TestMirror checked(Kind kind) throws SQLException {
        TestMirror mirror = new TestMirror(kind, dir, "create table many (id integer primary key, n integer)");
        mirror.sql("""
                insert into many with recursive i (i) as (select 1 union all select i + 1 from i where i < %d)
                select i, i from i""".formatted(ROWS));
        mirror.execute("create table many (id bigint primary key, n bigint, check (n < 500))");
        assertThat(mirror.run("mirror", "backfill").exit()).isZero();
        return mirror;
    }

    @Test
    void aUniqueValueThatTheSourceHasTwiceLeavesTheMirrorWhole() throws SQLException {
        try (TestMirror mirror = new TestMirror(
                Kind.POSTGRESQL,
                dir,
                "create table many (id integer primary key, name text)",
                BackfillConformance.MANY.formatted("many", 1, 600))) {
            mirror.execute("create table many (id bigint primary key, name text unique)");
            assertThat(mirror.run("mirror", "backfill").exit()).isZero();
            mirror.sql("update many set name = 'row 1' where id = 300", "update many set name = 'new' where id = 600");

            assertThat(mirror.run("mirror", "backfill").exit()).isEqualTo(1);
            assertThat(mirror.ask("select count(*) from many")).isEqualTo("600");
            LockstepRun run = mirror.run("mirror", "backfill", "--on-bad-row", "quarantine");
            assertThat(run.exit()).as(run.toString()).isEqualTo(7);
            assertThat(mirror.ask("select count(*) from many")).isEqualTo("599");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatCannotBeAttemptedLeavesNothingBehind(Kind kind) throws SQLException {
        try (TestMirror mirror = new TestMirror(
                kind,
                dir,
                "create table t (id integer primary key, v text)",
                "create table u (id integer primary key)",
                "insert into t values (1, 'a')")) {
            for (String command : new String[] {"backfill", "follow"}) {
                LockstepRun run = mirror.run("mirror", command);
                assertThat(run.exit()).as(run.toString()).isEqualTo(2);
                assertThat(run.stderr()).contains("the mirror has no table t");
                assertThat(tables(mirror)).isEqualTo("0");
            }
            mirror.execute("create table t (id bigint primary key, v varchar(10))");
            assertThat(mirror.run("mirror", "backfill").exit()).isEqualTo(7);
            assertThat(mirror.differences("t")).isEmpty();
        }
    }

    private static String tables(TestMirror mirror) throws SQLException {
        return mirror.ask(
                switch (mirror.kind()) {
                    case POSTGRESQL -> "select count(*) from pg_class where relname like 'lockstep%'";
                    case MARIADB, MYSQL ->
                        "select count(*) from information_schema.tables where table_schema = database()";
                    case SQLITE -> "select count(*) from sqlite_master";
                });
    }

    @Test
    void aTextKeepsItsDeclaredLengthInMariaDbSoThatItCanBeIndexed() throws SQLException {
        try (TestMirror mirror = new TestMirror(
                Kind.MARIADB,
                dir,
                "create table audit (id integer primary key, \"orgUid\" varchar(255), \"registryId\" VARCHAR(255) not null,"
                        + " \"rootHash\" varchar(255), type varchar(255), change text, \"table\" varchar(255),"
                        + " \"onchainConfirmationTimeStamp\" varchar(255), author varchar(255), comment varchar(255),"
                        + " generation integer, \"createdAt\" datetime, \"updatedAt\" datetime)",
                "create table lengths (k char( 36 ) primary key, fits varchar(3), longer varchar(3), nul varchar(3),"
                        + " wide varchar(20000), other character varying (40))",
                "insert into lengths values ('k', 'aéo', 'four', 'a' || char(0) || 'four', 'w', 'o')")) {
            assertThat(mirror.run("mirror", "backfill", "--create").exit()).isZero();
            assertThat(mirror.differences("lengths")).isEmpty();
            for (String[] expected : new String[][] {
                {"k", "varchar(36)"},
                {"fits", "varchar(3)"},
                {"longer", "longtext"},
                {"nul", "longtext"},
                {"wide", "longtext"},
                {"other", "varchar(40)"}
            }) {
                assertThat(mirror.ask(
                                "select column_type from information_schema.columns where table_schema = database()"
                                        + " and table_name = 'lengths' and column_name = '" + expected[0] + "'"))
                        .as(expected[0])
                        .isEqualTo(expected[1]);
            }

            Map<String, String> environment = new HashMap<>(mirror.environment());
            environment.remove("LOCKSTEP_DB");
            LockstepRun applied = LockstepRun.of(environment, "audit", "apply", "--profile", "cadt-v1");
            assertThat(applied.exit()).as(applied.toString()).isZero();
            assertThat(mirror.run("mirror", "verify").exit()).isZero();
        }
    }
}
