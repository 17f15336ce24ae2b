package dev.lockstep.transpile;

import static dev.lockstep.transpile.CacheWorld.*;

import dev.lockstep.transpile.CacheProtocol.Edit;
import dev.lockstep.transpile.CacheProtocol.Flaw;

/** What editors do, who change the source and make it known. */
final class CacheEditors {
    private final CacheProtocol protocol;
    private final CacheWorld world;
    private final CacheLocks locks;

    CacheEditors(CacheProtocol protocol, CacheWorld world, CacheLocks locks) {
        this.protocol = protocol;
        this.world = world;
        this.locks = locks;
    }

    /** The editor's next step: change the source, then invalidate. */
    boolean edit(int j) {
        if (protocol.edits().get(j).byOutbox()) {
            return world.editor[j] != EDITOR_DONE && editByOutbox(j);
        }
        if (world.editor[j] == 0) {
            world.source++;
            world.version[j] = world.source;
            world.editor[j] = protocol.has(Flaw.NOTIFY_BEFORE_TOMBSTONE) ? 6 : 1;
            return true;
        }
        if (world.editor[j] == 6) {
            announce();
            world.editor[j] = 1;
            return true;
        }
        if (world.editor[j] == EDITOR_DONE) {
            return false;
        }
        return switch (protocol.edits().get(j)) {
            case OUTBOX_PATH, OUTBOX_BULK -> editByOutbox(j);
            case PATH -> tombstonePath(j);
            case UPSTREAM_PATH -> tombstonePathUpstream(j);
            case UPSTREAM_BULK -> tombstoneRowsUpstream(j);
            case BULK ->
                protocol.has(Flaw.BULK_TOUCHES_ROWS_ONLY)
                        ? tombstoneRows(j)
                        : !protocol.mixed() ? raiseFloor(j) : raiseFloorAndNull(j);
        };
    }

    /** While it commits: it keeps or takes the floor; locks the row; with the commit the source is another one. */
    private boolean editByOutbox(int j) {
        boolean path = protocol.edits().get(j) == Edit.OUTBOX_PATH;
        switch (world.editor[j]) {
            case 0 -> {
                if (locks.floor() || (!path && locks.floorShared())) {
                    return false;
                }
                world.kept[j] = path ? world.floor : 0;
                world.editor[j] = 2;
                if (protocol.has(Flaw.OUTBOX_TOLD_EARLY)) {
                    announce();
                }
            }
            case 2 -> {
                boolean nulls = path || (protocol.guarded() && world.row != ABSENT);
                if (nulls && locks.row()) {
                    return false;
                }
                if (!path) {
                    boolean far = protocol.guarded() && !protocol.has(Flaw.OUTBOX_RAISES_BY_ONE);
                    world.kept[j] = Math.max(world.floor, world.generation) + (far ? 4 : 1);
                }
                world.editor[j] = path ? 3 : nulls ? 4 : 5;
            }
            default -> {
                if (path) {
                    world.put(TOMBSTONE, Math.max(world.generation, world.kept[j]) + 1);
                } else {
                    world.floor = Math.max(world.floor, world.kept[j]);
                    if (world.editor[j] == 4) {
                        world.put(TOMBSTONE, Math.max(world.generation, world.floor) + 1);
                    }
                }
                world.source++;
                world.acked = world.source;
                world.editor[j] = EDITOR_DONE;
                world.kept[j] = 0;
                world.outbox = 1;
            }
        }
        return true;
    }

    /** One transaction: what is in the outbox is told. */
    boolean sequence() {
        if (world.outbox == 0) {
            return false;
        }
        world.outbox = 0;
        world.told = world.acked;
        if (!protocol.has(Flaw.OUTBOX_TOLD_EARLY)) {
            announce();
        }
        return true;
    }

    /** Reads the floor; locks the row; commits. */
    private boolean tombstonePath(int j) {
        switch (world.editor[j]) {
            case 1 -> {
                if (protocol.guarded() && locks.floor()) {
                    return false;
                }
                world.kept[j] = world.floor;
                world.editor[j] = 2;
            }
            case 2 -> {
                if (locks.row()) {
                    return false;
                }
                world.editor[j] = 3;
            }
            default -> {
                boolean raises = !protocol.has(Flaw.TOMBSTONE_KEEPS_GENERATION);
                int raised = Math.max(world.generation, world.kept[j]) + 1;
                world.put(TOMBSTONE, raises ? raised : world.generation);
                committed(j);
            }
        }
        return true;
    }

