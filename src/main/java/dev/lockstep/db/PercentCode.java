package dev.lockstep.db;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Percent-encoding as libpq reads it: {@code %XX} is a byte of UTF-8, a plus sign is a plus sign. */
final class PercentCode {
    private static final int HEX = 16;

    private PercentCode() {}

    /** Empty if a {@code %} is not followed by two hexadecimal digits, or if they are {@code 00}. */
    static Optional<String> decode(String text) {
        if (text.indexOf('%') < 0) {
            return Optional.of(text);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(text.length());
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] != '%') {
                out.write(bytes[i]);
                continue;
            }
            int octet = i + 2 < bytes.length ? octet(bytes[i + 1], bytes[i + 2]) : 0;
            if (octet <= 0) {
                return Optional.empty();
            }
            out.write(octet);
            i += 2;
        }
        return Optional.of(out.toString(StandardCharsets.UTF_8));
    }

    private static int octet(byte high, byte low) {
        int h = Character.digit(high, HEX);
        int l = Character.digit(low, HEX);
        return h < 0 || l < 0 ? -1 : h * HEX + l;
    }

    /** Every byte that is not a letter, a digit or one of {@code -._~}. */
    static String encode(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            if ((c < 0x80 && Character.isLetterOrDigit(c)) || "-._~".indexOf(c) >= 0) {
                out.append(c);
            } else {
                out.append('%')
                        .append(Character.toUpperCase(Character.forDigit(c / HEX, HEX)))
                        .append(Character.toUpperCase(Character.forDigit(c % HEX, HEX)));
            }
        }
        return out.toString();
    }
}
