package dev.lockstep.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CadtSampleTest {
    private static final List<String> MIRRORED = List.of(
            "projects",
            "coBenefits",
            "projectLocations",
            "labels",
            "projectRatings",
            "relatedProjects",
            "units",
            "issuances",
            "estimations",
            "label_unit",
            "audit");

    @TempDir
    private Path dir;

    @Test
    void everyMirroredTableHasItsShare() throws SQLException {
        Path file = CadtSample.V1.create(dir.resolve("v1.db"), new CadtSample.Size(40, 120, 200));

        for (String table : MIRRORED) {
            assertThat(count(file, table)).as(table).isGreaterThanOrEqualTo(10);
        }
        assertThat(count(file, "projects")).isEqualTo(40);
        assertThat(count(file, "units")).isEqualTo(120);
        assertThat(count(file, "audit")).isEqualTo(200);
    }

    @ParameterizedTest
    @EnumSource
    void theSameSizeGivesTheSameDatabase(CadtSample sample) throws SQLException {
        CadtSample.Size size = new CadtSample.Size(30, 50, 60);
        Path first = sample.create(dir.resolve("first.db"), size);
        Path second = sample.create(dir.resolve("second.db"), size);

        assertThat(TestSqlite.schema(first)).isEqualTo(TestSqlite.schema(second));
        String dump = "select group_concat(x, char(10)) from (select json_array("
                + (sample == CadtSample.V1
                        ? "orgUid, registryId, rootHash, type, change, generation) as x from audit"
                        : "org_uid, registry_id, root_hash, type, change, generation) as x from audit")
                + ")";
        assertThat(TestSqlite.ask(first, dump)).isEqualTo(TestSqlite.ask(second, dump));
        assertThat(TestSqlite.ask(first, "pragma integrity_check")).isEqualTo("ok");
    }

    @Test
    void generationsOfARegistryHaveNoGaps() throws SQLException {
        Path file = CadtSample.V1.create(dir.resolve("v1.db"), new CadtSample.Size(1, 1, 600));

        assertThat(TestSqlite.ask(
                        file,
                        "select group_concat(distinct n) from (select count(distinct generation) - max(generation) as n"
                                + " from audit group by registryId)"))
                .isEqualTo("1");
    }

    private static long count(Path file, String table) throws SQLException {
        return Long.parseLong(TestSqlite.ask(file, "select count(*) from " + table));
    }
}
