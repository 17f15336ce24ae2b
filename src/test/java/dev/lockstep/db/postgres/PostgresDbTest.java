package dev.lockstep.db.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbConformance;
import dev.lockstep.db.DbException;
import dev.lockstep.db.DbException.Reason;
import dev.lockstep.db.Session;
import dev.lockstep.db.Session.Use;
import dev.lockstep.db.Tx;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.libpq.TargetSources;
import dev.lockstep.db.open.Databases;
import dev.lockstep.support.Environment;
import dev.lockstep.testing.Fault;
import dev.lockstep.testing.FaultProxy;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(PostgresExtension.class)
class PostgresDbTest extends DbConformance {
    private static final Session WRITE = Session.of("lockstep test", Use.WRITE);

    private TestDatabase database;

    @BeforeEach
    void given(TestDatabase fresh) {
        database = fresh;
    }

    private static Db open(TestDatabase at, Session session, Fault fault) {
        Environment environment = new Environment(at.environment());
        PgTarget target = PgTarget.resolve(null, TargetSources.of(environment));
        return new Databases(environment, fault::around).postgres(target, session);
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
        return "bigint text bytea float8";
    }

    @Override
    protected Reason noSuchTable() {
        return Reason.NO_SUCH_OBJECT;
    }

    @Test
    void oneOfTwoSerializableTransactionsRunsAgain() {
        List<Long> seen = new ArrayList<>();
        try (Db db = open();
                Db other = open()) {
            db.run(tx -> tx.execute(CREATE));
            db.run(tx -> {
                long before = serializableCount(tx);
                seen.add(before);
                if (seen.size() == 1) {
                    other.run(rival -> rival.update(INSERT, 1 + serializableCount(rival), "rival"));
                }
                tx.update(INSERT, 10 + before, "ours");
            });

            assertThat(seen).containsExactly(0L, 1L);
            assertThat(count(db)).isEqualTo(2);
        }
    }

    private static long serializableCount(Tx tx) {
        tx.execute("set transaction isolation level serializable");
        return tx.only(COUNT).integer(0);
    }

    @Test
    void aCommitAnsweredWithRollbackIsAnError() {
        try (Db db = open()) {
            db.run(tx -> tx.execute(CREATE));

            assertThat(reason(() -> db.run(tx -> {
                        tx.update(INSERT, 1L, "one");
                        assertThat(reason(() -> tx.update(INSERT, 1L, "swallowed")))
                                .isEqualTo(Reason.DUPLICATE);
                    })))
                    .isEqualTo(Reason.NOT_COMMITTED);

            assertThat(count(db)).isZero();
        }
    }

    @Test
    void aCommitWhoseReplyIsLostIsUnknown() {
        try (FaultProxy proxy = FaultProxy.before(database);
                Db db = open(database.through(proxy.port()), WRITE, Fault.none());
                Db other = open()) {
            other.run(tx -> tx.execute(CREATE));
            proxy.loseReplyTo(request -> request.contains("COMMIT"));

            assertThat(reason(() -> db.run(tx -> tx.update(INSERT, 1L, "one")))).isEqualTo(Reason.COMMIT_UNKNOWN);

            assertThat(count(other)).isOne();
        }
    }

    @Test
    void aConnectionThatBreaksBeforeTheCommitIsLostAndNothingElse() {
        try (FaultProxy proxy = FaultProxy.before(database);
                Db db = open(database.through(proxy.port()), WRITE, Fault.none());
                Db other = open()) {
            other.run(tx -> tx.execute(CREATE));

            assertThat(reason(() -> db.run(tx -> {
                        tx.update(INSERT, 1L, "one");
                        proxy.reset();
                        tx.update(INSERT, 2L, "two");
                    })))
                    .isEqualTo(Reason.CONNECTION_LOST);

            assertThat(count(other)).isZero();
        }
    }

    @Test
    void aTerminatedConnectionIsLost() throws SQLException {
        try (Db db = open()) {
            database.terminateAll();

            assertThat(reason(() -> db.run(tx -> tx.rows("select 1")))).isEqualTo(Reason.CONNECTION_LOST);
        }
    }

    @Test
    void aDeferredConstraintSpeaksAtTheCommit() {
        try (Db db = open()) {
            db.run(tx -> tx.execute("create table late (id bigint unique deferrable initially deferred)"));

            assertThat(reason(() -> db.run(tx -> {
                        tx.update("insert into late values (1)");
                        tx.update("insert into late values (1)");
                    })))
                    .isEqualTo(Reason.DUPLICATE);
        }
    }

    @Test
    void aMissingPrivilegeIsToldFromAMissingTable() throws SQLException {
        try (Connection administrator = database.connectAsAdministrator();
                Statement statement = administrator.createStatement()) {
            statement.execute("create table public.secret (id bigint)");
        }
        try (Db db = open()) {
            assertThat(reason(() -> db.autocommit(tx -> tx.rows("select id from public.secret"))))
                    .isEqualTo(Reason.NO_PRIVILEGE);
        }
    }

    @Test
    void aStatementThatTakesTooLongIsTimedOut() {
        try (Db db = open(database, WRITE.withStatementTimeout(Duration.ofMillis(50)), Fault.none())) {
            assertThat(reason(() -> db.autocommit(tx -> tx.rows("select pg_sleep(60)"))))
                    .isEqualTo(Reason.TIMED_OUT);
        }
    }

    @Test
    void aDatabaseThatIsFullOfConnectionsSaysSo() throws SQLException {
        database.execute("alter database " + database.name() + " connection limit 0");

        assertThat(reason(() -> open().close())).isEqualTo(Reason.TOO_MANY_CONNECTIONS);
    }

    @ParameterizedTest
    @CsvSource({
        "40001, CONFLICT",
        "40P01, CONFLICT",
        "55P03, BUSY",
        "57014, TIMED_OUT",
        "22001, BAD_VALUE",
        "23503, BAD_VALUE",
        "23505, DUPLICATE",
        "42501, NO_PRIVILEGE",
        "42P01, NO_SUCH_OBJECT",
        "42703, NO_SUCH_OBJECT",
        "42883, NO_SUCH_OBJECT",
        "53100, FULL",
        "58030, OTHER",
        "XX000, OTHER",
        "XX001, CORRUPT",
        "XX002, CORRUPT",
        "P0001, OTHER"
    })
    void anSqlStateOfTheServerHasAReason(String state, Reason reason) {
        try (Db db = open()) {
            String raise = "do $$ begin raise exception 'raised' using errcode = '" + state + "'; end $$";

            assertThatThrownBy(() -> db.autocommit(tx -> tx.rows(raise)))
                    .isInstanceOfSatisfying(DbException.class, e -> {
                        assertThat(e.reason()).isEqualTo(reason);
                        assertThat(e.sqlState()).isEqualTo(state);
                    })
                    .hasMessage("ERROR: raised (" + state + ")");
        }
    }

    @Test
    void aSessionThatTheServerEndsForItsIdlenessIsLost() throws Exception {
        try (Db db = open()) {
            assertThat(reason(() -> db.run(tx -> {
                        tx.execute("set local idle_in_transaction_session_timeout = 1");
                        database.checkForLeaks(); // Returns once nobody is connected any more.
                        tx.rows("select 1");
                    })))
                    .isEqualTo(Reason.CONNECTION_LOST);
        }
    }
}
