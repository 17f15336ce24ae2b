package dev.lockstep.mirror.engine;

/** How it is known that a table of the mirror is equal. */
public enum Compared {
    /** As it was recorded, and has so many rows: nothing of it was compared. */
    RECORDED,
    /** The mirror's server was asked, for digests of all its rows or for what tells that none was written since. */
    SERVER,
    /** Its rows were read, or written. */
    ROWS
}
