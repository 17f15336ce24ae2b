package dev.lockstep.transpile;

import static dev.lockstep.transpile.CacheWorld.*;

import dev.lockstep.transpile.CacheProtocol.Flaw;

/** Who holds which row lock, as the phases of the transactions in flight tell. */
final class CacheLocks {
    private final CacheProtocol protocol;
    private final CacheWorld world;

    CacheLocks(CacheProtocol protocol, CacheWorld world) {
        this.protocol = protocol;
        this.world = world;
    }

    /** Somebody holds the artifact's row, or has inserted it and not committed. */
    boolean row() {
        boolean locked = world.prune == 2 || world.prune == 3 || world.prune == 5;
        for (int i = 0; i < world.phase.length; i++) {
            locked |= world.phase[i] == STORING;
        }
        for (int j = 0; j < world.editor.length; j++) {
            locked |= switch (protocol.edits().get(j)) {
                case PATH, UPSTREAM_PATH, UPSTREAM_BULK, OUTBOX_PATH -> world.editor[j] == 3;
                case OUTBOX_BULK -> world.editor[j] == 4;
                case BULK ->
                    protocol.has(Flaw.BULK_TOUCHES_ROWS_ONLY)
                            ? world.editor[j] == 3 && world.kept[j] == 1
                            : world.editor[j] == 4;
            };
        }
        return locked;
    }

    /** Somebody holds the floor's row for update. */
    boolean floor() {
        boolean held = world.prune > 0;
        for (int j = 0; j < world.editor.length; j++) {
            if (protocol.edits().get(j) == CacheProtocol.Edit.OUTBOX_BULK) {
                held |= world.editor[j] >= 2 && world.editor[j] < 6;
            }
            if (protocol.edits().get(j) == CacheProtocol.Edit.BULK && !protocol.has(Flaw.BULK_TOUCHES_ROWS_ONLY)) {
                int from = !protocol.mixed() ? 3 : 2;
                held |= world.editor[j] >= from && world.editor[j] < 6;
            }
        }
        return held;
    }

    /** Somebody by way of the outbox keeps the floor from being raised. */
    boolean floorKept() {
        boolean kept = false;
        for (int j = 0; j < world.editor.length; j++) {
            kept |= protocol.edits().get(j) == CacheProtocol.Edit.OUTBOX_PATH
                    && (world.editor[j] == 2 || world.editor[j] == 3);
        }
        return kept && !protocol.has(Flaw.OUTBOX_SHARES_NO_FLOOR);
    }

    /** Somebody holds the floor's row for share; in a fleet without the guard only by way of the outbox. */
    boolean floorShared() {
        boolean shared = floorKept();
        if (!protocol.guarded()) {
            return shared;
        }
        for (int i = 0; i < world.phase.length; i++) {
            shared |= world.phase[i] == STORING;
        }
        for (int j = 0; j < world.editor.length; j++) {
            shared |= switch (protocol.edits().get(j)) {
                case PATH -> world.editor[j] == 2 || world.editor[j] == 3;
                case UPSTREAM_PATH, UPSTREAM_BULK, BULK, OUTBOX_PATH, OUTBOX_BULK -> false;
            };
        }
        return shared;
    }
}
