package dev.lockstep.fts.deferral;

import static dev.lockstep.fts.FtsCommand.fts;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.Lockstep;
import dev.lockstep.testing.CadtSample;
import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fts rebuild} as an operator meets it, with {@code fts check} to see what it was good for. */
class FtsRebuildTest {
    @TempDir
    private Path dir;

    @Test
    void duplicatesOfTheSecondModelsUpdatesAreFoundAndCured() throws SQLException {
        Path file = CadtSample.V2.create(dir.resolve("v2.db"), new CadtSample.Size(20, 60, 0));
        String schema = TestSqlite.schema(file);
        TestSqlite.create(
                file,
                "update unit set unit_status = 'Retired' where rowid <= 5",
                "update project set project_name = 'lighthouse' where rowid = 7",
                "update project set project_name = 'harbour' where rowid = 7");

        LockstepRun before = fts(file, "check", "--deep", "--profile", "cadt-v2");
        assertThat(before.exit()).isEqualTo(3);
        assertThat(before.stdout())
                .contains("projects_v2_fts: differs", "2 duplicate", "units_v2_fts: differs", "5 duplicate")
                .contains("trigger unit_v2_update_fts leaves the old row in the index")
                .contains(" ms for each update");
        assertThat(fts(file, "rebuild").exit()).isEqualTo(6);
        assertThat(fts(file, "rebuild", "-n").stdout()).contains("units_v2_fts: 60 rows, about a second");
        assertThat(fts(file, "check").exit()).isEqualTo(3);

        LockstepRun rebuilt = fts(file, "rebuild", "--yes");

        assertThat(rebuilt.exit()).isZero();
        assertThat(rebuilt.stdout()).contains("rebuilt projects_v2_fts: 20 rows", "rebuilt units_v2_fts: 60 rows");
        assertThat(fts(file, "check", "--deep").stdout())
                .contains("projects_v2_fts: equal (every row)", "units_v2_fts: equal (every row)");
        assertThat(TestSqlite.ask(
                        file, "select count(*) from projects_v2_fts where projects_v2_fts match 'lighthouse'"))
                .isEqualTo("0");
        assertThat(TestSqlite.schema(file)).isEqualTo(schema);
    }

    @Test
    void allColumnsAreWhatTheApplicationsOwnRebuildWrites() throws SQLException {
        Path file = CadtSample.V1.create(dir.resolve("v1.db"), new CadtSample.Size(10, 30, 0));

        assertThat(fts(file, "rebuild", "--columns", "all", "--yes").exit()).isZero();

        assertThat(TestSqlite.ask(file, "select count(*) from units_fts where timeStaged is not null"))
                .isEqualTo("30");
        assertThat(fts(file, "check", "--deep", "--columns", "all").exit()).isZero();
        LockstepRun written = fts(file, "check", "--deep", "--rows", "2");
        assertThat(written.exit()).isEqualTo(3);
        assertThat(written.stdout()).contains("30 altered", ": timeStaged");
        assertThat(written.stdout().lines().filter(line -> line.startsWith("  altered")))
                .hasSize(2);
        assertThat(fts(file, "rebuild", "--yes").exit()).isZero();
        assertThat(fts(file, "check", "--deep").exit()).isZero();
    }

    @Test
    void everyRowNumberThereIsIsWrittenAndPartsDoNotShow() throws SQLException {
        Path file = TestSqlite.create(
                dir.resolve("numbers.db"),
                "create table t (id integer primary key, a)",
                "create virtual table f using fts5(a)",
                "create trigger i after insert on t when new.a <> 'secret' begin insert into f values (new.a); end",
                "insert into t values (-9223372036854775808, 'least'), (9223372036854775807, 'greatest'), (5, 'secret')",
                "with recursive n(i) as (select 10 union all select i + 1 from n where i < 25000)"
                        + " insert into t select i, 'row ' || i from n");

        assertThat(fts(file, "rebuild", "--yes").stdout()).isEqualTo("rebuilt f: 24993 rows\n");
        assertThat(fts(file, "check", "--deep").exit()).isZero();
    }

    @Test
    void aDeferredIndexIsForRestoreToRebuild() throws SQLException {
        Path file = CadtSample.V1.create(dir.resolve("v1.db"), new CadtSample.Size(5, 5, 0));
        fts(file, "defer");

        LockstepRun run = fts(file, "rebuild", "--yes");

        assertThat(run.exit()).isEqualTo(6);
        assertThat(run.stderr()).contains("is deferred since").contains("lockstep fts restore");
        assertThat(fts(file, "check").exit()).isEqualTo(3);
    }

    @Test
    void aMillionRowsAreRebuiltAndComparedInASmallHeap() throws SQLException {
        Path file = TestSqlite.create(
                dir.resolve("million.db"),
                "pragma synchronous = off",
                "create table note (id integer primary key, title text, body text)",
                "create virtual table f using fts5(title, body)",
                "with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000000) insert into note"
                        + " select i, 'Title ' || i, 'a note of the ' || (i * 7919 % 1009) || ' kind' from n",
                "create trigger i after insert on note begin insert into f values (new.title, new.body); end");

        assertThat(inSmallHeap("rebuild", "--yes", "--db", file.toString())).isEqualTo("rebuilt f: 1000000 rows\n");
        assertThat(inSmallHeap("check", "--deep", "--db", file.toString())).startsWith("f: equal (every row)");
        assertThat(TestSqlite.ask(file, "select count(*) from f where f match 'title : 999999'"))
                .isEqualTo("1");
    }

    private static String inSmallHeap(String... words) {
        List<String> command = new ArrayList<>(List.of("fts"));
        command.addAll(List.of(words));
        Map<String, String> environment = Map.of("JAVA_TOOL_OPTIONS", "-Xmx64m");
        try (ChildJvm child = ChildJvm.start(Lockstep.class, environment, command.toArray(String[]::new))) {
            assertThat(child.exitCode(Duration.ofMinutes(5))).as("%s", child).isZero();
            return child.stdout();
        }
    }
}
