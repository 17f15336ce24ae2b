package dev.lockstep.fts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.fts.deferral.FtsStatus;
import dev.lockstep.fts.deferral.FtsStatus.State;
import dev.lockstep.fts.deferral.Restoration;
import dev.lockstep.fts.deferral.Restoration.Claim;
import dev.lockstep.fts.deferral.Restoration.Policy;
import dev.lockstep.fts.deferral.Restoration.Preference;
import dev.lockstep.fts.deferral.Restoration.Replacement;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Notice;
import dev.lockstep.testing.TestSqlite;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** States that neither program makes by itself, and that hands, crashes of older programs and migrations leave behind. */
class OddStatesTest extends CadtFixture {
    private static final Policy FROM_PROFILE = new Policy(Preference.NEITHER, Replacement.PROFILE, Claim.RESPECT);

    private static final String NO_SNAPSHOT = "delete from meta where metaKey = '" + CadtDatabase.SNAPSHOT + "'";
    private static final String NO_FLAG = "delete from meta where metaKey = '" + CadtDatabase.FLAG + "'";
    private static final String NO_NOTE = "delete from meta where metaKey = '" + CadtDatabase.OWN + "'";

    @Test
    void aFlagWithoutASnapshotIsNotClearedUntilTheProfilesTriggersAreAskedFor() throws SQLException {
        engine.defer();
        sql(NO_SNAPSHOT);
        CadtDatabase.change(engine.file());
        assertThat(engine.status().tables()).extracting(FtsStatus.Table::state).containsOnly(State.DEFERRED);
        assertThat(engine.status().notices()).extracting(Notice::code).contains("snapshot-missing");

        refused("snapshot-missing", engine::defer);
        refused("snapshot-missing", engine::restore);
        refused("snapshot-missing", () -> engine.restore("units"));

        Restoration.Outcome outcome = engine.restore(FROM_PROFILE, "units");
        assertThat(outcome.notices())
                .extracting(Notice::code)
                .containsOnly("from-profile")
                .hasSize(6);
        assertThat(CadtDatabase.differences(engine.file()))
                .as("the profile fills timeStaged as the triggers do")
                .isZero();
        isActiveAndEqual();
    }

    @Test
    void aFlagWithoutASnapshotButWithAllTriggersIsRebuiltAndCleared() throws SQLException {
        engine.defer();
        CadtDatabase.change(engine.file());
        sql(NO_SNAPSHOT);
        sql(CadtDatabase.triggers().toArray(String[]::new));

        assertThat(engine.restore().tables()).hasSize(2);

        isActiveAndEqual();
    }

    @Test
    void aFlagWithoutASnapshotButWithAllTriggersCanBeDeferredForGood() throws SQLException {
        sql("insert into meta (metaKey, metaValue) values ('" + CadtDatabase.FLAG + "', '1')");

        assertThat(engine.defer().changed()).isTrue();

        assertThat(CadtDatabase.liveTriggers(engine.file())).isEmpty();
        engine.restore();
        assertThat(TestSqlite.schema(engine.file())).isEqualTo(master);
        isActiveAndEqual();
    }

    @Test
    void aSnapshotThatCannotBeReadIsKeptWhateverHappens() throws SQLException {
        for (String bytes : List.of(
                "[{\"name\":\"unit_insert_fts\",\"sql\":\"CREATE TRIG",
                "{}",
                "[1]",
                "[{\"name\":\"other\",\"sql\":\"create trigger t after insert on units begin select 1; end\"}]",
                "[{\"name\":\"t\",\"sql\":\"drop table units\"}]")) {
            engine.defer();
            sql(NO_NOTE, "update meta set metaValue = '" + bytes + "' where metaKey = '" + CadtDatabase.SNAPSHOT + "'");

            refused("snapshot-unreadable", engine::defer);
            refused("snapshot-unreadable", engine::restore);

            engine.restore(FROM_PROFILE);
            isActiveAndEqual();
            assertThat(TestSqlite.ask(
                            engine.file(),
                            "select count(*) from meta where metaKey like '" + CadtDatabase.OWN
                                    + "Unreadable%' and metaValue = '" + bytes + "'"))
                    .isEqualTo("1");
            makeAfresh();
        }
    }

    private void makeAfresh() throws SQLException {
        for (String trigger : CadtDatabase.TRIGGERS) {
            sql("drop trigger " + trigger);
        }
        sql(CadtDatabase.triggers().toArray(String[]::new));
    }

    @Test
    void anUnreadableSnapshotWithoutAFlagIsNotOverwritten() throws SQLException {
        sql("insert into meta (metaKey, metaValue) values ('" + CadtDatabase.SNAPSHOT + "', 'who knows')");

        assertThat(engine.status().isKept()).isTrue();
        refused("snapshot-unreadable", engine::defer);
        assertThat(engine.restore().changed()).isFalse();
    }

    @Test
    void aSnapshotWithoutAFlagAndWithoutTriggersIsRecovered() throws SQLException {
        engine.defer();
        CadtDatabase.change(engine.file());
        sql(NO_FLAG);
        assertThat(engine.status().tables()).extracting(FtsStatus.Table::state).containsOnly(State.DEFERRED);
        assertThat(engine.status().notices()).extracting(Notice::code).contains("flag-missing");

        engine.restore();

        assertThat(TestSqlite.schema(engine.file())).isEqualTo(master);
        isActiveAndEqual();
    }

