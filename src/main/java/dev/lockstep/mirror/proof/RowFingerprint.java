package dev.lockstep.mirror.proof;

import dev.lockstep.db.Row;
import java.math.BigDecimal;
import java.util.BitSet;

/**
 * Rows as a set, in whatever order they come: how many, and the sum of 128 bits of each row's digest, in parts by the first
 * bits of that digest. Two tables that have the same fingerprint have the same rows. (A multiset hash.)
 */
public final class RowFingerprint {
    /** The most bits that name a part. */
    public static final int MAX_BITS = 16;

    private static final int ROWS_A_PART = 16;

    private final int bits;
    private final long[] rows;
    private final long[] high;
    private final long[] low;
    private boolean known = true;

    /** @param bits how many bits of a digest name its part; 0 for one part */
    public RowFingerprint(int bits) {
        this.bits = bits;
        this.rows = new long[1 << bits];
        this.high = new long[1 << bits];
        this.low = new long[1 << bits];
    }

    /** How many bits name parts of some rows each, of so many rows in all. */
    public static int bits(long rows) {
        int bits = 0;
        while (bits < MAX_BITS && (long) ROWS_A_PART << bits < rows) {
            bits++;
        }
        return bits;
    }

    public void add(RowDigest digest) {
        add(digest.part(bits), 1, digest.high(), digest.low());
    }

    /** Adds rows of which the sums are known, each modulo 2^64. */
    private void add(int part, long count, long highs, long lows) {
        rows[part] += count;
        high[part] += highs;
        low[part] += lows;
    }

    /** Adds the rows of a part that a server has summed: {@code part}, how many, {@code n}, and the sums {@code high} and {@code low}. */
    public void add(Row part) {
        add(Math.toIntExact(part.integer("part")), part.integer("n"), sum(part, "high"), sum(part, "low"));
    }

    /** Modulo 2^64. */
    private static long sum(Row part, String column) {
        return ((BigDecimal) part.value(column)).toBigIntegerExact().longValue();
    }

    /** Adds rows of which nothing is known but that they are there. */
    public void addUnknown(long count) {
        rows[0] += count;
        known = false;
    }

    /** Whether it tells of all its rows which they are. */
    public boolean isKnown() {
        return known;
    }

    /** All rows in one part, without some of them. */
    public RowFingerprint without(RowFingerprint some) {
        RowFingerprint left = folded(0);
        RowFingerprint gone = some.folded(0);
        left.add(0, -gone.rows[0], -gone.high[0], -gone.low[0]);
        return left;
    }

    /** The same rows in fewer parts. */
    public RowFingerprint folded(int fewer) {
        RowFingerprint folded = new RowFingerprint(fewer);
        folded.known = known;
        for (int part = 0; part < rows.length; part++) {
            folded.add(part >>> (bits - fewer), rows[part], high[part], low[part]);
        }
        return folded;
    }

    public long rows() {
        long sum = 0;
        for (long part : rows) {
            sum += part;
        }
        return sum;
    }

    /** The parts in which the other, of as many parts, has other rows. */
    public BitSet differing(RowFingerprint other) {
        BitSet differing = new BitSet(rows.length);
        for (int part = 0; part < rows.length; part++) {
            differing.set(
                    part,
                    rows[part] != other.rows[part] || high[part] != other.high[part] || low[part] != other.low[part]);
        }
        return differing;
    }

    /** Whether the other, of however many parts, has the same rows. */
    public boolean same(RowFingerprint other) {
        return known && other.known && whole().equals(other.whole());
    }

    /** Of all rows, as text. */
    public String whole() {
        RowFingerprint one = bits == 0 ? this : folded(0);
        return "%d:%016x%016x".formatted(one.rows[0], one.high[0], one.low[0]);
    }
}
