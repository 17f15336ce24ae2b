package dev.lockstep.mirror.proof;

import dev.lockstep.db.Cells;
import dev.lockstep.db.Cells.Kind;
import dev.lockstep.db.Tx;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.plan.TargetTable;
import dev.lockstep.mirror.plan.TargetType;
import dev.lockstep.mirror.source.UnfitValues;
import dev.lockstep.mirror.source.UnfitValues.Nul;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Rows of SQLite, each value as what it means to the type of the mirror's column. What has no meaning there is odd, and differs
 * from all that the mirror may have. Which values do not fit, and are changed as {@link UnfitValues} says, it is told by the plan.
 */
final class SqliteReader implements SourceReader {
    private static final long EXACT_IN_A_DOUBLE = 1L << 53;
    private static final Map<String, Long> TRUTHS = Map.of("t", 1L, "true", 1L, "1", 1L, "f", 0L, "false", 0L, "0", 0L);

    private final Tx tx;
    private final TablePlan plan;
    private final String select;
    private final UnfitValues unfit;

    /**
     * Of one table.
     *
     * @param columns one expression for each column of the plan; and what else is to be handed over
     * @param from where they are read from
     * @param unfit what becomes of values that do not fit the plan
     */
    SqliteReader(Tx tx, TablePlan plan, List<String> columns, String from, UnfitValues unfit) {
        this.unfit = unfit;
        this.tx = tx;
        this.plan = plan;
        this.select = "select " + String.join(", ", columns) + " from " + from;
    }

    @Override
    public void each(Consumer<CanonicalRow> sink) {
        eachWithCells((row, cells) -> sink.accept(row));
    }

    @Override
    public void eachWithCells(Sink sink) {
        List<TargetTable.Column> columns = plan.columns();
        TargetType[] types = new TargetType[columns.size()];
        for (int i = 0; i < types.length; i++) {
            types[i] = columns.get(i).type().orElseThrow();
        }
        CanonicalRow row = new CanonicalRow(types.length, plan.keyWidth());
        UnfitCells changed = unfit.areChanged() ? new UnfitCells(plan) : null;
        tx.scan(select, cells -> {
            row.begin();
            if (changed != null) {
                changed.look(cells);
                row.substitutes(changed.changes());
            }
            for (int i = 0; i < types.length; i++) {
                if (cells.kind(i) == Kind.NULL || (changed != null && changed.isNull(i))) {
                    row.nothing();
                } else if (hasNul(cells, i, types[i])) {
                    text(row, withoutNul(cells.bytes(i)));
                } else if (!add(row, cells, i, types[i])) {
                    row.odd(shown(cells, i));
                }
            }
            sink.row(row, cells);
        });
    }

    private boolean hasNul(Cells cells, int i, TargetType type) {
        return unfit.nul() != Nul.REJECT
                && i >= plan.keyWidth()
                && cells.kind(i) == Kind.TEXT
                && type.isText()
                && type.characters() == TargetType.Characters.UNICODE_BUT_NUL
                && new String(cells.bytes(i), StandardCharsets.UTF_8).indexOf('\0') >= 0;
    }

    private byte[] withoutNul(byte[] text) {
        ByteArrayOutputStream kept = new ByteArrayOutputStream(text.length);
        for (byte b : text) {
            if (b != 0) {
                kept.write(b);
            } else if (unfit.nul() == Nul.ESCAPE) {
                kept.writeBytes(new byte[] {'\\', 'u', '0', '0', '0', '0'});
            }
        }
        return kept.toByteArray();
    }

    /** @return whether the value means anything to such a column; if not, nothing was added */
    private static boolean add(CanonicalRow row, Cells cells, int i, TargetType type) {
        Kind kind = cells.kind(i);
        return switch (type.form()) {
            case INTEGER ->
                kind == Kind.INTEGER
                        ? whole(row, cells.integer(i))
                        : kind == Kind.TEXT && type.isBoolean() && truth(row, cells.bytes(i));
            case REAL -> real(row, cells, i);
            case TEXT, LABEL -> kind == Kind.TEXT ? text(row, cells.bytes(i)) : spelled(row, cells, i);
            case CHAR -> kind == Kind.TEXT ? unpadded(row, cells.bytes(i)) : spelled(row, cells, i);
            case BLOB -> kind == Kind.BLOB && blob(row, cells.bytes(i));
            case DECIMAL -> decimal(row, cells, i);
            case TIMESTAMP ->
                type.reading().isTime()
                        ? counted(row, cells, i, type)
                        : kind == Kind.TEXT && instant(row, cells.bytes(i), type.size());
            case DATE -> kind == Kind.TEXT && day(row, cells.bytes(i));
            case TIME -> kind == Kind.TEXT && meant(row, VerifiedSpan.time(latin(cells, i), type.size()));
            case INTERVAL -> kind == Kind.TEXT && meant(row, VerifiedSpan.interval(latin(cells, i)));
            case UUID -> meant(row, uuid(cells, i));
            case JSON -> json(row, cells, i);
            case ANY -> asItIs(row, cells, i);
        };
    }

    private static boolean whole(CanonicalRow row, long value) {
        row.whole(value);
        return true;
    }

    private static boolean truth(CanonicalRow row, byte[] value) {
        Long meant = TRUTHS.get(new String(value, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT));
        return meant != null && whole(row, meant);
    }

    /** To a column of texts a number means the text that SQLite makes of it. */
    private static boolean spelled(CanonicalRow row, Cells cells, int i) {
        if (cells.kind(i) == Kind.INTEGER) {
            return text(row, Long.toString(cells.integer(i)).getBytes(StandardCharsets.US_ASCII));
        }
        if (cells.kind(i) != Kind.REAL || !Double.isFinite(cells.real(i))) {
            return false;
        }
        return text(row, VerifiedNumber.text(cells.real(i)).getBytes(StandardCharsets.US_ASCII));
    }

