package dev.lockstep.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.Await;
import dev.lockstep.testing.RunningLockstep;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is watched is watched while the answer is no, and until there is none. */
class ShellWatchTest {
    @TempDir
    Path folder;

    @Test
    void anAnswerOfNoIsWatchedAndAFailureEndsIt() throws Exception {
        Path notes = TestSqlite.create(
                folder.resolve("notes.db"),
                "create table note (body text)",
                "create virtual table note_fts using fts5(body, content = 'note')");
        String script = "\\set ON_ERROR_STOP off\nfts status\n\\watch 1ms\n";

        try (RunningLockstep shell =
                RunningLockstep.startReading(script, Map.of(), "shell", "--db", notes.toString())) {
            Await.until(
                    "a third look",
                    Duration.ofMinutes(2),
                    () -> shell.stdout().split("every 1ms: fts status\n", -1).length > 3);
            Files.delete(notes);

            assertThat(shell.ended().stderr()).contains("lockstep fts status: ");
        }
    }

    @Test
    void itTakesNoCommand() {
        try (RunningLockstep shell = RunningLockstep.startReading("\\watch 1s fts status\n", Map.of(), "shell")) {
            assertThat(shell.ended().endedWith(2).stderr()).contains("\\watch repeats the last command");
        }
    }
}
