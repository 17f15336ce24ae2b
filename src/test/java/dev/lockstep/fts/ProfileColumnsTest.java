package dev.lockstep.fts;

import static dev.lockstep.fts.FtsCommand.fts;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.CadtSample;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Columns of an index that a profile knows better than its triggers, or that one version of an application lacks. */
class ProfileColumnsTest {
    private static final String FILL = """
            update units_fts
               set timeStaged = (select timeStaged from units as u where u.warehouseUnitId = units_fts.warehouseUnitId)
            """;

    @TempDir
    private Path dir;

    @Test
    void aColumnMayBeNullOrWhatTheBaseHasAndNothingElse() throws SQLException {
        Path file = CadtSample.V1.create(dir.resolve("v1.db"), new CadtSample.Size(10, 30, 0));
        for (String some : List.of(" where 0", " where rowid % 2", "")) {
            TestSqlite.create(file, FILL + some);
            LockstepRun check = fts(file, "check", "--deep", "--profile", "cadt-v1");
            assertThat(check.exit()).as("%s: %s", some, check).isZero();
            assertThat(check.stdout()).contains("units_fts: equal (every row)");
        }
        assertThat(fts(file, "check", "--deep").exit())
                .as("without the profile")
                .isEqualTo(3);

        TestSqlite.create(file, "update units_fts set timeStaged = 'another time' where rowid = 7");
        LockstepRun differs = fts(file, "check", "--deep", "--profile", "cadt-v1");
        assertThat(differs.exit()).isEqualTo(3);
        assertThat(differs.stdout()).contains("1 altered", ": timeStaged");

        TestSqlite.create(file, FILL, "update units_fts set unitOwner = null where rowid = 7");
        assertThat(fts(file, "check", "--deep", "--profile", "cadt-v1").stdout())
                .contains("1 altered", ": unitOwner");
    }

    @Test
    void triggersOfTheProfileFitAnIndexThatLacksSomeColumns() throws SQLException {
        Path file = CadtSample.V2.create(dir.resolve("v2.db"), new CadtSample.Size(10, 30, 0));
        String definition = TestSqlite.ask(file, "select sql from sqlite_master where name = 'units_v2_fts'");
        String older = definition.replaceAll("\\s*\\bmarketplace(_link|_identifier)?\\b,?", "");
        assertThat(older).isNotEqualTo(definition);
        TestSqlite.create(
                file,
                "drop trigger unit_v2_insert_fts",
                "drop trigger unit_v2_update_fts",
                "drop trigger unit_v2_delete_fts",
                "drop table units_v2_fts",
                older);

        LockstepRun restored = fts(file, "restore", "--from-profile", "--profile", "cadt-v2");

        assertThat(restored.exit()).as("%s", restored).isZero();
        assertThat(TestSqlite.ask(file, "select count(*) from pragma_table_info('units_v2_fts')"))
                .isEqualTo("19");
        TestSqlite.create(
                file, "update unit set unit_status = 'Held' where rowid <= 5", "delete from unit where rowid = 9");
        LockstepRun check = fts(file, "check", "--deep", "--profile", "cadt-v2");
        assertThat(check.exit()).as("%s", check).isZero();
        assertThat(check.stdout()).contains("units_v2_fts: equal (every row)");
        for (String mode : List.of("journal", "rebuild")) {
            assertThat(fts(file, "defer", "--mode", mode, "--profile", "cadt-v2")
                            .exit())
                    .isZero();
            TestSqlite.create(file, "update unit set unit_status = 'Retired' where rowid <= 3");
            assertThat(fts(file, "restore", "--profile", "cadt-v2").exit()).isZero();
        }
    }
}