    private static boolean text(CanonicalRow row, byte[] value) {
        row.text(value);
        return true;
    }

    /** A blank at the end would be none there. */
    private static boolean unpadded(CanonicalRow row, byte[] value) {
        return (value.length == 0 || value[value.length - 1] != ' ') && text(row, value);
    }

    private static String latin(Cells cells, int i) {
        return new String(cells.bytes(i), StandardCharsets.ISO_8859_1);
    }

    private static boolean meant(CanonicalRow row, Optional<String> meaning) {
        meaning.ifPresent(text -> row.text(text.getBytes(StandardCharsets.US_ASCII)));
        return meaning.isPresent();
    }

    private static Optional<String> uuid(Cells cells, int i) {
        return switch (cells.kind(i)) {
            case TEXT -> VerifiedSpan.uuid(latin(cells, i));
            case BLOB -> VerifiedSpan.uuid(HexFormat.of().formatHex(cells.bytes(i)));
            case INTEGER, REAL, NULL -> Optional.empty();
        };
    }

    private static boolean json(CanonicalRow row, Cells cells, int i) {
        String text =
                switch (cells.kind(i)) {
                    case TEXT -> new String(cells.bytes(i), StandardCharsets.UTF_8);
                    case INTEGER -> Long.toString(cells.integer(i));
                    case REAL -> Double.isFinite(cells.real(i)) ? VerifiedNumber.text(cells.real(i)) : "";
                    case BLOB, NULL -> "";
                };
        Optional<byte[]> meaning = VerifiedJson.meaning(text);
        meaning.ifPresent(row::text);
        return meaning.isPresent();
    }

    private static boolean blob(CanonicalRow row, byte[] value) {
        row.blob(value);
        return true;
    }

    private static boolean asItIs(CanonicalRow row, Cells cells, int i) {
        switch (cells.kind(i)) {
            case NULL -> row.nothing();
            case INTEGER -> row.whole(cells.integer(i));
            case REAL -> row.real(cells.real(i));
            case TEXT -> row.text(cells.bytes(i));
            case BLOB -> row.blob(cells.bytes(i));
        }
        return true;
    }

    private static boolean real(CanonicalRow row, Cells cells, int i) {
        if (cells.kind(i) == Kind.REAL) {
            row.real(cells.real(i));
            return true;
        }
        if (cells.kind(i) != Kind.INTEGER) {
            return false;
        }
        long value = cells.integer(i);
        boolean exact = (value >= -EXACT_IN_A_DOUBLE && value <= EXACT_IN_A_DOUBLE)
                || new BigDecimal((double) value).compareTo(BigDecimal.valueOf(value)) == 0;
        if (exact) {
            row.real((double) value);
        }
        return exact;
    }

    /** A real means the decimal of the fewest digits, 15 at least, that is read back as the same real. */
    private static boolean decimal(CanonicalRow row, Cells cells, int i) {
        if (cells.kind(i) == Kind.INTEGER) {
            row.decimal(BigDecimal.valueOf(cells.integer(i)));
            return true;
        }
        double value = cells.kind(i) == Kind.REAL ? cells.real(i) : Double.NaN;
        boolean negativeZero = value == 0 && Math.copySign(1, value) < 0;
        if (!Double.isFinite(value) || negativeZero) {
            return false;
        }
        row.decimal(VerifiedNumber.decimal(value));
        return true;
    }

    /** @param digits of a second that the mirror has a place for */
    private static boolean instant(CanonicalRow row, byte[] value, int digits) {
        OptionalLong micros = VerifiedTime.micros(new String(value, StandardCharsets.ISO_8859_1));
        if (micros.isPresent()) {
            long step = BigDecimal.ONE
                    .scaleByPowerOfTen(VerifiedTime.DIGITS - digits)
                    .longValueExact();
            row.instant(Math.floorDiv(micros.getAsLong(), step) * step);
        }
        return micros.isPresent();
    }

    /** A number that is a time. */
    private static boolean counted(CanonicalRow row, Cells cells, int i, TargetType type) {
        BigDecimal number =
                switch (cells.kind(i)) {
                    case INTEGER -> BigDecimal.valueOf(cells.integer(i));
                    case REAL -> Double.isFinite(cells.real(i)) ? VerifiedNumber.decimal(cells.real(i)) : null;
                    case TEXT, BLOB, NULL -> null;
                };
        OptionalLong micros = number == null ? OptionalLong.empty() : VerifiedTime.counted(number, type.reading());
        micros.ifPresent(value -> {
            long step = BigDecimal.ONE
                    .scaleByPowerOfTen(VerifiedTime.DIGITS - type.size())
                    .longValueExact();
            row.instant(Math.floorDiv(value, step) * step);
        });
        return micros.isPresent();
    }

    private static boolean day(CanonicalRow row, byte[] value) {
        OptionalLong day = VerifiedTime.day(new String(value, StandardCharsets.ISO_8859_1));
        day.ifPresent(row::day);
        return day.isPresent();
    }

    private static String shown(Cells cells, int i) {
        return switch (cells.kind(i)) {
            case NULL -> "NULL";
            case INTEGER -> "the integer " + cells.integer(i);
            case REAL -> "the real " + cells.real(i);
            case TEXT -> "the text '" + new String(cells.bytes(i), StandardCharsets.UTF_8) + "'";
            case BLOB -> "the blob x'" + HexFormat.of().formatHex(cells.bytes(i)) + "'";
        };
    }
}
