package dev.lockstep.transpile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.Counts;
import dev.lockstep.transpile.CacheProtocol.Edit;
import dev.lockstep.transpile.CacheProtocol.Faults;
import dev.lockstep.transpile.CacheProtocol.Flaw;
import dev.lockstep.transpile.CacheProtocol.Fleet;
import dev.lockstep.transpile.CacheProtocol.Start;
import dev.lockstep.transpile.Exploration.Outcome;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The protocol in every reachable state: never stale as it is, stale in some state with any of its guards taken away. */
class CacheModelTest {
    private static final Faults CRASH_AND_PRUNE = new Faults(0, 1, 1);
    private static final Faults CUT_AND_PRUNE = new Faults(1, 0, 1);
    private static final Faults CUT = new Faults(1, 0, 0);
    private static final Faults CRASH = new Faults(0, 1, 0);
    private static final Faults PRUNE = new Faults(0, 0, 1);

    @ParameterizedTest
    @CsvSource({"PATH, ABSENT", "PATH, CACHED", "BULK, ABSENT", "BULK, CACHED"})
    void oneEditorIsNeverStaleThroughCutCrashAndPrune(Edit edit, Start start) {
        Outcome outcome = CacheModel.explore(pure(2, List.of(edit)), start, Faults.ALL);

        assertSafe(outcome, 200_000);
    }

    @ParameterizedTest
    @CsvSource({"PATH, PATH", "PATH, BULK", "BULK, BULK"})
    void twoEditorsAreNeverStaleThroughCrashAndPrune(Edit one, Edit other) {
        Outcome outcome =
                CacheModel.explore(pure(2, List.of(one, other)), Start.CACHED, nightly(CRASH, CRASH_AND_PRUNE));

        assertSafe(outcome, Counts.of(50_000, 1_000_000));
    }

    /** One fault at a time; all together, tens of millions of states, are for the nightly run, here and below. */
    @ParameterizedTest
    @EnumSource(
            value = Edit.class,
            names = {"PATH", "BULK"})
    void threeReplicasAreNeverStale(Edit edit) {
        CacheProtocol three = pure(3, List.of(edit));

        assertSafe(CacheModel.explore(three, Start.ABSENT, CUT), 300_000);
        assertSafe(CacheModel.explore(three, Start.ABSENT, PRUNE), 300_000);
        assertSafe(CacheModel.explore(three, Start.CACHED, nightly(CRASH, Faults.ALL)), 150_000);
    }

    @ParameterizedTest
    @CsvSource({"PATH, PATH", "PATH, BULK", "BULK, BULK"})
    void twoEditorsAreNeverStaleWhenNothingIsCached(Edit one, Edit other) {
        CacheProtocol two = pure(2, List.of(one, other));

        assertSafe(CacheModel.explore(two, Start.ABSENT, CUT), 200_000);
        assertSafe(CacheModel.explore(two, Start.ABSENT, nightly(PRUNE, CRASH_AND_PRUNE)), 400_000);
    }

    /**
     * Upstream's replica reads below the floor, writes without an epoch and tombstones without a floor. No crash: the
     * guard cannot give it the epoch.
     */
    @ParameterizedTest
    @EnumSource(
            value = Start.class,
            names = {"ABSENT", "CACHED"})
    void anUpstreamReplicaBehindTheGuardIsNeverStale(Start start) {
        for (Edit edit : Counts.today(2, List.of(Edit.values()))) {
            assertSafe(
                    CacheModel.explore(guarded(List.of(edit)), start, nightly(CUT, CUT_AND_PRUNE)),
                    Counts.of(500, 5_000));
            if (edit != Edit.BULK) {
                assertSafe(CacheModel.explore(guarded(List.of(edit, Edit.BULK)), start, PRUNE), 25_000);
            }
        }
    }

