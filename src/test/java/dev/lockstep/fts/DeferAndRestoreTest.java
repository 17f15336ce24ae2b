package dev.lockstep.fts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.fts.deferral.Deferral;
import dev.lockstep.fts.deferral.FtsStatus;
import dev.lockstep.fts.deferral.Restoration;
import dev.lockstep.fts.ledger.DeferralMode;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.support.ProcessIdentity;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeferAndRestoreTest {
    @TempDir
    private Path dir;

    private Path file;

    @BeforeEach
    void makeDatabase() throws SQLException {
        file = CadtDatabase.create(dir.resolve("cadt.db"), 40);
    }

    @ParameterizedTest
    @ValueSource(strings = {Engine.CADT, Engine.NONE})
    void theSchemaComesBackByteForByteAndTheIndexesEqualTheirBases(String profile) throws SQLException {
        Engine engine = new Engine(file, profile);
        String master = CadtDatabase.masterInOrder(file);
        assertThat(CadtDatabase.differences(file)).isZero();

        assertThat(engine.defer().changed()).isTrue();

        assertThat(CadtDatabase.liveTriggers(file)).isEmpty();
        CadtDatabase.change(file);
        assertThat(CadtDatabase.differences(file)).isPositive();

        Restoration.Outcome restored = engine.restore();

        assertThat(restored.tables()).extracting(Restoration.Table::fts).containsExactly("projects_fts", "units_fts");
        assertThat(restored.tables()).extracting(Restoration.Table::proof).containsOnly("changed");
        assertThat(CadtDatabase.masterInOrder(file)).isEqualTo(master);
        assertThat(CadtDatabase.differences(file)).isZero();
        assertThat(TestSqlite.ask(file, "select count(*) from units_fts where units_fts match 'newcomer'"))
                .isEqualTo(TestSqlite.ask(file, "select count(*) from units where unitOwner = 'Newcomer'"));
        assertThat(TestSqlite.ask(file, "select count(*) from meta")).isEqualTo("2");
        assertThat(TestSqlite.ask(file, "pragma integrity_check")).isEqualTo("ok");
    }

    @Test
    void theTriggersKeepTheIndexesAfterwardsAsBefore() throws SQLException {
        Engine engine = new Engine(file, Engine.CADT);
        engine.defer();
        engine.restore();

        CadtDatabase.change(file);

        assertThat(CadtDatabase.differences(file)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {Engine.CADT, Engine.NONE})
    void deferringTwiceKeepsTheFirstSnapshot(String profile) throws SQLException {
        Engine engine = new Engine(file, profile);
        engine.defer();
        String rows = contents("meta") + contents("lockstep_fts_deferral");

        Deferral.Outcome again = engine.defer();

        assertThat(again.changed()).isFalse();
        assertThat(again.tables()).allSatisfy(table -> {
            assertThat(table.result()).isEqualTo(Deferral.Result.ALREADY);
            assertThat(table.since()).isPresent();
            assertThat(table.owner()).contains(ProcessIdentity.ofProcess());
            assertThat(table.triggers()).hasSize(3);
        });
        assertThat(contents("meta") + contents("lockstep_fts_deferral")).isEqualTo(rows);
    }

    private String contents(String table) throws SQLException {
        boolean there = TestSqlite.schema(file).contains("table|" + table + "|");
        return there
                ? TestSqlite.ask(
                        file,
                        "select group_concat(quote(t), '/') from (select json_array(" + columns(table) + ") as t from "
                                + table + ")")
                : "";
    }

    private String columns(String table) throws SQLException {
        return TestSqlite.ask(file, "select group_concat(name) from pragma_table_info('" + table + "')");
    }

    @ParameterizedTest
    @ValueSource(strings = {Engine.CADT, Engine.NONE})
    void restoringTwiceIsRestoringOnce(String profile) {
        Engine engine = new Engine(file, profile);
        engine.defer();

        assertThat(engine.restore().changed()).isTrue();
        assertThat(engine.restore().changed()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {Engine.CADT, Engine.NONE})
    void oneTableAfterTheOtherEndsWhereBothTogetherEnd(String profile) throws SQLException {
        Engine engine = new Engine(file, profile);
        String master = TestSqlite.schema(file);

        assertThat(engine.defer("units").tables())
                .extracting(Deferral.Table::fts)
                .containsExactly("units_fts");
        assertThat(CadtDatabase.liveTriggers(file))
                .isEqualTo("project_insert_fts,project_delete_fts,project_update_fts");
        assertThat(engine.status().tables())
                .extracting(FtsStatus.Table::state)
                .containsExactly(FtsStatus.State.ACTIVE, FtsStatus.State.DEFERRED);
        engine.defer("projects_fts");
        assertThat(CadtDatabase.liveTriggers(file)).isEmpty();
        CadtDatabase.change(file);

        engine.restore("units_fts");
        assertThat(CadtDatabase.liveTriggers(file)).isEqualTo("unit_insert_fts,unit_delete_fts,unit_update_fts");
        assertThat(engine.status().tables())
                .extracting(FtsStatus.Table::state)
                .containsExactly(FtsStatus.State.DEFERRED, FtsStatus.State.ACTIVE);
        engine.restore("projects");

        assertThat(TestSqlite.schema(file)).isEqualTo(master);
        assertThat(CadtDatabase.differences(file)).isZero();
        assertThat(TestSqlite.ask(file, "select count(*) from meta")).isEqualTo("2");
    }

    @Test
    void theStatusTellsWhoDeferredWhatAndHowMuchThereIs() throws SQLException {
        Engine engine = new Engine(file, Engine.NONE);
        assertThat(engine.status().isKept()).isTrue();
        engine.defer("units");
        TestSqlite.create(file, "delete from units where warehouseUnitId = 'unit-000001'");

        FtsStatus status = engine.status();

        assertThat(status.isKept()).isFalse();
        FtsStatus.Table units = status.tables().get(1);
        assertThat(units.kind()).contains(FtsTable.Kind.OWN_CONTENT);
        assertThat(units.table()).isEqualTo("units");
        assertThat(units.triggers()).containsExactly("unit_insert_fts", "unit_delete_fts", "unit_update_fts");
        assertThat(units.rows()).contains(119L);
        assertThat(units.indexed()).contains(120L);
        assertThat(units.mode()).contains(DeferralMode.JOURNAL);
        assertThat(units.dirty()).contains(1L);
        assertThat(units.owners()).containsExactly(ProcessIdentity.ofProcess());
        assertThat(units.since().orElseThrow()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
        assertThat(units.note()).contains("catch-up");
        assertThat(status.tables().get(0).dirty()).contains(0L);
    }

    @Test
    void aTriggerThatIsNoneOfOursStaysWhereItIs() throws SQLException {
        List<String> unrelated = List.of(
                "CREATE TRIGGER units_fts_log AFTER INSERT ON units BEGIN\n"
                        + " INSERT INTO meta (metaKey) SELECT 'delete from units_fts' || new.rowid WHERE 0; END",
                "CREATE TRIGGER only_reads AFTER UPDATE ON projects BEGIN SELECT count(*) FROM projects_fts; END");
        TestSqlite.create(file, unrelated.toArray(String[]::new));
        Engine engine = new Engine(file, Engine.CADT);

        engine.defer();

        assertThat(CadtDatabase.liveTriggers(file)).isEqualTo("units_fts_log,only_reads");
        engine.restore();
        assertThat(CadtDatabase.liveTriggers(file).split(",")).hasSize(8);
    }

    @Test
    void aPreviewChangesNothing() throws SQLException {
        Engine engine = new Engine(file, Engine.CADT);
        String before = TestSqlite.schema(file);

        Deferral.Outcome deferral =
                engine.with(db -> new Deferral(engine.loaded(), ProcessIdentity.ofProcess(), java.util.Optional.empty())
                        .preview(db, List.of()));

        assertThat(deferral.tables()).hasSize(2);
        assertThat(TestSqlite.schema(file)).isEqualTo(before);

        engine.defer();
        before = TestSqlite.schema(file);
        Restoration.Outcome restoration = engine.with(
                db -> new Restoration(engine.loaded(), Restoration.Policy.CAREFUL, ProcessIdentity.ofProcess())
                        .preview(db, List.of()));

        assertThat(restoration.tables())
                .extracting(table -> table.triggers().size())
                .containsExactly(3, 3);
        assertThat(TestSqlite.schema(file)).isEqualTo(before);
    }
}
