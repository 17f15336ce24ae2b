package dev.lockstep.mirror.engine;

import dev.lockstep.db.Tx;
import dev.lockstep.mirror.proof.RowDigest;
import dev.lockstep.mirror.proof.RowFingerprint;
import java.util.Optional;

/**
 * What a table of the mirror holds, found out without handing its rows over; how to spell a row of the source so that the
 * two can be compared; and a seal, by which it is seen later whether anybody has written to the table since.
 *
 * <p>Where the spelling of a value is not the same on both sides, equal rows seem to differ, never the other way round:
 * whoever finds a difference looks at the rows.
 */
public interface TableDigest {
    /** Spells the source's rows. */
    RowDigest ofSource();

    /**
     * The mirror's rows as one statement sees them.
     *
     * @param bits how many bits of a digest name its part
     */
    RowFingerprint ofMirror(Tx mirror, int bits);

    /** What was looked at to know it. */
    Compared compared();

    /**
     * What the table is known by from now on.
     *
     * @param found its rows, as they were seen in the same snapshot
     * @return empty if nothing is sure to change with every write
     */
    default Optional<String> seal(Tx mirror, RowFingerprint found) {
        return found.isKnown() ? Optional.of(found.whole()) : Optional.empty();
    }

    /** Whether nobody has written to the table since it had this seal. False if that cannot be told. */
    default boolean holds(Tx mirror, String seal) {
        RowFingerprint found = ofMirror(mirror, 0);
        return found.isKnown() && seal.equals(found.whole());
    }

    /**
     * The seal of a table that has nothing but what this transaction has put there, as it was sent.
     *
     * @param sent how many rows
     * @return empty if that is not so, or cannot be told
     */
    default Optional<String> sealOfOwn(Tx mirror, long sent) {
        return Optional.empty();
    }

    /** Whether {@link #sealOfOwn} can tell of a table that is there. */
    default boolean knowsItsOwn(Tx mirror) {
        return false;
    }
}
