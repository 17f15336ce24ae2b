package dev.lockstep.db.postgres;

import static dev.lockstep.db.PgClient.SESSION;
import static dev.lockstep.db.PgClient.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.DbException.Reason;
import dev.lockstep.db.PgClient;
import dev.lockstep.db.Row;
import dev.lockstep.db.Session;
import dev.lockstep.db.Session.Use;
import dev.lockstep.db.Tx;
import dev.lockstep.db.open.Databases;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TransactionPooler;
import dev.lockstep.testing.TransactionPooler.Mode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a session relies on is so, whatever role, database and server are set to, and whatever stands before the server. */
@ExtendWith(PostgresExtension.class)
class SessionSettingsTest {
    /** What lockstep relies on, and what a role may be set to otherwise. */
    private static final Map<String, String> HOSTILE = Map.ofEntries(
            Map.entry("statement_timeout", "5000"),
            Map.entry("lock_timeout", "7"),
            Map.entry("idle_session_timeout", "60000"),
            Map.entry("idle_in_transaction_session_timeout", "60000"),
            Map.entry("transaction_timeout", "60000"),
            Map.entry("default_transaction_isolation", "'serializable'"),
            Map.entry("default_transaction_deferrable", "on"),
            Map.entry("row_security", "on"),
            Map.entry("standard_conforming_strings", "off"),
            Map.entry("bytea_output", "escape"),
            Map.entry("extra_float_digits", "-5"),
            Map.entry("array_nulls", "off"),
            Map.entry("quote_all_identifiers", "on"),
            Map.entry("exit_on_error", "on"),
            Map.entry("jit", "on"),
            Map.entry("datestyle", "'german'"),
            Map.entry("tcp_user_timeout", "0"));

    private static final Map<String, Integer> SINCE = Map.of("idle_session_timeout", 14, "transaction_timeout", 17);

    private static final String SETTINGS = """
            select name, setting
              from pg_settings
             where name = any (cast(? as text[]))
            """;

    @TempDir
    Path home;

    private TestDatabase database;
    private PgClient client;
    private Databases databases;

    @BeforeEach
    void aHostileRole(TestDatabase given) throws SQLException {
        database = given;
        client = PgClient.of(given, home);
        databases = new Databases(new Environment(client.variables()));
        int version = Integer.parseInt(given.ask("show server_version_num")) / 10_000;
        for (Map.Entry<String, String> setting : HOSTILE.entrySet()) {
            if (version >= SINCE.getOrDefault(setting.getKey(), 0)) {
                setForRole(setting.getKey() + " = " + setting.getValue());
            }
        }
    }

    @AfterEach
    void nobody() throws SQLException {
        asAdministrator("alter role " + database.user() + " reset all");
        databases.close();
    }

    @Test
    void theRolesSettingsAreNotTheSessions() {
        try (Db db = client.open(null, SESSION)) {
            reliable(settings(db));
        }
    }

    @Test
    void theyAreNotInATransactionBehindAPoolerEither() {
        try (TransactionPooler pooler = TransactionPooler.before(database, Mode.TRANSACTION);
                Db db = through(pooler, SESSION)) {
            assertThat(db.isPooled()).isTrue();
            reliable(settings(db));
            reliable(db.transact(SessionSettingsTest::settings));
            reliable(db.read(SessionSettingsTest::settings));
            assertThat(db.<String>read(
                            tx -> tx.only("show transaction_isolation").text(0)))
                    .isEqualTo("repeatable read");
            assertThat(ask(db, "show transaction_isolation")).isEqualTo("read committed");
        }
    }

