package dev.lockstep.fts.ledger;

/** What the restore will do about an index. */
public enum DeferralMode {
    /** Bring the rows that changed meanwhile into step. Until then a small trigger on the base notes their keys. */
    JOURNAL,
    /** Make it anew from its base. */
    REBUILD
}
