package dev.lockstep.transpile;

import java.util.Arrays;

/**
 * One state of the cache's model: one realm, one path, some replicas and some editors, in two {@code long}s.
 *
 * <p>A version of the source is a number: each editor's change makes the next. {@code acked} is the newest version whose
 * invalidation has committed: nothing older may be served to a request that begins now.
 */
final class CacheWorld {
    static final int ABSENT = 0;
    static final int TOMBSTONE = 1;
    /** A live row of version v is {@code LIVE + v}. */
    static final int LIVE = 2;

    /** Where a replica's request stands. */
    static final int IDLE = 0;

    static final int LOOK = 1;
    static final int CAPTURED = 2;
    static final int BUILT = 3;
    static final int STORING = 4;
    static final int FILL = 5;
    static final int LOOK_AGAIN = 6;
    /** Has inserted its keyed artifact beside the row, which nobody has locked, and not committed. */
    static final int STORING_BESIDE = 7;

    /** A replica's LISTEN connection. */
    static final int CONNECTED = 0;

    static final int DOWN = 1;
    static final int LISTENING = 2;
    static final int CLEARED = 3;

    static final int EDITOR_DONE = 7;

    int source;
    int acked;
    /** The newest version of which every connection has been told, or that was never cached. */
    int told;

    /** Whether there is something in the outbox. */
    int outbox;

    int floor;
    int epoch;
    int row;
    int generation;
    /** The artifact of one key beside the row: absent, or live as the row is. */
    int keyed;

    int keyedGeneration;
    int crashes;
    int cuts;
    int prunes;
    int prune;

    final int[] phase;
    final int[] cap;
    final int[] capEpoch;
    final int[] have;
    /** 0, or one more than the version. */
    final int[] local;

    final int[] dirty;
    final int[] link;
    final int[] pending;

    final int[] editor;
    final int[] kept;
    final int[] version;

    private long bits;

    CacheWorld(int replicas, int editors) {
        phase = new int[replicas];
        cap = new int[replicas];
        capEpoch = new int[replicas];
        have = new int[replicas];
        local = new int[replicas];
        dirty = new int[replicas];
        link = new int[replicas];
        pending = new int[replicas];
        editor = new int[editors];
        kept = new int[editors];
        version = new int[editors];
    }

    boolean live() {
        return row >= LIVE;
    }

    /** By the generations alone: that a replica has overwritten the row meanwhile makes more artifacts void, and none valid. */
    boolean keyedFits() {
        return keyed >= LIVE && row != ABSENT && keyedGeneration == generation;
    }

    int rowVersion() {
        return row - LIVE;
    }

    void put(int newRow, int newGeneration) {
        row = newRow;
        generation = newGeneration;
    }

    /** Everything but the replicas. */
    long a() {
        bits = 0;
        push(source, 2);
        push(acked, 2);
        push(told, 2);
        push(outbox, 1);
        push(floor, 4);
        push(epoch, 1);
        push(row, 3);
        push(generation, 4);
        push(keyed, 3);
        push(keyedGeneration, 4);
        push(crashes, 1);
        push(cuts, 1);
        push(prunes, 1);
        push(prune, 3);
        for (int j = 0; j < editor.length; j++) {
            push(editor[j], 3);
            push(kept[j], 4);
            push(version[j], 2);
        }
        return bits;
    }

    /** The replicas. */
    long b() {
        bits = 0;
        for (int i = 0; i < phase.length; i++) {
            push(phase[i], 3);
            push(cap[i], 4);
            push(capEpoch[i], 1);
            push(have[i], 2);
            push(local[i], 2);
            push(dirty[i], 1);
            push(link[i], 2);
            push(pending[i], 1);
        }
        return bits;
    }

    void load(long a, long b) {
        bits = a;
        for (int j = editor.length - 1; j >= 0; j--) {
            version[j] = pop(2);
            kept[j] = pop(4);
            editor[j] = pop(3);
        }
        prune = pop(3);
        prunes = pop(1);
        cuts = pop(1);
        crashes = pop(1);
        keyedGeneration = pop(4);
        keyed = pop(3);
        generation = pop(4);
        row = pop(3);
        epoch = pop(1);
        floor = pop(4);
        outbox = pop(1);
        told = pop(2);
        acked = pop(2);
        source = pop(2);
        bits = b;
        for (int i = phase.length - 1; i >= 0; i--) {
            pending[i] = pop(1);
            link[i] = pop(2);
            dirty[i] = pop(1);
            local[i] = pop(2);
            have[i] = pop(2);
            capEpoch[i] = pop(1);
            cap[i] = pop(4);
            phase[i] = pop(3);
        }
    }

    private void push(int value, int width) {
        if (value < 0 || value >= 1 << width) {
            throw new IllegalStateException(value + " does not fit into " + width + " bits: " + this);
        }
        bits = bits << width | value;
    }

    private int pop(int width) {
        int value = (int) (bits & ((1L << width) - 1));
        bits >>>= width;
        return value;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append("source ")
                .append(source)
                .append(", acked ")
                .append(acked)
                .append(", told ")
                .append(told);
        text.append(", floor ").append(floor).append(", epoch ").append(epoch).append(", row ");
        text.append(row == ABSENT ? "absent" : row == TOMBSTONE ? "tombstone" : "v" + rowVersion());
        text.append(" at ").append(generation);
        text.append(", keyed ").append(keyed == ABSENT ? "absent" : "v" + (keyed - LIVE));
        text.append(" at ").append(keyedGeneration).append(", prune ").append(prune);
        for (int i = 0; i < phase.length; i++) {
            text.append(" | replica phase ").append(phase[i]).append(" cap ").append(cap[i]);
            text.append(" have v").append(have[i]).append(" local ").append(local[i] == 0 ? "-" : "v" + (local[i] - 1));
            text.append(dirty[i] == 1 ? " dirty" : "").append(" link ").append(link[i]);
            text.append(pending[i] == 1 ? " pending" : "");
        }
        return text + " | editors " + Arrays.toString(editor) + " kept " + Arrays.toString(kept);
    }
}
