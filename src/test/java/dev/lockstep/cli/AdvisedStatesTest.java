package dev.lockstep.cli;

import dev.lockstep.support.ProcessIdentity;
import dev.lockstep.testing.MariaDbDatabase;
import dev.lockstep.testing.MariaDbExtension;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.RunningLockstep;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is advised about mirrors and audit logs. */
@ExtendWith({PostgresExtension.class, MariaDbExtension.class})
class AdvisedStatesTest extends AdvisedStates {
    private static final String AUDIT = """
            create table audit (
                id integer primary key, "orgUid" varchar(255) not null, "registryId" varchar(255) not null,
                "rootHash" varchar(255) not null, type varchar(255) not null, "change" text, "table" varchar(255),
                "onchainConfirmationTimeStamp" varchar(255) not null, "createdAt" varchar(99), "updatedAt" varchar(99),
                comment varchar(255), author varchar(255), generation integer)
            """;

    /** Where a mirror or an audit log is. */
    private interface Server {
        String url();

        void execute(String... statements) throws Exception;
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
        Path file = TestSqlite.create(named("to"), "create table o (id integer primary key)");
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

    private static String[] between(Path source, Server mirror, Path password) {
        return new String[] {"--db", source.toString(), "--to", mirror.url(), "--password-file", password.toString()};
    }

    private void mirrorRows(Server mirror, Path password) throws Exception {
        Path source = source();
        String[] here = between(source, mirror, password);
        row("no table", 2, "lockstep mirror plan", LEADS_ON, words("mirror backfill", here));
        row("never copied", 3, "lockstep mirror backfill --create", 0, words("doctor --for mirror", here));
        mirror.execute("delete from note where id = 1");
        row("a row is gone", 3, "lockstep mirror repair", 0, words("mirror verify", here));
        mirror.execute("delete from \"it's $HOME\"");
        row("odd name", 3, "lockstep mirror repair --table \"it's \\$HOME\"", 0, words("mirror verify", here));
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
        TestSqlite.create(source, "alter table note add column more text default 'x'");
        row("a column more", 3, "lockstep mirror backfill", 0, words("mirror verify", here));
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
    void ofAFollower() throws Exception {
        Path source = source();
        String[] here = {"--db", source.toString(), "--to", sqlite().url()};
        try (RunningLockstep follow = RunningLockstep.start(
                Map.of("HOME", dir.toString()),
                words("mirror follow --create", here).toArray(String[]::new))) {
            follow.awaitStdout("following");
            advice.run(words("mirror follow --remove", here)).endedWith(0);
            try (RunningLockstep again = running("triggers removed", 6, "lockstep mirror follow", follow.ended())) {
                again.awaitStdout("following");
            }
        }
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
}
