package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.BoxelTables;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** The transpile commands from end to end, on a real database. */
@ExtendWith(PostgresExtension.class)
class TranspileCommandsTest {
    private static final String REALM = "http://localhost:4201/luke/";
    private static final String MODULE = "cards/person.gts";

    @TempDir
    Path dir;

    private TranspileUser transpile;

    @BeforeEach
    void prepare(TestDatabase database) {
        transpile = TranspileUser.of(database, dir);
    }

    @Test
    void initMakesEverythingOnceAndAddsToBoxelsTable(TestDatabase database) throws SQLException {
        database.execute(BoxelTables.TRANSPILE_CACHE);
        database.execute("insert into module_transpile_cache values ('" + REALM + "', '" + REALM + MODULE
                + "', 'js', '{}', '[]', 7, 1)");

        assertThat(transpile.run("get", REALM, MODULE).exit()).isEqualTo(2);
        assertThat(transpile.ok("init", "--guard", "-n").envelope().get("changed"))
                .isEqualTo(false);
        assertThat(transpile.ok("init", "--guard").envelope().get("changed")).isEqualTo(true);
        assertThat(transpile.ok("init", "--guard").envelope().get("changed")).isEqualTo(false);
        assertThat(transpile.ok("get", REALM, MODULE).data())
                .containsEntry("state", "live")
                .containsEntry("generation", 7L);
    }

    /** They were over columns that every write changes, which ended HOT updates of the table. */
    @Test
    void initRemovesTheIndexesOfAnEarlierLockstepAndRenewsItsGuard(TestDatabase database) throws SQLException {
        transpile.ok("init", "--guard");
        database.execute(
                "create index module_transpile_cache_generation on module_transpile_cache (realm_url, generation)",
                "create index module_transpile_cache_with_headers on module_transpile_cache (realm_url)"
                        + " where headers is not null",
                "create or replace function lockstep_guard() returns trigger language plpgsql as"
                        + " 'begin return new; end'");
        assertThat(doctor(database)).contains("no update of the cache is a HOT one", "an earlier lockstep");

        assertThat(transpile.ok("init", "-n").data().get("removed").toString()).contains("generation", "with_headers");
        assertThat(transpile.ok("init").data())
                .containsEntry("made", List.of("function lockstep_guard"))
                .containsEntry(
                        "removed", List.of("module_transpile_cache_generation", "module_transpile_cache_with_headers"));

        assertThat(transpile.ok("init", "--guard").envelope().get("changed")).isEqualTo(false);
        assertThat(database.ask("select count(*) from pg_indexes where tablename = 'module_transpile_cache'"))
                .isEqualTo("2");
        assertThat(doctor(database)).doesNotContain("HOT", "an earlier lockstep");
    }

    @Test
    void aMissNamesTheArtifactOfAFileWhoseNameLooksTheSame(TestDatabase database) throws SQLException {
        transpile.ok("init");
        database.execute("insert into module_transpile_cache (realm_url, canonical_path, body, headers) values ('"
                + REALM + "', '" + REALM + "caf%C3%A9.gts', 'js', '{}')");

        LockstepRun miss = transpile.run("get", REALM, "cafe\u0301.gts");

        assertThat(miss.exit()).isEqualTo(3);
        assertThat(miss.stderr()).contains("caf%C3%A9.gts, whose name looks the same");
    }

    @Test
    void nothingIsMadeBeforeBoxelsOwnMigrationHasMadeIt(TestDatabase database) throws SQLException {
        database.execute(
                "create table migrations (id serial primary key, name varchar(255) not null, run_on timestamp not null)",
                "insert into migrations (name, run_on) values ('1763592496405_create-definitions-table', now())");

        LockstepRun refused = transpile.json("init");
        assertThat(refused.exit()).isEqualTo(6);
        assertThat(refused.error().get("hint").toString()).contains("deploy Boxel", "--force");
        assertThat(transpile.json("init", "-n").exit()).isEqualTo(6);
        assertThat(database.ask("select to_regclass('module_transpile_cache') is null"))
                .isEqualTo("t");

        database.execute(BoxelTables.TRANSPILE_CACHE, """
                insert into migrations (name, run_on)
                values ('1778495869867_create-module-transpile-cache', now())
                """);
        transpile.ok("init");
    }