    @Test
    void aPoolersServerIsLeftAsItWas() throws SQLException {
        asAdministrator("alter role " + database.user() + " reset all");
        try (TransactionPooler pooler = TransactionPooler.before(database, Mode.TRANSACTION);
                Connection other = database.through(pooler.port()).connect();
                Statement statement = other.createStatement();
                Db db = through(pooler, Session.of("reader", Use.READ).withStatementTimeout(Duration.ofSeconds(9)))) {
            assertThat(ask(db, "show statement_timeout")).isEqualTo("9s");
            for (int i = 0; i < 4; i++) {
                try (var rs = statement.executeQuery("select current_setting('statement_timeout')"
                        + " || current_setting('row_security') || current_setting('transaction_read_only')")) {
                    rs.next();
                    assertThat(rs.getString(1)).isEqualTo("0onoff");
                }
            }
        }
    }

    @Test
    void aReadingSessionCannotWriteBehindAPoolerEither() {
        try (TransactionPooler pooler = TransactionPooler.before(database, Mode.TRANSACTION);
                Db db = through(pooler, Session.of("reader", Use.READ))) {
            for (Runnable write : new Runnable[] {
                () -> db.autocommit(tx -> tx.update("create table t (id bigint)")),
                () -> db.run(tx -> tx.execute("create table t (id bigint)")),
                () -> db.read(tx -> tx.update("create table t (id bigint)"))
            }) {
                assertThatThrownBy(write::run).isInstanceOfSatisfying(DbException.class, e -> assertThat(e.reason())
                        .isEqualTo(Reason.READ_ONLY));
            }
            assertThat(ask(db, "select 1")).isEqualTo("1");
        }
    }

    @Test
    void theUsersOptionsBeatWhatIsOursUnlessACommandSaysMore() {
        client.variables().put("PGOPTIONS", "-c search_path=x,y -c lock_timeout=77 -c statement_timeout=88");
        Session limited = SESSION.withStatementTimeout(Duration.ofSeconds(30));
        String ask = "select current_setting('search_path') || ' ' || current_setting('lock_timeout') || ' '"
                + " || current_setting('statement_timeout')";

        try (TransactionPooler pooler = TransactionPooler.before(database, Mode.TRANSACTION);
                TransactionPooler sessions = TransactionPooler.before(database, Mode.SESSION);
                Db direct = client.open(null, limited);
                Db session = through(sessions, limited);
                Db transaction = through(pooler, limited)) {
            assertThat(ask(direct, ask)).isEqualTo("x,y 77ms 30s");
            assertThat(ask(session, ask)).isEqualTo("x,y, pg_temp 77ms 30s");
            assertThat(ask(transaction, ask)).isEqualTo("x,y, pg_temp 77ms 30s");
        }
    }

    @Test
    void optionsThatNoPoolerPassesOnAreRefused() {
        client.variables().put("PGOPTIONS", "-e -c geqo=off");

        try (TransactionPooler pooler = TransactionPooler.before(database, Mode.SESSION)) {
            assertThatThrownBy(() -> through(pooler, SESSION))
                    .isInstanceOfSatisfying(LockstepException.class, e -> assertThat(e.kind())
                            .isEqualTo(LockstepException.Kind.REFUSED))
                    .hasMessageContaining("from PGOPTIONS");
        }
    }

    @Test
    void statementsThatRunOftenDoNotMeetThoseOfOthersBehindAPooler() {
        try (TransactionPooler pooler = TransactionPooler.before(database, Mode.TRANSACTION);
                Db one = through(pooler, SESSION);
                Db two = through(pooler, SESSION)) {
            for (int i = 0; i < 20; i++) {
                int n = i;
                assertThat(one.<Long>autocommit(
                                tx -> tx.only("select ? + 1 as n", n).integer("n")))
                        .isEqualTo(n + 1);
                assertThat(two.<Long>transact(
                                tx -> tx.only("select ? + 2 as n", n).integer("n")))
                        .isEqualTo(n + 2);
            }
        }
    }

