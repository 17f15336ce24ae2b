package dev.lockstep.mirror.plan;

import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.mirror.source.SourceTable;
import dev.lockstep.mirror.source.SourceTable.Affinity;
import dev.lockstep.support.Notice;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Numbers as SQLite spells them when it makes a text of one ({@code %!.15g}): {@code 17}, {@code 0.5}, {@code 3.0},
 * {@code 1.0e+15}; with a digit or two more where 15 would be read back as another number.
 */
final class NumberTexts {
    private static final int MIN_EXPONENT = -4;
    private static final int MAX_EXPONENT = 14;

    private NumberTexts() {}

    static byte[] of(long value) {
        return ascii(Long.toString(value));
    }

    /** @param value a finite one */
    static byte[] of(double value) {
        String sign = Double.doubleToRawLongBits(value) < 0 ? "-" : "";
        BigDecimal number = value == 0 ? BigDecimal.ZERO : shortest(value).abs().stripTrailingZeros();
        int exponent = number.precision() - number.scale() - 1;
        if (exponent >= MIN_EXPONENT && exponent <= MAX_EXPONENT) {
            String plain = number.toPlainString();
            return ascii(sign + plain + (plain.indexOf('.') < 0 ? ".0" : ""));
        }
        String digits = number.unscaledValue().toString();
        String rest = digits.length() > 1 ? digits.substring(1) : "0";
        return ascii(
                "%s%s.%se%s%02d".formatted(sign, digits.charAt(0), rest, exponent < 0 ? "-" : "+", Math.abs(exponent)));
    }

    /** The shortest decimal, of 15 digits at least, that is read back as the same double; every Java finds the same. */
    static BigDecimal shortest(double value) {
        BigDecimal exact = new BigDecimal(value);
        for (int digits = 15; digits < 17; digits++) {
            BigDecimal rounded = exact.round(new MathContext(digits));
            if (rounded.doubleValue() == value) {
                return rounded;
            }
        }
        return exact.round(new MathContext(17));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Texts take numbers too, and only where SQLite itself makes one of both is nothing lost by it. */
    static Optional<Notice> loss(SourceTable table, List<TargetTable.Column> columns) {
        List<String> lossy = new ArrayList<>();
        for (SourceTable.Column column : table.columns()) {
            if (column.affinity() == Affinity.BLOB && !table.key().contains(column)) {
                columns.stream()
                        .filter(other -> SqlToken.fold(other.name()).equals(SqlToken.fold(column.name())))
                        .filter(other -> other.type().orElseThrow().isText())
                        .forEach(other -> lossy.add(other.name()));
            }
        }
        return lossy.isEmpty()
                ? Optional.empty()
                : Optional.of(new Notice(
                        "number-as-text",
                        "a number becomes a text, as SQLite spells it, and is not told from a text of the same characters: "
                                + String.join(", ", lossy)));
    }
}
