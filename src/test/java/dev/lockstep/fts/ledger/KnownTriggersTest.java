package dev.lockstep.fts.ledger;

import static dev.lockstep.fts.FtsCommand.fts;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.CadtSample;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A built-in profile knows an application's triggers by what they say: another text under a known name is tried like any other. */
class KnownTriggersTest {
    private static final CadtSample.Size SIZE = new CadtSample.Size(6, 12, 0);

    @TempDir
    private Path dir;

    private Path file(CadtSample sample) throws SQLException {
        return sample.create(dir.resolve("cadt.db"), SIZE);
    }

    private static void rewrite(Path file, String trigger, UnaryOperator<String> edit) throws SQLException {
        String before = TestSqlite.ask(file, "select sql from sqlite_master where name = '" + trigger + "'");
        String after = edit.apply(before);
        assertThat(after).isNotEqualTo(before);
        TestSqlite.create(file, "drop trigger " + trigger, after);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            cadt-v1 | project_insert_fts | new.projectName         | lower(new.projectName)
            cadt-v1 | project_insert_fts | new.projectName         | new.description
            cadt-v1 | project_insert_fts | ON projects BEGIN       | ON projects WHEN new.projectName <> '' BEGIN
            cadt-v1 | project_update_fts | AFTER UPDATE ON         | AFTER UPDATE OF projectName ON
            cadt-v1 | project_delete_fts | old.warehouseProjectId  | old.warehouseProjectId AND old.projectName <> ''
            cadt-v1 | unit_update_fts    | BEGIN                   | BEGIN DELETE FROM units_fts WHERE orgUid = old.orgUid;
            cadt-v1 | unit_update_fts    | new.unitOwner           | upper(new.unitOwner)
            cadt-v1 | unit_update_fts    | new.unitOwner,          | NEW.unitType,
            cadt-v2 | unit_v2_insert_fts | new.unit_link           | trim(new.unit_link)
            cadt-v2 | unit_v2_update_fts | new.unit_link           | trim(new.unit_link)
            cadt-v2 | unit_v2_delete_fts | = old.cad_trust_unit_id | = old.unit_serial_id
            """)
    void aKnownNameWithAnotherTextIsRefusedBeforeAnythingChanges(
            String profile, String trigger, String told, String instead) throws SQLException {
        Path file = file(profile.equals("cadt-v1") ? CadtSample.V1 : CadtSample.V2);
        rewrite(file, trigger, sql -> sql.replace(told, instead));
        String before = TestSqlite.schema(file);

        LockstepRun run = fts(file, "defer", "--profile", profile);

        assertThat(run.exit()).as("%s", run).isIn(2, 6);
        assertThat(run.stderr())
                .contains(
                        profile.equals("cadt-v2")
                                ? "units_v2_fts"
                                : trigger.startsWith("unit") ? "units_fts" : "projects_fts");
        assertThat(TestSqlite.schema(file)).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({"cadt-v1, unit, units", "cadt-v2, unit_v2, unit"})
    void theSameTextInAnotherSpellingIsKnown(String profile, String prefix, String base) throws SQLException {
        Path file = file(profile.equals("cadt-v1") ? CadtSample.V1 : CadtSample.V2);
        rewrite(file, prefix + "_insert_fts", sql -> sql.toUpperCase(Locale.ROOT)
                .replace("INSERT INTO", "insert /* ; */ or replace into"));
        rewrite(file, prefix + "_update_fts", sql -> sql.replaceAll("\\bnew\\.(\\w+)", "NEW . `$1`"));
        rewrite(file, prefix + "_delete_fts", sql -> sql.replaceAll("WHERE (\\w+) = (old\\.\\w+)", "where $2 == \"$1\"")
                .replace("ON " + base, "on [" + base + "] for each row"));

        LockstepRun deferred = fts(file, "defer", "--profile", profile);

        assertThat(deferred.exit()).as("%s", deferred).isZero();
        assertThat(fts(file, "restore", "--profile", profile).exit()).isZero();
    }

    @Test
    void anOlderVersionMayLeaveTheSameColumnsOutOfAllTriggers() throws SQLException {
        Path file = file(CadtSample.V2);
        UnaryOperator<String> older = sql -> sql.replaceAll("\\b(new\\.)?marketplace(_link|_identifier)?,\\s*", "");
        rewrite(file, "unit_v2_insert_fts", older);
        LockstepRun halfWay = fts(file, "defer", "--table", "unit", "--profile", "cadt-v2");
        assertThat(halfWay.exit()).as("%s", halfWay).isEqualTo(2);
        rewrite(file, "unit_v2_update_fts", older);

        LockstepRun deferred = fts(file, "defer", "--table", "unit", "--profile", "cadt-v2");

        assertThat(deferred.exit()).as("%s", deferred).isZero();
        TestSqlite.create(file, "update unit set marketplace = 'none' where rowid = 1");
        assertThat(fts(file, "restore", "--profile", "cadt-v2").exit()).isZero();
        assertThat(TestSqlite.ask(
                        file,
                        "select count(*) || ' ' || count(marketplace) from units_v2_fts"
                                + " where cad_trust_unit_id = (select cad_trust_unit_id from unit where rowid = 1)"))
                .isEqualTo("1 0");
    }

    @Test
    void anotherTextThatMakesTheSameIndexIsTriedAndTaken() throws SQLException {
        Path file = file(CadtSample.V1);
        rewrite(
                file,
                "project_delete_fts",
                sql -> sql.replace("old.warehouseProjectId", "old.warehouseProjectId AND 1"));

        assertThat(fts(file, "defer", "--profile", "cadt-v1").exit()).isZero();
    }
}
