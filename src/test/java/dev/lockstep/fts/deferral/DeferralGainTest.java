package dev.lockstep.fts.deferral;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Triggers are deferred for a run if that gains anything, and told from those that are better left alone. */
class DeferralGainTest {
    private static final Map<String, String> ENVIRONMENT = Map.of("PATH", System.getenv("PATH"));

    @TempDir
    private Path dir;

    private Path file;

    @BeforeEach
    void oneCheapAndOneThatScans() throws SQLException {
        file = TestSqlite.create(
                dir.resolve("a.db"),
                "create table n (id integer primary key, body text)",
                "create virtual table nf using fts5(body)",
                "create trigger ni after insert on n begin insert into nf (rowid, body) values (new.id, new.body); end",
                "create trigger nd after delete on n begin delete from nf where rowid = old.id; end",
                "create trigger nu after update on n begin update nf set body = new.body where rowid = old.id; end",
                "create table m (id text primary key, body text)",
                "create virtual table mf using fts5(id unindexed, body)",
                "create trigger mi after insert on m begin insert into mf (id, body) values (new.id, new.body); end",
                "create trigger md after delete on m begin delete from mf where id = old.id; end",
                "insert into n values (1, 'one'), (2, 'two')",
                "insert into m values ('a', 'one'), ('b', 'two')");
    }

    private LockstepRun run(String... words) {
        List<String> all = new ArrayList<>(List.of("fts", "run", "--db", file.toString()));
        all.addAll(List.of(words));
        return LockstepRun.of(ENVIRONMENT, all.toArray(String[]::new));
    }

    @Test
    void onlyWhatGainsIsPutAwayAndTheRestIsSaid() throws SQLException {
        String before = TestSqlite.schema(file);

        LockstepRun run = run("-o", "json", "--", "true").endedWith(0);

        assertThat(run.stdout()).contains("\"deferred\":[\"mf\"]", "\"leftAlone\":[{\"fts\":\"nf\"", "\"costMs\":");
        assertThat(run.stderr()).contains("left the triggers of nf alone", "a row");
        assertThat(TestSqlite.schema(file)).isEqualTo(before);
        assertThat(TestSqlite.ask(file, "select group_concat(id || body) from n"))
                .isEqualTo("1one,2two");
    }

    @Test
    void cheapTriggersWorkWhileTheProgramRuns() throws Exception {
        run(
                        "--table",
                        "n",
                        "--",
                        "sh",
                        "-c",
                        "cp \"$LOCKSTEP_DB\" \"$0\"; exit 7",
                        dir.resolve("seen.db").toString())
                .endedWith(7);

        assertThat(Files.size(dir.resolve("seen.db"))).isPositive();
        assertThat(TestSqlite.schema(dir.resolve("seen.db"))).isEqualTo(TestSqlite.schema(file));
    }

    @Test
    void anEmptyTableHasNothingToMeasureWith() throws SQLException {
        TestSqlite.create(file, "delete from n", "delete from m");

        LockstepRun run = run("-o", "json", "--", "true").endedWith(0);

        assertThat(run.stdout()).contains("\"deferred\":[\"mf\"]", "\"costMs\":null");
    }

    @Test
    void aModeThatIsAskedForIsDone() {
        assertThat(run("-o", "json", "--mode", "rebuild", "--", "true")
                        .endedWith(0)
                        .stdout())
                .contains("\"deferred\":[\"nf\",\"mf\"]", "\"leftAlone\":[]");
        assertThat(run("--mode", "auto", "-n", "--", "true").endedWith(0).stdout())
                .contains("would defer mf")
                .doesNotContain("would defer nf");
        run("--mode", "otherwise", "--", "true").endedWith(2);
        LockstepRun.of(ENVIRONMENT, "fts", "defer", "--db", file.toString(), "--mode", "auto")
                .endedWith(2);
    }

    @Test
    void aFillThatTheTriggersContradictIsRefused() throws Exception {
        Path profile = Files.writeString(dir.resolve("p.json"), """
                {"name": "p", "description": "notes", "fts": {"tables": [{"fts": "nf", "base": "n",
                 "fill": ["insert into nf (rowid, body) values (new.id, null)"]}]}}
                """);
        String before = TestSqlite.schema(file);

        LockstepRun refused = run("--mode", "rebuild", "--profile", profile.toString(), "--table", "n", "--", "true");

        assertThat(refused.endedWith(2).stderr()).contains("would not be what its triggers make of it");
        assertThat(TestSqlite.schema(file)).isEqualTo(before);
    }
}
