package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.support.Json;
import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What cron needs: never two at once, a report that is whole, and metrics that keep the last success. */
@ExtendWith(PostgresExtension.class)
class UnattendedRunTest {
    private static final String SUCCESS = "lockstep_last_success_timestamp_seconds{command=\"fts status\",db=";

    @TempDir
    Path folder;

    private Map<String, String> environment(TestDatabase database) {
        Map<String, String> environment = new HashMap<>(database.environment());
        environment.put("XDG_STATE_HOME", folder.toString());
        return environment;
    }

    private static LockstepRun listen(Map<String, String> environment, String... more) {
        List<String> words = new ArrayList<>(List.of("realm", "listen", "--timeout", "3s"));
        words.addAll(List.of(more));
        return LockstepRun.of(environment, words.toArray(String[]::new));
    }

    @Test
    void aSecondRunFailsSkipsOrWaitsAsItIsTold(TestDatabase database) throws IOException {
        Map<String, String> environment = environment(database);
        try (ChildJvm first =
                ChildJvm.start(Lockstep.class, environment, "realm", "listen", "--if-running", "fail", "-o", "jsonl")) {
            first.awaitStdout("\"ready\"");

            LockstepRun refused = listen(environment, "--if-running", "fail");
            assertThat(refused.exit()).isEqualTo(6);
            assertThat(refused.stderr()).contains("another run is active: process " + first.pid());
            LockstepRun skipped = listen(environment, "--if-running", "skip", "--json");
            assertThat(skipped.exit()).isZero();
            assertThat(skipped.stdout()).contains("\"changed\":false", "\"skipped\":true");
            assertThat(listen(environment, "--if-running", "skip", "-q").stdout())
                    .isEmpty();
            assertThat(listen(environment, "--if-running", "maybe").exit()).isEqualTo(2);
            LockstepRun other = LockstepRun.of(
                    environment, "realm", "broadcast", "http://localhost:4201/x/", "--if-running", "fail");
            assertThat(other.exit()).as("another command: %s", other).isZero();

            first.signal("KILL");
            first.exitCode();
            assertThat(listen(environment, "--if-running", "wait").exit()).isZero();
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("lockstep/run"))))
                .isEqualTo("rwx------");
    }

    @Test
    void aLockFileThatCannotBeOpenedIsNamed() throws IOException {
        Map<String, String> environment = Map.of("XDG_STATE_HOME", folder.toString());
        assertThat(LockstepRun.of(environment, "version", "--if-running", "fail")
                        .exit())
                .isZero();
        Path lock;
        try (Stream<Path> files = Files.list(folder.resolve("lockstep/run"))) {
            lock = files.findFirst().orElseThrow();
        }
        Files.delete(lock);
        Files.createDirectory(lock);

        for (String answer : List.of("fail", "wait", "skip")) {
            LockstepRun run = LockstepRun.of(environment, "version", "--if-running", answer);
            assertThat(run.exit()).isEqualTo(1);
            assertThat(run.stderr())
                    .startsWith("lockstep version: cannot open the lock file " + lock + ": Is a directory\nhint: ")
                    .doesNotContain("PostgreSQL");
        }
        Files.delete(lock);
        Files.delete(lock.getParent());
        Files.createFile(lock.getParent());
        LockstepRun run = LockstepRun.of(environment, "version", "--if-running", "fail");
        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.stderr())
                .contains("cannot make the folder " + lock.getParent(), "hint: set XDG_STATE_HOME")
                .doesNotContain("PostgreSQL");
    }

    @Test
    void theReportIsTheEnvelopeWhateverIsPrinted() throws IOException {
        Path report = folder.resolve("report.json");

        LockstepRun text = LockstepRun.of(Map.of(), "version", "--report", report.toString());
        assertThat(text.stdout()).startsWith("lockstep ");
        Map<?, ?> envelope = (Map<?, ?>) Json.parse(Files.readString(report));
        assertThat(envelope.get("schema")).isEqualTo("lockstep/version/1");

        LockstepRun failed = LockstepRun.of(
                Map.of(), "fts", "status", "--db", "/nonexistent", "--report", report.toString(), "-o", "json");
        assertThat(Files.readString(report)).isEqualTo(failed.stdout()).contains("\"exitCode\":2");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(report);
        }
    }

    @Test
    void aReportThatCannotBeWrittenIsSaidAndChangesNothing() {
        LockstepRun run = LockstepRun.of(Map.of(), "version", "--report", "/nonexistent/report.json");

        assertThat(run.exit()).isZero();
        assertThat(run.stderr()).contains("cannot write the report");
    }

    @Test
    void metricsKeepTheTimeOfTheLastSuccessWhileRunsFail() throws Exception {
        Path metrics = folder.resolve("lockstep.prom");
        Path database = TestSqlite.create(
                folder.resolve("some.db"),
                "create table note (body text)",
                "create virtual table note_fts using fts5(body)",
                "create trigger t after insert on note begin insert into note_fts values (new.body); end",
                "create trigger u after update on note begin update note_fts set body = new.body"
                        + " where rowid = old.rowid; end",
                "create trigger d after delete on note begin delete from note_fts where rowid = old.rowid; end",
                "insert into note values ('lighthouse')");
        String[] words = {"fts", "status", "--db", database.toString(), "-q", "--metrics-file", metrics.toString()};

        assertThat(LockstepRun.of(Map.of(), words).exit()).isZero();
        String good = Files.readString(metrics);
        String success = line(good, SUCCESS);
        Files.delete(database);
        assertThat(LockstepRun.of(Map.of(), words).exit()).isEqualTo(2);

        assertThat(good)
                .contains("lockstep_last_run_exit_code{command=\"fts status\",db=\"" + database + "\"} 0\n")
                .contains("lockstep_last_run_value{command=\"fts status\",db=\"" + database
                        + "\",table=\"note\",fts=\"note_fts\",name=\"rows\"} 1\n");
        assertThat(Files.readString(metrics))
                .contains("lockstep_last_run_exit_code{command=\"fts status\",db=\"" + database + "\"} 2\n")
                .contains(success);
        assertThat(good.lines()).allMatch(line -> line.matches("# (HELP|TYPE) [a-z_]+ .+|[a-z_]+\\{.+\\} [\\d.E]+"));
        assertThat(Files.getPosixFilePermissions(metrics).toString()).contains("OTHERS_READ");
    }

    private static String line(String text, String start) {
        return text.lines().filter(line -> line.startsWith(start)).findFirst().orElseThrow();
    }
}
