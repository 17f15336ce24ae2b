package dev.lockstep.fts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.fts.deferral.FtsStatus;
import dev.lockstep.fts.ledger.DeferralMode;
import dev.lockstep.fts.schema.FtsRemedy;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Notice;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** CADT and lockstep on one database: either finishes what the other began. */
class UpstreamTest extends CadtFixture {
    private String meta(String key) throws SQLException {
        return CadtDatabase.meta(engine.file(), key);
    }

    private void change() throws SQLException {
        CadtDatabase.change(engine.file());
    }

    @Test
    void whatLockstepStoresIsByteForByteWhatCadtWouldHaveStored() throws Exception {
        Path twin = Files.copy(engine.file(), dir.resolve("twin.db"));

        engine.defer();
        Upstream.ensureDeferred(twin);

        assertThat(meta(CadtDatabase.FLAG)).isEqualTo("1").isEqualTo(CadtDatabase.meta(twin, CadtDatabase.FLAG));
        assertThat(meta(CadtDatabase.SNAPSHOT)).isEqualTo(CadtDatabase.meta(twin, CadtDatabase.SNAPSHOT));
    }

    @Test
    void lockstepRestoresWhatCadtDeferred() throws SQLException {
        Upstream.ensureDeferred(engine.file());
        change();
        assertThat(engine.status().tables()).allSatisfy(table -> {
            assertThat(table.state()).isEqualTo(FtsStatus.State.DEFERRED);
            assertThat(table.owners()).isEmpty();
            assertThat(table.since()).isEmpty();
        });

        engine.restore();

        isRestored();
        assertThat(TestSqlite.ask(engine.file(), "select count(*) from meta")).isEqualTo("2");
    }

    @Test
    void cadtRestoresWhatLockstepDeferred() throws SQLException {
        engine.defer();
        change();

        Upstream.restore(engine.file());

        assertThat(engine.status().isKept()).as("the journal still records").isFalse();
        assertThat(engine.status().notices()).extracting(Notice::code).containsOnly("leftover-journal");
        assertThat(engine.restore().changed()).isTrue();
        assertThat(engine.status().isKept()).isTrue();
        assertThat(TestSqlite.schema(engine.file())).isEqualTo(master);
        assertThat(engine.status().notices()).isEmpty();
        assertThat(TestSqlite.ask(engine.file(), "select count(*) from units_fts where timeStaged is not null"))
                .as("CADT fills the column that its triggers leave out")
                .isNotEqualTo("0");
    }

    @Test
    void eachLeavesAnOpenDeferralOfTheOtherAlone() throws SQLException {
        engine.defer();
        String snapshot = meta(CadtDatabase.SNAPSHOT);
        String own = meta(CadtDatabase.OWN);
        Upstream.ensureDeferred(engine.file());
        assertThat(meta(CadtDatabase.SNAPSHOT)).isEqualTo(snapshot);
        Upstream.restore(engine.file());

        Upstream.ensureDeferred(engine.file());
        assertThat(engine.defer().changed()).isFalse();
        assertThat(meta(CadtDatabase.SNAPSHOT)).isEqualTo(snapshot);
        assertThat(meta(CadtDatabase.OWN))
                .as("not touched while it is not ours")
                .isEqualTo(own);
    }

    @Test
    void whatLockstepNotedOfAnOlderDeferralIsNotTakenForThisOne() throws SQLException {
        engine.defer("units");
        Upstream.restore(engine.file());
        engine.restore();
        TestSqlite.create(
                engine.file(),
                "drop trigger unit_delete_fts",
                "create trigger unit_delete_fts after delete on units begin"
                        + " delete from units_fts where warehouseUnitId = old.warehouseUnitId /* newer */; end");
        String newer = TestSqlite.schema(engine.file());
        Upstream.ensureDeferred(engine.file());

        FtsStatus status = engine.status();

        assertThat(status.tables()).allSatisfy(table -> {
            assertThat(table.state()).isEqualTo(FtsStatus.State.DEFERRED);
            assertThat(table.owners()).isEmpty();
        });
        assertThat(status.notices()).isEmpty();
        engine.restore();
        assertThat(TestSqlite.schema(engine.file())).isEqualTo(newer);
        assertThat(CadtDatabase.differences(engine.file())).isZero();
    }

    @Test
    void cadtGoesOnWithWhatLockstepRestoredInPart() throws SQLException {
        engine.defer();
        change();
        engine.restore("units");
        assertThat(meta(CadtDatabase.SNAPSHOT)).contains("project_insert_fts").doesNotContain("unit_insert_fts");

        Upstream.restore(engine.file());

        assertThat(engine.status().tables()).extracting(FtsStatus.Table::state).containsOnly(FtsStatus.State.ACTIVE);
        engine.restore();
        assertThat(engine.status().isKept()).isTrue();
        assertThat(TestSqlite.schema(engine.file())).isEqualTo(master);
    }

    @Test
    void aJournalOfADeferralThatCadtEndedIsNotTakenForThatOfItsNext() throws SQLException {
        engine.defer();
        Upstream.restore(engine.file());
        Upstream.ensureDeferred(engine.file());
        TestSqlite.create(engine.file(), "update units set unitOwner = 'once' where warehouseUnitId like '%1'");

        assertThat(engine.status().tables())
                .extracting(FtsStatus.Table::mode)
                .containsOnly(Optional.of(DeferralMode.REBUILD));
        engine.restore();

        isRestored();
    }

    @Test
    void theTriggersThatCadtTookAlongByMistakeComeBackToo() throws SQLException {
        TestSqlite.create(
                engine.file(),
                "create trigger log after insert on meta begin"
                        + " update meta set metaValue = 'not units_fts' where 0; end");
        String before = TestSqlite.schema(engine.file());
        Upstream.ensureDeferred(engine.file());
        assertThat(CadtDatabase.liveTriggers(engine.file())).isEmpty();

        engine.restore();

        assertThat(TestSqlite.schema(engine.file())).isEqualTo(before);
    }

    @Test
    void aDeferralKeptWhereAProfileSaysIsNotOverlookedWithoutThatProfile() throws SQLException {
        engine.defer();
        Engine unaware = new Engine(engine.file(), Engine.NONE);
        String snapshot = meta(CadtDatabase.SNAPSHOT);

        for (Callable<?> command : List.<Callable<?>>of(unaware::status, unaware::defer, unaware::restore)) {
            assertThatThrownBy(command::call).isInstanceOfSatisfying(LockstepException.class, e -> {
                assertThat(e.code()).isEqualTo("other-profile");
                assertThat(e.remedy()).contains(FtsRemedy.NAME_THE_PROFILE.of("cadt-v1"));
            });
        }
        assertThat(meta(CadtDatabase.SNAPSHOT)).isEqualTo(snapshot);
    }

    @Test
    void aDeferralWithoutAProfileIsFoundWithOne() throws SQLException {
        new Engine(engine.file(), Engine.NONE).defer();

        assertThat(engine.status().tables()).extracting(FtsStatus.Table::state).containsOnly(FtsStatus.State.DEFERRED);
        assertThat(engine.defer().changed()).isFalse();
        engine.restore();

        assertThat(TestSqlite.schema(engine.file())).isEqualTo(master);
    }
}
