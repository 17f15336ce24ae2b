package dev.lockstep.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.text.DisplayWidth;
import dev.lockstep.support.Work;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadingTest {
    private static final Reading HALF =
            new Reading("documents", Work.ROWS_WRITTEN, 350_000, 700_000, 12_500, Duration.ofSeconds(28));

    private static final List<Reading> ANY = List.of(
            HALF,
            new Reading("日本語の表", Work.ROWS_COMPARED, 1, 3, 0.2, Duration.ofSeconds(5)),
            new Reading("t".repeat(300), Work.ROWS_SENT, 7, 0, 2, Duration.ofHours(5)),
            new Reading("a.ndjson", Work.BYTES_READ, 1 << 30, 5L << 32, 1e7, Duration.ofSeconds(100)),
            new Reading("idx", Work.INDEX_BUILT, 33, 100, 1, Duration.ofSeconds(33)),
            new Reading("docs", Work.ROWS_COMPARED, 0, 0, 0, Duration.ofSeconds(61)));

    @Test
    void saysInOneSentenceHowFarItIs() {
        assertThat(HALF.sentence()).isEqualTo("documents: 350,000 of 700,000 rows written (50%), 12,500/s, 28 s left");
        assertThat(ANY.get(3).sentence()).isEqualTo("a.ndjson: 1.1 GB of 21 GB read (5%), 10 MB/s, 34 min left");
        assertThat(ANY.get(4).sentence()).isEqualTo("idx: 33% of the index built, 67 s left");
        assertThat(ANY.get(5).sentence()).isEqualTo("docs: comparing, for 61 s");
    }

    @Test
    void whatMattersLeastGoesFirstWhereThereIsLittleRoom() {
        assertThat(HALF.bar(80))
                .isEqualTo("documents: rows written [####----]  50% 350,000 of 700,000, 12,500/s, 28 s left");
        assertThat(HALF.bar(40)).isEqualTo("documents [######------]  50% 28 s left");
        assertThat(HALF.bar(24)).isEqualTo("documents 50%");
    }

    @Test
    void neverIsAsWideAsTheTerminal() {
        for (Reading reading : ANY) {
            for (int columns = 12; columns <= 200; columns++) {
                assertThat(DisplayWidth.of(reading.bar(columns)))
                        .as("%s at %d", reading, columns)
                        .isLessThan(columns);
            }
        }
    }

    @Test
    void theBarKeepsItsPlaceWhileTheNumbersGrow() {
        int before = bracket(0);
        for (long done = 1; done <= 700_000; done += 6_999) {
            assertThat(bracket(done)).isEqualTo(before);
        }
    }

    private static int bracket(long done) {
        return new Reading("documents", Work.ROWS_WRITTEN, done, 700_000, 12_500, Duration.ofSeconds(28))
                .bar(120)
                .indexOf(']');
    }

    @Test
    void anEstimateThatIsSurpassedIsNoTotal() {
        Reading more = new Reading("t", Work.ROWS_READ, 11, 10, 0, Duration.ofSeconds(3));
        assertThat(more.total()).isZero();
        assertThat(more.bar(80)).isEqualTo("t: rows read, 11, 3 s");
    }
}
