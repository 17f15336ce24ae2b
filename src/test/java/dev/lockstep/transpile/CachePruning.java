package dev.lockstep.transpile;

import static dev.lockstep.transpile.CacheWorld.*;

import dev.lockstep.transpile.CacheProtocol.Flaw;

/** What pruning does, of this path's row and of another's. */
final class CachePruning {
    private final CacheProtocol protocol;
    private final CacheWorld world;
    private final CacheLocks locks;

    CachePruning(CacheProtocol protocol, CacheWorld world, CacheLocks locks) {
        this.protocol = protocol;
        this.world = world;
        this.locks = locks;
    }

    /** Locks the floor; deletes this path's tombstone, or its row below the floor; commits with the floor above it. */
    boolean ofThisPath() {
        switch (world.prune) {
            case 0 -> {
                if (world.prunes == 0 || locks.floor() || locks.floorShared()) {
                    return false;
                }
                world.prunes--;
                world.prune = 1;
            }
            case 1 -> {
                boolean dead = (world.row == TOMBSTONE && !world.keyedFits())
                        || (world.live() && world.generation < world.floor);
                if (!dead || locks.row()) {
                    return false;
                }
                world.prune = 2;
            }
            case 2 -> {
                if (world.generation >= world.floor && !protocol.has(Flaw.PRUNE_LEAVES_FLOOR)) {
                    world.floor = world.generation + (protocol.has(Flaw.PRUNE_RAISES_TOO_LITTLE) ? 0 : 1);
                }
                world.put(ABSENT, 0);
                world.prune = 0;
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    /**
     * The tombstone was another path's, one above the floor; a live row of this path is carried above the new
     * floor, unless it is locked: pruning waits for no row.
     */
    boolean ofAnotherPath() {
        switch (world.prune) {
            case 1 -> {
                boolean waited = world.row == ABSENT || locks.row();
                boolean beside = world.keyedFits() || protocol.has(Flaw.KEYED_CARRIED_UNCHECKED);
                world.prune = waited ? 4 : beside ? 5 : 3;
            }
            case 3, 4, 5 -> {
                int oldFloor = world.floor;
                world.floor++;
                if (world.prune != 4 && world.generation < world.floor) {
                    boolean fits = world.generation >= oldFloor;
                    boolean carried = fits && (world.live() || world.prune == 5);
                    if (carried && world.prune == 5) {
                        world.keyedGeneration = world.floor;
                    }
                    world.put(carried ? world.row : ABSENT, carried ? world.floor : 0);
                }
                world.prune = 0;
            }
            default -> {
                return false;
            }
        }
        return true;
    }
}
