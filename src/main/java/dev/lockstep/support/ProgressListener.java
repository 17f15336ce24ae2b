package dev.lockstep.support;

/**
 * Hears how far long work is. It is told often, by whichever thread works, and takes no time to speak of; what it does with it is
 * its own affair.
 */
@FunctionalInterface
public interface ProgressListener {
    /** Nobody listens. */
    ProgressListener NOBODY = (subject, work, done, total) -> {};

    /**
     * So much is done of a step. A step ends when another is told of.
     *
     * @param subject what is worked on, such as a table
     * @param done how many are done; 0 when it begins
     * @param total how many there are to be, which may be an estimate; 0 if nobody knows
     */
    void at(String subject, Work work, long done, long total);
}
