package dev.lockstep.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.cli.text.Accent;
import dev.lockstep.cli.text.Cells;
import dev.lockstep.cli.text.Count;
import dev.lockstep.cli.text.Layout;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is marked for a layout and printed without one is found. */
class WatchedStreamTest {
    private final ByteArrayOutputStream sink = new ByteArrayOutputStream();
    private final WatchedStream stream = new WatchedStream(sink);

    static String[] marked() {
        return new String[] {Count.of(7), Cells.of("docs:", "equal"), Accent.GOOD.of("equal")};
    }

    @ParameterizedTest
    @MethodSource("marked")
    void marksAreRefused(String text) {
        assertThatThrownBy(() -> stream.println(text)).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> stream.print(text)).isInstanceOf(AssertionError.class);
    }

    @Test
    void textIsPrinted() {
        stream.print(Layout.unmarked(String.join(" 🐀 ", marked())));

        assertThat(sink.toString(StandardCharsets.UTF_8)).isEqualTo("7 🐀 docs: equal 🐀 equal");
    }
}
