package dev.lockstep.mirror.plan;

import dev.lockstep.db.Cells;
import dev.lockstep.db.Cells.Kind;
import dev.lockstep.mirror.plan.MappedRow.Misfit;
import dev.lockstep.mirror.plan.MappedRow.Tag;
import dev.lockstep.mirror.plan.TargetType.Characters;
import dev.lockstep.mirror.plan.TargetType.Form;
import dev.lockstep.mirror.source.SourceTable.Nulls;
import dev.lockstep.mirror.source.UnfitValues;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Turns rows of the source into rows of the mirror, or says which value does not fit and why. Unless {@link UnfitValues} says
 * otherwise, a value is never changed to make it fit; the one exception is a fraction of a second that a column has no place for,
 * which is cut off.
 */
public final class RowMapper {
    private static final int MAX_NUMERIC_DIGITS = 1_000;

    private final List<TargetTable.Column> columns;
    private final int[] cells;
    private final int keyWidth;
    private final boolean[] takesNumbers;
    private final TablePlan.Limits limits;
    private final UnfitValues unfit;
    private final TablePlan plan;
    private final MappedRow row;
    private final Utf8Check text = new Utf8Check();
    private final SpelledValues spelled;

    RowMapper(TablePlan plan) {
        this.columns = plan.columns();
        this.cells = plan.cells().stream().mapToInt(Integer::intValue).toArray();
        this.keyWidth = plan.keyWidth();
        this.limits = plan.limits();
        this.plan = plan;
        this.unfit = plan.source().unfit();
        this.row = new MappedRow(columns.size());
        this.spelled = new SpelledValues(row);
        this.takesNumbers = new boolean[columns.size()];
        for (int i = 0; i < takesNumbers.length; i++) {
            takesNumbers[i] = i >= keyWidth || plan.tellsNumbersFromTexts(i);
        }
    }

    /** How many times so far were finer than a microsecond, and have been cut. */
    public long cut() {
        return spelled.cut();
    }

    /** The row as the mirror should have it; the same object each time. */
    public MappedRow map(Cells source) {
        row.clear();
        for (int i = 0; i < cells.length; i++) {
            TargetTable.Column column = columns.get(i);
            String reason = map(source, cells[i], column, i);
            if (reason != null && mayBeNull(column, i)) {
                row.setNull(i);
                row.changed(misfit(source, cells[i], i, reason + "; NULL in its place"));
            } else if (reason != null) {
                refuse(source, cells[i], i, reason);
            }
        }
        if (!plan.twins().isEmpty() && plan.twins().contains(plan.source().position(source))) {
            refuse(source, cells[0], 0, "a key that means to the mirror what another row's does");
        } else {
            checkSize(source);
        }
        return row;
    }

    private boolean mayBeNull(TargetTable.Column column, int i) {
        return unfit.others() == UnfitValues.Others.NULL && i >= keyWidth && column.nulls() == Nulls.ALLOWED;
    }

    private void checkSize(Cells source) {
        int key = 0;
        int all = 0;
        int longest = 0;
        for (int i = 0; i < cells.length; i++) {
            all += row.length(i);
            key = i < keyWidth ? all : key;
            longest = row.length(i) > row.length(longest) ? i : longest;
        }
        if (key > limits.key()) {
            refuse(source, cells[0], 0, "a key of " + key + " bytes, where the mirror's index takes " + limits.key());
        } else if (all > limits.row()) {
            refuse(
                    source,
                    cells[longest],
                    longest,
                    "a row of " + all + " bytes, where the mirror takes " + limits.row() + " (" + limits.setting()
                            + ")");
        }
    }

