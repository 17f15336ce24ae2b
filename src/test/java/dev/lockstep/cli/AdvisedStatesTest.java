package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.support.ProcessIdentity;
import dev.lockstep.testing.Await;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.MariaDbDatabase;
import dev.lockstep.testing.MariaDbExtension;
import dev.lockstep.testing.PastedAdvice;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.RunningLockstep;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** State by state: what is advised there, pasted, mends it or leads on. */
@ExtendWith({PostgresExtension.class, MariaDbExtension.class})
class AdvisedStatesTest {
    private static final String REALM = "https://boxel.example/luke/";

    /** There is nothing to mend: the command only has to be one that works. */
    private static final int LEADS_ON = -1;

    private static final String AUDIT = """
            create table audit (
                id integer primary key, "orgUid" varchar(255) not null, "registryId" varchar(255) not null,
                "rootHash" varchar(255) not null, type varchar(255) not null, "change" text, "table" varchar(255),
                "onchainConfirmationTimeStamp" varchar(255) not null, "createdAt" varchar(99), "updatedAt" varchar(99),
                comment varchar(255), author varchar(255), generation integer)
            """;

    @TempDir
    Path dir;

    private final List<String> failures = new ArrayList<>();
    private PastedAdvice advice;
    private int rows;
    private int files;

    /** Where a mirror or an audit log is. */
    private interface Server {
        String url();

        void execute(String... statements) throws Exception;
    }

    @BeforeEach
    void somebodyWhoPastes() {
        advice = new PastedAdvice(Map.of("HOME", dir.toString()));
    }

    @AfterEach
    void tells() {
        System.out.println(rows + " states, " + advice.count() + " hints and fixes pasted");
        assertThat(failures).isEmpty();
        assertThat(advice.count()).isPositive();
    }

    private static List<String> words(String command, String... more) {
        List<String> words = new ArrayList<>(List.of(command.split(" ", -1)));
        words.addAll(List.of(more));
        return words;
    }

    /**
     * A row of the table.
     *
     * @param exit how the command ends in this state
     * @param advised how a command that it advises begins
     * @param goal how it ends once that was pasted; {@link #LEADS_ON}
     */
    private void row(String state, int exit, String advised, int goal, List<String> words) throws Exception {
        rows++;
        LockstepRun run = advice.run(words);
        List<String> commands = PastedAdvice.commands(run);
        if (run.exit() != exit || commands.stream().noneMatch(command -> command.startsWith(advised))) {
            failures.add(state + ": " + words + " does not end with " + exit + " and advise '" + advised + "': " + run);
            return;
        }
        try {
            if (goal == LEADS_ON) {
                commands.forEach(advice::paste);
            } else {
                advice.followUntil(goal, words, sql -> {});
            }
        } catch (AssertionError e) {
            failures.add(state + ": " + e.getMessage());
        }
    }

    private static Server server(TestDatabase database) {
        return new Server() {
            @Override
            public String url() {
                return "postgresql://" + database.user() + "@" + database.host() + ":" + database.port() + "/"
                        + database.name();
            }

            @Override
            public void execute(String... statements) throws SQLException {
                database.execute(statements);
            }
        };
    }

    private static Server server(MariaDbDatabase database) {
        return new Server() {
            @Override
            public String url() {
                return "mariadb://" + database.user() + "@" + database.host() + ":" + database.port() + "/"
                        + database.name() + "?sslmode=disable";
            }

            @Override
            public void execute(String... statements) throws SQLException {
                try (Connection connection = database.connect();
                        Statement statement = connection.createStatement()) {
                    for (String sql : statements) {
                        statement.execute(sql.replace('"', '`'));
                    }
                }
            }
        };
    }

    private Server sqlite() throws SQLException {
        Path file = TestSqlite.create(dir.resolve("to " + files++ + ".db"), "create table o (id integer primary key)");
        return new Server() {
            @Override
            public String url() {
                return "sqlite:" + file;
            }

            @Override
            public void execute(String... statements) throws SQLException {
                TestSqlite.create(file, statements);
            }
        };
    }

