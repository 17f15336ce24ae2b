package dev.lockstep.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.CadtSample;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestSqlite;
import dev.lockstep.testing.TransactionPooler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code doctor} finds what is wrong, and what it says mends it. */
@ExtendWith(PostgresExtension.class)
class DoctorCommandTest {
    private record Finding(String state, String detail, String fix) {}

    @TempDir
    Path folder;

    private static Map<String, Finding> doctor(int exit, Map<String, String> environment, String... more) {
        List<String> words = new ArrayList<>(List.of("doctor", "--json"));
        words.addAll(List.of(more));
        LockstepRun run = LockstepRun.of(environment, words.toArray(String[]::new));
        Map<String, Finding> findings = new LinkedHashMap<>();
        for (Object check : (List<?>) run.endedWith(exit).data().get("checks")) {
            Map<?, ?> fields = (Map<?, ?>) check;
            findings.put(
                    (String) fields.get("name"),
                    new Finding(
                            (String) fields.get("state"), (String) fields.get("detail"), (String) fields.get("fix")));
        }
        assertThat(findings.values())
                .allMatch(finding -> finding.fix() != null || !finding.state().equals("fail"));
        return findings;
    }

    private static void run(Map<String, String> environment, String command) {
        LockstepRun run = LockstepRun.of(
                environment, command.replace("lockstep ", "").replace("'", "").split(" ", -1));
        assertThat(run.exit()).as("%s: %s", command, run).isZero();
    }

    private Path notes() throws Exception {
        return TestSqlite.create(
                folder.resolve("notes.db"),
                "create table note (id integer primary key, body text)",
                "create virtual table note_fts using fts5(body)",
                "create trigger t after insert on note begin insert into note_fts (rowid, body)"
                        + " values (new.id, new.body); end",
                "create trigger u after update on note begin update note_fts set body = new.body"
                        + " where rowid = old.id; end",
                "create trigger d after delete on note begin delete from note_fts where rowid = old.id; end",
                "insert into note (body) values ('lighthouse')");
    }

    @Test
    void aMachineWithNothingConfiguredIsHealthy() {
        Map<String, Finding> findings = doctor(0, Map.of("HOME", folder.toString()));

        assertThat(findings.get("java").state()).isEqualTo("ok");
        assertThat(findings.get("state").state()).isEqualTo("ok");
        assertThat(findings.get("postgresql").state()).isEqualTo("skipped");
        assertThat(findings.get("sqlite").state()).isEqualTo("skipped");
    }

    @Test
    void aGoodServerIsSeenInAllItsParts(TestDatabase database) {
        LockstepRun init = LockstepRun.of(database.environment(), "transpile", "init", "--guard");
        assertThat(init.exit()).isZero();

        Map<String, Finding> findings = doctor(0, database.environment(), "--for", "realm,transpile");

        for (String name : List.of("role", "tls", "pooler", "notify", "queue", "locks")) {
            assertThat(findings.get("postgresql." + name).state()).as(name).isEqualTo("ok");
        }
        assertThat(findings.get("transpile.guard").state()).isEqualTo("ok");
        assertThat(findings).doesNotContainKey("sqlite");
    }

    @Test
    void aCacheThatIsNotPreparedIsMendedByItsFix(TestDatabase database) {
        Finding tables = doctor(3, database.environment(), "--for", "transpile").get("transpile.tables");
        assertThat(tables.state()).isEqualTo("fail");

        run(database.environment(), tables.fix());

        assertThat(doctor(0, database.environment(), "--for", "transpile")
                        .get("transpile.guard")
                        .state())
                .isEqualTo("ok");
    }

    @Test
    void aMissingPrivilegeIsNamedWithTheGrantThatGivesIt(TestDatabase database) throws Exception {
        run(database.environment(), "lockstep transpile init");
        database.execute("revoke insert, delete on module_transpile_cache from " + database.user());

        Finding denied = doctor(3, database.environment(), "--for", "transpile").get("transpile.privileges");
        assertThat(denied.state()).isEqualTo("fail");
        assertThat(denied.detail()).contains("module_transpile_cache");
        database.execute(denied.fix());

        assertThat(doctor(0, database.environment(), "--for", "transpile")
                        .get("transpile.privileges")
                        .state())
                .isEqualTo("ok");
    }

    @ParameterizedTest
    @CsvSource({"TRANSACTION, 3, fail fail", "SESSION, 0, warn ok"})
    void aPoolerIsFoundAndOfWhichKindItIs(TransactionPooler.Mode mode, int exit, String states, TestDatabase database) {
        try (TransactionPooler pooler = TransactionPooler.before(database, mode)) {
            Map<String, Finding> findings =
                    doctor(exit, database.through(pooler.port()).environment(), "--for", "realm");

            assertThat(findings.get("postgresql.pooler").state() + " "
                            + findings.get("postgresql.notify").state())
                    .isEqualTo(states);
        }
    }

