package dev.lockstep.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a terminal shows, and what anything else gets. */
class LayoutTest {
    private static final List<String> TABLES = List.of(
            Cells.of("docs:", Count.of(1_500_000) + " rows,", Accent.GOOD.of("equal")),
            Cells.of("変更履歴:", Count.of(2) + " rows,", "3 missing"),
            "and no more");

    private static Layout terminal(int columns) {
        return new Layout(true, false, () -> columns);
    }

    @Test
    void whatIsNoTerminalGetsOneLineAndDigits() {
        assertThat(Layout.PLAIN.lines(TABLES))
                .containsExactly("docs: 1500000 rows, equal", "変更履歴: 2 rows, 3 missing", "and no more");
        assertThat(Layout.unmarked(String.join("|", TABLES)))
                .isEqualTo("docs: 1500000 rows, equal|変更履歴: 2 rows, 3 missing|and no more");
    }

    @Test
    void linesThatTellAlikeStandBelowEachOther() {
        assertThat(terminal(80).lines(TABLES))
                .containsExactly("docs:     1,500,000 rows, equal", "変更履歴:         2 rows, 3 missing", "and no more");
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 40, 80, 120})
    void noWordIsCutAndNoLineIsTooLong(int columns) {
        String text = "  note: 漢字 and emoji 👩‍👩‍👧 stand in " + Count.of(-1_234_567)
                + " rows, which is more than anybody would want to look at in one line of a terminal that is narrow";
        List<String> lines = terminal(columns).lines(List.of(text));

        assertThat(lines).allSatisfy(line -> assertThat(DisplayWidth.of(line)).isLessThanOrEqualTo(columns));
        assertThat(String.join(" ", lines.stream().map(String::strip).toList()))
                .isEqualTo(Count.grouped(text).strip());
    }

    @Test
    void aCommandStaysWholeSoThatItCanBeCopied() {
        String command = "'lockstep mirror repair --db notes.db --to sqlite:copy.db'";

        assertThat(terminal(40).lines(List.of("hint: " + command + " writes just these rows")))
                .containsExactly("hint:", "  " + command, "  writes just these rows");
    }

    @Test
    void whatIsTooWideForColumnsIsWrapped() {
        assertThat(terminal(24).lines(TABLES))
                .containsExactly("docs: 1,500,000 rows,", "  equal", "変更履歴: 2 rows, 3", "  missing", "and no more");
    }

    @Test
    void coloursAreOnlyWhereTheyAreWanted() {
        String text = Accent.BAD.of("lockstep top:") + " no";

        assertThat(new Layout(true, true, () -> 80).text(text)).isEqualTo("\033[1;31mlockstep top:\033[m no");
        assertThat(new Layout(false, true, () -> 80).text(text)).isEqualTo("\033[1;31mlockstep top:\033[m no");
        assertThat(terminal(80).text(text)).isEqualTo("lockstep top: no");
    }

    /** Noncharacters too, which a program may keep for itself, are text of others once they are in a database. */
    @ParameterizedTest
    @ValueSource(strings = {"\uFDD0999999999999999999999", "a\uFDD1b", "\uFDD2red", "🐀 🐁 🐂 🐃 🐄 🐅 🐆", "\uFFFF"})
    void textOfOthersIsTakenForNoMark(String theirs) {
        List<String> lines = List.of(Cells.of("docs:", theirs), Cells.of("notes:", theirs));

        assertThat(Layout.unmarked(lines.get(0))).isEqualTo("docs: " + theirs);
        assertThat(Layout.printed(lines.get(0))).isEqualTo("docs: " + theirs);
        assertThat(Layout.PLAIN.lines(lines)).containsExactly("docs: " + theirs, "notes: " + theirs);
        assertThat(new Layout(true, true, () -> 80).lines(lines))
                .containsExactly("docs:  " + theirs, "notes: " + theirs);
    }
}
