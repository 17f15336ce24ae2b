package dev.lockstep.db;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The key of an advisory lock that is named by a text: the first 8 bytes of the SHA-256 of the text in UTF-8, read as a
 * big-endian signed number. Replicas that were not built with lockstep compute the same one.
 */
public record LockKey(long value) {
    public static LockKey of(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return new LockKey(ByteBuffer.wrap(digest).getLong());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The upper half, as {@code pg_locks.classid} shows it: unsigned. */
    public long classId() {
        return value >>> Integer.SIZE;
    }

    /** The lower half, as {@code pg_locks.objid} shows it: unsigned. */
    public long objectId() {
        return Integer.toUnsignedLong((int) value);
    }
}
