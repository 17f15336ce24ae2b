package dev.lockstep.transpile;

import static dev.lockstep.transpile.CacheWorld.*;

import dev.lockstep.transpile.CacheProtocol.Flaw;

/** What replicas do: look, capture, read the source, store, fill the local layer, and hear of invalidations. */
final class CacheReplicas {
    private final CacheProtocol protocol;
    private final CacheWorld world;
    private final CacheLocks locks;

    CacheReplicas(CacheProtocol protocol, CacheWorld world, CacheLocks locks) {
        this.protocol = protocol;
        this.world = world;
        this.locks = locks;
    }

    /** The next step of the replica's request. */
    boolean request(int i) {
        switch (world.phase[i]) {
            case IDLE -> {
                if (world.local[i] != 0) {
                    return false;
                }
                world.dirty[i] = 0;
                world.phase[i] = LOOK;
            }
            case LOOK -> {
                return leavesRow(i) ? leaveRow(i) : look(i);
            }
            case LOOK_AGAIN -> {
                if (!leavesRow(i)) {
                    return look(i);
                }
                world.phase[i] = LOOK;
            }
            case CAPTURED -> {
                if (protocol.has(Flaw.CAPTURE_AFTER_SOURCE)) {
                    capture(i);
                } else {
                    world.have[i] = world.source;
                }
                world.phase[i] = BUILT;
            }
            case BUILT -> {
                return store(i);
            }
            case STORING -> {
                if (protocol.keyed(i)) {
                    placeRowAndCommit(i);
                } else {
                    commitStore(i);
                }
                world.phase[i] = FILL;
            }
            case STORING_BESIDE -> {
                commitBeside(i);
                world.phase[i] = FILL;
            }
            case FILL -> fill(i);
            default -> throw new IllegalStateException();
        }
        return true;
    }

    private boolean leavesRow(int i) {
        if (!protocol.mixed() || protocol.upstream(i) || protocol.has(Flaw.LOOK_LEAVES_NO_ROW)) {
            return false;
        }
        boolean below = world.row != ABSENT && world.generation < world.floor;
        return world.row == ABSENT || (below && !protocol.has(Flaw.LOOK_LEAVES_ROWS_BELOW_FLOOR));
    }

    /** Committed before anything is captured; whoever is inserting the row now is waited for. */
    private boolean leaveRow(int i) {
        if (locks.row()) {
            return false;
        }
        world.put(TOMBSTONE, world.floor + (protocol.has(Flaw.ROW_LEFT_AT_FLOOR) ? 0 : 1));
        world.phase[i] = LOOK_AGAIN;
        return true;
    }

    /** Whether a replica with the key takes the artifact beside the row. */
    boolean keyedServes() {
        boolean above = world.keyedGeneration >= world.floor || protocol.has(Flaw.KEYED_IGNORES_FLOOR);
        boolean fits = world.keyedFits() || protocol.has(Flaw.KEYED_IGNORES_ROW);
        return world.keyed >= LIVE && above && fits;
    }

    private boolean look(int i) {
        if (protocol.keyed(i)) {
            if (keyedServes()) {
                world.have[i] = world.keyed - LIVE;
                world.phase[i] = FILL;
            } else {
                capture(i);
                world.phase[i] = CAPTURED;
            }
            return true;
        }
        if (world.live() && (world.generation >= world.floor || protocol.ignoresFloor(i))) {
            world.have[i] = world.rowVersion();
            world.phase[i] = FILL;
            return true;
        }
        if (protocol.has(Flaw.CAPTURE_AFTER_SOURCE)) {
            world.have[i] = world.source;
        } else {
            capture(i);
        }
        world.phase[i] = CAPTURED;
        return true;
    }

    private void capture(int i) {
        world.cap[i] = protocol.ignoresFloor(i) ? world.generation : Math.max(world.floor, world.generation);
        world.capEpoch[i] = world.epoch;
    }

