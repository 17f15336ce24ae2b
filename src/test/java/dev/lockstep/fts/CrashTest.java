package dev.lockstep.fts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.fts.deferral.FtsStatus;
import dev.lockstep.fts.deferral.Restoration.Policy;
import dev.lockstep.fts.ledger.DeferralMode;
import dev.lockstep.support.LockstepException;
import dev.lockstep.testing.Fault;
import dev.lockstep.testing.Fault.Mode;
import dev.lockstep.testing.Sweep;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever breaks at whatever statement, an index is active or deferred, and the next restore makes it what it was. */
public class CrashTest {
    private static final String ALL = String.join(",", CadtDatabase.TRIGGERS);

    /** So many calls of each mode are broken in every build. */
    private static final int CALLS = 6;

    @TempDir
    private Path dir;

    private int copies;

    private Engine active(String profile, DeferralMode mode) throws SQLException {
        return new Engine(CadtDatabase.create(dir.resolve("active.db"), 5), profile).in(mode);
    }

    private Engine deferred(String profile, DeferralMode mode) throws SQLException {
        Engine engine = new Engine(CadtDatabase.create(dir.resolve("deferred.db"), 30), profile).in(mode);
        engine.defer();
        CadtDatabase.change(engine.file());
        return engine;
    }

    /** A copy of a file that nobody has open. */
    private Engine copy(Engine engine) throws IOException {
        return engine.at(Files.copy(engine.file(), dir.resolve("copy-" + copies++ + ".db")));
    }

    public static void activeOrDeferredAndNothingElse(Engine engine) throws SQLException {
        FtsStatus status = engine.status();
        String live;
        String schema;
        boolean flag;
        try (TestSqlite.Reader reader = TestSqlite.read(engine.file())) {
            live = CadtDatabase.liveTriggers(reader);
            schema = reader.schema();
            flag = CadtDatabase.meta(reader, CadtDatabase.FLAG) != null
                    || schema.contains("table|lockstep_fts_deferral");
        }
        if (status.isKept()) {
            assertThat(live).isEqualTo(ALL);
            assertThat(flag).isFalse();
            assertThat(schema).doesNotContain("lockstep_");
        } else {
            assertThat(status.tables()).extracting(FtsStatus.Table::state).containsOnly(FtsStatus.State.DEFERRED);
            assertThat(status.tables()).extracting(FtsStatus.Table::mode).containsOnly(engine.mode());
            assertThat(live).isEmpty();
            assertThat(flag).isTrue();
        }
    }

    static void restoredAndEqual(Engine engine) throws SQLException {
        engine.restore();
        try (TestSqlite.Reader reader = TestSqlite.read(engine.file())) {
            assertThat(reader.schema()).doesNotContain("lockstep_");
            assertThat(CadtDatabase.liveTriggers(reader)).isEqualTo(ALL);
            assertThat(CadtDatabase.differences(reader)).isZero();
            assertThat(reader.ask("select count(*) from meta")).isEqualTo("2");
            assertThat(reader.ask("pragma integrity_check")).isEqualTo("ok");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "cadt-v1, JOURNAL, BUSY FULL THROW_AFTER CLOSE",
        "none,    REBUILD, BUSY FULL CLOSE",
    })
    void aDeferralBrokenAtAnyCallIsDoneOrNeverWas(String profile, DeferralMode mode, String breaks) throws Exception {
        Engine active = active(profile, mode);

        int broken = Sweep.startingFrom(run -> copy(active))
                .running((engine, fault) -> saying(fault, () -> engine.defer(fault)))
                .recovering(CrashTest::activeOrDeferredAndNothingElse)
                .checking(CrashTest::restoredAndEqual)
                .breakingAbout(CALLS)
                .run(modes(breaks));

        assertThat(broken).isGreaterThan(CALLS);
    }

    @ParameterizedTest
    @CsvSource({
        "cadt-v1, JOURNAL, BUSY FULL THROW_AFTER CLOSE",
        "none,    REBUILD, BUSY FULL CLOSE",
    })
    void aRestorationBrokenAtAnyCallIsDoneOrNeverWas(String profile, DeferralMode mode, String breaks)
            throws Exception {
        Engine deferred = deferred(profile, mode);

        int broken = Sweep.startingFrom(run -> copy(deferred))
                .running((engine, fault) -> saying(fault, () -> engine.restore(fault, Policy.CAREFUL)))
                .recovering(CrashTest::activeOrDeferredAndNothingElse)
                .checking(CrashTest::restoredAndEqual)
                .breakingAbout(CALLS)
                .run(modes(breaks));

        assertThat(broken).isGreaterThan(CALLS);
    }

    /** What SQLite says of a lock or of a disk is told for what it is, in whatever statement it says so. */
    private static void saying(Fault fault, Runnable work) {
        try {
            work.run();
        } catch (LockstepException e) {
            switch (fault.mode()) {
                case BUSY -> assertThat(e.kind()).as("%s", fault).isEqualTo(LockstepException.Kind.TIMEOUT);
                case FULL -> assertThat(e.kind()).as("%s", fault).isEqualTo(LockstepException.Kind.INCOMPLETE);
                default -> {}
            }
            throw e;
        }
    }

    private static Mode[] modes(String names) {
        String[] words = names.split(" ", -1);
        Mode[] modes = new Mode[words.length];
        for (int i = 0; i < words.length; i++) {
            modes[i] = Mode.valueOf(words[i]);
        }
        return modes;
    }

    /** SQLite itself says so, in whatever statement it is that needs the page for which there is no room. */
    @ParameterizedTest
    @EnumSource(DeferralMode.class)
    void aDiskThatIsFullInADeferralLeavesWhatWas(DeferralMode mode) throws Exception {
        Engine active = active(Engine.CADT, mode);

        assertThat(fullAtEachPage(
                        active, db -> active.deferral().run(db, List.of()).changed()))
                .isPositive();
    }

    @ParameterizedTest
    @EnumSource(DeferralMode.class)
    void aDiskThatIsFullInARestorationLeavesWhatWas(DeferralMode mode) throws Exception {
        Engine deferred = deferred(Engine.CADT, mode);

        assertThat(fullAtEachPage(
                        deferred,
                        db -> deferred.restoration().run(db, List.of()).changed()))
                .isPositive();
    }

    /** SQLite itself says so, in whatever statement it is that needs the page for which there is no room. */
    private int fullAtEachPage(Engine start, Function<Db, Boolean> work) throws Exception {
        String before = TestSqlite.schema(start.file());
        long pages = Long.parseLong(TestSqlite.ask(start.file(), "pragma page_count"));
        Engine engine = copy(start);
        int full = 0;
        for (boolean done = false; !done; ) {
            long limit = pages + full;
            try {
                done = engine.full(limit, work);
            } catch (DbException e) {
                assertThat(e.kind()).isEqualTo(LockstepException.Kind.INCOMPLETE);
                assertThat(TestSqlite.schema(engine.file())).isEqualTo(before);
                full++;
            }
        }
        restoredAndEqual(engine);
        return full;
    }
}
