package dev.lockstep.mirror.proof;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** What a real of SQLite means to a verification where the mirror has no reals: a decimal, or a text. */
final class VerifiedNumber {
    private static final int MIN_DIGITS = 15;
    private static final int MAX_DIGITS = 17;
    private static final double PLAIN_FROM = 1e-4;
    private static final double PLAIN_BELOW = 1e15;

    private VerifiedNumber() {}

    /** The decimal of the fewest digits, 15 at least, that is read back as the same real. */
    static BigDecimal decimal(double value) {
        int digits = MIN_DIGITS;
        BigDecimal rounded = rounded(value, digits);
        while (digits < MAX_DIGITS && rounded.doubleValue() != value) {
            rounded = rounded(value, ++digits);
        }
        return rounded;
    }

    private static BigDecimal rounded(double value, int digits) {
        return new BigDecimal(value, new MathContext(digits, RoundingMode.HALF_EVEN));
    }

    /** That decimal as SQLite writes it: always with a point, and with a power of ten if it is large or small. */
    static String text(double value) {
        String minus = 1 / value < 0 || value < 0 ? "-" : "";
        double size = Math.abs(value);
        if (size == 0) {
            return minus + "0.0";
        }
        BigDecimal number = decimal(size);
        if (size >= PLAIN_FROM && number.compareTo(new BigDecimal(PLAIN_BELOW)) < 0) {
            return minus + pointed(number);
        }
        int power = 0;
        while (number.compareTo(BigDecimal.TEN) >= 0) {
            number = number.movePointLeft(1);
            power++;
        }
        while (number.compareTo(BigDecimal.ONE) < 0) {
            number = number.movePointRight(1);
            power--;
        }
        String shown = Integer.toString(Math.abs(power));
        return minus + pointed(number) + 'e' + (power < 0 ? '-' : '+') + (shown.length() < 2 ? "0" : "") + shown;
    }

    private static String pointed(BigDecimal number) {
        String text = number.stripTrailingZeros().toPlainString();
        return text.contains(".") ? text : text + ".0";
    }
}
