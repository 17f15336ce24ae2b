package dev.lockstep.mirror.repair;

import dev.lockstep.db.Engine;
import dev.lockstep.mirror.plan.TargetType;
import java.math.BigDecimal;
import java.nio.charset.Charset;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Statements for sqlite3. Where its versions read the digits of a real in ways of their own, the real is spelled as a
 * whole number times a power of two, which none of them rounds.
 */
final class SqliteSql extends EngineSql {
    private static final int SURE_DIGITS = 15;
    private static final int SURE_EXPONENT = 22;
    private static final int MAX_SHIFT = 62;
    private static final int MIN_EXPONENT = -1_074;

    private final Charset encoding;

    /** @param encoding of the mirror's texts */
    SqliteSql(Charset encoding) {
        super(Engine.SQLITE);
        this.encoding = encoding;
    }

    /** Foreign keys cannot be let go of inside a transaction. Unless it is told to, sqlite3 goes on after an error. */
    @Override
    List<String> beginning(ScriptNeeds needs) {
        List<String> lines = new ArrayList<>();
        lines.add(".bail on");
        if (needs.foreignKeys().isPresent()) {
            lines.add("pragma foreign_keys = off;");
        }
        lines.add("begin immediate;");
        needs.tables().forEach(ddl -> lines.add(ddl + ";"));
        return lines;
    }

    @Override
    List<String> end(ScriptNeeds needs) {
        return List.of("commit;");
    }

    @Override
    String integer(long value, TargetType type) {
        return Long.toString(value);
    }

    @Override
    String real(double value, TargetType type) {
        if (Double.isNaN(value)) {
            return NULL;
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "9e999" : "-9e999";
        }
        String text = Double.toString(value);
        BigDecimal decimal = new BigDecimal(text);
        boolean isSure = decimal.signum() == 0
                || (decimal.stripTrailingZeros().precision() <= SURE_DIGITS
                        && Math.abs(decimal.stripTrailingZeros().scale()) <= SURE_EXPONENT);
        return isSure ? text : exact(value) + " /* " + text + " */";
    }

    /** A product of numbers each of which is exact, and so is each product. */
    private static String exact(double value) {
        long bits = Double.doubleToRawLongBits(value);
        int exponent = (int) (bits >> 52 & 0x7ff);
        long mantissa = bits & 0xf_ffff_ffff_ffffL;
        mantissa = exponent == 0 ? mantissa : mantissa | 1L << 52;
        int power = exponent == 0 ? MIN_EXPONENT : exponent + MIN_EXPONENT - 1;
        int zeros = Math.min(Long.numberOfTrailingZeros(mantissa), power < 0 ? -power : 0);
        StringBuilder product = new StringBuilder(value < 0 ? "(-" : "(")
                .append(mantissa >>> zeros)
                .append(" * 1.0");
        for (int left = power + zeros; left != 0; ) {
            int shift = Math.min(MAX_SHIFT, Math.abs(left));
            product.append(left > 0 ? " * " : " / ").append(1L << shift);
            left += left > 0 ? -shift : shift;
        }
        return product.append(')').toString();
    }

    /** A NUL would end the statement, and the client takes a carriage return for the end of a line. */
    @Override
    String text(String value) {
        boolean isPlain = value.chars().noneMatch(c -> (c < ' ' && c != '\n' && c != '\t') || c == 0x7f);
        return isPlain
                ? "'" + value.replace("'", "''") + "'"
                : "cast(x'" + HexFormat.of().formatHex(value.getBytes(encoding)) + "' as text)";
    }

    @Override
    String malformed(byte[] bytes) {
        return "cast(x'" + HexFormat.of().formatHex(bytes) + "' as text)";
    }

    @Override
    String blob(byte[] value) {
        return "x'" + HexFormat.of().formatHex(value) + "'";
    }

    @Override
    String timestamp(LocalDateTime utc, TargetType type) {
        throw new IllegalStateException("no times in SQLite");
    }

    @Override
    String date(LocalDate day) {
        throw new IllegalStateException("no dates in SQLite");
    }

    @Override
    String exactly(String column, String value) {
        return column + " = " + text(value) + " collate binary";
    }
}
