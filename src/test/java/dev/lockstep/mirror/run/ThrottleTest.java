package dev.lockstep.mirror.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.mirror.Ticks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How fast a run may be, and when it may not write at all. */
class ThrottleTest {
    private final List<String> messages = new ArrayList<>();

    @TempDir
    private Path dir;

    @Test
    void soManyRowsTakeSoMuchTime() {
        Ticks ticks = new Ticks(number -> {});
        Throttle throttle = new Throttle(OptionalInt.of(100), Optional.empty(), messages::add, ticks);

        throttle.wrote(50);
        throttle.wrote(200);
        throttle.wrote(1);

        assertThat(ticks.slept()).containsExactly(Duration.ofMillis(500), Duration.ofSeconds(2), Duration.ofMillis(10));
    }

    @Test
    void timeThatWasNotUsedIsWorthOneSecond() throws InterruptedException {
        Ticks ticks = new Ticks(number -> {});
        Throttle throttle = new Throttle(OptionalInt.of(100), Optional.empty(), messages::add, ticks);
        ticks.sleep(Duration.ofHours(1));

        throttle.wrote(100);
        throttle.wrote(100);

        assertThat(ticks.slept()).containsExactly(Duration.ofHours(1), Duration.ofSeconds(1));
    }

    @Test
    void withoutALimitNobodyWaits() {
        Ticks ticks = new Ticks(number -> {});
        Throttle throttle = new Throttle(OptionalInt.empty(), Optional.of(dir.resolve("pause")), messages::add, ticks);

        throttle.wrote(1_000_000);
        throttle.awaitGo();

        assertThat(ticks.slept()).isEmpty();
        assertThat(messages).isEmpty();
    }

    @Test
    void waitsForAsLongAsThereIsAFile() throws IOException {
        Path file = Files.createFile(dir.resolve("pause"));
        Ticks ticks = new Ticks(number -> {
            if (number == 3) {
                delete(file);
            }
        });
        Throttle throttle = new Throttle(OptionalInt.empty(), Optional.of(file), messages::add, ticks);

        throttle.awaitGo();
        assertThat(ticks.slept()).hasSize(3);
        assertThat(messages).containsExactly("paused until " + file + " is gone", "going on");

        throttle.awaitGo();
        assertThat(ticks.slept()).hasSize(3);
        Files.createFile(file);
        Ticks again = new Ticks(number -> delete(file));
        new Throttle(OptionalInt.empty(), Optional.of(file), messages::add, again).awaitGo();
        assertThat(again.slept()).hasSize(1);
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
