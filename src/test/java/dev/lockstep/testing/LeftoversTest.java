package dev.lockstep.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LeftoversTest {
    @Test
    void aFileInTheTemporaryFolderIsSeenUntilItIsGone() throws IOException {
        Path file = Files.createTempFile("left", ".tmp");

        assertThat(Leftovers.files()).contains(file.toString());

        Files.delete(file);
        assertThat(Leftovers.files()).doesNotContain(file.toString());
    }

    @Test
    void aChildIsSeenUntilItIsGone() throws Exception {
        Process child = new ProcessBuilder("sleep", "600").start();

        assertThat(isSeen(child.pid())).isTrue();

        child.destroyForcibly().waitFor();
        assertThat(isSeen(child.pid())).isFalse();
    }

    @Test
    void aDaemonWhoseParentHasGoneIsSeenUntilItIsGone() {
        long daemon =
                Long.parseLong(Shell.run("sleep 601 > /dev/null 2>&1 & echo $!").strip());
        try {
            assertThat(isSeen(daemon)).isTrue();
        } finally {
            Signals.send("KILL", daemon);
        }
        Await.until("the daemon to end", Duration.ofSeconds(5), () -> !isSeen(daemon));
    }

    private static boolean isSeen(long pid) {
        return Leftovers.processes().stream().anyMatch(process -> process.startsWith(pid + " "));
    }
}
