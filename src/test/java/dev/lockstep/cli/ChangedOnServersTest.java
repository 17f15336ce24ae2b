package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.kit.Printer;
import dev.lockstep.db.open.Databases;
import dev.lockstep.support.Environment;
import dev.lockstep.support.Json;
import dev.lockstep.testing.Await;
import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.DeclaredOutput;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.MariaDbDatabase;
import dev.lockstep.testing.MariaDbExtension;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.RunningLockstep;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestSqlite;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A command that fails, or is stopped, says that something has changed if it has written, and only then. */
@ExtendWith({PostgresExtension.class, MariaDbExtension.class})
class ChangedOnServersTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String REALM = "https://boxel.example/luke/";

    private static final String LOG = "create table log (id integer primary key, registry varchar(99), org varchar(99),"
            + " kind varchar(99), root varchar(99), %s varchar(99), tab varchar(99), ts varchar(99), author varchar(99),"
            + " comment varchar(99), generation integer, created varchar(99), updated varchar(99))";

    private static final String TWO_ROWS =
            "insert into log (id, registry, org, kind) values (1, 'r', 'o', 'k'), (2, 's', 'o', 'k')";

    private static final String PROFILE = """
            {"name": "two", "description": "two indexes", "audit": {"table": "log",
             "columns": {"id": "id", "registry": "registry", "organisation": "org", "root": "root", "type": "kind",
             "change": "what", "table": "tab", "timestamp": "ts", "author": "author", "comment": "comment",
             "generation": "generation", "created": "created", "updated": "updated"},
             "indexes": [{"name": "log_first", "columns": ["registry"]},
                         {"name": "log_once", "columns": ["org"], "unique": true}], "queries": []}}
            """;

    @TempDir
    Path dir;

    private LockstepRun audit(Map<String, String> environment, String verb, String to, String... more)
            throws Exception {
        Path profile = Files.writeString(dir.resolve("two.json"), PROFILE);
        List<String> words = new ArrayList<>(List.of("audit", verb, "--json", "--profile", profile.toString()));
        words.addAll(List.of("--to", to));
        words.addAll(List.of(more));
        return LockstepRun.of(environment, words.toArray(String[]::new));
    }

    private static void assertFailed(LockstepRun run, int exit, boolean changed) {
        run.endedWith(exit);
        assertThat(run.envelope().get("changed")).as(run.toString()).isEqualTo(changed);
    }

    /** Duplicates keep the second index from being made. */
    private void assertApplyToldOnce(Map<String, String> environment, String to) throws Exception {
        LockstepRun first = audit(environment, "apply", to);
        assertFailed(first, 6, true);
        assertThat(first.error().get("code")).isEqualTo("duplicates");
        assertFailed(audit(environment, "apply", to), 6, false);
    }

    /** The second index is one that the database does not drop. */
    private void assertDropToldOnce(Map<String, String> environment, String to) throws Exception {
        assertFailed(audit(environment, "drop", to, "--yes"), 1, true);
        assertFailed(audit(environment, "drop", to, "--yes"), 1, false);
    }

    @Test
    void indexesOfPostgresqlBeforeOneThatFails(TestDatabase database) throws Exception {
        database.execute(LOG.formatted("what"), TWO_ROWS);
        assertApplyToldOnce(database.environment(), "postgresql:///");

        database.execute("delete from log where id = 2", "alter table log add constraint log_once unique (org)");
        assertDropToldOnce(database.environment(), "postgresql:///");
        assertThat(database.ask("select string_agg(indexname, ' ' order by indexname) from pg_indexes"
                        + " where tablename = 'log'"))
                .isEqualTo("log_once log_pkey");
    }

    @Test
    void indexesOfMariaDbBeforeOneThatFails(MariaDbDatabase database) throws Exception {
        Map<String, String> environment = Map.of("MYSQL_PWD", database.password());
        String to = "mariadb://" + database.user() + "@" + database.host() + ":" + database.port() + "/"
                + database.name() + "?sslmode=disable";
        execute(database, LOG.formatted("what"), TWO_ROWS);
        assertApplyToldOnce(environment, to);

        execute(
                database,
                "delete from log where id = 2",
                "create unique index log_once on log (org)",
                "create table member (org varchar(99), foreign key (org) references log (org))");
        assertDropToldOnce(environment, to);
    }

    private static void execute(MariaDbDatabase database, String... statements) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private String[] mirror(String verb, Path source, String... more) {
        List<String> words = new ArrayList<>(List.of("mirror", verb, "--db", source.toString()));
        words.addAll(List.of("--to", "sqlite:" + dir.resolve("mirror.db")));
        words.addAll(List.of(more));
        return words.toArray(String[]::new);
    }

    private Path rows(int count) throws SQLException {
        TestSqlite.create(dir.resolve("mirror.db"), "create table other (id integer primary key)");
        return TestSqlite.create(
                dir.resolve("source.db"),
                "create table t (id integer primary key, v text)",
                "with recursive n (i) as (select 1 union all select i + 1 from n where i < " + count
                        + ") insert into t select i, 'v' || i from n");
    }

    /** What removes the triggers ends it, whatever it has done. */
    private LockstepRun followedUntilItIsRefused(Path source) {
        try (RunningLockstep follow = RunningLockstep.start(
                Map.of(),
                mirror("follow", source, "--create", "--interval", "10ms", "--sweep", "10ms", "-o", "jsonl"))) {
            follow.awaitStdout("\"ready\"");
            LockstepRun.of(Map.of(), mirror("follow", source, "--remove")).endedWith(0);
            return follow.ended();
        }
    }

    @Test
    void aFollowerThatIsRefused() throws Exception {
        Path source = rows(10);
        LockstepRun first = followedUntilItIsRefused(source).endedWith(6);
        assertThat(summary(first).get("changed")).as(first.toString()).isEqualTo(true);

        LockstepRun.of(Map.of(), mirror("follow", source, "--install")).endedWith(0);
        LockstepRun second = followedUntilItIsRefused(source).endedWith(6);
        assertThat(summary(second).get("changed")).as(second.toString()).isEqualTo(false);
    }

    private static Map<?, ?> summary(LockstepRun run) {
        List<String> lines = run.stdout().lines().toList();
        return (Map<?, ?>) Json.parse(lines.get(lines.size() - 1));
    }

    @Test
    void aBackfillThatASignalStops() throws Exception {
        Path source = rows(5_000);
        Path mirror = dir.resolve("mirror.db");
        TestSqlite.create(
                mirror,
                "create table t (id integer primary key, v text)",
                "create table early (id integer primary key)",
                "insert into t values (-1, 'no load of an empty table')");
        Path pause = Files.createFile(dir.resolve("pause"));
        try (ChildJvm paused = ChildJvm.start(
                Lockstep.class, Map.of(), mirror("backfill", source, "--json", "--pause-file", pause.toString()))) {
            paused.awaitStderr("paused until");
            paused.signal("TERM");
            assertThat(paused.exitCode()).as(paused.toString()).isEqualTo(143);
            assertThat(((Map<?, ?>) Json.parse(paused.stdout())).get("changed")).isEqualTo(false);
        }
        String[] slowly = mirror("backfill", source, "--json", "--batch", "100", "--max-rate", "200");
        try (ChildJvm slow = ChildJvm.start(Lockstep.class, Map.of(), slowly)) {
            Await.until("rows", PATIENCE, () -> !TestSqlite.ask(mirror, "select count(*) from t where id > 0")
                    .equals("0"));
            slow.signal("TERM");
            assertThat(slow.exitCode()).as(slow.toString()).isEqualTo(143);
            assertThat(((Map<?, ?>) Json.parse(slow.stdout())).get("changed")).isEqualTo(true);
        }
    }

    @Test
    void aBroadcastThatIsNotAppliedIsSentOnce(TestDatabase database) throws Exception {
        Path slow = Files.writeString(
                dir.resolve("slow"), "#!/bin/sh\nwhile [ ! -e '" + dir.resolve("go") + "' ]; do sleep 0.05; done\n");
        assertThat(slow.toFile().setExecutable(true)).isTrue();
        String id = "0b0e7a0e-0f2c-4a53-9f0b-1d5a3f1f6c11";
        String[] broadcast = {"realm", "broadcast", REALM, "--id", id, "--wait", "--wait-timeout", "200ms", "--json"};
        try (RunningLockstep listen = RunningLockstep.start(
                database.environment(), "realm", "listen", "--durable", "sluggish", "--exec", slow.toString())) {
            listen.awaitStdout("listening");
            assertFailed(LockstepRun.of(database.environment(), broadcast), 5, true);
            assertFailed(LockstepRun.of(database.environment(), broadcast), 5, false);
            Files.createFile(dir.resolve("go"));
        }
        String[] nowhere = {"realm", "broadcast", REALM, "--durable", "--json", "--pg", "postgresql://127.0.0.1:1/x"};
        assertFailed(LockstepRun.of(Map.of("PGUSER", "nobody"), nowhere), 4, false);
    }

    /** The artifact is stored, and then nobody can take it. */
    @Test
    void anArtifactThatFindsNoRoom(TestDatabase database) throws Exception {
        LockstepRun.of(database.environment(), "transpile", "init").endedWith(0);
        assertThat(runIntoNothing(database)).isEqualTo(true);
        assertThat(runIntoNothing(database)).isEqualTo(false);
    }

    private Object runIntoNothing(TestDatabase database) throws Exception {
        Path report = dir.resolve("report");
        int exit;
        try (Databases databases = new Databases(new Environment(database.environment()));
                PrintStream out = Printer.to("/dev/full");
                PrintStream err = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
            exit = new Lockstep(databases, InputStream.nullInputStream(), out, err)
                    .run("transpile", "run", REALM, "a.js", "--report", report.toString(), "--", "echo", "built");
        }
        DeclaredOutput.check(Files.readString(report));
        Map<?, ?> envelope = (Map<?, ?>) Json.parse(Files.readString(report));
        assertThat(envelope.get("exitCode")).as(envelope.toString()).isEqualTo((long) exit);
        assertThat(exit).isNotZero();
        return envelope.get("changed");
    }
}
