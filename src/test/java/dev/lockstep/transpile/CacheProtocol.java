package dev.lockstep.transpile;

import java.util.List;
import java.util.Set;

/** Which protocol a model runs: how many replicas, who edits, who else uses the table, and what is wrong with it. */
record CacheProtocol(int replicas, List<Edit> edits, Fleet fleet, Set<Flaw> flaws) {
    /** A way to get the protocol wrong: what upstream does, or a guard taken away. */
    enum Flaw {
        /** Upstream: the bulk tombstone updates the rows that are there, and raises no floor. */
        BULK_TOUCHES_ROWS_ONLY,
        /** Upstream: the notification does not wait for the tombstone's commit. */
        NOTIFY_BEFORE_TOMBSTONE,
        /** Upstream: nothing tells a writer that a crash has emptied the cache. */
        EPOCH_NOT_CHECKED,
        /** Tombstones are deleted and nothing else happens. */
        PRUNE_LEAVES_FLOOR,
        /** Tombstones are deleted and the floor is raised to them, not above them. */
        PRUNE_RAISES_TOO_LITTLE,
        CAPTURE_AFTER_SOURCE,
        /** A load fills the local layer although an invalidation came while it ran. */
        FILL_UNGUARDED,
        /** After a lost connection the local layer is cleared first and LISTEN comes second. */
        CLEAR_BEFORE_LISTEN,
        /** An invalidation is a DELETE in disguise. */
        TOMBSTONE_KEEPS_GENERATION,
        STORE_UNCONDITIONALLY,
        /** The new floor is one more than the old, whatever generations the rows have reached. */
        FLOOR_BELOW_GENERATIONS,
        /** A replica's reader accepts rows below the floor. */
        READER_IGNORES_FLOOR,
        /** The guard looks at artifacts only, and lets a tombstone pass that lies below the floor. */
        GUARD_PASSES_TOMBSTONES,
        /** The guard lets the first artifact of a path without a row pass, if it is not below the floor. */
        GUARD_PASSES_FIRST_STORES,
        /** What the guard makes of the first artifact is at the floor: what was captured while there was no row. */
        FIRST_STORE_AT_FLOOR,
        /** The row that a look leaves is at the floor. */
        ROW_LEFT_AT_FLOOR,
        /** A look leaves a row where there is none, and lets one below the floor be. */
        LOOK_LEAVES_ROWS_BELOW_FLOOR,
        /** A look leaves no row. */
        LOOK_LEAVES_NO_ROW,
        /** An artifact of a key is served whatever generation its row has. */
        KEYED_IGNORES_ROW,
        KEYED_IGNORES_FLOOR,
        /** Pruning carries an artifact of a key above the new floor, whether it was valid or not. */
        KEYED_CARRIED_UNCHECKED,
        /** Who tombstones a path by the outbox does not keep others from raising the floor until it has committed. */
        OUTBOX_SHARES_NO_FLOOR,
        /** A realm's new floor is what a replica may capture that leaves a row meanwhile. */
        OUTBOX_RAISES_BY_ONE,
        /** What the outbox says is told before it has committed. */
        OUTBOX_TOLD_EARLY
    }

    /** What an editor does to make its change known. */
    enum Edit {
        PATH,
        BULK,
        /** Upstream's own tombstone of one path, which knows no floor. */
        UPSTREAM_PATH,
        /** Upstream's own tombstone of a realm, which touches the rows that are there. */
        UPSTREAM_BULK,
        /** A path, by way of the outbox; the source is a row, and changes when the transaction commits. */
        OUTBOX_PATH,
        /** The same for a realm. */
        OUTBOX_BULK;

        boolean byOutbox() {
            return this == OUTBOX_PATH || this == OUTBOX_BULK;
        }
    }

    /** Who else uses the table. */
    enum Fleet {
        /** All know the floor; writers do not look at it again. */
        PURE,
        /** As above; the first replica has a key. */
        KEYED,
        /** With the guard and upstream's replica; the first replica has a key. */
        KEYED_GUARDED,
        /** The guard is installed, floors are share-locked, the bulk tombstone nulls the rows too; the last replica is upstream's. */
        GUARDED,
        /** No guard; upstream's replicas edit, and all whose requests are modelled know the floor. */
        BESIDE,
        /** No guard, and the last replica is upstream's. */
        UNGUARDED
    }

    /** The row that is there when the model starts, and the floor if it is not 0. */
    enum Start {
        ABSENT,
        CACHED,
        /** A replica stored what it had captured before the floor was raised. */
        BELOW_FLOOR,
        ABSENT_AT_FLOOR_ONE,
        CACHED_AT_FLOOR_ONE
    }

    /** How often the world may fail: each at most once. */
    record Faults(int cuts, int crashes, int prunes) {
        static final Faults NONE = new Faults(0, 0, 0);
        static final Faults ALL = new Faults(1, 1, 1);
    }

    boolean has(Flaw flaw) {
        return flaws.contains(flaw);
    }

    boolean guarded() {
        return fleet == Fleet.GUARDED || fleet == Fleet.KEYED_GUARDED;
    }

    boolean keyed(int replica) {
        return replica == 0 && (fleet == Fleet.KEYED || fleet == Fleet.KEYED_GUARDED);
    }

    boolean ignoresFloor(int replica) {
        return has(Flaw.READER_IGNORES_FLOOR) || upstream(replica);
    }

    boolean upstream(int replica) {
        return (guarded() || fleet == Fleet.UNGUARDED) && replica == replicas - 1;
    }

    /** Whether upstream's replicas use the realm. */
    boolean mixed() {
        return guarded() || fleet == Fleet.BESIDE || fleet == Fleet.UNGUARDED;
    }
}