    @Test
    void aServerThatDoesNotAnswerIsAFailedCheckAndNotAFailedRun(TestDatabase database) {
        Map<String, String> wrong = new HashMap<>(database.environment());
        wrong.put("PGPASSWORD", "S3CR3T-canary");

        Map<String, Finding> findings = doctor(3, wrong);

        assertThat(findings.get("postgresql").state()).isEqualTo("fail");
        assertThat(findings.toString()).doesNotContain("S3CR3T");
    }

    @Test
    void aDeferredIndexIsMendedByItsFix() throws Exception {
        String database = notes().toString();
        run(Map.of(), "lockstep fts defer --db " + database);

        Finding deferred =
                doctor(3, Map.of("HOME", "/nonexistent"), "--db", database).get("fts");
        assertThat(deferred.detail()).isEqualTo("note_fts is deferred");
        run(Map.of(), deferred.fix());

        assertThat(doctor(0, Map.of("HOME", "/nonexistent"), "--db", database, "--for", "fts")
                        .get("fts")
                        .state())
                .isEqualTo("ok");
    }

    @Test
    void aMissingIndexOfTheAuditLogIsMendedByItsFix() throws Exception {
        String file = CadtSample.V1
                .create(folder.resolve("data.db"), new CadtSample.Size(3, 3, 5))
                .toString();
        String[] words = {"--db", file, "--profile", "cadt-v1", "--for", "audit"};

        Finding missing = doctor(3, Map.of("HOME", "/nonexistent"), words).get("audit");
        assertThat(missing.detail()).contains("audit_registry_id_generation is missing");
        run(Map.of(), missing.fix());

        assertThat(doctor(0, Map.of("HOME", "/nonexistent"), words).get("audit").state())
                .isEqualTo("ok");
    }

    @Test
    void aMirrorThatWasNeverFilledIsMendedByItsFix(TestDatabase database) throws Exception {
        String[] words = {"--db", notes().toString(), "--to", "postgresql:///", "--for", "mirror"};

        Finding empty = doctor(3, database.environment(), words).get("mirror");
        assertThat(empty.detail()).isEqualTo("nothing was ever copied");
        run(database.environment(), empty.fix());

        Finding filled = doctor(0, database.environment(), words).get("mirror");
        assertThat(filled.state()).isEqualTo("ok");
        assertThat(filled.detail()).matches("1 table, complete .* ago");
    }

    @Test
    void triggersOfTheProfileThatAreGoneAreNamed() throws Exception {
        Path database = notes();
        String profile = Files.writeString(
                        folder.resolve("notes.json"),
                        LockstepRun.of(Map.of(), "profile", "init", "--db", database.toString())
                                .stdout())
                .toString();
        TestSqlite.create(database, "drop trigger t");

        Finding lost = doctor(3, Map.of(), "--for", "fts", "--profile", profile).get("fts");
        assertThat(lost.detail()).isEqualTo("note_fts has lost t");
        run(Map.of(), lost.fix());

        assertThat(doctor(0, Map.of(), "--for", "fts", "--profile", profile)
                        .get("sqlite.profile")
                        .state())
                .isEqualTo("ok");
        assertThat(doctor(3, Map.of(), "--for", "fts", "--db", database.toString(), "--profile", "cadt-v1")
                        .get("sqlite.profile")
                        .detail())
                .contains("projects_fts");
    }

    @Test
    void aDamagedDatabaseIsFound() throws Exception {
        Path database = notes();
        TestSqlite.create(
                database,
                "create table big (a text)",
                "with n(i) as (select 1 union all select i + 1 from n where i < 400)"
                        + " insert into big select hex(randomblob(200)) from n",
                "create index big_a on big (a)");
        byte[] bytes = Files.readAllBytes(database);
        for (int at = bytes.length - 8_000; at < bytes.length - 4_000; at++) {
            bytes[at] = 0x55;
        }
        Files.write(database, bytes, StandardOpenOption.TRUNCATE_EXISTING);

        Map<String, Finding> findings = doctor(3, Map.of(), "--db", database.toString(), "--for", "fts");

        assertThat(findings.get("sqlite.integrity").state()).isEqualTo("fail");
    }

    @Test
    void anUnknownMechanismIsAUsageError() {
        assertThat(LockstepRun.of(Map.of(), "doctor", "--for", "realms").exit()).isEqualTo(2);
        assertThat(doctor(3, Map.of(), "--for", "fts").get("sqlite").fix()).contains("--db FILE");
    }
}
