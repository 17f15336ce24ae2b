package dev.lockstep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.Await;
import dev.lockstep.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code lockstep demo}, as a new user runs it: on a machine that has nothing yet. */
@Tag("distribution")
class DemoTest {
    private static final Duration STOPPED_WITHIN = Duration.ofSeconds(20);

    @TempDir
    Path state;

    @Test
    void everyMechanismIsShownOnRealDatabasesAndNothingStays() throws IOException {
        try (ChildJvm demo =
                Installation.built().with("XDG_STATE_HOME", state.toString()).start("demo")) {
            assertThat(demo.exitCode(Duration.ofMinutes(3))).as("%s", demo).isZero();
            assertThat(demo.stdout())
                    .contains("replica A heard http://localhost:4201/luke/my-realm/:*")
                    .contains("replica B heard http://localhost:4201/luke/my-realm/:*")
                    .contains("replica A: live, 0 behind", "replica B: live, 0 behind", "replica C: gone, 1 behind")
                    .contains("replica C heard http://localhost:4201/luke/my-realm/:cards/person.gts, number 2")
                    .contains("replica C heard http://localhost:4201/luke/my-realm/:*, number 3")
                    .contains("built so far: LET VERSION = 1;\n")
                    .contains("built so far: LET VERSION = 1; LET VERSION = 2; LET VERSION = 3;\n")
                    .contains("nobody got it")
                    .contains("search for 'harbour': 0 found")
                    .contains("search for 'harbour': 20000 found")
                    .contains("restored article_fts: 500 changed rows")
                    .contains("search for 'beacon': 500 found")
                    .contains("article_fts: equal (every row)");
        }
        Path embedded = state.resolve("lockstep/embedded");
        long guard =
                Long.parseLong(Files.readString(embedded.resolve("guard.lock")).strip());

        Await.until("the server to stop", STOPPED_WITHIN, () -> !runs(guard));

        assertThat(embedded.resolve("data/postmaster.pid")).doesNotExist();
        try (Stream<Path> left = Files.list(state.resolve("lockstep"))) {
            assertThat(left).containsExactly(embedded);
        }
    }

    /** Not a zombie: where nobody collects these, they stay. */
    private static boolean runs(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().command())
                .isPresent();
    }
}
