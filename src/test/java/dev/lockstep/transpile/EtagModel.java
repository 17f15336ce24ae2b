package dev.lockstep.transpile;

/**
 * The ETag of an artifact as a model: a clock of half seconds, a file that is edited, and a builder that reads its time and
 * its content. A check that says fresh may be wrong only where two edits fell within one second.
 */
final class EtagModel implements Exploration.Model {
    /** When the builder reads the time of the file's last change. */
    enum Order {
        TIME_FIRST,
        CONTENT_FIRST
    }

    private static final int LAST = 7;
    private static final int EDITS = 2;

    private final Order order;
    private final boolean comparesAge;

    private int clock;
    private int version;
    /** By version. */
    private final int[] changed = new int[EDITS + 1];

    private int phase;
    private int etag;
    private int content;
    private int stored;

    private EtagModel(Order order, boolean comparesAge) {
        this.order = order;
        this.comparesAge = comparesAge;
    }

    static Exploration.Outcome explore(Order order, boolean comparesAge) {
        return Exploration.of(new EtagModel(order, comparesAge), 0, 0);
    }

    private long pack() {
        long packed = clock;
        for (int field : new int[] {version, changed[1], changed[2], phase, etag, content, stored}) {
            packed = packed << 3 | field;
        }
        return packed;
    }

    private void load(long packed) {
        stored = (int) (packed & 7);
        content = (int) (packed >> 3 & 7);
        etag = (int) (packed >> 6 & 7);
        phase = (int) (packed >> 9 & 7);
        changed[2] = (int) (packed >> 12 & 7);
        changed[1] = (int) (packed >> 15 & 7);
        version = (int) (packed >> 18 & 7);
        clock = (int) (packed >> 21 & 7);
    }

    @Override
    public String describe(long a, long b) {
        load(a);
        return "at %d: version %d of %d, phase %d, ETag %d, content %d, stored at %d"
                .formatted(clock, version, changed[version], phase, etag, content, stored);
    }

    @Override
    public String violation(long a, long b) {
        load(a);
        boolean fresh = phase == 3 && etag == second(changed[version]) && (!comparesAge || stored >= changed[version]);
        boolean told = second(changed[content]) != second(changed[version]);
        return fresh && content != version && told ? "a stale artifact is called fresh" : null;
    }

    private static int second(int time) {
        return time / 2;
    }

    @Override
    public void successors(long a, long b, Exploration.Steps steps) {
        load(a);
        if (clock < LAST) {
            clock++;
            steps.to(pack(), 0);
            load(a);
        }
        if (version < EDITS) {
            version++;
            changed[version] = clock;
            steps.to(pack(), 0);
            load(a);
        }
        if (phase < 3) {
            if (phase == 2) {
                stored = clock;
            } else if ((phase == 0) == (order == Order.TIME_FIRST)) {
                etag = second(changed[version]);
            } else {
                content = version;
            }
            phase++;
            steps.to(pack(), 0);
        }
    }
}