    @Test
    void aSnapshotWithoutAFlagAndWithoutTriggersBecomesADeferral() throws SQLException {
        engine.defer();
        String snapshot = CadtDatabase.meta(engine.file(), CadtDatabase.SNAPSHOT);
        sql(NO_FLAG, NO_NOTE);

        assertThat(engine.defer().changed()).isTrue();

        assertThat(CadtDatabase.meta(engine.file(), CadtDatabase.SNAPSHOT)).isEqualTo(snapshot);
        assertThat(CadtDatabase.meta(engine.file(), CadtDatabase.FLAG)).isEqualTo("1");
    }

    @Test
    void aSnapshotWithoutAFlagStaysWholeWhenOnlyOneTableIsDeferredOnTopOfIt() throws SQLException {
        engine.defer();
        sql(NO_FLAG);

        engine.defer("units");

        assertThat(engine.status().tables()).extracting(FtsStatus.Table::state).containsOnly(State.DEFERRED);
        engine.restore("units");
        engine.restore("projects");
        assertThat(TestSqlite.schema(engine.file())).isEqualTo(master);
    }

    @Test
    void aSnapshotWithoutAFlagOfWhichHalfIsLiveIsRecoveredAndForgotten() throws SQLException {
        engine.defer();
        sql(NO_FLAG);
        sql(CadtDatabase.triggers().subList(0, 3).toArray(String[]::new));

        assertThat(engine.restore().tables()).extracting(Restoration.Table::fts).containsExactly("units_fts");

        assertThat(TestSqlite.schema(engine.file())).isEqualTo(master);
        isActiveAndEqual();
    }

    @Test
    void aSnapshotLeftBehindWhileAllTriggersLiveDefersNothingButItsJournalsGo() throws SQLException {
        engine.defer();
        sql(NO_FLAG);
        sql(CadtDatabase.triggers().toArray(String[]::new));

        assertThat(engine.status().tables()).allMatch(FtsStatus.Table::isKept);
        assertThat(engine.status().leftovers()).isEqualTo(2);
        assertThat(engine.status().isKept()).isFalse();
        Restoration.Outcome removal = engine.restore();
        assertThat(removal.tables()).isEmpty();
        assertThat(removal.leftovers()).isEqualTo(2);
        assertThat(removal.changed()).isTrue();
        assertThat(engine.status().isKept()).isTrue();
        assertThat(engine.defer().changed()).isTrue();
        engine.restore();
        assertThat(TestSqlite.schema(engine.file())).isEqualTo(master);
    }

    @Test
    void aDeferralThatWouldStoreOnlySomeOfTheTriggersIsRefused() throws SQLException {
        sql("drop trigger unit_update_fts", "drop trigger unit_delete_fts", "drop trigger project_insert_fts");
        assertThat(engine.status().tables()).extracting(FtsStatus.Table::state).containsOnly(State.UNTRIGGERED);
        assertThat(engine.status().tables().get(1).absent()).containsExactly("unit_update_fts", "unit_delete_fts");

        refused("lost-triggers", engine::defer);
        refused("lost-triggers", engine::restore);

        CadtDatabase.change(engine.file());
        engine.restore(FROM_PROFILE);
        isActiveAndEqual();
        sql("update units set unitOwner = 'after'", "delete from units where unitCount % 3 = 0");
        assertThat(CadtDatabase.differences(engine.file())).isZero();
    }

    @Test
    void aFullerSnapshotIsNeverShrunk() throws SQLException {
        engine.defer();
        sql(NO_FLAG);
        sql(CadtDatabase.triggers().get(0), CadtDatabase.triggers().get(3));

        engine.defer();

        assertThat(CadtDatabase.meta(engine.file(), CadtDatabase.SNAPSHOT))
                .contains(CadtDatabase.TRIGGERS.toArray(String[]::new));
        engine.restore();
        assertThat(TestSqlite.schema(engine.file())).isEqualTo(master);
    }

    @Test
    void noTriggersAndNoNoteOfThemIsReportedAndCuredFromTheProfile() throws SQLException {
        for (String trigger : CadtDatabase.TRIGGERS) {
            sql("drop trigger " + trigger);
        }

        assertThat(engine.status().tables()).extracting(FtsStatus.Table::state).containsOnly(State.UNTRIGGERED);
        assertThatThrownBy(engine::defer).hasMessageContaining("no trigger");
        refused("lost-triggers", engine::restore);
        engine.restore(FROM_PROFILE);

        isActiveAndEqual();
    }

    @Test
    void aStoredTextEditedByHandIsNotExecuted() throws SQLException {
        for (String profile : List.of(Engine.CADT, Engine.NONE)) {
            Engine edited = new Engine(engine.file(), profile);
            edited.defer();
            sql(
                    profile.equals(Engine.CADT)
                            ? "update meta set metaValue = replace(metaValue, 'this scans', 'this SCANS') where metaKey = '"
                                    + CadtDatabase.SNAPSHOT + "'"
                            : "update lockstep_fts_deferral set ddl_json = replace(ddl_json, 'this scans', 'this SCANS')");

            String before = everything();
            assertThatThrownBy(edited::restore)
                    .isInstanceOfSatisfying(
                            LockstepException.class, e -> assertThat(e.code()).isEqualTo("snapshot-edited"));
            assertThat(everything()).isEqualTo(before);

            sql(
                    profile.equals(Engine.CADT)
                            ? "update meta set metaValue = replace(metaValue, 'this SCANS', 'this scans') where metaKey = '"
                                    + CadtDatabase.SNAPSHOT + "'"
                            : "update lockstep_fts_deferral set ddl_json = replace(ddl_json, 'this SCANS', 'this scans')");
            edited.restore();
            assertThat(TestSqlite.schema(engine.file())).isEqualTo(master);
        }
    }
}
