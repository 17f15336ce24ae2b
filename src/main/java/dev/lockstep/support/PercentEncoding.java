package dev.lockstep.support;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Percent-encoding: {@code %XX} is a byte of UTF-8, a plus sign is a plus sign. */
public final class PercentEncoding {
    private static final int HEX = 16;
    private static final int ESCAPE_LENGTH = 3;

    /** The characters that structure a URL. */
    private static final String RESERVED = ";/?:@&=+$,#";

    private PercentEncoding() {}

    /** As libpq does it; empty if a {@code %} is not followed by two hexadecimal digits, or if they are {@code 00}. */
    public static Optional<String> decode(String text) {
        if (text.indexOf('%') < 0) {
            return Optional.of(text);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); ) {
            if (text.charAt(i) == '%') {
                int octet = octet(text, i);
                if (octet <= 0) {
                    return Optional.empty();
                }
                out.write(octet);
                i += ESCAPE_LENGTH;
            } else {
                int end = text.indexOf('%', i);
                out.writeBytes(text.substring(i, end < 0 ? text.length() : end).getBytes(StandardCharsets.UTF_8));
                i = end < 0 ? text.length() : end;
            }
        }
        return Optional.of(out.toString(StandardCharsets.UTF_8));
    }

    /**
     * As JavaScript's {@code decodeURI} does it: the escapes of characters that structure a URL stay.
     *
     * @throws IllegalArgumentException with a message that says where: an escape is not %XX, or not UTF-8
     */
    public static String decodeUri(String text) {
        StringBuilder decoded = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); ) {
            if (text.charAt(i) == '%') {
                String character = character(text, i);
                int next = i + ESCAPE_LENGTH * character.getBytes(StandardCharsets.UTF_8).length;
                decoded.append(RESERVED.contains(character) ? text.substring(i, next) : character);
                i = next;
            } else {
                decoded.append(text.charAt(i++));
            }
        }
        return decoded.toString();
    }

    /** The one character that the escapes at this place are. */
    private static String character(String text, int at) {
        int first = octet(text, at);
        int length = first < 0xc0 || first >= 0xf8 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
        ByteBuffer octets = ByteBuffer.allocate(length);
        for (int i = at; octets.hasRemaining(); i += ESCAPE_LENGTH) {
            int octet = octet(text, i);
            if (octet < 0) {
                throw new IllegalArgumentException(
                        "a bad percent escape at '" + text.substring(Math.min(i, text.length())) + "'");
            }
            octets.put((byte) octet);
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(octets.flip()).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("a percent escape that is not UTF-8 at '" + text.substring(at) + "'", e);
        }
    }

    /** The byte that an escape at this place is; -1 if there is none. */
    private static int octet(String text, int at) {
        if (at + ESCAPE_LENGTH > text.length() || text.charAt(at) != '%') {
            return -1;
        }
        int high = digit(text.charAt(at + 1));
        int low = digit(text.charAt(at + 2));
        return high < 0 || low < 0 ? -1 : high * HEX + low;
    }

    /** Elsewhere in Unicode there are digits too, which nobody means here. */
    private static int digit(char c) {
        return c < 0x80 ? Character.digit(c, HEX) : -1;
    }

    /** Every byte that is not a letter, a digit or one of {@code -._~}. */
    public static String encode(String text) {
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