    /** One replica has a key, one has none, or is upstream's. */
    @ParameterizedTest
    @EnumSource(
            value = Start.class,
            names = {"ABSENT", "CACHED"})
    void artifactsOfAKeyBesideTheRowAreNeverStale(Start start) {
        for (Edit edit : Counts.today(1, List.of(Edit.PATH, Edit.BULK))) {
            assertSafe(
                    CacheModel.explore(keyed(List.of(edit)), start, nightly(CRASH_AND_PRUNE, Faults.ALL)),
                    Counts.of(5_000, 50_000));
            assertSafe(CacheModel.explore(keyed(List.of(edit, Edit.BULK)), start, PRUNE), 20_000);
        }
        for (Edit edit : Counts.today(2, List.of(Edit.values()))) {
            assertSafe(
                    CacheModel.explore(keyedGuarded(List.of(edit)), start, nightly(CUT, CUT_AND_PRUNE)),
                    Counts.of(500, 5_000));
            if (edit != Edit.BULK) {
                assertSafe(CacheModel.explore(keyedGuarded(List.of(edit, Edit.BULK)), start, PRUNE), 10_000);
            }
        }
    }

    /** Between the commit and the step a replica may serve its own memory, and never after it. */
    @ParameterizedTest
    @CsvSource({"OUTBOX_PATH, ABSENT", "OUTBOX_PATH, CACHED", "OUTBOX_BULK, ABSENT", "OUTBOX_BULK, CACHED"})
    void whoEditsByTheOutboxIsNeverStale(Edit edit, Start start) {
        assertSafe(CacheModel.explore(pure(2, List.of(edit)), start, Faults.ALL), 10_000);
        for (Edit other : List.of(Edit.OUTBOX_PATH, Edit.BULK)) {
            assertSafe(CacheModel.explore(pure(2, List.of(edit, other)), start, nightly(CUT, CRASH_AND_PRUNE)), 10_000);
        }
    }

    @Test
    void theOutboxIsStaleWithoutTheFloorKeptOrToldEarly() {
        assertBroken(CacheModel.explore(
                pure(2, List.of(Edit.OUTBOX_PATH, Edit.BULK), Flaw.OUTBOX_SHARES_NO_FLOOR), Start.ABSENT, Faults.NONE));
        assertBroken(CacheModel.explore(
                pure(2, List.of(Edit.OUTBOX_PATH), Flaw.OUTBOX_TOLD_EARLY), Start.CACHED, Faults.NONE));
        assertBroken(CacheModel.explore(
                guarded(List.of(Edit.OUTBOX_BULK), Flaw.OUTBOX_RAISES_BY_ONE), Start.ABSENT, Faults.NONE));
    }

    @Test
    void anArtifactOfAKeyIsStaleWithoutItsRowAndItsFloor() {
        List<Edit> path = List.of(Edit.PATH);
        List<Edit> bulk = List.of(Edit.BULK);

        assertBroken(CacheModel.explore(keyed(path, Flaw.KEYED_IGNORES_ROW), Start.ABSENT, Faults.NONE));
        assertBroken(CacheModel.explore(keyed(bulk, Flaw.KEYED_IGNORES_FLOOR), Start.ABSENT, Faults.NONE));
        assertBroken(CacheModel.explore(keyed(bulk, Flaw.KEYED_CARRIED_UNCHECKED), Start.ABSENT, PRUNE));
    }

    /** The shortest counterexample is found in each configuration that can show it; in which, stands with the flaw. */
    @ParameterizedTest
    @CsvSource({
        "BULK_TOUCHES_ROWS_ONLY, BULK, ABSENT",
        "NOTIFY_BEFORE_TOMBSTONE, PATH, CACHED",
        "NOTIFY_BEFORE_TOMBSTONE, BULK, CACHED",
        "EPOCH_NOT_CHECKED, PATH, ABSENT",
        "PRUNE_LEAVES_FLOOR, PATH, ABSENT",
        "CAPTURE_AFTER_SOURCE, PATH, ABSENT",
        "CAPTURE_AFTER_SOURCE, BULK, CACHED",
        "FILL_UNGUARDED, PATH, ABSENT",
        "FILL_UNGUARDED, BULK, CACHED",
        "CLEAR_BEFORE_LISTEN, PATH, CACHED",
        "TOMBSTONE_KEEPS_GENERATION, PATH, ABSENT",
        "STORE_UNCONDITIONALLY, PATH, ABSENT",
        "READER_IGNORES_FLOOR, BULK, ABSENT",
        "READER_IGNORES_FLOOR, BULK, CACHED"
    })
    void oneEditorIsStaleWith(Flaw flaw, Edit edit, Start start) {
        assertBroken(CacheModel.explore(pure(2, List.of(edit), flaw), start, Faults.ALL));
    }

