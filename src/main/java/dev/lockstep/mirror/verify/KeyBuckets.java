package dev.lockstep.mirror.verify;

import dev.lockstep.mirror.proof.CanonicalRow;

/**
 * A table cut into 65,536 parts by the hash of each row's key, so that no order of keys has to be the same on two sides: for
 * each part how many rows it has, and the sum of their SHA-256 modulo 2^256. A sum and not XOR, in which two extra rows that are
 * equal would cancel each other.
 */
final class KeyBuckets {
    static final int COUNT = 1 << 16;

    private static final int WORDS = 4;

    private final int[] rows = new int[COUNT];
    private final long[] sums = new long[COUNT * WORDS];
    private long total;

    /** The part that a row with such a key belongs to. */
    static int of(CanonicalRow.Name key) {
        return (int) (key.high() >>> (Long.SIZE - 16));
    }

    void add(CanonicalRow row) {
        int bucket = of(row.key());
        byte[] digest = row.digest();
        total++;
        rows[bucket]++;
        long carry = 0;
        for (int word = WORDS - 1; word >= 0; word--) {
            int at = bucket * WORDS + word;
            long added = CanonicalRow.number(digest, word * Long.BYTES);
            long sum = sums[at] + added;
            long overflow = Long.compareUnsigned(sum, added) < 0 ? 1 : 0;
            long carried = sum + carry;
            overflow += carried == 0 && carry == 1 ? 1 : 0;
            sums[at] = carried;
            carry = overflow;
        }
    }

    /** How many rows were added. */
    long total() {
        return total;
    }

    int rows(int bucket) {
        return rows[bucket];
    }

    /** Whether a part has the same rows as on the other side. */
    boolean same(KeyBuckets other, int bucket) {
        boolean same = rows[bucket] == other.rows[bucket];
        for (int word = 0; word < WORDS; word++) {
            same &= sums[bucket * WORDS + word] == other.sums[bucket * WORDS + word];
        }
        return same;
    }
}