    /** The guard, if there is one, reads the floor, without a lock, and raises the tombstone above it. */
    private boolean tombstonePathUpstream(int j) {
        if (world.editor[j] == 1) {
            if (locks.row()) {
                return false;
            }
            world.kept[j] = !protocol.guarded() || protocol.has(Flaw.GUARD_PASSES_TOMBSTONES) ? 0 : world.floor;
            world.editor[j] = 3;
            return true;
        }
        world.put(TOMBSTONE, Math.max(world.generation, world.kept[j]) + 1);
        committed(j);
        return true;
    }

    /** A row that is not there, or not committed, is not seen; of one that is, the guard raises the tombstone above the floor. */
    private boolean tombstoneRowsUpstream(int j) {
        if (world.editor[j] == 1) {
            if (world.row == ABSENT) {
                world.editor[j] = 5;
                return true;
            }
            if (locks.row()) {
                return false;
            }
            world.kept[j] = protocol.guarded() ? world.floor : 0;
            world.editor[j] = 3;
            return true;
        }
        if (world.editor[j] == 3) {
            world.put(TOMBSTONE, Math.max(world.generation, world.kept[j]) + 1);
        }
        committed(j);
        return true;
    }

    /** One statement: its snapshot; the floor's lock; its commit. */
    private boolean raiseFloor(int j) {
        switch (world.editor[j]) {
            case 1 -> {
                world.kept[j] = protocol.has(Flaw.FLOOR_BELOW_GENERATIONS) ? 0 : world.generation;
                world.editor[j] = 2;
            }
            case 2 -> {
                if (locks.floor() || locks.floorKept()) {
                    return false;
                }
                world.editor[j] = 3;
            }
            default -> {
                world.floor = Math.max(world.floor, world.kept[j]) + 1;
                committed(j);
            }
        }
        return true;
    }

    /** Two statements: the floor's lock, then the generations that its former holders committed; the rows; the commit. */
    private boolean raiseFloorAndNull(int j) {
        switch (world.editor[j]) {
            case 1 -> {
                if (locks.floor() || locks.floorShared()) {
                    return false;
                }
                world.editor[j] = 2;
            }
            case 2 -> {
                world.kept[j] = Math.max(world.floor, world.generation) + 1;
                world.editor[j] = 3;
            }
            case 3 -> {
                if (world.row != ABSENT && locks.row()) {
                    return false;
                }
                world.editor[j] = world.row == ABSENT ? 5 : 4;
            }
            default -> {
                world.floor = world.kept[j];
                if (world.editor[j] == 4) {
                    int raised = Math.max(world.generation + 1, world.floor);
                    world.put(TOMBSTONE, protocol.guarded() ? Math.max(raised, world.floor + 1) : raised);
                }
                committed(j);
            }
        }
        return true;
    }

    /** Upstream's bulk tombstone: {@code kept} says whether there was a row to lock. */
    private boolean tombstoneRows(int j) {
        if (world.editor[j] == 1) {
            if (world.row != ABSENT && locks.row()) {
                return false;
            }
            world.kept[j] = world.row == ABSENT ? 0 : 1;
            world.editor[j] = 3;
            return true;
        }
        if (world.kept[j] == 1) {
            world.put(TOMBSTONE, world.generation + 1);
        }
        committed(j);
        return true;
    }

    private void committed(int j) {
        world.acked = Math.max(world.acked, world.version[j]);
        world.told = world.outbox == 0 ? world.acked : Math.max(world.told, world.version[j]);
        world.editor[j] = EDITOR_DONE;
        world.kept[j] = 0;
        world.version[j] = 0;
        if (!protocol.has(Flaw.NOTIFY_BEFORE_TOMBSTONE)) {
            announce();
        }
    }

    private void announce() {
        for (int i = 0; i < world.link.length; i++) {
            if (world.link[i] == CONNECTED || world.link[i] == LISTENING) {
                world.pending[i] = 1;
            }
        }
    }
}
