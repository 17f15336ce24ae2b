package dev.lockstep.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.Await;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.RunningLockstep;
import dev.lockstep.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** {@code realm listen --exec}. */
@ExtendWith(PostgresExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class HookTest {
    @TempDir
    Path folder;

    @Test
    void theEventIsInItsEnvironmentAndNoPasswordIs(TestDatabase database) throws Exception {
        Path seen = folder.resolve("seen");
        Path hook =
                script("env | grep -v ^PWD= > " + seen + ".new; cat >> " + seen + ".new; mv " + seen + ".new " + seen);
        Map<String, String> environment = environment(database);
        environment.put("LOCKSTEP_PG", database.url());
        environment.put("MYSQL_PWD", "S3CR3T-mysql");
        environment.put("KEPT", "yes");

        try (RunningLockstep listen = listen(environment, hook.toString(), "--count", "1")) {
            listen.awaitStdout("listening");
            database.execute("notify realm_file_changes, 'http://h/a/:b c.gts'");

            assertThat(listen.ended().exit()).isZero();
        }
        assertThat(Files.readAllLines(seen))
                .contains(
                        "LOCKSTEP_CHANNEL=realm_file_changes",
                        "LOCKSTEP_REALM=http://h/a/",
                        "LOCKSTEP_PATH=b c.gts",
                        "LOCKSTEP_PAYLOAD=http://h/a/:b c.gts",
                        "KEPT=yes",
                        "PGHOST=" + database.host())
                .noneMatch(line -> line.contains("S3CR3T"));
    }

    @Test
    void noShellSeesAPayload(TestDatabase database) throws Exception {
        Path touched = folder.resolve("touched");
        Path log = folder.resolve("log");
        Path hook =
                script("printf '%s\\n' \"$LOCKSTEP_PAYLOAD\" \"[$LOCKSTEP_REALM][$LOCKSTEP_PATH]\" \"$@\" >> " + log);
        List<String> payloads = List.of(
                "http://h/:$(touch " + touched + ")",
                "; touch " + touched,
                "`touch " + touched + "`",
                "--help",
                "a\nb");

        try (RunningLockstep listen = listen(
                environment(database), "'" + hook + "' \"one two\" thr'ee $HOME'", "--count", "" + payloads.size())) {
            listen.awaitStdout("listening");
            for (String payload : payloads) {
                database.execute("select pg_notify('realm_file_changes', $$" + payload + "$$)");
            }

            assertThat(listen.ended().exit()).isZero();
        }
        assertThat(touched).doesNotExist();
        assertThat(Files.readString(log))
                .contains(
                        "http://h/:$(touch",
                        "[http://h/][$(touch",
                        "--help\n[][]\none two\nthree $HOME\n",
                        "a\nb\n[][]");
    }

    @Test
    void hooksRunOneAfterTheOtherInTheOrderOfTheEvents(TestDatabase database) throws Exception {
        Path log = folder.resolve("log");
        Path hook = script(
                "echo \"begin $LOCKSTEP_PATH\" >> " + log + "; sleep 0.02; echo \"end $LOCKSTEP_PATH\" >> " + log);

        try (RunningLockstep listen = listen(environment(database), hook.toString(), "--count", "20")) {
            listen.awaitStdout("listening");
            database.execute(
                    "select pg_notify('realm_file_changes', 'http://h/:' || i) from generate_series(1, 20) as i");

            assertThat(listen.ended().exit()).isZero();
        }
        List<String> lines = Files.readAllLines(log);
        for (int i = 0; i < 20; i++) {
            assertThat(lines.subList(2 * i, 2 * i + 2)).containsExactly("begin " + (i + 1), "end " + (i + 1));
        }
    }

    @Test
    void aSlowHookHoldsUpNeitherTheServerNorTheEvents(TestDatabase database) throws Exception {
        Path go = folder.resolve("go");
        Path hook = script("test $LOCKSTEP_PATH != 1 || while ! test -e " + go + "; do sleep 0.05; done");

        try (RunningLockstep listen = listen(environment(database), hook.toString(), "-o", "jsonl", "--count", "101")) {
            listen.awaitStdout("ready");
            database.execute("notify realm_file_changes, 'http://h/:1'");
            listen.awaitStdout("\"path\":\"1\"");
            database.execute("select pg_notify('realm_file_changes', 'http://h/:x' || i || repeat('x', 7000))"
                    + " from generate_series(1, 100) as i");
            Await.until("the server's queue to be empty", Duration.ofSeconds(10), () -> database.ask(
                            "select pg_notification_queue_usage() = 0")
                    .equals("t"));

            Files.createFile(go);

            LockstepRun run = listen.ended();
            assertThat(run.exit()).isZero();
            assertThat(run.stdout()).contains("\"received\":101", "\"gaps\":0");
        }
    }

    @Test
    void aHookThatFailsIsReportedAndTheNextOneRuns(TestDatabase database) throws Exception {
        Path hook = script("echo \"said $LOCKSTEP_PATH\"; test $LOCKSTEP_PATH != bad || exit 3");

        try (RunningLockstep listen = listen(environment(database), hook.toString(), "-o", "jsonl", "--count", "2")) {
            listen.awaitStdout("ready");
            database.execute(
                    "notify realm_file_changes, 'http://h/:bad'", "notify realm_file_changes, 'http://h/:good'");

            LockstepRun run = listen.ended();

            assertThat(run.exit()).isEqualTo(7);
            assertThat(run.stderr())
                    .contains("said bad\n", "ended with 3, for: realm_file_changes http://h/:bad", "said good\n");
            assertThat(run.stdout())
                    .contains("\"hookFailures\":1", "\"code\":\"hook-failed\"")
                    .doesNotContain("said");
        }
    }

    @Test
    void aHookThatPrintsWithoutEndIsReadAndCut(TestDatabase database) throws Exception {
        Path hook = script("head -c 20000000 /dev/zero | tr '\\0' y; kill -9 $$");

        try (RunningLockstep listen = listen(environment(database), hook.toString(), "--count", "1")) {
            listen.awaitStdout("listening");
            database.execute("notify realm_file_changes, 'http://h/:x'");

            LockstepRun run = listen.ended();

            assertThat(run.exit()).isEqualTo(7);
            assertThat(run.stderr()).contains("ended with 137").hasSizeBetween(65_536, 70_000);
        }
    }

    @Test
    void aHookThatHangsIsStoppedWhenTheTimeIsOver(TestDatabase database) throws Exception {
        Path hook = script("sleep 1000");

        try (RunningLockstep listen =
                listen(environment(database), hook.toString(), "--timeout", "2s", "--count", "2")) {
            listen.awaitStdout("listening");
            database.execute("notify realm_file_changes, 'http://h/:x'");

            LockstepRun run = listen.ended();

            assertThat(run.exit()).isEqualTo(5);
            assertThat(run.stderr()).contains("was still running after 2s and was stopped");
        }
    }

    @Test
    void anInterruptStopsTheHookToo(TestDatabase database) throws Exception {
        Path hook = script("echo $$ > " + folder.resolve("pid.new") + "; mv " + folder.resolve("pid.new") + " "
                + folder.resolve("pid") + "; sleep 1000");
        RunningLockstep listen = listen(environment(database), hook.toString());
        try (listen) {
            listen.awaitStdout("listening");
            database.execute("notify realm_file_changes, 'http://h/:x'");
            Await.until("the hook", Duration.ofSeconds(10), () -> Files.exists(folder.resolve("pid")));
        }
        long pid = Long.parseLong(Files.readString(folder.resolve("pid")).strip());

        assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
    }

    /** The parent of the last one is gone, so nothing says any more whose child it is. */
    @Test
    void whatAHookHasStartedAndForgottenEndsWithItWhenItIsStopped(TestDatabase database) throws Exception {
        Path hook = script("(trap '' TERM; sleep 1000 & echo $! > " + folder.resolve("pid.new") + "; mv "
                + folder.resolve("pid.new") + " " + folder.resolve("pid") + ")\nsleep 1000");
        RunningLockstep listen = listen(environment(database), hook.toString());
        try (listen) {
            listen.awaitStdout("listening");
            database.execute("notify realm_file_changes, 'http://h/:x'");
            Await.until("the hook", Duration.ofSeconds(10), () -> Files.exists(folder.resolve("pid")));
        }
        long pid = Long.parseLong(Files.readString(folder.resolve("pid")).strip());

        Await.until("the forgotten process to end", Duration.ofSeconds(10), () -> ProcessHandle.of(pid)
                .flatMap(process -> process.info().command())
                .isEmpty());
    }

    @Test
    void aHookThatCannotRunIsAUsageErrorBeforeAnythingElse(TestDatabase database) throws Exception {
        Path plain = Files.writeString(folder.resolve("plain"), "#!/bin/sh\n");

        assertUsage(database, "/no/such/hook", "no such program: /no/such/hook");
        assertUsage(database, folder.toString(), "no such program");
        assertUsage(database, plain.toString(), "not executable");
        assertUsage(database, "no-such-program-anywhere", "no such program in PATH");
        assertUsage(database, "", "names no program");
        assertUsage(database, "echo 'x", "quote");
    }

    private static void assertUsage(TestDatabase database, String command, String what) {
        LockstepRun run = listen(environment(database), command).ended();
        assertThat(run.exit()).as(run.stderr()).isEqualTo(2);
        assertThat(run.stdout()).isEmpty();
        assertThat(run.stderr()).contains(what);
    }

    private static Map<String, String> environment(TestDatabase database) {
        Map<String, String> environment = new HashMap<>(database.environment());
        environment.put("PATH", System.getenv("PATH"));
        return environment;
    }

    private static RunningLockstep listen(Map<String, String> environment, String command, String... options) {
        String[] arguments = new String[options.length + 4];
        arguments[0] = "realm";
        arguments[1] = "listen";
        arguments[2] = "--exec";
        arguments[3] = command;
        System.arraycopy(options, 0, arguments, 4, options.length);
        return RunningLockstep.start(environment, arguments);
    }

    private Path script(String body) throws IOException {
        Path script = Files.writeString(folder.resolve("hook"), "#!/bin/sh\n" + body + "\n");
        return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    }
}
