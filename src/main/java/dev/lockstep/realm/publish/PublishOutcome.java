package dev.lockstep.realm.publish;

/**
 * What a {@link Publication} did.
 *
 * @param version the one that readers see now; null if there is none
 * @param previous the one to go back to; null if there is none
 * @param files how many files and symbolic links were copied
 * @param bytes how much that was
 * @param recovery whether an earlier run had to be finished or undone first
 */
public record PublishOutcome(
        Change change, String version, String previous, long files, long bytes, Recovery recovery) {
    /** Whether anything is different now. */
    public enum Change {
        CHANGED,
        UNCHANGED
    }

    /** What the run found. */
    public enum Recovery {
        /** Nothing was left half done. */
        NOT_NEEDED,
        /** An earlier run had died, or could not tell the database; that is done now. */
        DONE
    }

    static PublishOutcome unchanged() {
        return new PublishOutcome(Change.UNCHANGED, null, null, 0, 0, Recovery.NOT_NEEDED);
    }
}
