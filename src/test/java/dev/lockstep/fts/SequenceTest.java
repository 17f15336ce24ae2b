package dev.lockstep.fts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.fts.deferral.Restoration.Policy;
import dev.lockstep.fts.ledger.DeferralMode;
import dev.lockstep.support.Json;
import dev.lockstep.support.LockstepException;
import dev.lockstep.testing.Counts;
import dev.lockstep.testing.Fault;
import dev.lockstep.testing.Fault.Mode;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever lockstep, CADT, a crash and a careless hand do in whatever order: no trigger's text is ever lost. */
class SequenceTest {
    private static final int LONGEST = 12;
    private static final int CALLS = 80;

    private enum Step {
        DEFER,
        DEFER_UNITS,
        DEFER_TO_REBUILD,
        RESTORE,
        RESTORE_PROJECTS,
        CRASH_IN_DEFER,
        CRASH_IN_RESTORE,
        CADT_DEFERS,
        CADT_RESTORES,
        CHANGE,
        FLAG_IS_DELETED
    }

    @TempDir
    private Path dir;

    @Test
    void everyTextIsLiveOrStoredAfterEachStepAndTheEndIsAsTheBeginning() throws Exception {
        Path template = CadtDatabase.create(dir.resolve("template.db"), 3);
        String master = TestSqlite.schema(template);
        int sequences = Counts.of(50, 5_000);
        for (int seed = 0; seed < sequences; seed++) {
            Path file = Files.copy(template, dir.resolve("sequence.db"));
            Engine engine = new Engine(file, Engine.CADT);
            List<Step> steps = new ArrayList<>();
            try {
                walk(engine, new Random(seed), steps);
                engine.restore();
                // CADT fills a column that its triggers leave out, and only making it anew empties that.
                engine.in(DeferralMode.REBUILD).defer();
                engine.restore();
                assertThat(TestSqlite.schema(file)).isEqualTo(master);
                assertThat(CadtDatabase.differences(file)).isZero();
                assertThat(TestSqlite.ask(file, "pragma integrity_check")).isEqualTo("ok");
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + steps, e);
            }
            Files.delete(file);
        }
    }

    private static void walk(Engine engine, Random random, List<Step> steps) throws Exception {
        int length = 1 + random.nextInt(LONGEST);
        for (int i = 0; i < length; i++) {
            Step step = Step.values()[random.nextInt(Step.values().length)];
            boolean unflagged = CadtDatabase.meta(engine.file(), CadtDatabase.FLAG) == null
                    && CadtDatabase.meta(engine.file(), CadtDatabase.SNAPSHOT) != null;
            if (unflagged && step == Step.CADT_DEFERS) {
                // CADT itself would replace the snapshot by whatever triggers are live, be it fewer.
                continue;
            }
            steps.add(step);
            take(step, engine, random, i);
            nothingIsLost(engine.file());
        }
    }

    private static void take(Step step, Engine engine, Random random, int number) throws Exception {
        Fault fault = Fault.at(1 + random.nextInt(CALLS), random.nextBoolean() ? Mode.THROW_BEFORE : Mode.CLOSE);
        switch (step) {
            case DEFER -> engine.defer();
            case DEFER_UNITS -> engine.defer("units");
            case DEFER_TO_REBUILD -> engine.in(DeferralMode.REBUILD).defer();
            case RESTORE -> engine.restore();
            case RESTORE_PROJECTS -> engine.restore("projects");
            case CRASH_IN_DEFER -> broken(() -> engine.defer(fault));
            case CRASH_IN_RESTORE -> broken(() -> engine.restore(fault, Policy.CAREFUL));
            case CADT_DEFERS -> Upstream.ensureDeferred(engine.file());
            case CADT_RESTORES -> Upstream.restore(engine.file());
            case CHANGE -> {
                TestSqlite.create(engine.file(), CadtDatabase.insertUnits(1_000 + number, 1_000 + number));
                TestSqlite.create(engine.file(), "update projects set projectName = projectName || '" + number + "'");
            }
            case FLAG_IS_DELETED ->
                TestSqlite.create(engine.file(), "delete from meta where metaKey = '" + CadtDatabase.FLAG + "'");
        }
    }

    private static void broken(Runnable work) {
        try {
            work.run();
        } catch (LockstepException e) {
            assertThat(e.kind()).isNotEqualTo(LockstepException.Kind.REFUSED);
        }
    }

    private static void nothingIsLost(Path file) throws Exception {
        List<String> texts = new ArrayList<>();
        String snapshot = CadtDatabase.meta(file, CadtDatabase.SNAPSHOT);
        for (Object stored : snapshot == null ? List.of() : (List<?>) Json.parse(snapshot)) {
            texts.add((String) ((Map<?, ?>) stored).get("sql"));
        }
        for (String name : CadtDatabase.TRIGGERS) {
            texts.add(TestSqlite.ask(file, "select sql from sqlite_master where name = '" + name + "'"));
        }
        assertThat(texts).containsAll(CadtDatabase.triggers());
        if (CadtDatabase.meta(file, CadtDatabase.FLAG) != null) {
            assertThat(snapshot).as("a flag needs a snapshot").isNotNull();
        }
    }
}
