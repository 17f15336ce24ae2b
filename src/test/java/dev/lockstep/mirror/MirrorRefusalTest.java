package dev.lockstep.mirror;

import static dev.lockstep.mirror.MirrorBadInputTest.MANY;
import static dev.lockstep.mirror.MirrorBadInputTest.expect;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.support.ProcessIdentity;
import dev.lockstep.testing.FaultProxy;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.MariaDbDatabase;
import dev.lockstep.testing.MariaDbExtension;
import dev.lockstep.testing.RunningLockstep;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Runs that must not be, or not go on, and how a drift is told. */
@ExtendWith(MariaDbExtension.class)
class MirrorRefusalTest {
    @TempDir
    private Path dir;

    @Test
    void aRunOnTheWrongDatabasesIsRefused() throws SQLException {
        Path source = TestSqlite.create(dir.resolve("source.db"), MANY, "insert into t values (1, 'a'), (2, 'b')");
        Path mirror = dir.resolve("mirror.db");
        MirrorPair pair = MirrorPair.of(source, mirror);
        pair.backfillToEqual(List.of("t"));

        expect(86, pair.run("mirror", "backfill", "--to", "sqlite:" + source), 6, "same database");
        expect(
                86,
                pair.run("mirror", "plan", "--to", "sqlite:" + dir + "/../" + dir.getFileName() + "/source.db"),
                6,
                "same");
        expect(40, pair.run("mirror", "backfill", "--db", dir + "/none.db"), 2, "no such file");
        expect(50, pair.run("mirror", "backfill", "--table", "u"), 2, "no such table: u");
        pair.sql("delete from t");
        expect(84, pair.run("mirror", "backfill"), 6, "--allow-empty-source");
        pair.sql("insert into t values (7, 'g')");
        expect(
                85,
                pair.run("mirror", "backfill", "--max-delete", "1"),
                6,
                "2 rows of the mirror are not in the source");
        Path other = TestSqlite.create(dir.resolve("other.db"), MANY);
        expect(88, pair.run("mirror", "backfill", "--db", other.toString()), 6, "another source");
        pair.execute("alter table lockstep_mirror_table rename column state to other");
        expect(88, pair.run("mirror", "backfill"), 6, "those of another version of lockstep");
        expect(88, pair.run("mirror", "status"), 6, "those of another version of lockstep");
        pair.execute("alter table lockstep_mirror_table rename column other to state");
        pair.sql("drop table t", "create table t (id integer primary key, v text, w text)");
        expect(87, pair.run("mirror", "backfill"), 7, "the source has a column more: alter table");
    }

    /** What a run leaves that was killed, and what stands where it stood. */
    @Test
    void onlyTheProcessThatBeganARunKeepsOthersOut() throws SQLException, IOException {
        Path source = TestSqlite.create(dir.resolve("source.db"), MANY, "insert into t values (1, 'a')");
        MirrorPair pair = MirrorPair.of(source, dir.resolve("mirror.db"));
        pair.backfillToEqual(List.of("t"));
        ProcessIdentity here = ProcessIdentity.ofProcess();
        Process sleep = new ProcessBuilder("sleep", "600").start();
        try {
            long started = sleep.info().startInstant().orElseThrow().toEpochMilli();
            ProcessIdentity alive = new ProcessIdentity(here.host(), sleep.pid(), here.boot(), started);
            String earlierVersion = alive.describe();
            String now = "strftime('%Y-%m-%dT%H:%M:%fZ')";

            running(pair, alive.toText(), now);
            expect(89, pair.run("mirror", "backfill"), 6, "another run is active: " + earlierVersion + ", since");
            assertThat(pair.run("mirror", "status").stdout())
                    .startsWith("running; last run by " + earlierVersion + ", ");
            running(pair, earlierVersion, now);
            expect(89, pair.run("mirror", "backfill"), 6, "another run is active: " + earlierVersion + ", since");

            running(pair, earlierVersion, "'2020-01-01T00:00:00.000Z'");
            isOver(pair, "a later process got the id of one that an earlier version noted");
            for (ProcessIdentity other : List.of(
                    new ProcessIdentity(here.host(), alive.pid(), here.boot(), started - 60_000),
                    new ProcessIdentity(here.host(), alive.pid(), "another-boot", started),
                    new ProcessIdentity("elsewhere", alive.pid(), here.boot(), started))) {
                running(pair, other.toText(), now);
                isOver(pair, other.toText());
            }
            for (String text : List.of(
                    "nightly copy on " + here.host(),
                    "pid on " + here.host(),
                    "pid x on " + here.host(),
                    "pid 99999999999999999999 on " + here.host(),
                    "",
                    "pid 12 on ")) {
                running(pair, text, now);
                isOver(pair, text);
            }
        } finally {
            sleep.destroyForcibly();
        }
    }

