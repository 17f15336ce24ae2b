package dev.lockstep.fts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.fts.deferral.FtsStatus;
import dev.lockstep.fts.ledger.DeferralMode;
import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.Counts;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A process that defers, writes in bulk and restores, over and over, and is killed at any instant. */
class KillTest {
    private static final String UP = "up";
    private static final int PROJECTS = 30;
    private static final int MAX_MICROS = 300_000;

    private static final List<String> AS_BEFORE = List.of(
            "delete from units where warehouseUnitId like 'unit-9%'",
            "delete from projects where warehouseProjectId like 'project-9%'",
            "insert or ignore into units select * from units_before",
            "insert or ignore into projects select * from projects_before");

    @TempDir
    private Path dir;

    /** Where a worker begins its round. */
    private enum Step {
        DEFER,
        WRITE,
        RESTORE
    }

    /** {@code Worker FILE MODE STEP}: never ends by itself. */
    static final class Worker {
        private Worker() {}

        public static void main(String[] arguments) throws SQLException {
            Engine engine = new Engine(Path.of(arguments[0]), Engine.CADT).in(DeferralMode.valueOf(arguments[1]));
            List<Step> steps = List.of(Step.values());
            int first = steps.indexOf(Step.valueOf(arguments[2]));
            System.out.println(UP);
            for (int i = first; ; i++) {
                take(steps.get(i % steps.size()), engine);
            }
        }
    }

    private static void take(Step step, Engine engine) throws SQLException {
        switch (step) {
            case DEFER -> engine.defer();
            case WRITE -> {
                for (String sql : AS_BEFORE) {
                    TestSqlite.create(engine.file(), sql);
                }
                CadtDatabase.change(engine.file());
            }
            case RESTORE -> engine.restore();
        }
    }

    @ParameterizedTest
    @EnumSource(DeferralMode.class)
    void onlyActiveOrDeferredIsLeftAndTheNextRestoreMakesItEqual(DeferralMode mode) throws Exception {
        Engine engine = new Engine(CadtDatabase.create(dir.resolve("a.db"), PROJECTS), Engine.CADT).in(mode);
        TestSqlite.create(
                engine.file(),
                "create table units_before as select * from units",
                "create table projects_before as select * from projects");
        Random random = new Random(Counts.seed() * 31 + mode.name().hashCode());
        List<FtsStatus.State> found = new ArrayList<>();
        for (int kill = 0; kill < Counts.of(16, 500); kill++) {
            Step next = Step.values()[kill % Step.values().length];
            for (Step step : EnumSet.range(Step.DEFER, next)) {
                if (step != next) {
                    take(step, engine);
                }
            }
            try (ChildJvm worker =
                    ChildJvm.start(Worker.class, Map.of(), engine.file().toString(), mode.name(), next.name())) {
                worker.awaitStdout(UP);
                LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(MAX_MICROS)));
                worker.kill();
            }
            CrashTest.activeOrDeferredAndNothingElse(engine);
            found.add(engine.status().tables().get(0).state());
            CrashTest.restoredAndEqual(engine);
        }
        assertThat(found).contains(FtsStatus.State.ACTIVE, FtsStatus.State.DEFERRED);
    }
}
