package dev.lockstep.mirror.plan;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Reads a text as the bytes that it is: whether they are UTF-8 at all, and which characters occur. */
final class Utf8Check {
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long LOW_BITS = 0x0101010101010101L;

    /** What MySQL calls latin1. */
    private static final Charset LATIN1 = Charset.forName("windows-1252");

    private int codePoints;
    private int highest;
    private boolean nul;

    /** Reads a text; the answers of the other methods are about it. @return whether it is well-formed UTF-8 */
    boolean read(byte[] text) {
        codePoints = 0;
        highest = 0;
        nul = false;
        int at = 0;
        while (at < text.length) {
            at = plain(text, at);
            if (at == text.length) {
                return true;
            }
            int length = sequence(text, at);
            if (length == 0) {
                return false;
            }
            at += length;
            codePoints++;
        }
        return true;
    }

    int codePoints() {
        return codePoints;
    }

    /** The largest code point; 0x7f stands for any of ASCII. */
    int highest() {
        return highest;
    }

    boolean hasNul() {
        return nul;
    }

    static boolean isLatin1(byte[] utf8) {
        try {
            LATIN1.newEncoder()
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .encode(CharBuffer.wrap(new String(utf8, StandardCharsets.UTF_8)));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** Skips characters of ASCII, eight at a time where there are that many. */
    private int plain(byte[] text, int from) {
        int at = from;
        ByteBuffer words = ByteBuffer.wrap(text);
        for (; at + Long.BYTES <= text.length; at += Long.BYTES) {
            long word = words.getLong(at);
            // The second is not 0 exactly if, among bytes below 0x80, one is 0.
            if ((word & HIGH_BITS) != 0 || ((word - LOW_BITS) & ~word & HIGH_BITS) != 0) {
                break;
            }
        }
        while (at < text.length && text[at] >= 0) {
            nul |= text[at] == 0;
            at++;
        }
        codePoints += at - from;
        return at;
    }

    /** @return the length of the sequence that begins here, or 0 if there is none */
    private int sequence(byte[] text, int at) {
        int first = text[at] & 0xff;
        int length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
        if (length == 0 || at + length > text.length) {
            return 0;
        }
        int codePoint = first & 0x7f >> length;
        for (int i = 1; i < length; i++) {
            if ((text[at + i] & 0xc0) != 0x80) {
                return 0;
            }
            codePoint = (codePoint << 6) | (text[at + i] & 0x3f);
        }
        boolean tooLong = (length == 3 && codePoint < 0x800) || (length == 4 && codePoint < 0x10000);
        boolean surrogate = codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
        if (tooLong || surrogate || codePoint > Character.MAX_CODE_POINT) {
            return 0;
        }
        highest = Math.max(highest, codePoint);
        return length;
    }
}