    private static void running(MirrorPair pair, String owner, String since) throws SQLException {
        pair.execute(
                "update lockstep_mirror_run set state = 'running', owner = '" + owner + "', started_at = " + since);
    }

    private static void isOver(MirrorPair pair, String what) {
        assertThat(pair.run("mirror", "status").stdout()).as(what).startsWith("interrupted");
        LockstepRun run = pair.run("mirror", "backfill");
        assertThat(run.exit()).as(what + ": " + run.stderr()).isZero();
    }

    @Test
    void aServerThatDoesNotLetASessionBeStrictIsRefused(MariaDbDatabase mirror) throws SQLException {
        Path source = TestSqlite.create(dir.resolve("source.db"), MANY);
        try (FaultProxy proxy = FaultProxy.before(mirror.host(), mirror.port())) {
            // As a proxy that knows better what an application needs.
            proxy.rewrite(request -> request.replace("STRICT_ALL_TABLES", "IGNORE_SPACE,ANSI"));
            MirrorPair pair = MirrorPair.of(source, mirror).through(proxy);
            expect(83, pair.backfill(), 6, "does not let a session be strict: its sql_mode stays '");
        }
        assertThat(MirrorPair.of(source, mirror).ask("show tables")).isNull();
    }

    @Test
    void aRunThatIsSupersededWritesNothingMoreAndSaysByWhom() throws SQLException, IOException {
        Path source = TestSqlite.create(dir.resolve("source.db"), MANY, "insert into t values (1, 'a'), (2, 'b')");
        MirrorPair pair = MirrorPair.of(source, dir.resolve("mirror.db"));
        Path pause = Files.createFile(dir.resolve("pause"));
        try (RunningLockstep old =
                RunningLockstep.start(pair.environment(), MirrorPair.arguments("--pause-file", pause.toString()))) {
            old.awaitStderr("paused until " + pause + " is gone");
            pair.backfillToEqual(List.of("t"), "--take-over");
            pair.execute("delete from t where id = 2");
            Files.delete(pause);
            expect(90, old.ended(), 6, "superseded by pid ");
        }
        assertThat(pair.ask("select count(*) from t")).isEqualTo("1");
    }

    @Test
    void whatDriftedIsCountedAndNamedByItsKeyAlone() throws SQLException {
        Path source = TestSqlite.create(
                dir.resolve("source.db"),
                MANY,
                "insert into t values (1, 'SECRET-a'), (2, 'SECRET-b'), (3, 'SECRET-c')");
        MirrorPair pair = MirrorPair.of(source, dir.resolve("mirror.db"));
        pair.backfillToEqual(List.of("t"));
        pair.execute("update t set v = 'SECRET-d' where id = 1", "delete from t where id = 2");
        pair.execute("insert into t values (4, 'SECRET-e')");

        for (String format : List.of("text", "json", "jsonl")) {
            LockstepRun run = pair.run("mirror", "verify", "-o", format);
            assertThat(run.exit()).as("91: " + run.stderr()).isEqualTo(3);
            assertThat(run.stdout()).contains("missing", "extra", "changed").doesNotContain("SECRET");
            assertThat(pair.run("mirror", "verify", "--show-values", "-o", format)
                            .stdout())
                    .contains("SECRET-a", "SECRET-b", "SECRET-d", "SECRET-e")
                    .doesNotContain("SECRET-c");
        }
        assertThat(pair.run("mirror", "verify").stdout())
                .contains("t, key 1: changed: v", "t, key 2: missing", "t, key 4: extra")
                .contains("t: 3 rows in the source, 3 in the mirror: 1 missing, 1 extra, 1 changed");
    }
}