    @Test
    void whatIsKeptForTheNextCommandIsSetAgain() {
        databases.keepConnections();
        for (int i = 0; i < 2; i++) {
            try (Db db = databases.postgres(client.target(null), SESSION)) {
                reliable(settings(db));
            }
        }
        assertThat(databases.keptConnections()).isEqualTo(1);
    }

    @Test
    void aRoleThatIsReadOnlyByDefaultMayWriteAndAFrozenDatabaseIsLeftAlone() throws SQLException {
        setForRole("default_transaction_read_only = on");
        try (Db db = client.open(null, SESSION)) {
            db.run(tx -> tx.execute("create table t (id bigint)"));
        }
        asAdministrator("alter role " + database.user() + " reset default_transaction_read_only");
        asAdministrator("alter database " + database.name() + " set default_transaction_read_only = on");
        try (Db db = client.open(null, SESSION)) {
            assertThatThrownBy(() -> db.run(tx -> tx.execute("drop table t")))
                    .isInstanceOfSatisfying(
                            DbException.class, e -> assertThat(e.reason()).isEqualTo(Reason.READ_ONLY));
        }
    }

    @Test
    void rowsThatAPolicyHidesAreAnErrorAndNotFewerRows() throws SQLException {
        asAdministrator("alter role " + database.user() + " reset all");
        database.execute(
                "create table t (id bigint)",
                "insert into t values (1)",
                "alter table t enable row level security",
                "alter table t force row level security");
        try (TransactionPooler pooler = TransactionPooler.before(database, Mode.TRANSACTION);
                Db pooled = through(pooler, SESSION);
                Db db = client.open(null, SESSION)) {
            for (Db each : new Db[] {db, pooled}) {
                assertThatThrownBy(() -> each.autocommit(tx -> tx.update("delete from t")))
                        .isInstanceOfSatisfying(
                                DbException.class, e -> assertThat(e.kind()).isEqualTo(LockstepException.Kind.REFUSED))
                        .hasMessageContaining("row security may hide rows");
            }
        }
    }

    private Db through(TransactionPooler pooler, Session session) {
        return databases.postgres(client.target("host=127.0.0.1 port=" + pooler.port()), session);
    }

    private void reliable(Map<String, String> settings) {
        Map<String, String> expected = new TreeMap<>(Map.of(
                "statement_timeout", "0",
                "lock_timeout", "0",
                "idle_in_transaction_session_timeout", "0",
                "row_security", "off",
                "standard_conforming_strings", "on",
                "bytea_output", "hex",
                "extra_float_digits", "1",
                "array_nulls", "on",
                "quote_all_identifiers", "off"));
        expected.put("exit_on_error", "off");
        expected.put("jit", "off");
        expected.put("default_transaction_isolation", "read committed");
        expected.put("default_transaction_deferrable", "off");
        expected.put("DateStyle", "ISO");
        assertThat(settings).containsAllEntriesOf(expected);
        assertThat(settings.getOrDefault("idle_session_timeout", "0")).isEqualTo("0");
        assertThat(settings.getOrDefault("transaction_timeout", "0")).isEqualTo("0");
    }

    private static Map<String, String> settings(Db db) {
        return db.autocommit(SessionSettingsTest::settings);
    }

    private static Map<String, String> settings(Tx tx) {
        String[] names = HOSTILE.keySet().toArray(new String[0]);
        Map<String, String> settings = new TreeMap<>();
        for (Row row : tx.rows(SETTINGS.replace("where name", "where lower(name)"), (Object) names)) {
            String value = row.text("setting");
            settings.put(row.text("name"), value.startsWith("ISO") ? "ISO" : value);
        }
        return settings;
    }

    private void setForRole(String setting) throws SQLException {
        asAdministrator("alter role " + database.user() + " set " + setting);
    }

    private void asAdministrator(String statement) throws SQLException {
        try (Connection admin = database.connectAsAdministrator();
                Statement run = admin.createStatement()) {
            run.execute("set default_transaction_read_only = off");
            run.execute(statement);
        }
    }
}
