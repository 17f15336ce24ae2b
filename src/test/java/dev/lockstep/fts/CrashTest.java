package dev.lockstep.fts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.fts.Restoration.Policy;
import dev.lockstep.testing.Fault;
import dev.lockstep.testing.Fault.Mode;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.Sweep;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever breaks at whatever statement, an index is active or deferred, and the next restore makes it what it was. */
class CrashTest {
    private static final Mode[] BROKEN_CALLS = {Mode.THROW_BEFORE, Mode.THROW_AFTER, Mode.CLOSE};
    private static final String ALL = String.join(",", CadtDatabase.TRIGGERS);

    @TempDir
    private Path dir;

    private int copies;

    private Engine active(String profile) throws SQLException {
        return new Engine(CadtDatabase.create(dir.resolve("active.db"), 5), profile);
    }

    private Engine deferred(String profile) throws SQLException {
        Engine engine = new Engine(CadtDatabase.create(dir.resolve("deferred.db"), 5), profile);
        engine.defer();
        CadtDatabase.change(engine.file());
        return engine;
    }

    /** A copy of a file that nobody has open. */
    private Engine copy(Engine engine) throws IOException {
        Path copy = dir.resolve("copy-" + copies++ + ".db");
        return new Engine(Files.copy(engine.file(), copy), engine.profile());
    }

    private static void activeOrDeferredAndNothingElse(Engine engine) throws SQLException {
        FtsStatus status = engine.status();
        String live = CadtDatabase.liveTriggers(engine.file());
        boolean flag = CadtDatabase.meta(engine.file(), CadtDatabase.FLAG) != null
                || TestSqlite.schema(engine.file()).contains("table|lockstep_fts_deferral");
        if (status.isKept()) {
            assertThat(live).isEqualTo(ALL);
            assertThat(flag).isFalse();
        } else {
            assertThat(status.tables()).extracting(FtsStatus.Table::state).containsOnly(FtsStatus.State.DEFERRED);
            assertThat(live).isEmpty();
            assertThat(flag).isTrue();
        }
    }

    private static void restoredAndEqual(Engine engine) throws SQLException {
        engine.restore();
        assertThat(CadtDatabase.liveTriggers(engine.file())).isEqualTo(ALL);
        assertThat(CadtDatabase.differences(engine.file())).isZero();
        assertThat(TestSqlite.ask(engine.file(), "select count(*) from meta")).isEqualTo("2");
        assertThat(TestSqlite.ask(engine.file(), "pragma integrity_check")).isEqualTo("ok");
    }

    @ParameterizedTest
    @ValueSource(strings = {Engine.CADT, Engine.NONE})
    void aDeferralBrokenAtAnyCallIsDoneOrNeverWas(String profile) throws Exception {
        Engine active = active(profile);

        int broken = Sweep.startingFrom(run -> copy(active))
                .running((engine, fault) -> engine.defer(fault))
                .recovering(CrashTest::activeOrDeferredAndNothingElse)
                .checking(CrashTest::restoredAndEqual)
                .run(BROKEN_CALLS);

        assertThat(broken).isGreaterThan(60);
    }

    @ParameterizedTest
    @ValueSource(strings = {Engine.CADT, Engine.NONE})
    void aRestorationBrokenAtAnyCallIsDoneOrNeverWas(String profile) throws Exception {
        Engine deferred = deferred(profile);

        int broken = Sweep.startingFrom(run -> copy(deferred))
                .running((engine, fault) -> engine.restore(fault, Policy.CAREFUL))
                .recovering(CrashTest::activeOrDeferredAndNothingElse)
                .checking(CrashTest::restoredAndEqual)
                .run(BROKEN_CALLS);

        assertThat(broken).isGreaterThan(100);
    }

    @Test
    void aProcessKilledAtAnyStatementLeavesActiveOrDeferred() throws Exception {
        List<String> seen = new ArrayList<>();
        for (String command : List.of("defer", "restore")) {
            Engine start = command.equals("defer") ? active(Engine.CADT) : deferred(Engine.CADT);
            Sweep.startingFrom(run -> copy(start))
                    .running((engine, fault) -> lockstep(fault, command, engine))
                    .recovering(engine -> {
                        activeOrDeferredAndNothingElse(engine);
                        seen.add(command + (engine.status().isKept() ? " active" : " deferred"));
                    })
                    .checking(CrashTest::restoredAndEqual)
                    .run(Mode.HALT);
        }
        // Dead before COMMIT is before the arrow; nothing is called behind it.
        assertThat(seen).contains("defer active", "restore deferred");
    }

    private static void lockstep(Fault fault, String command, Engine engine) {
        List<String> words =
                new ArrayList<>(List.of("fts", command, "--db", engine.file().toString()));
        words.addAll(List.of("--profile", engine.profile()));
        if (command.equals("restore")) {
            // This process, which deferred, is alive.
            words.add("--steal");
        }
        LockstepRun run = LockstepRun.inChild(fault, Map.of(), words.toArray(String[]::new));
        assertThat(run.exit()).as(run.toString()).isIn(0, Fault.KILLED);
    }
}