    private Path source() throws SQLException {
        return TestSqlite.create(
                dir.resolve("it's " + files++ + ".db"),
                "create table note (id integer primary key, body text)",
                "insert into note values (1, 'lighthouse'), (2, 'keeper')",
                "create table \"it's $HOME\" (id integer primary key, body text)",
                "insert into \"it's $HOME\" values (1, 'sea')");
    }

    private String[] between(Path source, Server mirror, Path password) {
        return new String[] {"--db", source.toString(), "--to", mirror.url(), "--password-file", password.toString()};
    }

    private Path password(String password) throws Exception {
        Path file = Files.writeString(dir.resolve("pass word's " + files++), password + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private void mirrorRows(Server mirror, Path password) throws Exception {
        Path source = source();
        String[] here = between(source, mirror, password);
        row("no table", 2, "lockstep mirror plan", LEADS_ON, words("mirror backfill", here));
        row("never copied", 3, "lockstep mirror backfill --create", 0, words("doctor --for mirror", here));
        mirror.execute("delete from note where id = 1");
        row("a row is gone", 3, "lockstep mirror backfill --recheck", 0, words("mirror verify", here));
        mirror.execute("delete from \"it's $HOME\"");
        row(
                "odd name",
                3,
                "lockstep mirror backfill --recheck --table \"it's \\$HOME\"",
                0,
                words("mirror verify", here));
        mirror.execute("drop table note");
        row("a table is gone", 3, "lockstep mirror backfill --recheck --create", 0, words("mirror verify", here));
        TestSqlite.create(source, "create table bare (id integer primary key)");
        row("an empty table", 3, "lockstep mirror backfill --create", 0, words("mirror verify", here));
        TestSqlite.create(source, "alter table bare rename to renamed", "insert into renamed values (1)");
        row("renamed", 7, "lockstep mirror backfill --drop-extra-tables", 0, words("mirror backfill --create", here));
        TestSqlite.create(source, "drop table renamed");
        row("dropped", 1, "lockstep mirror backfill --drop-extra-tables", 0, words("mirror verify", here));
        TestSqlite.create(source, "update note set body = cast(x'ff' as text) where id = 1");
        row("no UTF-8", 7, "lockstep mirror plan", LEADS_ON, words("mirror backfill", here));
        TestSqlite.create(source, "update note set body = 'x' where id = 1");
        ownedBy(mirror, "pid 4194000 on " + ProcessIdentity.ofProcess().host(), "running");
        row("a run is dead", 3, "lockstep mirror backfill", 0, words("doctor --for mirror", here));
        ownedByAnother(
                mirror,
                () -> row(
                        "a run is alive",
                        6,
                        "lockstep mirror backfill --take-over",
                        0,
                        words("mirror backfill", here)));
    }

    private static void ownedBy(Server mirror, String owner, String state) throws Exception {
        mirror.execute(
                "update lockstep_mirror_run set owner = '" + owner + "', state = '" + state + "', finished_at = null");
    }

    /** Something that may fail. */
    private interface Work {
        void run() throws Exception;
    }

    /** While a process that is alive says that it copies. */
    private static void ownedByAnother(Server mirror, Work work) throws Exception {
        Process other = new ProcessBuilder("sleep", "600").start();
        try {
            ProcessIdentity self = ProcessIdentity.ofProcess();
            long started = other.info().startInstant().orElseThrow().toEpochMilli();
            String owner = new ProcessIdentity(self.host(), other.pid(), self.boot(), started).toText();
            ownedBy(mirror, owner, "running");
            work.run();
        } finally {
            other.destroyForcibly().waitFor();
        }
    }

    private void auditRows(Server log, List<String> where, Runnable invalidate) throws Exception {
        String[] here = where.toArray(String[]::new);
        List<String> check = words("audit check --profile cadt-v1", here);
        List<String> doctor = words("doctor --for audit --profile cadt-v1", here);
        String drop = log.url().startsWith("mariadb") ? " on audit" : "";
        log.execute(AUDIT);
        row("no indexes", 3, "lockstep audit apply", 0, check);
        log.execute("drop index audit_org_uid_generation" + drop);
        row("an index is gone", 3, "lockstep audit apply", 0, doctor);
        log.execute(
                "drop index audit_registry_id_generation" + drop,
                "create index audit_registry_id_generation on audit (\"registryId\")");
        row("over other columns", 3, "lockstep audit apply --replace", 0, check);
        log.execute(
                "drop index audit_registry_id_generation" + drop,
                "create index audit_registry_id_generation on audit (\"orgUid\")");
        row("over other columns", 3, "lockstep audit apply --replace", 0, doctor);
        if (invalidate != null) {
            invalidate.run();
            row("INVALID", 3, "lockstep audit apply", 0, check);
            invalidate.run();
            row("INVALID", 3, "lockstep audit apply", 0, doctor);
        }
    }

    private static Runnable administering(Connected connection, String statement) {
        return () -> {
            try (Connection administrator = connection.connect();
                    Statement sql = administrator.createStatement()) {
                sql.execute(statement);
            } catch (SQLException e) {
                throw new AssertionError(e);
            }
        };
    }

    private interface Connected {
        Connection connect() throws SQLException;
    }

    @Test
    void ofSqlite() throws Exception {
        Path none = password("unused");
        mirrorRows(sqlite(), none);
        Path log = TestSqlite.create(dir.resolve("audit's.db"));
        auditRows(
                new Server() {
                    @Override
                    public String url() {
                        return "sqlite:" + log;
                    }

                    @Override
                    public void execute(String... statements) throws SQLException {
                        TestSqlite.create(log, statements);
                    }
                },
                List.of("--db", log.toString()),
                null);
        Path passedOn = dir.resolve("passed on.db");
        Server end = sqlite();
        TestSqlite.create(passedOn, "create table note (id integer primary key, body text)");
        String[] further = {"--db", passedOn.toString(), "--to", end.url()};
        advice.run(words("mirror backfill --create", further)).endedWith(0);
        advice.run(words("mirror follow --install", further)).endedWith(0);
        row(
                "a mirror that is followed",
                6,
                "lockstep mirror follow --remove --db",
                0,
                words("mirror backfill --table note", "--db", source().toString(), "--to", "sqlite:" + passedOn));
    }

    @Test
    void ofMariaDb(MariaDbDatabase database) throws Exception {
        Server server = server(database);
        Path password = password(database.password());
        mirrorRows(server, password);
        auditRows(
                server,
                List.of("--to", server.url(), "--password-file", password.toString()),
                administering(database::connect, "alter table audit alter index audit_org_uid_generation ignored"));
    }

    @Test
    void ofPostgresql(TestDatabase database) throws Exception {
        Server server = server(database);
        Path password = password(database.password());
        mirrorRows(server, password);
        auditRows(
                server,
                List.of("--to", server.url(), "--password-file", password.toString()),
                administering(
                        database::connectAsAdministrator,
                        "update pg_index set indisvalid = false where indexrelid = 'audit_org_uid_generation'::regclass"));
    }

    @Test
    void ofARealm(TestDatabase database) throws Exception {
        Path password = password(database.password());
        String[] here = {"--pg", server(database).url(), "--password-file", password.toString()};
        String put = "transpile put " + REALM + " a.js --body /dev/null";
        List<String> get = words("transpile get " + REALM + " a.js", here);
        row("no cache", 2, "lockstep transpile init", 3, get);
        row("no generation", 2, "lockstep transpile get " + REALM + " a.js", LEADS_ON, words(put, here));
        row(
                "no epoch",
                2,
                "lockstep transpile get " + REALM + " a.js",
                LEADS_ON,
                words(put + " --generation 1 --epoch x", here));
        row(
                "no definitions",
                6,
                "lockstep realm invalidate " + REALM,
                LEADS_ON,
                words("definitions clear " + REALM, here));
        Path plain = Files.createDirectories(dir.resolve("o'ld \"site\""));
        row(
                "a plain directory",
                6,
                "lockstep realm delete",
                LEADS_ON,
                words("realm unpublish", with(here, plain.toString(), "--realm", REALM, "--yes")));
        assertThat(plain).doesNotExist();
        try (RunningLockstep holder = RunningLockstep.start(
                database.environment(), "realm", "lock", REALM, "--", "sh", "-c", "echo held; exec sleep 600")) {
            waitFor(database, "select count(*) > 0 from pg_locks where locktype = 'advisory' and granted");
            row(
                    "locked",
                    124,
                    "lockstep realm locks",
                    LEADS_ON,
                    words("realm lock " + REALM + " --wait 100ms", with(here, "--", "true")));
        }
        Path stuck = Files.writeString(dir.resolve("stuck"), "#!/bin/sh\nexec sleep 600\n");
        assertThat(stuck.toFile().setExecutable(true)).isTrue();
        try (RunningLockstep listen = RunningLockstep.start(
                database.environment(), "realm", "listen", "--durable", "late", "--exec", stuck.toString())) {
            listen.awaitStdout("listening");
            row(
                    "not applied",
                    5,
                    "lockstep realm listeners",
                    LEADS_ON,
                    words("realm broadcast " + REALM + " --wait --wait-timeout 200ms", here));
            row(
                    "a name that is taken",
                    6,
                    "lockstep realm listeners",
                    LEADS_ON,
                    words("realm listen --durable late --timeout 20s", here));
        }
    }

    private static void waitFor(TestDatabase database, String condition) {
        Await.until(
                condition, Duration.ofSeconds(30), () -> database.ask(condition).equals("t"));
    }

    private static String[] with(String[] here, String... more) {
        List<String> all = new ArrayList<>(List.of(here));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    @Test
    void ofASearchIndex() throws Exception {
        Path file = TestSqlite.create(
                dir.resolve("it's a $search.db"),
                "create table note (id integer primary key, body text)",
                "create virtual table \"it's\" using fts5 (body, content = 'note', content_rowid = 'id')",
                "create trigger note_ai after insert on note begin insert into \"it's\" (rowid, body)"
                        + " values (new.id, new.body); end",
                "create trigger note_ad after delete on note begin insert into \"it's\" (\"it's\", rowid, body)"
                        + " values ('delete', old.id, old.body); end",
                "create trigger note_au after update on note begin insert into \"it's\" (\"it's\", rowid, body)"
                        + " values ('delete', old.id, old.body); insert into \"it's\" (rowid, body)"
                        + " values (new.id, new.body); end",
                "insert into note values (1, 'lighthouse'), (2, 'keeper')",
                "insert into \"it's\" (\"it's\", rowid, body) values ('delete', 1, 'lighthouse')");
        String[] here = {"--db", file.toString()};
        row("a row is missing", 3, "lockstep fts check", LEADS_ON, words("doctor --for fts", here));
        row("a row is missing", 3, "lockstep fts rebuild --table \"it's\"", 0, words("fts check", here));
        advice.run(words("fts defer", here)).endedWith(0);
        row("deferred", 3, "lockstep fts restore", 0, words("fts status", here));
        TestSqlite.create(file, "drop trigger note_au");
        LockstepRun run = advice.run(words("fts status", here)).endedWith(3);
        assertThat(run.stdout()).contains("hint: make its triggers");
        assertThat(PastedAdvice.commands(run)).isEmpty();
    }

    @Test
    void ofWhatIsTyped() throws Exception {
        row("no verb", 2, "lockstep help realm", LEADS_ON, words("realm bogus"));
        row("no program", 2, "lockstep transpile run --help", LEADS_ON, words("transpile run"));
        row("no program", 2, "lockstep realm lock --help", LEADS_ON, words("realm lock"));
        row("no program", 2, "lockstep fts run --help", LEADS_ON, words("fts run", "--db", source().toString()));
        row("an option", 2, "lockstep audit check --help", LEADS_ON, words("audit check --nope"));
    }
}
