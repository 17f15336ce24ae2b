package dev.lockstep.realm;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** JavaScript's {@code decodeURI}: percent escapes as UTF-8, but for those of the characters that structure a URL. */
final class PercentDecoding {
    private static final String RESERVED = ";/?:@&=+$,#";

    private PercentDecoding() {}

    /** @throws IllegalArgumentException with a message that says where: an escape is not %XX, or not UTF-8 */
    static String decode(String text) {
        StringBuilder decoded = new StringBuilder(text.length());
        int i = 0;
        while (i < text.length()) {
            if (text.charAt(i) != '%') {
                decoded.append(text.charAt(i++));
                continue;
            }
            int length = sequenceLength(octet(text, i));
            ByteBuffer octets = ByteBuffer.allocate(length);
            for (int n = 0; n < length; n++) {
                octets.put((byte) octet(text, i + 3 * n));
            }
            String character = character(octets.flip(), text, i);
            int next = i + 3 * length;
            decoded.append(RESERVED.contains(character) ? text.substring(i, next) : character);
            i = next;
        }
        return decoded.toString();
    }

    /** How many octets a character has that begins with this one; 1 too if none can. */
    private static int sequenceLength(int first) {
        if (first < 0xc0 || first >= 0xf8) {
            return 1;
        }
        return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    }

    private static int octet(String text, int at) {
        int high = at + 2 < text.length() && text.charAt(at) == '%' ? Character.digit(text.charAt(at + 1), 16) : -1;
        int low = high < 0 ? -1 : Character.digit(text.charAt(at + 2), 16);
        if (low < 0) {
            throw new IllegalArgumentException(
                    "a bad percent escape at '" + text.substring(Math.min(at, text.length())) + "'");
        }
        return high * 16 + low;
    }

    private static String character(ByteBuffer octets, String text, int at) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(octets).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("a percent escape that is not UTF-8 at '" + text.substring(at) + "'");
        }
    }
}