    /** @return why the value does not fit, or null */
    private String map(Cells source, int cell, TargetTable.Column column, int i) {
        Kind kind = source.kind(cell);
        if (kind == Kind.NULL) {
            row.setNull(i);
            return column.nulls() == Nulls.FORBIDDEN ? "NULL in a column that takes none" : null;
        }
        TargetType type = column.type().orElseThrow();
        return switch (type.form()) {
            case INTEGER -> integer(source, cell, type, i);
            case REAL -> real(source, cell, type, i);
            case TEXT, CHAR, LABEL ->
                kind == Kind.TEXT ? text(source, cell, type, i) : numberAsText(source, cell, type, i);
            case BLOB -> kind == Kind.BLOB ? blob(source.bytes(cell), type, i) : unlike(kind, type);
            case DECIMAL -> decimal(source, cell, type, i);
            case TIMESTAMP, DATE, TIME, INTERVAL, UUID, JSON -> spelled.map(source, cell, type, i);
            case ANY -> any(source, cell, i);
        };
    }

    static String unlike(Kind kind, TargetType type) {
        return kind + " value in a column of type " + type.sql();
    }

    private String numberAsText(Cells source, int cell, TargetType type, int i) {
        Kind kind = source.kind(cell);
        if (kind == Kind.BLOB) {
            return unlike(kind, type);
        }
        if (!takesNumbers[i]) {
            return "a number in a key that may have a text of the same characters";
        }
        if (kind == Kind.INTEGER) {
            return text(NumberTexts.of(source.integer(cell)), type, i);
        }
        return Double.isFinite(source.real(cell)) ? text(NumberTexts.of(source.real(cell)), type, i) : "infinite";
    }

    private String integer(Cells source, int cell, TargetType type, int i) {
        if (source.kind(cell) == Kind.TEXT && type.isBoolean() && i >= keyWidth) {
            return truth(source.bytes(cell), type, i);
        }
        if (source.kind(cell) != Kind.INTEGER) {
            return unlike(source.kind(cell), type);
        }
        long value = source.integer(cell);
        if (value < type.min() || value > type.max()) {
            return "out of the range of " + type.sql();
        }
        row.set(i, Tag.INTEGER, value);
        return null;
    }

    private String truth(byte[] value, TargetType type, int i) {
        String word = new String(value, StandardCharsets.ISO_8859_1);
        boolean isTrue = word.equalsIgnoreCase("t") || word.equalsIgnoreCase("true") || word.equals("1");
        boolean isFalse = word.equalsIgnoreCase("f") || word.equalsIgnoreCase("false") || word.equals("0");
        row.set(i, Tag.INTEGER, isTrue ? 1 : 0);
        return isTrue || isFalse ? null : unlike(Kind.TEXT, type);
    }

    private String real(Cells source, int cell, TargetType type, int i) {
        Kind kind = source.kind(cell);
        if (kind != Kind.REAL && kind != Kind.INTEGER) {
            return unlike(kind, type);
        }
        double value = kind == Kind.REAL ? source.real(cell) : (double) source.integer(cell);
        if (kind == Kind.INTEGER && ((long) value != source.integer(cell) || source.integer(cell) == Long.MAX_VALUE)) {
            return "a whole number that " + type.sql() + " would round";
        }
        if (type.size() == Float.BYTES && (float) value != value) {
            return type.sql() + " would round it";
        }
        if (Double.isInfinite(value) && type.max() == TargetType.FINITE) {
            return "infinite";
        }
        if (type.max() == TargetType.FINITE && Double.doubleToRawLongBits(value) == Double.doubleToRawLongBits(-0.0)) {
            return type.sql() + " has no negative zero";
        }
        row.set(i, Tag.REAL, Double.doubleToLongBits(value));
        return null;
    }

    private String text(Cells source, int cell, TargetType type, int i) {
        byte[] value = source.bytes(cell);
        boolean kept = unfit.nul() == UnfitValues.Nul.REJECT || i < keyWidth || !UnfitValues.hasNul(value);
        if (kept || type.characters() != Characters.UNICODE_BUT_NUL) {
            return text(value, type, i);
        }
        String reason = text(unfit.nul().applied(value), type, i);
        if (reason == null) {
            row.changed(
                    misfit(source, cell, i, "a NUL character; " + unfit.nul().done()));
        }
        return reason;
    }

