package dev.lockstep.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.Lockstep;
import dev.lockstep.testing.Await;
import dev.lockstep.testing.ChildJvm;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code lockstep shell} on a terminal, which {@code script} of util-linux provides, with somebody at the keyboard. */
class ShellTerminalTest {
    private static final String CONTROL_C = "\u0003";
    private static final String CONTROL_D = "\u0004";
    private static final String SECRET = "S3CR3T-canary";

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    /** A shell whose keys are typed into a pipe. Closing it kills it. */
    private final class Session implements AutoCloseable {
        private final ChildJvm child;
        private final OutputStream keyboard;

        Session(String state, String terminal, int columns) throws IOException {
            Path keys = folder.resolve("keys");
            String java =
                    Path.of(System.getProperty("java.home"), "bin", "java").toString();
            List<String> command = List.of(
                    "stty cols " + columns + " rows 24; exec",
                    java,
                    "-XX:TieredStopAtLevel=1",
                    "-XX:-UsePerfData",
                    "-Dlockstep.tty=012",
                    "-cp",
                    System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                    Lockstep.class.getName(),
                    "shell");
            Map<String, String> environment = Map.of(
                    "PATH", System.getenv("PATH"), "LC_ALL", "C.UTF-8", "TERM", terminal, "XDG_STATE_HOME", state);
            child = ChildJvm.exec(
                    folder,
                    environment,
                    "sh",
                    "-c",
                    "mkfifo \"$1\" && exec script -qec \"$2\" /dev/null <\"$1\"",
                    "sh",
                    keys.toString(),
                    String.join(" ", command));
            Await.until("the keyboard", PATIENCE, () -> Files.exists(keys));
            keyboard = Files.newOutputStream(keys);
        }

        /** Waits for the prompt, and types a line. */
        void enter(String line, String shown) throws IOException {
            Await.until("a prompt in " + child.stdout(), PATIENCE, () -> child.stdout()
                    .endsWith("lockstep> "));
            type(line + "\r", shown);
        }

        /** Types, and waits until the screen has shown the text once more than before. */
        void type(String keys, String shown) throws IOException {
            int before = count(shown);
            keyboard.write(keys.getBytes(StandardCharsets.UTF_8));
            keyboard.flush();
            Await.until(shown + " in " + child.stdout(), PATIENCE, () -> count(shown) > before);
        }

        private int count(String text) {
            return child.stdout().split(Pattern.quote(text), -1).length;
        }

        int left() throws IOException {
            keyboard.write(CONTROL_D.getBytes(StandardCharsets.UTF_8));
            keyboard.close();
            return child.exitCode();
        }

        @Override
        public void close() {
            child.close();
        }
    }

    @Test
    void keysDoWhatTheyDoInAShell() throws Exception {
        try (Session shell = new Session(folder.toString(), "xterm", 80)) {
            shell.enter("vers\t", "lockstep 0.");
            shell.enter("realm locks --nope", "unknown option '--nope'");
            shell.enter("realm locks --pg postgresql://a:" + SECRET + "@h/d", "PGPASSWORD");
            shell.enter("", "lockstep> ");
            shell.type("half a command", "command");
            shell.type(CONTROL_C, "lockstep> ");
            shell.type("profile show boxel -o \t\t", "jsonl");
            shell.type(CONTROL_C, "lockstep> ");
            shell.enter("version", "lockstep 0.");
            shell.enter("\\watch 1h", "lockstep 0.");
            shell.type(CONTROL_C, "lockstep> ");
            shell.enter("version --json", "\"exitCode\":0");
            shell.enter("", "lockstep> ");

            assertThat(shell.left()).isZero();
            assertThat(shell.child.stdout()).doesNotContain("Exception");
        }
        Path history = folder.resolve("lockstep/history");
        assertThat(history).content().contains("version", "--nope").doesNotContain(SECRET);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(history)))
                .isEqualTo("rw-------");
    }

    /** As terminals paste where the editor asks them to mark it. */
    @Test
    void whatIsPastedRunsLineByLine() throws Exception {
        try (Session shell = new Session(folder.toString(), "xterm", 80)) {
            shell.child.awaitStdout("what else this shell can do");
            Await.until("a prompt", PATIENCE, () -> shell.child.stdout().endsWith("lockstep> "));
            shell.type("\u001b[200~version\rprofile list; version \\\r--json\u001b[201~", "--json");
            shell.type("\r", "\"exitCode\":0");

            assertThat(shell.child.stdout()).contains("lockstep 0.", "cadt-v1").doesNotContain("unexpected argument");
            shell.enter("exit", "exit");
            assertThat(shell.child.exitCode()).isZero();
        }
    }

    @Test
    void aHistoryThatCannotBeWrittenIsSaidAndDoesNotStopTheShell() throws Exception {
        try (Session shell = new Session("/proc/nowhere", "xterm", 40)) {
            shell.child.awaitStdout("no history is");
            shell.enter("version", "lockstep 0.");
            shell.enter("", "lockstep> ");

            assertThat(shell.left()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"dumb", "", "nobody-has-described-it"})
    void aTerminalThatCanOnlyPrintHasAShellThatControlCDoesNotEnd(String terminal) throws Exception {
        try (Session shell = new Session(folder.toString(), terminal, 80)) {
            shell.enter("version", "lockstep 0.");
            shell.enter("\\watch 1h", "lockstep 0.");
            shell.type(CONTROL_C, "lockstep> ");
            shell.type("half a command", "half a command");
            shell.type(CONTROL_C, "lockstep> ");
            shell.enter("realm locks --nope", "unknown option '--nope'");
            shell.enter("", "lockstep> ");

            assertThat(shell.left()).isZero();
            assertThat(shell.child.stdout()).doesNotContain("Exception", "half a command: ");
        }
    }
}
