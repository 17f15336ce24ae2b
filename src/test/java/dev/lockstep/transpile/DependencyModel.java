package dev.lockstep.transpile;

import java.util.Set;

/**
 * The protocol of dependencies as a model: one artifact, the row of what it imports, two who edit that, one who builds it,
 * one who builds the artifact, and pruning. A step is what one statement or one COMMIT does.
 */
final class DependencyModel implements Exploration.Model {
    /** A part of the protocol taken away. */
    enum Flaw {
        /** Upstream: an artifact is served whatever became of its imports. */
        READER_IGNORES_IMPORTS,
        /** What was invalidated while the artifact was built is not looked for. */
        STORE_UNCHECKED,
        /** An invalidation that had begun before the capture, and not ended, is taken for one that had. */
        RUNNING_COUNT_AS_ENDED,
        /** The generations that are recorded are those at the store, and not those that were checked. */
        RECORDED_LATER,
        /** A row that was built anew is taken for one that was built for the first time. */
        REBUILT_IS_HARMLESS,
        PRUNE_CARRIES_ARTIFACT,
        PRUNE_LEAVES_FLOOR
    }

    /** Whose columns those have who build and invalidate the import. */
    enum Import {
        OURS,
        UPSTREAM
    }

    private static final int ABSENT = 0;
    private static final int TOMBSTONE = 1;
    private static final int LIVE = 2;

    private static final int SOURCE = 0;
    private static final int ACKED = 1;
    private static final int ROW = 2;
    private static final int GENERATION = 3;
    private static final int WRITER = 4;
    private static final int FLOOR = 5;
    private static final int NEXT = 6;
    private static final int PRUNES = 7;
    /** The artifact: 0, or one more than the version that it was made from. */
    private static final int ARTIFACT = 8;

    private static final int ARTIFACT_GENERATION = 9;
    /** One more than the generation that was recorded; 0 if there was no row. */
    private static final int SEEN = 10;

    private static final int SEEN_FLOOR = 11;
    private static final int BUILDER = 12;
    private static final int AS_OF = 13;
    private static final int CAPTURED_FLOOR = 14;
    private static final int HAVE = 15;
    private static final int CHECKED = 16;
    private static final int IMPORT_BUILDER = 17;
    private static final int IMPORT_CAP = 18;
    private static final int EDITOR = 19;
    private static final int EDITOR_XID = 21;
    private static final int EDITOR_VERSION = 23;
    private static final int[] WIDTHS = {2, 2, 2, 3, 4, 3, 4, 1, 2, 3, 3, 3, 3, 4, 3, 2, 3, 2, 3, 2, 2, 4, 4, 2, 2};

    private final Import imported;
    private final Set<Flaw> flaws;
    private final int[] w = new int[WIDTHS.length];

    private DependencyModel(Import imported, Set<Flaw> flaws) {
        this.imported = imported;
        this.flaws = flaws;
    }

    static Exploration.Outcome explore(Import imported, Set<Flaw> flaws) {
        DependencyModel model = new DependencyModel(imported, flaws);
        model.w[NEXT] = 1;
        model.w[PRUNES] = 1;
        return Exploration.of(model, model.pack(0, 13), model.pack(13, WIDTHS.length));
    }

    private long pack(int from, int to) {
        long packed = 0;
        for (int i = from; i < to; i++) {
            if (w[i] >> WIDTHS[i] != 0) {
                throw new IllegalStateException("field " + i + " does not hold " + w[i]);
            }
            packed = packed << WIDTHS[i] | w[i];
        }
        return packed;
    }

    private void load(long a, long b) {
        unpack(a, 0, 13);
        unpack(b, 13, WIDTHS.length);
    }

    private void unpack(long packed, int from, int to) {
        long rest = packed;
        for (int i = to - 1; i >= from; i--) {
            w[i] = (int) (rest & ((1L << WIDTHS[i]) - 1));
            rest >>>= WIDTHS[i];
        }
    }

    private boolean has(Flaw flaw) {
        return flaws.contains(flaw);
    }

    @Override
    public String describe(long a, long b) {
        load(a, b);
        return java.util.Arrays.toString(w);
    }

    @Override
    public String violation(long a, long b) {
        load(a, b);
        return isServed() && w[ARTIFACT] - 1 < w[ACKED]
                ? "an artifact is served whose import was invalidated since it was read"
                : null;
    }

    private boolean isServed() {
        if (w[ARTIFACT] == 0 || w[ARTIFACT_GENERATION] < w[FLOOR]) {
            return false;
        }
        boolean moved = w[ROW] != ABSENT && w[GENERATION] + 1 > w[SEEN] && !isHarmless(w[SEEN_FLOOR]);
        return !moved || has(Flaw.READER_IGNORES_IMPORTS);
    }

    private boolean isHarmless(int floor) {
        if (w[ROW] != LIVE) {
            return false;
        }
        return has(Flaw.REBUILT_IS_HARMLESS) || (imported == Import.OURS ? w[GENERATION] <= floor : w[GENERATION] == 0);
    }