    @ParameterizedTest
    @CsvSource({"FLOOR_BELOW_GENERATIONS, PATH, BULK", "PRUNE_RAISES_TOO_LITTLE, PATH, PATH"})
    void twoEditorsAreStaleWith(Flaw flaw, Edit one, Edit other) {
        assertBroken(CacheModel.explore(pure(2, List.of(one, other), flaw), Start.CACHED, CRASH_AND_PRUNE));
    }

    /** The writer of a pure fleet does not look at the floor again; that is safe as long as all readers do, and no longer. */
    @Test
    void aWriterMayForgetTheFloorOnlyWhileEveryReaderFilters() {
        List<Edit> bulk = List.of(Edit.BULK);

        assertSafe(CacheModel.explore(pure(2, bulk), Start.ABSENT, Faults.NONE), 1_000);
        assertBroken(CacheModel.explore(pure(2, bulk, Flaw.READER_IGNORES_FLOOR), Start.ABSENT, Faults.NONE));
        assertSafe(CacheModel.explore(guarded(bulk), Start.ABSENT, Faults.NONE), 1_000);
    }

    /** It does for those that look without leaving a row what the row does for the others: one of the two must be there. */
    @Test
    void theGuardMustRaiseUpstreamsTombstonesAboveTheFloor() {
        List<Edit> edits = List.of(Edit.BULK, Edit.UPSTREAM_PATH);

        assertBroken(CacheModel.explore(
                guarded(edits, Flaw.GUARD_PASSES_TOMBSTONES, Flaw.LOOK_LEAVES_NO_ROW), Start.ABSENT, PRUNE));
        assertSafe(CacheModel.explore(guarded(edits, Flaw.LOOK_LEAVES_NO_ROW), Start.ABSENT, PRUNE), 1_000);
    }

    /** Which has two sides: what upstream's replica stores first, and what ours builds where nobody has looked. */
    @Test
    void aPathBehindTheGuardMustHaveARowBeforeAnythingIsBuiltForIt() {
        List<Edit> bulk = List.of(Edit.UPSTREAM_BULK);

        assertBroken(CacheModel.explore(guarded(bulk, Flaw.GUARD_PASSES_FIRST_STORES), Start.ABSENT, Faults.NONE));
        assertBroken(CacheModel.explore(guarded(bulk, Flaw.ROW_LEFT_AT_FLOOR), Start.ABSENT, Faults.NONE));
        assertBroken(CacheModel.explore(
                guarded(bulk, Flaw.FIRST_STORE_AT_FLOOR, Flaw.LOOK_LEAVES_NO_ROW), Start.ABSENT, PRUNE));
        assertSafe(
                CacheModel.explore(guarded(List.of(Edit.UPSTREAM_BULK, Edit.UPSTREAM_BULK)), Start.ABSENT, PRUNE),
                25_000);
    }

    /** As far as those are concerned that know the floor: without a guard, nothing keeps out what upstream's replica stores. */
    @ParameterizedTest
    @EnumSource(Start.class)
    void whoKnowsTheFloorIsNotStaleBesideUpstreamsEditorsWithoutTheGuard(Start start) {
        for (Edit edit : List.of(Edit.UPSTREAM_BULK, Edit.UPSTREAM_PATH)) {
            assertSafe(CacheModel.explore(beside(List.of(edit)), start, nightly(PRUNE, Faults.ALL)), 200);
            for (Edit other : List.of(Edit.PATH, Edit.BULK, Edit.UPSTREAM_BULK)) {
                assertSafe(CacheModel.explore(beside(List.of(edit, other)), start, nightly(Faults.NONE, PRUNE)), 1_000);
            }
        }
    }

