package dev.lockstep.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class DisplayWidthTest {
    @Test
    void countsColumnsAndNotCharacters() {
        assertThat(DisplayWidth.of("")).isZero();
        assertThat(DisplayWidth.of("plain")).isEqualTo(5);
        assertThat(DisplayWidth.of("日本語")).isEqualTo(6);
        assertThat(DisplayWidth.of("한국")).isEqualTo(4);
        assertThat(DisplayWidth.of("ｆｕｌｌ")).isEqualTo(8);
        assertThat(DisplayWidth.of("é")).as("with a combining accent").isEqualTo(1);
        assertThat(DisplayWidth.of("🚀")).isEqualTo(2);
        assertThat(DisplayWidth.of("👨‍👩‍👧")).as("a family").isEqualTo(2);
        assertThat(DisplayWidth.of("🇯🇵🇩🇪")).as("two flags").isEqualTo(4);
        assertThat(DisplayWidth.of("👍🏽")).as("a skin tone").isEqualTo(2);
        assertThat(DisplayWidth.of("❤️")).as("asked to be an emoji").isEqualTo(2);
        assertThat(DisplayWidth.of("añb")).isEqualTo(3);
    }

    @Test
    void cutsBetweenWhatBelongsTogether() {
        assertThat(DisplayWidth.cut("日本語", 6)).isEqualTo("日本語");
        assertThat(DisplayWidth.cut("日本語", 5)).isEqualTo("日本…");
        assertThat(DisplayWidth.cut("日本語", 4)).isEqualTo("日…");
        assertThat(DisplayWidth.cut("👨‍👩‍👧👨‍👩‍👧", 3)).isEqualTo("👨‍👩‍👧…");
        assertThat(DisplayWidth.cut("abc", 1)).isEqualTo("…");
        assertThat(DisplayWidth.cut("abc", 0)).isEmpty();
        for (String text : List.of("日本語の表", "abc🇯🇵def", "éé👍🏽x")) {
            for (int columns = 1; columns < 12; columns++) {
                assertThat(DisplayWidth.of(DisplayWidth.cut(text, columns))).isLessThanOrEqualTo(columns);
            }
        }
    }

    @Test
    void fillsUpToAColumn() {
        assertThat(DisplayWidth.padded("日本", 6)).isEqualTo("日本  ");
        assertThat(DisplayWidth.rightPadded("12", 4)).isEqualTo("  12");
        assertThat(DisplayWidth.padded("long", 2)).isEqualTo("long");
    }

    @Test
    void groupsNumbersAndRoundsBytes() {
        assertThat(Quantity.grouped(0)).isEqualTo("0");
        assertThat(Quantity.grouped(-999)).isEqualTo("-999");
        assertThat(Quantity.grouped(-1_000)).isEqualTo("-1,000");
        assertThat(Quantity.grouped(1_234_567)).isEqualTo("1,234,567");
        assertThat(Quantity.grouped(Long.MIN_VALUE)).isEqualTo("-9,223,372,036,854,775,808");
        assertThat(Quantity.bytes(0)).isEqualTo("0 B");
        assertThat(Quantity.bytes(999)).isEqualTo("999 B");
        assertThat(Quantity.bytes(1_000)).isEqualTo("1.0 kB");
        assertThat(Quantity.bytes(999_499)).isEqualTo("999 kB");
        assertThat(Quantity.bytes(999_500)).isEqualTo("1.0 MB");
        assertThat(Quantity.bytes(Long.MAX_VALUE)).isEqualTo("9.2 EB");
    }

    @Test
    void saysAgesAsPeopleDo() {
        assertThat(Age.of(Duration.ofMillis(340))).isEqualTo("340 ms");
        assertThat(Age.of(Duration.ofSeconds(90))).isEqualTo("90 s");
        assertThat(Age.of(Duration.ofMinutes(25))).isEqualTo("25 min");
        assertThat(Age.of(Duration.ofHours(47))).isEqualTo("47 h");
        assertThat(Age.of(Duration.ofDays(1_500))).isEqualTo("1,500 days");
        assertThat(Age.of(Duration.ofSeconds(-5))).isEqualTo("0 ms");
        assertThat(Age.about(Duration.ofMillis(10))).isEqualTo("1 s");
    }
}