    @Test
    void theDoctorSeesATableThatStandsInTheWayOfBoxelsMigration(TestDatabase database) throws SQLException {
        database.execute(
                "create table migrations (id serial primary key, name varchar(255) not null, run_on timestamp not null)");
        transpile.ok("init", "--force");

        LockstepRun doctor = LockstepRun.of(database.environment(), "doctor", "--for", "transpile");
        assertThat(doctor.exit()).isEqualTo(3);
        assertThat(doctor.stdout()).contains("1778495869867", "it will fail");
    }

    @Test
    void aMissTellsWhatAPutNeedsAndALatePutIsAConflict() throws IOException {
        transpile.ok("init");
        Path body = Files.writeString(dir.resolve("out.js"), "compiled");
        LockstepRun miss = transpile.json("get", REALM, MODULE);
        assertThat(miss.exit()).isEqualTo(3);
        Map<String, Object> seen = miss.data();
        assertThat(seen).containsEntry("state", "absent").containsEntry("generation", 0L);

        assertThat(transpile
                        .ok("put", REALM, MODULE, "--generation", "0", "--body", body.toString())
                        .envelope()
                        .get("changed"))
                .isEqualTo(true);
        LockstepRun hit = transpile.run("get", REALM, MODULE, "--body", "-");
        assertThat(hit.stdout()).isEqualTo("compiled");
        assertThat(hit.exit()).isZero();
        transpile.ok("tombstone", REALM, MODULE);

        LockstepRun late = transpile.json("put", REALM, MODULE, "--generation", "0", "--body", body.toString());
        assertThat(late.exit()).isEqualTo(8);
        assertThat(late.data()).containsEntry("stored", false);
    }

    @Test
    void aPutOfAnEpochThatACrashHasEndedIsAConflict(TestDatabase database) throws Exception {
        transpile.ok("init");
        Path body = Files.writeString(dir.resolve("out.js"), "compiled");
        transpile.ok("put", REALM, MODULE, "--generation", "0", "--body", body.toString());
        String epoch = database.ask("select epoch from lockstep_epoch");
        String[] put = {"put", REALM, MODULE, "--generation", "0", "--epoch", epoch, "--body", body.toString()};
        assertThat(transpile.json(put).exit()).isZero();

        database.execute("truncate module_transpile_cache, lockstep_epoch");

        assertThat(transpile.json(put).exit()).isEqualTo(8);
    }

    @Test
    void tombstoneOfARealmAsksFirstAndNamesTheRealmThatWasMeant() throws IOException {
        transpile.ok("init");
        Path body = Files.writeString(dir.resolve("out.js"), "compiled");
        transpile.ok("put", REALM, MODULE, "--generation", "0", "--body", body.toString());

        assertThat(transpile.run("tombstone", REALM, "--all").exit()).isEqualTo(6);
        LockstepRun typo = transpile.run("tombstone", "http://localhost:4201/luka/", "--all", "-y");
        assertThat(typo.stderr()).contains("did you mean " + REALM);
        assertThat(transpile.ok("tombstone", REALM, "--all", "--yes").data()).containsEntry("floor", 1L);

        assertThat(transpile.json("get", REALM, MODULE).data()).containsEntry("state", "below-floor");
    }

    @Test
    void tombstoneCanTellEverybodyInTheSameTransactionAndFollowImporters(TestDatabase database) throws Exception {
        transpile.ok("init");
        Path body = Files.writeString(dir.resolve("out.js"), "compiled");
        Path deps = Files.writeString(dir.resolve("deps.json"), "[\"cards/base\"]");
        transpile.ok("put", REALM, MODULE, "--generation", "0", "--body", body.toString(), "--deps", deps.toString());
        try (Connection ear = database.connect()) {
            ear.createStatement().execute("listen realm_file_changes");

            Map<String, Object> data = transpile
                    .ok("tombstone", REALM, "cards/base.gts", "--dependents", "--broadcast")
                    .data();

            assertThat(data.get("dependents")).isEqualTo(List.of(REALM + MODULE));
            PGNotification[] heard = ear.unwrap(PGConnection.class).getNotifications(10_000);
            assertThat(heard)
                    .extracting(PGNotification::getParameter)
                    .containsExactly(REALM + ":cards/base.gts", REALM + ":" + MODULE);
        }
        assertThat(transpile.json("get", REALM, MODULE).data()).containsEntry("state", "tombstone");
    }

