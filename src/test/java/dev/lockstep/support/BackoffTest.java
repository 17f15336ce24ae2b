package dev.lockstep.support;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.support.Backoff.Jitter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackoffTest {
    private final List<Duration> slept = new ArrayList<>();
    private final Clock clock = new Clock() {
        @Override
        public long nanos() {
            return 0;
        }

        @Override
        public void sleep(Duration length) {
            slept.add(length);
        }
    };

    @Test
    void pausesDoubleUpToTheLimitAndBeginAnewAfterASuccess() throws InterruptedException {
        Backoff backoff = backoff(Jitter.NONE);
        for (int i = 0; i < 5; i++) {
            backoff.pause();
        }
        backoff.reset();
        backoff.pause();

        assertThat(slept).extracting(Duration::toMillis).containsExactly(100L, 200L, 400L, 500L, 500L, 100L);
    }

    @ParameterizedTest
    @CsvSource({"NONE, 1", "HALF, 0.5", "FULL, 0"})
    void aPauseIsNeverLongerThanItsLimitNorShorterThanItsPartThatIsCertain(Jitter jitter, double certain) {
        List<Long> drawn = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            Backoff backoff = backoff(jitter);
            Duration limit = backoff.limit();
            long pause = backoff.next().toNanos();
            assertThat(pause).isBetween((long) (limit.toNanos() * certain), limit.toNanos());
            drawn.add(pause);
        }

        // Many who begin together do not come back together.
        assertThat(drawn.stream().distinct().count()).isGreaterThan(jitter == Jitter.NONE ? 0 : 900);
    }

    @Test
    void aFirstPauseAsLongAsTheLongestStaysSo() {
        Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(1), Jitter.NONE, clock);

        assertThat(backoff.next()).isEqualTo(backoff.next()).isEqualTo(Duration.ofSeconds(1));
    }

    private Backoff backoff(Jitter jitter) {
        return new Backoff(Duration.ofMillis(100), Duration.ofMillis(500), jitter, clock);
    }
}
