package dev.lockstep.testing;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** How often a test tries what must never fail. */
public final class Counts {
    private static final boolean NIGHTLY = Boolean.getBoolean("lockstep.nightly");

    private static final long SEED = Long.getLong("lockstep.seed", dayOfThisRun());

    private Counts() {}

    private static long dayOfThisRun() {
        return TimeUnit.MILLISECONDS.toDays(ManagementFactory.getRuntimeMXBean().getStartTime());
    }

    /** The first number in every build, the second with {@code mvn -Pnightly verify}. */
    public static int of(int everyBuild, int nightly) {
        return NIGHTLY ? nightly : everyBuild;
    }

    /**
     * What decides which part of all that could be tried is tried in this run: the number of the day, so that some days try
     * all of it, or what {@code -Dlockstep.seed=N} says. The end of the run prints it.
     */
    public static long seed() {
        return SEED;
    }

    /** So many of all, others each day; all of them with {@code mvn -Pnightly verify}. */
    public static <T> List<T> today(int number, List<T> all) {
        if (NIGHTLY || number >= all.size()) {
            return all;
        }
        List<T> shuffled = new ArrayList<>(all);
        Collections.shuffle(shuffled, new Random(SEED));
        return shuffled.subList(0, number);
    }
}
