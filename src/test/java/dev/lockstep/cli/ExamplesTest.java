package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.CadtSample;
import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.LockstepScript;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.RunningLockstep;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What lies in {@code examples} does what it says. KeepCacheInStep is RealmListenerTest's. */
@ExtendWith(PostgresExtension.class)
class ExamplesTest {
    private static final String REALM = "http://localhost:4201/luke/my-realm/";
    private static final String OTHER = "http://localhost:4201/luke/other/";

    @TempDir
    Path cache;

    private Path cached(String realm, String path) throws IOException, NoSuchAlgorithmException {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(realm.getBytes(StandardCharsets.UTF_8));
        Path file = cache.resolve(HexFormat.of().formatHex(digest)).resolve(path);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, "cached");
    }

    /** What the unattended examples find: a database in order, its mirror, and lockstep on the path. */
    private Map<String, String> deployment(TestDatabase database) throws Exception {
        Path file = CadtSample.V1.create(cache.resolve("data.sqlite3"), new CadtSample.Size(3, 3, 5));
        Map<String, String> environment = new HashMap<>(database.environment());
        environment.put("PATH", LockstepScript.onPath(Files.createDirectory(cache.resolve("bin"))));
        environment.put("HOME", cache.toString());
        environment.put("XDG_STATE_HOME", cache.toString());
        environment.put("LOCKSTEP_DB", file.toString());
        environment.put("LOCKSTEP_PROFILE", "cadt-v1");
        environment.put("LOCKSTEP_TO", "postgresql:///");
        environment.put("METRICS", cache.toString());
        environment.put("REPORTS", cache.toString());
        environment.put("STATE_DIRECTORY", cache.toString());
        assertThat(LockstepRun.of(environment, "audit", "apply").exit()).isZero();
        assertThat(LockstepRun.of(environment, "mirror", "backfill", "--create").exit())
                .isZero();
        return environment;
    }

    private static List<String> matches(String example, String pattern) throws IOException {
        return Pattern.compile(pattern, Pattern.MULTILINE)
                .matcher(Files.readString(Path.of("examples", example)))
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    /** Runs each as cron, systemd and a step of a pipeline would; the values of variables are the test's. */
    private static void succeed(List<String> commands, Map<String, String> environment) {
        for (String command : commands) {
            try (ChildJvm child = ChildJvm.exec(Path.of(""), environment, "sh", "-c", command)) {
                assertThat(child.exitCode()).as("%s: %s", command, child).isZero();
                assertThat(child.stderr().isEmpty() || !command.contains(" -q"))
                        .as("%s: %s", command, child)
                        .isTrue();
            }
        }
    }

    @Test
    void theCrontabRunsQuietly(TestDatabase database) throws Exception {
        Map<String, String> environment = deployment(database);
        assertThat(matches("crontab", "^([A-Z_]+)=")).isNotEmpty().allMatch(environment::containsKey);
        List<String> commands = matches("crontab", "^(?:@reboot|(?:[0-9*/]+ ){5})\\s*(lockstep .*)$");
        assertThat(commands).hasSize(4);

        succeed(commands, environment);

        for (String command : List.of("mirror", "fts", "audit")) {
            assertThat(cache.resolve("lockstep-" + command + ".prom"))
                    .content()
                    .contains("lockstep_last_success_timestamp_seconds");
        }
        assertThat(cache.resolve("mirror.json")).content().contains("\"ok\":true");
    }

    @Test
    void theServiceRunsWhatItsTimerStarts(TestDatabase database) throws Exception {
        Map<String, String> environment = deployment(database);
        assertThat(matches("lockstep-mirror.service", "^Environment=(LOCKSTEP_[A-Z]+)="))
                .hasSize(2)
                .allMatch(environment::containsKey);
        assertThat(matches("lockstep-mirror.timer", "^OnCalendar=(.*)$")).containsExactly("*:0/15");

        succeed(matches("lockstep-mirror.service", "^ExecStart=/usr/bin/(lockstep .*)$"), environment);

        assertThat(cache.resolve("mirror.json")).content().contains("\"ok\":true");
    }

    @Test
    void thePipelinesStepsPass(TestDatabase database) throws Exception {
        Map<String, String> environment = deployment(database);
        List<String> steps = matches("ci.yml", "- run: (lockstep .*)$");
        assertThat(steps).hasSize(3);

        succeed(steps, environment);
    }

    @Test
    void aProgramImportsInBulk() throws Exception {
        Path notes = TestSqlite.create(
                cache.resolve("notes.db"),
                "create table note (id integer primary key, body text)",
                "create virtual table note_fts using fts5(body, content = 'note', content_rowid = 'id')",
                "create trigger note_ai after insert on note begin"
                        + " insert into note_fts (rowid, body) values (new.id, new.body); end");
        Path lines = Files.writeString(cache.resolve("lines.txt"), "one\ntwo\n");

        try (ChildJvm program = ChildJvm.startSource(
                Path.of("examples/ImportInBulk.java"), Map.of(), notes.toString(), lines.toString())) {
            assertThat(program.exitCode()).as("%s", program).isZero();
            assertThat(program.stdout()).isEqualTo("note_fts: 2 rows indexed\n");
        }
        assertThat(TestSqlite.ask(notes, "select count(*) from note_fts where note_fts match 'two'"))
                .isEqualTo("1");
    }

    @Test
    void aProgramCopiesTables(TestDatabase database) throws Exception {
        Path notes = TestSqlite.create(
                cache.resolve("notes.db"),
                "create table note (id integer primary key, body text)",
                "insert into note values (1, 'one'), (2, 'two')");
        database.execute("create table note (id bigint primary key, body text)");

        try (ChildJvm program = ChildJvm.startSource(
                Path.of("examples/CopyTables.java"), Map.of(), notes.toString(), database.url(), "note")) {
            assertThat(program.exitCode()).as("%s", program).isZero();
            assertThat(program.stdout()).isEqualTo("note: 2 new rows\nequal\n");
        }
        assertThat(database.ask("select string_agg(body, ',' order by id) from note"))
                .isEqualTo("one,two");
    }

    @Test
    void onRealmChangeDropsWhatChangedAndNothingElse(TestDatabase database) throws Exception {
        Path person = cached(REALM, "cards/person.gts");
        Path pet = cached(REALM, "cards/pet.gts");
        Path elsewhere = cached(OTHER, "cards/person.gts");
        Map<String, String> environment = new HashMap<>(database.environment());
        environment.put("CACHE_DIR", cache.toString());
        environment.put("PATH", System.getenv("PATH"));
        String hook = Path.of("examples/on-realm-change").toAbsolutePath().toString();

        try (RunningLockstep listener =
                RunningLockstep.start(environment, "realm", "listen", "--count", "1", "-o", "jsonl", "--exec", hook)) {
            listener.awaitStdout("\"ready\"");
            LockstepRun.of(environment, "realm", "broadcast", REALM, "--path", "cards/person.gts");
            assertThat(listener.ended().exit()).isZero();
        }
        assertThat(person).doesNotExist();
        assertThat(pet).exists();

        try (RunningLockstep listener =
                RunningLockstep.start(environment, "realm", "listen", "--count", "1", "-o", "jsonl", "--exec", hook)) {
            listener.awaitStdout("\"ready\"");
            LockstepRun.of(environment, "realm", "broadcast", REALM);
            assertThat(listener.ended().exit()).isZero();
        }
        assertThat(pet.getParent()).doesNotExist();
        assertThat(elsewhere).exists();
    }
}
