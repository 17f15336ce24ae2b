package dev.lockstep.db.mariadb;

import dev.lockstep.db.Connector;
import dev.lockstep.db.DbException;
import dev.lockstep.db.LoginTimeout;
import dev.lockstep.db.Session;
import dev.lockstep.support.LockstepException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.mariadb.jdbc.Configuration;
import org.mariadb.jdbc.Driver;
import org.mariadb.jdbc.HostAddress;
import org.mariadb.jdbc.client.ServerVersion;

/**
 * Opens connections to MariaDB and MySQL. A session is as strict as those of the other engines: no value is cut,
 * rounded or replaced in silence, names stand in double quotes, times are UTC, and every statement of a transaction sees
 * what is committed.
 */
public final class MariaDbConnector implements Connector {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration LOGIN_TIMEOUT = Duration.ofSeconds(8);

    /** The server ends an overlong statement; if it cannot even do that, the socket ends the wait. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private static final String SQL_MODE =
            "STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_VALUE_ON_ZERO,ANSI_QUOTES";

    private static final String STATE = """
            select @@session.sql_mode,
                   @@session.character_set_client,
                   @@session.character_set_connection
            """;

    private static final String READ_ONLY = "set session transaction read only";

    /** A builder that was not made of a URL builds what the driver cannot use; everything in this one is replaced. */
    private static final String DEFAULTS = "jdbc:mariadb://localhost/";

    private final MariaDbTarget target;
    private final Session session;

    /** That of the last connection, which the next one tries first. */
    private volatile MariaDbTarget.Tls encryption;

    public MariaDbConnector(MariaDbTarget target, Session session) {
        this.target = target;
        this.session = session;
        this.encryption = target.encryption();
    }

    /** @throws LockstepException whatever went wrong, {@link DbException} most often; nothing is left open */
    @Override
    public Connection connect() {
        Duration limit = target.connectTimeout().map(Duration::ofSeconds).orElse(LOGIN_TIMEOUT);
        try {
            Connection connection = LoginTimeout.within(limit, this::login);
            try {
                prepare(connection.unwrap(org.mariadb.jdbc.Connection.class));
                connection.setNetworkTimeout(
                        Runnable::run, Math.toIntExact(answerTimeout().toMillis()));
                return connection;
            } catch (SQLException | RuntimeException e) {
                Connector.closeAfter(e, connection);
                throw e;
            }
        } catch (SQLException e) {
            throw new MariaDbLoginFailure(target, e).toException().redacted(target.redactor());
        }
    }

    /**
     * The driver proves who a MariaDB is by the password itself, where it can, even if TLS is only preferred. MySQL's way
     * with passwords cannot do that: there, as for its own client, any certificate will do.
     */
    private Connection login() throws SQLException {
        try {
            return Driver.connect(configuration());
        } catch (SQLException e) {
            if (encryption != MariaDbTarget.Tls.PREFER || !MariaDbLoginFailure.isOfTheCertificate(e)) {
                throw e;
            }
            encryption = MariaDbTarget.Tls.REQUIRE;
            return Driver.connect(configuration());
        }
    }

    private Configuration configuration() throws SQLException {
        Configuration.Builder builder = Configuration.parse(DEFAULTS).toBuilder()
                .addresses(HostAddress.from(target.host(), target.port()))
                .database(target.database())
                .user(target.user())
                .sslMode(encryption.driverMode())
                .allowPublicKeyRetrieval(target.asksForPublicKey())
                .connectTimeout(
                        millis(target.connectTimeout().map(Duration::ofSeconds).orElse(CONNECT_TIMEOUT)))
                .tcpKeepAlive(true)
                .allowLocalInfile(false)
                .permitRedirect(false)
                .transactionIsolation("READ-COMMITTED")
                // A column of 0 and 1 is a number for every engine.
                .tinyInt1isBit(false)
                .transformedBitIsBoolean(false)
                .yearIsDateType(false)
                .connectionAttributes("program_name:" + session.application());
        target.password().ifPresent(password -> builder.password(password.reveal()));
        target.rootCertificate().ifPresent(builder::serverSslCert);
        target.publicKey().ifPresent(builder::serverRsaPublicKeyFile);
        return builder.build();
    }

    /** How long an answer may take once the session is there; zero: any time. */
    private Duration answerTimeout() {
        return session.statementTimeout().isZero()
                ? Duration.ZERO
                : session.statementTimeout().plus(GRACE);
    }

    private static int millis(Duration duration) {
        return Math.toIntExact(Math.min(duration.toMillis(), Integer.MAX_VALUE));
    }

    private void prepare(org.mariadb.jdbc.Connection connection) throws SQLException {
        ServerVersion version = connection.getContext().getVersion();
        boolean mariaDb = version.isMariaDBServer();
        if (mariaDb ? !version.versionGreaterOrEqual(10, 5, 0) : !version.versionGreaterOrEqual(8, 0, 17)) {
            throw LockstepException.refused(
                    target.at() + " is " + (mariaDb ? "MariaDB " : "MySQL ") + version.getVersion()
                            + "; lockstep needs MariaDB 10.5 or MySQL 8.0.17",
                    null);
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute(settings(mariaDb));
            if (session.use() == Session.Use.READ) {
                statement.execute(READ_ONLY);
            }
            try (ResultSet rs = statement.executeQuery(STATE)) {
                rs.next();
                check(rs.getString(1), rs.getString(2), rs.getString(3));
            }
        }
    }

    private String settings(boolean mariaDb) {
        StringBuilder set =
                new StringBuilder("set session sql_mode = '").append(SQL_MODE).append("', time_zone = '+00:00'");
        if (!session.lockTimeout().isZero()) {
            long seconds = seconds(session.lockTimeout());
            set.append(", lock_wait_timeout = ").append(seconds);
            set.append(", innodb_lock_wait_timeout = ").append(seconds);
        }
        Duration limit = session.statementTimeout();
        if (!limit.isZero()) {
            if (mariaDb) {
                set.append(", max_statement_time = ").append(limit.toMillis() / 1e3);
            } else {
                set.append(", max_execution_time = ").append(limit.toMillis());
            }
        }
        return set.toString();
    }

    /** The server knows whole seconds only, and 0 would mean not to wait at all. */
    private static long seconds(Duration limit) {
        return Math.max(1, limit.plusMillis(999).toSeconds());
    }

    /** A server, or a proxy before it, may take settings and keep its own. */
    private void check(String sqlMode, String client, String connection) {
        if (!sqlMode.contains("STRICT_ALL_TABLES") || !sqlMode.contains("ANSI_QUOTES")) {
            throw LockstepException.refused(
                    target.at() + " does not let a session be strict: its sql_mode stays '" + sqlMode + "'", null);
        }
        if (!"utf8mb4".equals(client) || !"utf8mb4".equals(connection)) {
            throw LockstepException.refused(
                    target.at() + " does not talk utf8mb4 but " + client + " and " + connection, null);
        }
    }
}
