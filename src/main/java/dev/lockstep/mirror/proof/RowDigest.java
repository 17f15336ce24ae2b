package dev.lockstep.mirror.proof;

import dev.lockstep.mirror.plan.MappedRow;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The digest of one row after another, each spelled as the mirror spells its own. */
public final class RowDigest {
    /** Writes a row's bytes. */
    @FunctionalInterface
    public interface Spelling {
        void write(MappedRow row, MessageDigest digest);
    }

    private final MessageDigest digest;
    private final Spelling spelling;
    private long high;
    private long low;

    /** @param algorithm that every Java platform has */
    public RowDigest(String algorithm, Spelling spelling) {
        try {
            this.digest = MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + algorithm, e);
        }
        this.spelling = spelling;
    }

    /** Makes it that of this row. */
    public RowDigest of(MappedRow row) {
        spelling.write(row, digest);
        byte[] bytes = digest.digest();
        high = CanonicalRow.number(bytes, 0);
        low = CanonicalRow.number(bytes, Long.BYTES);
        return this;
    }

    /** The first 64 bits. */
    long high() {
        return high;
    }

    /** The next 64 bits. */
    long low() {
        return low;
    }

    /** Which part of a {@link RowFingerprint} the row belongs to. */
    public int part(int bits) {
        return bits == 0 ? 0 : (int) (high >>> (Long.SIZE - bits));
    }
}
