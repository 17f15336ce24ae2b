package dev.lockstep.fts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.fts.deferral.Restoration;
import dev.lockstep.fts.deferral.Restoration.Claim;
import dev.lockstep.fts.deferral.Restoration.Policy;
import dev.lockstep.fts.deferral.Restoration.Preference;
import dev.lockstep.fts.deferral.Restoration.Replacement;
import dev.lockstep.support.Notice;
import dev.lockstep.testing.TestSqlite;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** Triggers that an application made again while their texts were stored. */
class NewcomersTest extends CadtFixture {
    private static final Policy LIVE = new Policy(Preference.LIVE, Replacement.NONE, Claim.RESPECT);
    private static final Policy STORED = new Policy(Preference.STORED, Replacement.NONE, Claim.RESPECT);

    private static final String NEWER = "create trigger unit_delete_fts after delete on units begin"
            + " delete from units_fts where warehouseUnitId is old.warehouseUnitId; end";

    @Test
    void aTriggerMadeAnewWithAnotherTextIsShownBesideTheStoredOneUntilOneIsChosen() throws SQLException {
        engine.defer();
        sql(NEWER);

        assertThat(engine.defer().notices()).extracting(Notice::code).contains("live-triggers");
        refused("trigger-conflict", engine::restore);
        assertThatThrownBy(engine::restore)
                .hasMessageContaining("warehouseUnitId is old.warehouseUnitId")
                .hasMessageContaining("warehouseUnitId = old.warehouseUnitId");

        Restoration.Outcome outcome = engine.restore(LIVE);
        assertThat(outcome.notices())
                .filteredOn(notice -> notice.code().equals("given-up"))
                .extracting(Notice::message)
                .singleElement()
                .asString()
                .contains(CadtDatabase.triggers().get(4));
        assertThat(TestSqlite.schema(engine.file())).contains("warehouseUnitId is old.warehouseUnitId");
        isActiveAndEqual();
    }

    @Test
    void theStoredTextCanBeChosenToo() throws SQLException {
        engine.defer();
        sql(NEWER);

        Restoration.Outcome outcome = engine.restore(STORED);

        assertThat(outcome.notices())
                .filteredOn(notice -> notice.code().equals("given-up"))
                .extracting(Notice::message)
                .singleElement()
                .asString()
                .contains(" is old.");
        assertThat(TestSqlite.schema(engine.file())).isEqualTo(master);
        isActiveAndEqual();
    }

    @Test
    void aTriggerOfAnotherNameForTheSameJobWouldWriteEachRowTwice() throws SQLException {
        engine.defer("units");
        sql(
                NEWER.replace("unit_delete_fts", "unit_v9_delete"),
                "create trigger extra after insert on units begin"
                        + " insert into units_fts (" + CadtDatabase.UNIT_COLUMNS + ") values (new."
                        + CadtDatabase.UNIT_COLUMNS.replace(", ", ", new.") + "); end");

        refused("trigger-conflict", engine::restore);
        refused("trigger-conflict", () -> engine.restore(STORED));
        engine.restore(LIVE);

        assertThat(CadtDatabase.liveTriggers(engine.file()))
                .contains("unit_v9_delete", "extra", "unit_update_fts")
                .doesNotContain("unit_delete_fts", "unit_insert_fts");
        assertThat(CadtDatabase.differences(engine.file())).isZero();
    }

    @Test
    void triggersThatCameBackWithTheSameTextCountAsPutBack() throws SQLException {
        engine.defer();
        CadtDatabase.change(engine.file());
        sql(CadtDatabase.triggers().get(1), CadtDatabase.triggers().get(5));

        engine.restore();

        assertThat(TestSqlite.schema(engine.file())).isEqualTo(master);
        isActiveAndEqual();
    }

    @Test
    void aSharedTriggerIsAskedAboutOnce() throws SQLException {
        Engine shared = new Engine(
                TestSqlite.create(
                        dir.resolve("shared.db"),
                        "create table t (a)",
                        "create virtual table f using fts5(a)",
                        "create virtual table g using fts5(a)",
                        "CREATE TRIGGER both after insert on t begin insert into f values (new.a);"
                                + " insert into g values (new.a); end"),
                Engine.NONE);
        String before = TestSqlite.schema(shared.file());
        shared.defer();
        TestSqlite.create(shared.file(), "create trigger both after insert on t begin insert into f values (1); end");

        assertThat(shared.restore(STORED).notices()).hasSize(1);

        assertThat(TestSqlite.schema(shared.file())).isEqualTo(before);
    }
}