    private String text(byte[] value, TargetType type, int i) {
        if (!text.read(value)) {
            return "not UTF-8";
        }
        String reason =
                switch (type.characters()) {
                    case UNICODE -> null;
                    case UNICODE_BUT_NUL -> text.hasNul() ? "a NUL character" : null;
                    case BASIC_PLANE ->
                        text.highest() > Character.MAX_VALUE ? "a character beyond U+FFFF in " + type.sql() : null;
                    case LATIN1 -> Utf8Check.isLatin1(value) ? null : "a character that latin1 does not have";
                    case ASCII -> text.highest() > 0x7f ? "a character that ascii does not have" : null;
                };
        if (reason != null) {
            return reason;
        }
        if (type.size() > 0 && text.codePoints() > type.size()) {
            return text.codePoints() + " characters in " + type.sql();
        }
        long stored = type.characters() == Characters.LATIN1 ? text.codePoints() : value.length;
        if (type.bytes() > 0 && stored > type.bytes()) {
            return stored + " bytes in " + type.sql() + ", which takes " + type.bytes();
        }
        if (type.form() == Form.CHAR && value.length > 0 && value[value.length - 1] == ' ') {
            return "a blank at the end, which " + type.sql() + " does not keep";
        }
        if (type.form() == Form.LABEL && !type.labels().contains(new String(value, StandardCharsets.UTF_8))) {
            return "none of the values of " + type.sql();
        }
        row.set(i, Tag.TEXT, value);
        return null;
    }

    private String blob(byte[] value, TargetType type, int i) {
        if (value.length < type.min()) {
            return value.length + " bytes in " + type.sql() + ", which fills them up";
        }
        if (type.bytes() > 0 && value.length > type.bytes()) {
            return value.length + " bytes in " + type.sql() + ", which takes " + type.bytes();
        }
        row.set(i, Tag.BLOB, value);
        return null;
    }

    private String decimal(Cells source, int cell, TargetType type, int i) {
        BigDecimal value;
        if (source.kind(cell) == Kind.INTEGER) {
            value = BigDecimal.valueOf(source.integer(cell));
        } else if (source.kind(cell) != Kind.REAL) {
            return unlike(source.kind(cell), type);
        } else if (!Double.isFinite(source.real(cell))) {
            return "infinite";
        } else if (Double.doubleToRawLongBits(source.real(cell)) == Double.doubleToRawLongBits(-0.0)) {
            return type.sql() + " has no negative zero";
        } else {
            value = NumberTexts.shortest(source.real(cell));
        }
        value = value.signum() == 0 ? BigDecimal.ZERO : value.stripTrailingZeros();
        int whole = Math.max(0, value.precision() - value.scale());
        int limit = type.size() == 0 ? MAX_NUMERIC_DIGITS : type.size() - type.scale();
        if (whole > limit || (type.size() == 0 && value.scale() > MAX_NUMERIC_DIGITS)) {
            return "out of the range of " + type.sql();
        }
        if (type.size() > 0 && value.scale() > type.scale()) {
            return type.sql() + " would round it";
        }
        row.set(i, Tag.DECIMAL, value.toPlainString().getBytes(StandardCharsets.US_ASCII));
        return null;
    }

    private String any(Cells source, int cell, int i) {
        switch (source.kind(cell)) {
            case INTEGER -> row.set(i, Tag.INTEGER, source.integer(cell));
            case REAL -> row.set(i, Tag.REAL, Double.doubleToLongBits(source.real(cell)));
            case BLOB -> row.set(i, Tag.BLOB, source.bytes(cell));
            case TEXT -> {
                if (!text.read(source.bytes(cell))) {
                    return "not UTF-8";
                }
                row.set(i, Tag.TEXT, source.bytes(cell));
            }
            case NULL -> row.setNull(i);
        }
        return null;
    }

    private void refuse(Cells source, int cell, int i, String reason) {
        Kind kind = source.kind(cell);
        byte[] value = kind == Kind.TEXT || kind == Kind.BLOB
                ? source.bytes(cell)
                : String.valueOf(source.value(cell)).getBytes(StandardCharsets.UTF_8);
        row.misfit(i, value, misfit(source, cell, i, reason));
    }

    private Misfit misfit(Cells source, int cell, int i, String reason) {
        return new Misfit(columns.get(i).name(), reason, RejectedRow.shown(source, cell));
    }
}