    @Test
    void withoutTheGuardALookMustLeaveARowAboveTheFloor() {
        List<Edit> bulk = List.of(Edit.UPSTREAM_BULK);
        List<Edit> path = List.of(Edit.UPSTREAM_PATH);

        assertBroken(CacheModel.explore(beside(bulk, Flaw.LOOK_LEAVES_NO_ROW), Start.ABSENT, Faults.NONE));
        assertBroken(CacheModel.explore(beside(bulk, Flaw.LOOK_LEAVES_NO_ROW), Start.ABSENT_AT_FLOOR_ONE, Faults.NONE));
        assertBroken(
                CacheModel.explore(beside(path, Flaw.LOOK_LEAVES_ROWS_BELOW_FLOOR), Start.BELOW_FLOOR, Faults.NONE));
    }

    /** What the guard is for, wherever floors begin. */
    @Test
    void withoutTheGuardUpstreamsReplicaRevivesWhatItsOwnBulkTombstoneHasNotSeen() {
        List<Edit> bulk = List.of(Edit.UPSTREAM_BULK);

        assertBroken(CacheModel.explore(unguarded(bulk), Start.ABSENT, Faults.NONE));
        assertBroken(CacheModel.explore(unguarded(bulk), Start.ABSENT_AT_FLOOR_ONE, Faults.NONE));
    }

    /** At one, a first artifact of upstream's is below the floor, and the guard needs no rule for it; ours is not. */
    @Test
    void floorsThatBeginAtOneDoForUpstreamsFirstArtifactsAndNotForOurs() {
        for (Edit edit : List.of(Edit.BULK, Edit.UPSTREAM_PATH, Edit.UPSTREAM_BULK)) {
            for (Start start : List.of(Start.ABSENT_AT_FLOOR_ONE, Start.CACHED_AT_FLOOR_ONE)) {
                assertSafe(CacheModel.explore(guarded(List.of(edit)), start, CUT_AND_PRUNE), 5_000);
                assertSafe(
                        CacheModel.explore(guarded(List.of(edit), Flaw.GUARD_PASSES_FIRST_STORES), start, PRUNE), 500);
            }
        }
        List<Edit> bulk = List.of(Edit.UPSTREAM_BULK);
        assertBroken(CacheModel.explore(
                guarded(bulk, Flaw.LOOK_LEAVES_NO_ROW, Flaw.GUARD_PASSES_FIRST_STORES),
                Start.ABSENT_AT_FLOOR_ONE,
                Faults.NONE));
    }

    private static Faults nightly(Faults everyBuild, Faults nightly) {
        return Counts.of(0, 1) == 0 ? everyBuild : nightly;
    }

    private static CacheProtocol pure(int replicas, List<Edit> edits, Flaw... flaws) {
        return new CacheProtocol(replicas, edits, Fleet.PURE, set(flaws));
    }

    private static CacheProtocol guarded(List<Edit> edits, Flaw... flaws) {
        return new CacheProtocol(2, edits, Fleet.GUARDED, set(flaws));
    }

    private static CacheProtocol beside(List<Edit> edits, Flaw... flaws) {
        return new CacheProtocol(2, edits, Fleet.BESIDE, set(flaws));
    }

    private static CacheProtocol unguarded(List<Edit> edits, Flaw... flaws) {
        return new CacheProtocol(2, edits, Fleet.UNGUARDED, set(flaws));
    }

    private static CacheProtocol keyed(List<Edit> edits, Flaw... flaws) {
        return new CacheProtocol(2, edits, Fleet.KEYED, set(flaws));
    }

    private static CacheProtocol keyedGuarded(List<Edit> edits, Flaw... flaws) {
        return new CacheProtocol(2, edits, Fleet.KEYED_GUARDED, set(flaws));
    }

    private static Set<Flaw> set(Flaw... flaws) {
        Set<Flaw> set = EnumSet.noneOf(Flaw.class);
        set.addAll(List.of(flaws));
        return set;
    }

    private static void assertSafe(Outcome outcome, int atLeast) {
        assertThat(outcome.violation()).as("%s", outcome.trace()).isNull();
        assertThat(outcome.states()).isGreaterThan(atLeast);
    }

    private static void assertBroken(Outcome outcome) {
        assertThat(outcome.violation()).isNotNull();
        assertThat(outcome.steps()).isBetween(3, 20);
    }
}
