package dev.lockstep.cli.diff;

import dev.lockstep.cli.text.DisplayWidth;
import dev.lockstep.cli.text.Quantity;
import dev.lockstep.mirror.proof.ShownValue;
import dev.lockstep.mirror.verify.RowDifference;
import dev.lockstep.support.Excerpts;
import java.text.Normalizer;

/**
 * A value in a column of a page: {@code 17}, {@code 'a text'}, {@code E'two\nlines'}, {@code x'00ff' (2 bytes)}, {@code NULL}. A
 * text has escapes, and an E before it, if it has characters that a terminal would not show as they are. A long value is cut,
 * with how long it is.
 */
public final class ShownCell {
    private static final int MIN_SHOWN = 4;

    private ShownCell() {}

    /** How the two values of a cell are shown. */
    public record Pair(String source, String mirror) {}

    /**
     * Both values of a cell.
     *
     * @param columns that each may take; what is not there is empty
     */
    public static Pair of(RowDifference.Cell cell, int columns) {
        String source = cell.source() == null ? "" : shown(cell.source(), other(cell, cell.mirror()), columns, false);
        String mirror = cell.mirror() == null ? "" : shown(cell.mirror(), other(cell, cell.source()), columns, false);
        if (cell.differs() && looksTheSame(source, mirror)) {
            return new Pair(
                    shown(cell.source(), cell.mirror(), columns, true),
                    shown(cell.mirror(), cell.source(), columns, true));
        }
        return new Pair(source, mirror);
    }

    private static ShownValue other(RowDifference.Cell cell, ShownValue value) {
        return cell.differs() ? value : null;
    }

    /** By eye: with letters and accents that are composed in another way. */
    private static boolean looksTheSame(String one, String other) {
        return Normalizer.normalize(one, Normalizer.Form.NFKC)
                .equals(Normalizer.normalize(other, Normalizer.Form.NFKC));
    }

    /**
     * One value.
     *
     * @param other from which it differs; null if it is compared with none
     * @param ascii whether all that is beyond ASCII is escaped
     */
    private static String shown(ShownValue value, ShownValue other, int columns, boolean ascii) {
        String whole = written(value, value.text(), value.isWhole(), ascii);
        if (value.isWhole() && DisplayWidth.of(whole) <= columns) {
            return whole;
        }
        for (int most = columns; ; most -= Math.max(1, most / 8)) {
            String excerpt = other == null
                    ? Excerpts.beginning(value.text(), most)
                    : Excerpts.of(value.text(), other.text(), most).one();
            boolean isCut = !value.isWhole() && excerpt.equals(value.text());
            String shown = written(value, isCut ? excerpt + "…" : excerpt, false, ascii);
            if (DisplayWidth.of(shown) <= columns || most <= MIN_SHOWN) {
                return DisplayWidth.cut(shown, columns);
            }
        }
    }

    private static String written(ShownValue value, String text, boolean isWhole, boolean ascii) {
        return switch (value.form()) {
            case PLAIN -> TextEscapes.needsThem(text, ascii) ? TextEscapes.escaped(text, ascii) : text;
            case BLOB ->
                "x'" + text + "' (" + Quantity.grouped(value.length()) + (value.length() == 1 ? " byte)" : " bytes)");
            case TEXT -> {
                String quoted = TextEscapes.needsThem(text, ascii)
                        ? "E'" + TextEscapes.escaped(text, ascii) + "'"
                        : "'" + text + "'";
                yield isWhole ? quoted : quoted + " (" + Quantity.grouped(value.length()) + " chars)";
            }
        };
    }
}