    @Override
    public void successors(long a, long b, Exploration.Steps steps) {
        for (int step = 0; step < 5; step++) {
            load(a, b);
            boolean taken =
                    switch (step) {
                        case 0 -> build();
                        case 1 -> buildImport();
                        case 2 -> prune();
                        default -> edit(step - 3);
                    };
            if (taken) {
                steps.to(pack(0, 13), pack(13, WIDTHS.length));
            }
        }
    }

    private boolean build() {
        switch (w[BUILDER]) {
            case 0 -> {
                if (isServed()) {
                    return false;
                }
                w[AS_OF] = w[NEXT];
                for (int j = 0; j < 2; j++) {
                    if ((w[EDITOR + j] == 1 || w[EDITOR + j] == 2) && !has(Flaw.RUNNING_COUNT_AS_ENDED)) {
                        w[AS_OF] = Math.min(w[AS_OF], w[EDITOR_XID + j]);
                    }
                }
                w[CAPTURED_FLOOR] = w[FLOOR];
                w[BUILDER] = 1;
            }
            case 1 -> {
                w[HAVE] = w[SOURCE];
                w[BUILDER] = 2;
            }
            case 2 -> {
                boolean changed = w[ROW] != ABSENT && w[WRITER] >= w[AS_OF] && !isHarmless(w[CAPTURED_FLOOR]);
                w[CHECKED] = w[ROW] == ABSENT ? 0 : w[GENERATION] + 1;
                w[BUILDER] = changed && !has(Flaw.STORE_UNCHECKED) ? 0 : 3;
                if (w[BUILDER] == 0) {
                    forget();
                }
            }
            default -> {
                w[ARTIFACT] = w[HAVE] + 1;
                w[ARTIFACT_GENERATION] = w[CAPTURED_FLOOR];
                int now = w[ROW] == ABSENT ? 0 : w[GENERATION] + 1;
                w[SEEN] = has(Flaw.RECORDED_LATER) ? now : w[CHECKED];
                w[SEEN_FLOOR] = w[CAPTURED_FLOOR];
                forget();
            }
        }
        return true;
    }

    private void forget() {
        w[BUILDER] = 0;
        w[AS_OF] = 0;
        w[CAPTURED_FLOOR] = 0;
        w[HAVE] = 0;
        w[CHECKED] = 0;
    }

    /** Which version it stores is of no matter here. */
    private boolean buildImport() {
        if (w[IMPORT_BUILDER] == 0) {
            if (w[ROW] == LIVE && (imported == Import.UPSTREAM || w[GENERATION] >= w[FLOOR])) {
                return false;
            }
            int floor = imported == Import.OURS ? w[FLOOR] : 0;
            w[IMPORT_CAP] = Math.max(floor, w[ROW] == ABSENT ? 0 : w[GENERATION]);
            w[IMPORT_BUILDER] = 1;
            return true;
        }
        if (w[ROW] == ABSENT || w[GENERATION] <= w[IMPORT_CAP]) {
            w[ROW] = LIVE;
            w[GENERATION] = w[IMPORT_CAP];
            w[WRITER] = xid();
        }
        w[IMPORT_BUILDER] = 0;
        w[IMPORT_CAP] = 0;
        return true;
    }

    private int xid() {
        return w[NEXT]++;
    }

    /** In a transaction that may have written something else before. */
    private boolean edit(int j) {
        switch (w[EDITOR + j]) {
            case 0 -> {
                w[EDITOR_XID + j] = xid();
                w[EDITOR + j] = 1;
            }
            case 1 -> {
                w[SOURCE]++;
                w[EDITOR_VERSION + j] = w[SOURCE];
                w[EDITOR + j] = 2;
            }
            case 2 -> {
                // Behind the guard, a replica's is above the floor as well.
                w[GENERATION] = Math.max(w[FLOOR], w[ROW] == ABSENT ? 0 : w[GENERATION]) + 1;
                w[ROW] = TOMBSTONE;
                w[WRITER] = w[EDITOR_XID + j];
                w[ACKED] = Math.max(w[ACKED], w[EDITOR_VERSION + j]);
                w[EDITOR + j] = 3;
                w[EDITOR_XID + j] = 0;
                w[EDITOR_VERSION + j] = 0;
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean prune() {
        if (w[PRUNES] == 0 || w[ROW] != TOMBSTONE) {
            return false;
        }
        w[PRUNES] = 0;
        if (!has(Flaw.PRUNE_LEAVES_FLOOR)) {
            int floor = Math.max(w[FLOOR], w[GENERATION]) + 1;
            if (has(Flaw.PRUNE_CARRIES_ARTIFACT) && w[ARTIFACT] > 0 && w[ARTIFACT_GENERATION] >= w[FLOOR]) {
                w[ARTIFACT_GENERATION] = floor;
            }
            w[FLOOR] = floor;
        }
        w[ROW] = ABSENT;
        w[GENERATION] = 0;
        w[WRITER] = 0;
        return true;
    }
}
