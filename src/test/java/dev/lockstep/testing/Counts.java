package dev.lockstep.testing;

/** How often a test tries what must never fail. */
public final class Counts {
    private static final boolean NIGHTLY = Boolean.getBoolean("lockstep.nightly");

    private Counts() {}

    /** The first number in every build, the second with {@code mvn -Pnightly verify}. */
    public static int of(int everyBuild, int nightly) {
        return NIGHTLY ? nightly : everyBuild;
    }
}