    @Test
    void statusAndPruneCount(TestDatabase database) throws Exception {
        transpile.ok("init");
        transpile.ok("tombstone", REALM, MODULE);
        database.execute("update module_transpile_cache set created_at = 0");

        assertThat(transpile.run("status", "http://localhost:4201/luk/").exit()).isEqualTo(3);
        Map<String, Object> status = transpile.ok("status", REALM).data();
        assertThat(status.get("realms").toString()).contains("tombstones=1");
        assertThat(transpile.run("prune", "--older-than", "10m", "-y").exit()).isEqualTo(6);
        assertThat(transpile.ok("prune", "--older-than", "1h", "-n").data()).containsEntry("pruned", 1L);
        assertThat(transpile.ok("prune", "--older-than", "1h", "-y").data()).containsEntry("pruned", 1L);
        assertThat(transpile.ok("prune", REALM, "--older-than", "1h", "-y").data())
                .containsEntry("pruned", 0L);
    }

    @Test
    void aPathThatNoFileOfTheRealmHasIsRefused() {
        transpile.ok("init");

        assertThat(transpile.run("tombstone", REALM, "../x").exit()).isEqualTo(2);
        assertThat(transpile.run("get", REALM, "http://other.test/x.gts").exit())
                .isEqualTo(2);
        assertThat(transpile.run("get", "not a url", MODULE).exit()).isEqualTo(2);
        assertThat(transpile
                        .run("put", REALM, MODULE, "--generation", "-1", "--body", "-")
                        .exit())
                .isEqualTo(2);
        assertThat(transpile
                        .run("put", REALM, MODULE, "--generation", "0", "--body", "/no/such/file")
                        .exit())
                .isEqualTo(2);
        assertThat(transpile.run("tombstone", REALM).exit()).isEqualTo(2);
    }

    @Test
    void s19ARealmIsTombstonedThoughItsDefinitionsCannotBeCleared(TestDatabase database) throws Exception {
        transpile.ok("init");
        Path body = Files.writeString(dir.resolve("body"), "js");
        transpile.ok("put", REALM, MODULE, "--generation", "0", "--body", body.toString());
        database.execute("create table modules (not_boxels text)");
        LockstepRun whole = LockstepRun.of(transpile.environment(), "realm", "invalidate", REALM);
        assertThat(whole.exit()).isNotZero();
        assertThat(transpile.run("get", REALM, MODULE).exit()).isZero();

        transpile.ok("tombstone", REALM, "--all", "-y");

        assertThat(transpile.run("get", REALM, MODULE).exit()).isEqualTo(3);
    }

    @Test
    void aLatePutAfterAWipeIsAConflictToo() throws IOException {
        transpile.ok("init");
        Path body = Files.writeString(dir.resolve("body"), "js");
        transpile.ok("tombstone", REALM, "--all", "-y");

        assertThat(transpile
                        .run("put", REALM, MODULE, "--generation", "0", "--body", body.toString())
                        .exit())
                .isEqualTo(8);
        assertThat(transpile.run("get", REALM, MODULE).exit()).isEqualTo(3);
    }

    @Test
    void aPlanSaysWhatWouldBeDoneAndDoesNothing() throws IOException {
        transpile.ok("init");
        Path body = Files.writeString(dir.resolve("body"), "js");
        transpile.ok("put", REALM, MODULE, "--generation", "3", "--body", body.toString());

        assertThat(transpile
                        .ok("tombstone", REALM, MODULE, "cards/new.gts", "-n")
                        .data())
                .containsEntry("tombstoned", 1L)
                .containsEntry("created", 1L)
                .containsEntry("floor", 0L);
        LockstepRun plan = transpile.ok("tombstone", REALM, "--all", "-n");
        assertThat(plan.envelope()).containsEntry("changed", false);
        assertThat(transpile.run("get", REALM, MODULE).exit()).isZero();
        assertThat(transpile.ok("tombstone", REALM, "--all", "-y").data()).isEqualTo(plan.data());
        assertThat(plan.data()).containsEntry("floor", 4L);
    }

    private static String doctor(TestDatabase database) {
        return LockstepRun.of(database.environment(), "doctor", "--for", "transpile")
                .stdout();
    }
}