    private boolean store(int i) {
        boolean epochGone = world.capEpoch[i] != world.epoch && !protocol.has(Flaw.EPOCH_NOT_CHECKED);
        if (epochGone && !protocol.upstream(i)) {
            world.phase[i] = FILL;
            return true;
        }
        if (protocol.keyed(i)) {
            return storeBeside(i);
        }
        if (locks.row() || (protocol.guarded() && locks.floor())) {
            return false;
        }
        boolean accepted =
                world.row == ABSENT || world.generation <= world.cap[i] || protocol.has(Flaw.STORE_UNCONDITIONALLY);
        if (protocol.guarded() && world.cap[i] < world.floor) {
            accepted = world.row == ABSENT || world.generation < world.floor;
        }
        world.phase[i] = accepted ? STORING : FILL;
        return true;
    }

    /** A row that has what was captured is not touched; one that is missing or below the floor is, and so waited for. */
    private boolean storeBeside(int i) {
        boolean missing = world.row == ABSENT || (world.generation < world.floor && world.generation < world.cap[i]);
        if (world.cap[i] < world.floor || (!missing && world.generation != world.cap[i])) {
            world.phase[i] = FILL;
        } else if (!missing) {
            world.phase[i] = STORING_BESIDE;
        } else if (locks.row()) {
            return false;
        } else {
            world.phase[i] = STORING;
        }
        return true;
    }

    /** The guard raises the tombstone above the floor, and then nothing is stored beside it. */
    private void placeRowAndCommit(int i) {
        world.put(TOMBSTONE, protocol.guarded() ? Math.max(world.cap[i], world.floor + 1) : world.cap[i]);
        if (world.generation == world.cap[i]) {
            commitBeside(i);
        }
    }

    private void commitBeside(int i) {
        if (world.keyed == ABSENT || world.keyedGeneration <= world.cap[i]) {
            world.keyed = LIVE + world.have[i];
            world.keyedGeneration = world.cap[i];
        }
    }

    /** The guard makes a tombstone of what comes below the floor, or first, so that the next writer can store. */
    private void commitStore(int i) {
        if (protocol.guarded() && world.row == ABSENT && !protocol.has(Flaw.GUARD_PASSES_FIRST_STORES)) {
            world.put(
                    TOMBSTONE, Math.max(world.floor, world.cap[i]) + (protocol.has(Flaw.FIRST_STORE_AT_FLOOR) ? 0 : 1));
        } else if (protocol.guarded() && world.cap[i] < world.floor) {
            world.put(TOMBSTONE, world.row == ABSENT ? world.floor : world.floor + 1);
        } else {
            world.put(LIVE + world.have[i], world.cap[i]);
        }
    }

    private void fill(int i) {
        if (world.dirty[i] == 0 || protocol.has(Flaw.FILL_UNGUARDED)) {
            world.local[i] = world.have[i] + 1;
        }
        world.phase[i] = IDLE;
        world.have[i] = 0;
        world.cap[i] = 0;
        world.capEpoch[i] = 0;
    }

    /** A notification arrives. */
    boolean deliver(int i) {
        if (world.pending[i] == 0) {
            return false;
        }
        world.pending[i] = 0;
        clear(i);
        return true;
    }

    private void clear(int i) {
        world.local[i] = 0;
        world.dirty[i] = 1;
    }

    /** The LISTEN connection is cut, comes back, or is caught up with. */
    boolean connection(int i) {
        switch (world.link[i]) {
            case CONNECTED -> {
                if (world.cuts == 0) {
                    return false;
                }
                world.cuts--;
                world.link[i] = DOWN;
                world.pending[i] = 0;
            }
            case DOWN -> {
                if (protocol.has(Flaw.CLEAR_BEFORE_LISTEN)) {
                    clear(i);
                    world.link[i] = CLEARED;
                } else {
                    world.link[i] = LISTENING;
                }
            }
            case LISTENING -> {
                clear(i);
                world.link[i] = CONNECTED;
            }
            case CLEARED -> world.link[i] = CONNECTED;
            default -> throw new IllegalStateException();
        }
        return true;
    }
}
