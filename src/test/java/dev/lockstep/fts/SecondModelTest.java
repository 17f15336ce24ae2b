package dev.lockstep.fts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.fts.deferral.Deferral;
import dev.lockstep.fts.ledger.DeferralMode;
import dev.lockstep.testing.CadtSample;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CADT's second data model: another meta table, and update triggers that leave the old row in the index. */
class SecondModelTest {
    private static final String FLAG = "fts5TriggersDeferredV2";
    private static final String SNAPSHOT = "fts5DeferredTriggerSnapshotV2";
    private static final String TRIGGERS =
            "select name, sql from sqlite_master where type = 'trigger' and name glob '*_v2_*' order by name";

    @TempDir
    private Path dir;

    private Engine engine;
    private String master;
    private List<String[]> triggers;

    @BeforeEach
    void makeDatabase() throws SQLException {
        engine = new Engine(CadtSample.V2.create(dir.resolve("v2.db"), new CadtSample.Size(10, 30, 0)), "cadt-v2");
        master = TestSqlite.schema(engine.file());
        triggers = new ArrayList<>();
        try (Connection db = TestSqlite.connect(engine.file());
                Statement statement = db.createStatement();
                ResultSet rs = statement.executeQuery(TRIGGERS)) {
            while (rs.next()) {
                triggers.add(new String[] {rs.getString(1), rs.getString(2)});
            }
        }
        assertThat(triggers).hasSize(6);
    }

    private String meta(String column, String key) throws SQLException {
        return TestSqlite.ask(engine.file(), "select " + column + " from meta where meta_key = '" + key + "'");
    }

    private void change() throws SQLException {
        TestSqlite.create(
                engine.file(),
                "update unit set unit_current_owner = 'Newcomer' where rowid % 3 = 0",
                "delete from unit where rowid % 7 = 0",
                "update project set project_name = 'Renamed' where rowid % 4 = 0");
    }

    private void isRestored() throws SQLException {
        assertThat(TestSqlite.schema(engine.file())).isEqualTo(master);
        assertThat(TestSqlite.ask(engine.file(), "select group_concat(meta_key) from meta"))
                .isEqualTo("userDeletedOrgs");
        isEqual("projects_v2_fts", "project");
        isEqual("units_v2_fts", "unit");
    }

    private void isEqual(String index, String base) throws SQLException {
        String columns =
                TestSqlite.ask(engine.file(), "select group_concat(name) from pragma_table_info('" + index + "')");
        String wanted = "select " + columns + " from " + base;
        String found = "select " + columns + " from " + index;
        assertThat(TestSqlite.ask(
                        engine.file(),
                        "select (select count(*) from (" + wanted + " except " + found + ")) || ' '"
                                + " || (select count(*) from (" + found + " except " + wanted + ")) || ' '"
                                + " || ((select count(*) from " + base + ") - (select count(*) from " + index + "))"))
                .isEqualTo("0 0 0");
    }

    /** As the application defers. */
    private void ensureDeferred() throws SQLException {
        try (Connection db = TestSqlite.connect(engine.file());
                Statement statement = db.createStatement();
                PreparedStatement put = db.prepareStatement("insert into meta (meta_key, meta_value, created_at,"
                        + " updated_at) values (?, ?, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP)")) {
            statement.execute("begin");
            put.setString(1, SNAPSHOT);
            put.setString(2, Upstream.snapshot(triggers));
            put.executeUpdate();
            for (String[] trigger : triggers) {
                statement.execute("drop trigger " + trigger[0]);
            }
            put.setString(1, FLAG);
            put.setString(2, "1");
            put.executeUpdate();
            statement.execute("commit");
        }
    }

    @Test
    void whatLockstepStoresIsByteForByteWhatCadtWouldHaveStored() throws SQLException {
        engine.defer();

        assertThat(meta("meta_value", FLAG)).isEqualTo("1");
        assertThat(meta("meta_value", SNAPSHOT)).isEqualTo(Upstream.snapshot(triggers));
        for (String key : List.of(FLAG, SNAPSHOT)) {
            for (String stamp : List.of("created_at", "updated_at")) {
                assertThat(meta(stamp, key)).matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d");
            }
        }
        change();
        engine.restore();
        isRestored();
    }

    @Test
    void lockstepRestoresWhatCadtDeferred() throws SQLException {
        ensureDeferred();
        change();

        assertThat(engine.restore().tables()).hasSize(2);

        isRestored();
    }

    @Test
    void triggersThatTheApplicationMadeAgainAtItsStartAreKept() throws SQLException {
        engine.defer();
        change();
        for (String[] trigger : triggers) {
            TestSqlite.create(engine.file(), trigger[1]);
        }
        TestSqlite.create(engine.file(), "update unit set unit_current_owner = 'Later' where rowid % 5 = 0");

        assertThat(engine.restore().tables()).hasSize(2);

        isRestored();
    }

    @Test
    void rowsThatItsUpdateTriggersLeftInTheIndexAreGoneAfterARestore() throws SQLException {
        change();
        assertThat(Long.parseLong(TestSqlite.ask(engine.file(), "select count(*) from units_v2_fts")))
                .isGreaterThan(Long.parseLong(TestSqlite.ask(engine.file(), "select count(*) from unit")));

        Deferral.Outcome deferred = engine.defer("units_v2_fts");

        assertThat(deferred.tables()).extracting(Deferral.Table::mode).containsOnly(DeferralMode.REBUILD);
        engine.restore();
        isEqual("units_v2_fts", "unit");
    }
}
