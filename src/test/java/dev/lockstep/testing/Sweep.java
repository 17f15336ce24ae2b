package dev.lockstep.testing;

import dev.lockstep.support.LockstepException;
import dev.lockstep.testing.Fault.Mode;
import java.sql.SQLException;

/**
 * Breaks a piece of work at its first call to a database, then at its second, and so on until a run ends without having
 * been broken; each run starts afresh, is recovered by ordinary means, and must then hold its invariant.
 *
 * <pre>{@code
 * int runs = Sweep.startingFrom(run -> notesDatabase(dir.resolve(run + ".db")))
 *         .running((file, fault) -> new Deferral(open(file, fault)).defer("notes_fts"))
 *         .recovering(file -> restore(file))
 *         .checking(file -> assertThat(triggersOn(file)).containsExactly("notes_ai"))
 *         .run(Mode.THROW_BEFORE, Mode.THROW_AFTER, Mode.CLOSE);
 * }</pre>
 *
 * <p>A broken run may end normally or with a {@link LockstepException}, or a {@link SQLException} of a driver that it uses itself; any other
 * exception is a bug and fails the sweep. So does a sweep in which nothing was ever broken. The last run, which
 * nothing breaks, is checked without recovery. {@link Mode#HALT} and {@link Mode#STOP} need the work to be in another
 * process; see {@link ChildJvm}.
 *
 * @param <S> what a run works on
 */
public final class Sweep<S> {
    /** More calls than any command makes; beyond it the work is taken to repeat itself for ever. */
    private static final int LIMIT = 20_000;

    /** Makes what one run works on; {@code run} differs for each run of a sweep, over all its modes. */
    @FunctionalInterface
    public interface Start<S> {
        S prepare(int run) throws Exception;
    }

    /** The work: opens its databases around the fault. */
    @FunctionalInterface
    public interface Work<S> {
        void run(S state, Fault fault) throws Exception;
    }

    /** Recovers or checks what one run left. */
    @FunctionalInterface
    public interface Step<S> {
        void run(S state) throws Exception;
    }

    private final Start<S> start;
    private Work<S> work;
    private Step<S> recovery = state -> {};
    private Step<S> invariant;
    private int stride = 1;
    private int about = Integer.MAX_VALUE;
    private int runs;

    private Sweep(Start<S> start) {
        this.start = start;
    }

    public static <S> Sweep<S> startingFrom(Start<S> start) {
        return new Sweep<>(start);
    }

    public Sweep<S> running(Work<S> what) {
        work = what;
        return this;
    }

    public Sweep<S> recovering(Step<S> how) {
        recovery = how;
        return this;
    }

    public Sweep<S> checking(Step<S> what) {
        invariant = what;
        return this;
    }

    /** Breaks not each call, but one of so many: of each mode others, and others each day. */
    public Sweep<S> breakingOneOf(int calls) {
        stride = calls;
        return this;
    }

    /**
     * Breaks about so many calls of each mode in every build, spread evenly over the work and others each day, however many
     * calls the work makes; each call with {@code mvn -Pnightly verify}. The work must run in this process, for its calls
     * are counted first.
     */
    public Sweep<S> breakingAbout(int calls) {
        about = Counts.of(calls, Integer.MAX_VALUE);
        return this;
    }

    /** Sweeps once for each mode. @return the number of runs that were broken, of all modes */
    public int run(Mode... modes) throws Exception {
        if (work == null || invariant == null || modes.length == 0) {
            throw new IllegalStateException("a sweep needs work, an invariant and a mode");
        }
        if (about < Integer.MAX_VALUE) {
            Fault counting = Fault.none();
            brokenBy(counting);
            stride = Math.max(1, counting.calls() / about);
        }
        int broken = 0;
        int first = 0;
        for (Mode mode : modes) {
            int calls = sweep(mode, 1 + Math.floorMod(Counts.seed() + first++, stride));
            if (calls == 0) {
                throw new AssertionError("no call was ever broken with " + mode + ": the sweep tested nothing");
            }
            broken += calls;
        }
        return broken;
    }

    private int sweep(Mode mode, int first) throws Exception {
        int broken = 0;
        for (int call = first; call <= LIMIT; call += stride) {
            Fault fault = Fault.at(call, mode);
            if (!brokenBy(fault)) {
                return broken;
            }
            broken++;
        }
        throw new AssertionError("still calling the database after " + LIMIT + " calls with " + mode);
    }

    /** @return whether the work got as far as the fault */
    private boolean brokenBy(Fault fault) throws Exception {
        S state = start.prepare(++runs);
        Exception ended = outcome(state, fault);
        try {
            if (ended != null && !(fault.hit() && isExpected(ended))) {
                throw ended;
            }
            if (fault.hit()) {
                recovery.run(state);
            }
            invariant.run(state);
            return fault.hit();
        } catch (Exception | AssertionError e) {
            AssertionError failure = new AssertionError("run " + runs + ", " + fault, e);
            if (ended != null && ended != e) {
                failure.addSuppressed(ended);
            }
            throw failure;
        }
    }

    private Exception outcome(S state, Fault fault) {
        try {
            work.run(state, fault);
            return null;
        } catch (Exception e) {
            return e;
        }
    }

    private static boolean isExpected(Exception e) {
        return e instanceof LockstepException || e instanceof SQLException;
    }
}
