package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.profile.Json;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
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

    private Map<String, String> environment;

    @BeforeEach
    void prepare(TestDatabase database) {
        environment = new HashMap<>(database.environment());
        environment.put("PATH", System.getenv("PATH"));
        environment.put("HOME", dir.toString());
    }

    @Test
    void initMakesEverythingOnceAndAddsToBoxelsTable(TestDatabase database) throws SQLException {
        database.execute("""
                create unlogged table module_transpile_cache (
                    realm_url varchar not null, canonical_path varchar not null, body text, headers jsonb,
                    dependency_keys jsonb, generation bigint not null default 0, created_at bigint,
                    constraint module_transpile_cache_pkey primary key (realm_url, canonical_path))""");
        database.execute("insert into module_transpile_cache values ('" + REALM + "', '" + REALM + MODULE
                + "', 'js', '{}', '[]', 7, 1)");

        assertThat(run("get", REALM, MODULE).exit()).isEqualTo(2);
        assertThat(ok("init", "--guard", "-n").get("changed")).isEqualTo(false);
        assertThat(ok("init", "--guard").get("changed")).isEqualTo(true);
        assertThat(ok("init", "--guard").get("changed")).isEqualTo(false);
        assertThat(data(ok("get", REALM, MODULE)))
                .containsEntry("state", "live")
                .containsEntry("generation", 7L);
    }

    @Test
    void aMissTellsWhatAPutNeedsAndALatePutIsAConflict() throws IOException {
        init();
        Path body = Files.writeString(dir.resolve("out.js"), "compiled");
        LockstepRun miss = json("get", REALM, MODULE);
        assertThat(miss.exit()).isEqualTo(3);
        Map<String, Object> seen = data(envelope(miss));
        assertThat(seen).containsEntry("state", "absent").containsEntry("generation", 0L);

        assertThat(ok("put", REALM, MODULE, "--generation", "0", "--body", body.toString())
                        .get("changed"))
                .isEqualTo(true);
        LockstepRun hit = run("get", REALM, MODULE, "--body", "-");
        assertThat(hit.stdout()).isEqualTo("compiled");
        assertThat(hit.exit()).isZero();
        ok("tombstone", REALM, MODULE);

        LockstepRun late = json("put", REALM, MODULE, "--generation", "0", "--body", body.toString());
        assertThat(late.exit()).isEqualTo(8);
        assertThat(data(envelope(late))).containsEntry("stored", false);
    }

    @Test
    void aPutOfAnEpochThatACrashHasEndedIsAConflict(TestDatabase database) throws Exception {
        init();
        Path body = Files.writeString(dir.resolve("out.js"), "compiled");
        ok("put", REALM, MODULE, "--generation", "0", "--body", body.toString());
        String epoch = database.ask("select epoch from lockstep_epoch");
        String[] put = {"put", REALM, MODULE, "--generation", "0", "--epoch", epoch, "--body", body.toString()};
        assertThat(json(put).exit()).isZero();

        database.execute("truncate module_transpile_cache, lockstep_epoch");

        assertThat(json(put).exit()).isEqualTo(8);
    }

    @Test
    void tombstoneOfARealmAsksFirstAndNamesTheRealmThatWasMeant() throws IOException {
        init();
        Path body = Files.writeString(dir.resolve("out.js"), "compiled");
        ok("put", REALM, MODULE, "--generation", "0", "--body", body.toString());

        assertThat(run("tombstone", REALM, "--all").exit()).isEqualTo(6);
        LockstepRun typo = run("tombstone", "http://localhost:4201/luka/", "--all", "-y");
        assertThat(typo.stderr()).contains("did you mean " + REALM);
        assertThat(data(ok("tombstone", REALM, "--all", "--yes"))).containsEntry("floor", 1L);

        assertThat(data(envelope(json("get", REALM, MODULE)))).containsEntry("state", "below-floor");
    }

    @Test
    void tombstoneCanTellEverybodyInTheSameTransactionAndFollowImporters(TestDatabase database) throws Exception {
        init();
        Path body = Files.writeString(dir.resolve("out.js"), "compiled");
        Path deps = Files.writeString(dir.resolve("deps.json"), "[\"cards/base\"]");
        ok("put", REALM, MODULE, "--generation", "0", "--body", body.toString(), "--deps", deps.toString());
        try (Connection ear = database.connect()) {
            ear.createStatement().execute("listen realm_file_changes");

            Map<String, Object> data = data(ok("tombstone", REALM, "cards/base.gts", "--dependents", "--broadcast"));

            assertThat(data.get("dependents")).isEqualTo(List.of(REALM + MODULE));
            PGNotification[] heard = ear.unwrap(PGConnection.class).getNotifications(10_000);
            assertThat(heard)
                    .extracting(PGNotification::getParameter)
                    .containsExactly(REALM + ":cards/base.gts", REALM + ":" + MODULE);
        }
        assertThat(data(envelope(json("get", REALM, MODULE)))).containsEntry("state", "tombstone");
    }

    @Test
    void statusAndPruneCount(TestDatabase database) throws Exception {
        init();
        ok("tombstone", REALM, MODULE);
        database.execute("update module_transpile_cache set created_at = 0");

        assertThat(run("status", "http://localhost:4201/luk/").exit()).isEqualTo(3);
        Map<String, Object> status = data(ok("status", REALM));
        assertThat(status.get("realms").toString()).contains("tombstones=1");
        assertThat(run("prune", "--older-than", "10m", "-y").exit()).isEqualTo(6);
        assertThat(data(ok("prune", "--older-than", "1h", "-n"))).containsEntry("pruned", 1L);
        assertThat(data(ok("prune", "--older-than", "1h", "-y"))).containsEntry("pruned", 1L);
        assertThat(data(ok("prune", REALM, "--older-than", "1h", "-y"))).containsEntry("pruned", 0L);
    }

    @Test
    void aPathThatNoFileOfTheRealmHasIsRefused() {
        init();

        assertThat(run("tombstone", REALM, "../x").exit()).isEqualTo(2);
        assertThat(run("get", REALM, "http://other.test/x.gts").exit()).isEqualTo(2);
        assertThat(run("get", "not a url", MODULE).exit()).isEqualTo(2);
        assertThat(run("put", REALM, MODULE, "--generation", "-1", "--body", "-")
                        .exit())
                .isEqualTo(2);
        assertThat(run("put", REALM, MODULE, "--generation", "0", "--body", "/no/such/file")
                        .exit())
                .isEqualTo(2);
        assertThat(run("tombstone", REALM).exit()).isEqualTo(2);
    }

    @Test
    void s19ARealmIsTombstonedThoughItsDefinitionsCannotBeCleared(TestDatabase database) throws Exception {
        init();
        Path body = Files.writeString(dir.resolve("body"), "js");
        ok("put", REALM, MODULE, "--generation", "0", "--body", body.toString());
        database.execute("create table modules (not_boxels text)");
        LockstepRun whole = LockstepRun.of(environment, "realm", "invalidate", REALM);
        assertThat(whole.exit()).isNotZero();
        assertThat(run("get", REALM, MODULE).exit()).isZero();

        ok("tombstone", REALM, "--all", "-y");

        assertThat(run("get", REALM, MODULE).exit()).isEqualTo(3);
    }

    @Test
    void aLatePutAfterAWipeIsAConflictToo() throws IOException {
        init();
        Path body = Files.writeString(dir.resolve("body"), "js");
        ok("tombstone", REALM, "--all", "-y");

        assertThat(run("put", REALM, MODULE, "--generation", "0", "--body", body.toString())
                        .exit())
                .isEqualTo(8);
        assertThat(run("get", REALM, MODULE).exit()).isEqualTo(3);
    }

    @Test
    void aPlanSaysWhatWouldBeDoneAndDoesNothing() throws IOException {
        init();
        Path body = Files.writeString(dir.resolve("body"), "js");
        ok("put", REALM, MODULE, "--generation", "3", "--body", body.toString());

        assertThat(data(ok("tombstone", REALM, MODULE, "cards/new.gts", "-n")))
                .containsEntry("tombstoned", 1L)
                .containsEntry("created", 1L)
                .containsEntry("floor", 0L);
        Map<String, Object> plan = ok("tombstone", REALM, "--all", "-n");
        assertThat(plan).containsEntry("changed", false);
        assertThat(run("get", REALM, MODULE).exit()).isZero();
        assertThat(data(ok("tombstone", REALM, "--all", "-y"))).isEqualTo(data(plan));
        assertThat(data(plan)).containsEntry("floor", 4L);
    }

    private void init() {
        assertThat(run("init").exit()).isZero();
    }

    private LockstepRun run(String... words) {
        String[] all = new String[words.length + 1];
        all[0] = "transpile";
        System.arraycopy(words, 0, all, 1, words.length);
        return LockstepRun.of(environment, all);
    }

    private LockstepRun json(String... words) {
        String[] all = java.util.Arrays.copyOf(words, words.length + 2);
        all[words.length] = "-o";
        all[words.length + 1] = "json";
        return run(all);
    }

    private Map<String, Object> ok(String... words) {
        LockstepRun done = json(words);
        assertThat(done.exit()).as("%s%s", done.stdout(), done.stderr()).isZero();
        return envelope(done);
    }

    @SuppressWarnings("unchecked") // An envelope is an object.
    private static Map<String, Object> envelope(LockstepRun run) {
        return (Map<String, Object>) Json.parse(run.stdout());
    }

    @SuppressWarnings("unchecked") // So is its data.
    private static Map<String, Object> data(Object envelope) {
        return (Map<String, Object>) ((Map<String, Object>) envelope).get("data");
    }
}
