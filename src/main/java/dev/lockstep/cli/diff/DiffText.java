package dev.lockstep.cli.diff;

import dev.lockstep.cli.pager.Pager;
import dev.lockstep.cli.text.DisplayWidth;
import dev.lockstep.mirror.verify.Difference.Kind;
import dev.lockstep.mirror.verify.RowDifference;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Rows that differ, side by side: a line for each column, the source's value at the left, the mirror's at the right. Between
 * them stands what differs, as in {@code diff -y}: {@code |} a cell, {@code <} a row that is missing, {@code >} one too many.
 */
public final class DiffText extends RowDisplay {
    /** Rows of wider tables are shown without the cells that are equal. */
    private static final int MAX_COLUMNS = 12;

    private static final int MAX_NAME = 24;
    private static final int MIN_VALUE = 12;
    private static final String INDENT = "    ";
    private static final int GAP = 2;
    private static final int MARK = 3;

    /** How a part of a line is coloured (ECMA-48, SGR). */
    private enum Style {
        HEADING("1"),
        /** What is right. */
        SOURCE("32"),
        /** What is not. */
        MIRROR("31"),
        MARK("1;33"),
        EQUAL("2");

        private final String code;

        Style(String code) {
            this.code = code;
        }
    }

    private final Pager pager;
    private Runnable begins = () -> {};
    private boolean hasBegun;

    /** @param most how many rows are shown */
    public DiffText(Pager pager, long most) {
        super(most);
        this.pager = pager;
    }

    @Override
    public void onFirst(Runnable action) {
        begins = action;
    }

    @Override
    public boolean isWaitedFor() {
        return true;
    }

    @Override
    public boolean hasBegun() {
        return hasBegun;
    }

    @Override
    protected void show(RowDifference row) {
        if (!hasBegun) {
            hasBegun = true;
            begins.run();
        }
        List<RowDifference.Cell> cells = new ArrayList<>();
        boolean isWide = row.cells().size() > MAX_COLUMNS && row.kind() == Kind.CHANGED;
        row.cells().stream().filter(cell -> !isWide || cell.differs()).forEach(cells::add);
        int names = Math.min(
                MAX_NAME,
                cells.stream()
                        .mapToInt(cell -> DisplayWidth.of(name(cell)))
                        .max()
                        .orElse(0));
        int values = Math.max(MIN_VALUE, (pager.columns() - INDENT.length() - names - GAP - MARK) / 2);
        if (beginsTable(row)) {
            heading(row.plan().name(), names, values);
        }
        pager.line(styled(
                        Style.HEADING,
                        DisplayWidth.cut("  key " + TextEscapes.escapedKey(row.key()), pager.columns() - 12))
                + ": " + row.kind().name().toLowerCase(Locale.ROOT)
                + (row.isAlone() ? "" : ", and not the only row of this key"));
        for (RowDifference.Cell cell : cells) {
            line(row.kind(), cell, names, values);
        }
        if (isWide) {
            pager.line(styled(Style.EQUAL, INDENT + (row.cells().size() - cells.size()) + " columns are equal"));
        }
    }

    private void heading(String table, int names, int values) {
        pager.line(styled(Style.HEADING, DisplayWidth.cut(TextEscapes.escapedKey(table), pager.columns())));
        pager.line(styled(
                Style.EQUAL,
                INDENT + DisplayWidth.padded("", names + GAP) + DisplayWidth.padded("source", values) + " ".repeat(MARK)
                        + "mirror"));
    }

    private static String name(RowDifference.Cell cell) {
        return TextEscapes.escapedKey(cell.column());
    }

    private void line(Kind kind, RowDifference.Cell cell, int names, int values) {
        ShownCell.Pair pair = ShownCell.of(cell, values);
        String mark =
                switch (kind) {
                    case MISSING -> "<";
                    case EXTRA -> ">";
                    case CHANGED -> cell.differs() ? "|" : " ";
                };
        boolean differs = !mark.isBlank();
        String name = DisplayWidth.padded(DisplayWidth.cut(name(cell), names), names) + " ".repeat(GAP);
        String line = INDENT
                + (differs ? name : styled(Style.EQUAL, name))
                + styled(differs ? Style.SOURCE : Style.EQUAL, DisplayWidth.padded(pair.source(), values))
                + styled(Style.MARK, " " + mark + " ")
                + styled(differs ? Style.MIRROR : Style.EQUAL, pair.mirror());
        pager.line(pager.isColoured() ? line : line.stripTrailing());
    }

    private String styled(Style style, String text) {
        return pager.isColoured() && !text.isBlank() ? "\033[" + style.code + "m" + text + "\033[m" : text;
    }
}
