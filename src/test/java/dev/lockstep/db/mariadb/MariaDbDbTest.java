package dev.lockstep.db.mariadb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbConformance;
import dev.lockstep.db.DbException;
import dev.lockstep.db.DbException.Reason;
import dev.lockstep.db.DbTarget;
import dev.lockstep.db.Engine;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.Row;
import dev.lockstep.db.Session;
import dev.lockstep.db.Session.Use;
import dev.lockstep.db.libpq.TargetSources;
import dev.lockstep.db.open.Databases;
import dev.lockstep.db.open.Targets;
import dev.lockstep.support.Environment;
import dev.lockstep.testing.Fault;
import dev.lockstep.testing.FaultProxy;
import dev.lockstep.testing.MariaDbDatabase;
import dev.lockstep.testing.MariaDbExtension;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(MariaDbExtension.class)
class MariaDbDbTest extends DbConformance {
    static final Session WRITE = Session.of("lockstep test", Use.WRITE);
    private static final String SLEEP = "select sleep(60) from note";

    private MariaDbDatabase database;

    @BeforeEach
    void given(MariaDbDatabase fresh) {
        database = fresh;
    }

    static DbTarget target(MariaDbDatabase at, Map<String, String> environment, String query) {
        String url = "mariadb://" + at.user() + "@" + at.host() + ":" + at.port() + "/" + at.name() + query;
        return Targets.resolve(url, TargetSources.of(new Environment(environment)));
    }

    static Map<String, String> password(MariaDbDatabase at) {
        return Map.of("HOME", "/nonexistent", "MYSQL_PWD", at.password());
    }

    private static Db open(MariaDbDatabase at, Session session, Fault fault) {
        return new Databases(new Environment(Map.of()), fault::around)
                .open(target(at, password(at), "?sslmode=disable"), session);
    }

    @Override
    protected Db open(Fault fault) {
        return open(database, WRITE, fault);
    }

    @Override
    protected Db openToRead() {
        return open(database, Session.of("lockstep test", Use.READ), Fault.none());
    }

    @Override
    protected Db openImpatient() {
        return open(database, WRITE.withLockTimeout(Duration.ofMillis(50)), Fault.none());
    }

    @Override
    protected String types() {
        return "bigint text blob double";
    }

    @Override
    protected Reason noSuchTable() {
        return Reason.NO_SUCH_OBJECT;
    }

    @Test
    void itsEngineIsAFactOfTheDatabase() {
        try (Db db = open()) {
            assertThat(db.engine()).isEqualTo(Engine.MARIADB);
            assertThat(db.isPooled()).isFalse();
        }
    }

    @Test
    void aTransactionThatTheServerHasRolledBackIsNotCommitted() {
        try (Db db = open()) {
            db.run(tx -> tx.execute(CREATE));

            assertThat(reason(() -> db.run(tx -> {
                        tx.update(INSERT, 1L, "one");
                        assertThat(reason(() -> tx.execute(
                                        "begin not atomic signal sqlstate '40001' set mysql_errno = 1213; end")))
                                .isEqualTo(Reason.CONFLICT);
                    })))
                    .isEqualTo(Reason.NOT_COMMITTED);

            assertThat(count(db)).isZero();
        }
    }

    @Test
    void aCommitWhoseReplyIsLostIsUnknown() {
        try (FaultProxy proxy = FaultProxy.before(database.host(), database.port());
                Db db = open(database.through(proxy.port()), WRITE, Fault.none());
                Db other = open()) {
            other.run(tx -> tx.execute(CREATE));
            proxy.loseReplyTo(request -> request.contains("COMMIT"));

            assertThat(reason(() -> db.run(tx -> tx.update(INSERT, 1L, "one")))).isEqualTo(Reason.COMMIT_UNKNOWN);

            assertThat(count(other)).isOne();
        }
    }

    @Test
    void aConnectionThatBreaksIsLost() {
        try (FaultProxy proxy = FaultProxy.before(database.host(), database.port());
                Db db = open(database.through(proxy.port()), WRITE, Fault.none())) {
            proxy.reset();

            assertThat(reason(() -> db.autocommit(tx -> tx.rows("select 1")))).isEqualTo(Reason.CONNECTION_LOST);
        }
    }

