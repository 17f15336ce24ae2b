package dev.lockstep.mirror.source;

import java.nio.charset.StandardCharsets;

/**
 * What becomes of values that the mirror cannot hold. Those of a key are never changed, for a key that is changed may be
 * another row's.
 *
 * @param nul what becomes of a text in which U+0000 is, where the mirror's texts cannot have it
 * @param others what becomes of any other value
 */
public record UnfitValues(Nul nul, Others others) {
    /** No value is changed: a row that has one is not taken. */
    public static final UnfitValues REFUSED = new UnfitValues(Nul.REJECT, Others.REJECT);

    /** What becomes of U+0000 in a text. */
    public enum Nul {
        REJECT("left as it is", "\0"),
        /** It is left out. */
        STRIP("left out", ""),
        /** It becomes the six characters <code>&#92;u0000</code>. */
        ESCAPE("spelled out", "\\u0000");

        private final String done;
        private final String instead;

        Nul(String done, String instead) {
            this.done = done;
            this.instead = instead;
        }

        /** What is done with it, for people. */
        public String done() {
            return done;
        }

        /** A text, in UTF-8, after that. */
        public byte[] applied(byte[] text) {
            // Each byte is a character here, and no character but U+0000 has a byte that is 0.
            String bytes = new String(text, StandardCharsets.ISO_8859_1).replace("\0", instead);
            return bytes.getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    /** What becomes of a value that does not fit. */
    public enum Others {
        REJECT,
        /** NULL is in its place, where the mirror's column takes NULL. */
        NULL
    }

    /** Whether U+0000 is in a text. */
    public static boolean hasNul(byte[] text) {
        for (byte b : text) {
            if (b == 0) {
                return true;
            }
        }
        return false;
    }

    /** Whether values may be changed. */
    public boolean areChanged() {
        return !equals(REFUSED);
    }
}