    @Test
    void aStatementThatTakesTooLongIsTimedOut() {
        try (Db db = open(database, WRITE.withStatementTimeout(Duration.ofMillis(50)), Fault.none())) {
            db.run(tx -> tx.execute(CREATE));
            db.run(tx -> tx.update(INSERT, 1L, "one"));

            assertThat(reason(() -> db.autocommit(tx -> tx.rows(SLEEP)))).isEqualTo(Reason.TIMED_OUT);
        }
    }

    @Test
    void aRunningStatementEndsWhenItIsCancelled() throws Exception {
        Databases databases = new Databases(new Environment(Map.of()));
        try (Db db = databases.open(target(database, password(database), "?sslmode=disable"), WRITE)) {
            db.run(tx -> tx.execute(CREATE));
            CompletableFuture<DbException> failure = CompletableFuture.supplyAsync(() -> catchThrowableOfType(
                    DbException.class,
                    () -> db.run(tx -> {
                        tx.update(INSERT, 1L, "one");
                        tx.rows(SLEEP);
                    })));
            dev.lockstep.testing.Await.until("the statement to run", Duration.ofSeconds(20), () -> database.sessions()
                    .toString()
                    .contains("sleep(60)"));

            databases.cancel();

            assertThat(failure.get(20, TimeUnit.SECONDS).reason()).isIn(Reason.TIMED_OUT, Reason.CANCELLED);
        }
        try (Db db = open()) {
            assertThat(count(db)).isZero();
        }
    }

    @Test
    void noValueIsCutOrReplacedInSilence() {
        try (Db db = open()) {
            db.run(tx -> tx.execute("create table narrow (word varchar(3), n tinyint, d datetime)"));
            for (String value : List.of("'four', 1, null", "'a', 300, null", "'a', 1, '2024-02-30'")) {
                assertThat(reason(() -> db.run(tx -> tx.update("insert into narrow values (" + value + ")"))))
                        .as(value)
                        .isEqualTo(Reason.BAD_VALUE);
            }
        }
    }

    @Test
    void aSmallNumberStaysANumber() {
        try (Db db = open()) {
            db.run(tx -> tx.execute("create table flag (up tinyint(1), one bit(1))"));
            db.run(tx -> tx.update("insert into flag values (2, 1)"));

            assertThat(db.autocommit(tx -> tx.only("select up from flag")).integer(0))
                    .isEqualTo(2);
        }
    }

    @Test
    void aNameStandsInDoubleQuotes() {
        Identifier odd = new Identifier("a\"b`c d");
        try (Db db = open()) {
            db.run(tx -> tx.execute("create table " + odd + " (id bigint)"));
            db.run(tx -> tx.update("insert into " + odd + " values (?)", 1L));

            List<Row> rows = db.autocommit(tx -> tx.rows("select id from " + odd));
            assertThat(rows).hasSize(1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1213, 40001, CONFLICT",
        "1020, HY000, CONFLICT",
        "1205, HY000, BUSY",
        "1317, 70100, TIMED_OUT",
        "1062, 23000, DUPLICATE",
        "1048, 23000, BAD_VALUE",
        "1406, 22001, BAD_VALUE",
        "1366, 22007, BAD_VALUE",
        "1142, 42000, NO_PRIVILEGE",
        "1146, 42S02, NO_SUCH_OBJECT",
        "1054, 42S22, NO_SUCH_OBJECT",
        "1290, HY000, READ_ONLY",
        "1114, HY000, FULL",
        "1194, HY000, CORRUPT",
        "1105, HY000, OTHER"
    })
    void anErrorNumberOfTheServerHasAReason(int number, String state, Reason reason) {
        try (Db db = open()) {
            String raise = "begin not atomic signal sqlstate '%s' set mysql_errno = %d, message_text = 'raised'; end"
                    .formatted(state, number);

            assertThatThrownBy(() -> db.autocommit(tx -> {
                        tx.execute(raise);
                        return null;
                    }))
                    .isInstanceOfSatisfying(DbException.class, e -> {
                        assertThat(e.reason()).isEqualTo(reason);
                        assertThat(e.sqlState()).isEqualTo(state);
                    })
                    .hasMessage("raised (" + number + ", " + state + ")");
        }
    }

    @Test
    void aMissingPrivilegeIsToldFromAMissingTable() throws SQLException {
        try (Db db = open()) {
            assertThat(reason(() -> db.autocommit(tx -> tx.rows("select user from mysql.global_priv"))))
                    .isEqualTo(Reason.NO_PRIVILEGE);
        }
    }
}
