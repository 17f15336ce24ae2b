package dev.lockstep.db.postgres;

import dev.lockstep.db.Connector;
import dev.lockstep.db.DbException;
import dev.lockstep.db.LoginTimeout;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.Host;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.support.LockstepException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.postgresql.util.HostSpec;

/**
 * Opens connections to PostgreSQL: each host of a target in turn, and each address of a host, until one answers and is of
 * the kind that the target asks for. As in libpq, a server that refuses the login ends the search.
 *
 * <p>The driver's connection is made directly. Its {@code Driver} would search the class path for settings, read
 * {@code .pgpass} in its own way, and know nothing of a host's second address.
 */
public final class PostgresConnector implements Connector {
    /** What poolers answer to a parameter that they do not know. */
    private static final String PROTOCOL_VIOLATION = "08P01";

    private final PgTarget target;
    private final Session session;
    private final DriverProperties properties;

    public PostgresConnector(PgTarget target, Session session) {
        this.target = target;
        this.session = session;
        this.properties = new DriverProperties(target, session);
    }

    /** @throws LockstepException whatever went wrong, {@link DbException} most often; nothing is left open */
    @Override
    public Connection connect() {
        List<Host> hosts = new ArrayList<>(target.hosts());
        if (properties.anyOrder()) {
            Collections.shuffle(hosts);
        }
        LoginFailure failure = new LoginFailure(target);
        for (SessionAttributes kind : properties.kinds()) {
            for (Host host : hosts) {
                try {
                    return connect(host, kind);
                } catch (SQLException e) {
                    failure.add(host, e);
                    if (!LoginFailure.passing(e)) {
                        throw failure.toException().redacted(target.redactor());
                    }
                }
            }
        }
        throw failure.toException().redacted(target.redactor());
    }

    private Connection connect(Host host, SessionAttributes kind) throws SQLException {
        Addresses addresses = new Addresses(host);
        try {
            return connect(host, kind, addresses::first);
        } catch (SQLException e) {
            if (!LoginFailure.passing(e) || e instanceof LoginFailure.WrongKind) {
                throw e;
            }
            for (String address : addresses.others()) {
                try {
                    return connect(host, kind, () -> Optional.of(address));
                } catch (SQLException again) {
                    e.addSuppressed(again);
                    if (!LoginFailure.passing(again)) {
                        throw again;
                    }
                }
            }
            throw e;
        }
    }

    private Connection connect(Host host, SessionAttributes kind, Address address) throws SQLException {
        PostgresConnection connection =
                LoginTimeout.within(properties.loginTimeout(), () -> login(host, address.find()));
        try {
            check(connection, host, kind);
            connection.settle(target, session);
            connection.setNetworkTimeout(Runnable::run, millis(properties.answerTimeout()));
            return connection;
        } catch (SQLException | RuntimeException e) {
            Connector.closeAfter(e, connection);
            throw e;
        }
    }

    /** Poolers know few parameters, and refuse the others: the user's options are set afterwards then. */
    private PostgresConnection login(Host host, Optional<String> address) throws SQLException {
        // The driver wants the name of a host also where the socket leads to a file.
        String name = host.unixSocket().isPresent() ? "localhost" : host.name();
        HostSpec[] hosts = {new HostSpec(name, host.port())};
        String url = "jdbc:postgresql://" + new Host(name, Optional.empty(), host.port(), Optional.empty(), "") + "/";
        Properties all = properties.of(host, address);
        try {
            return new PostgresConnection(hosts, all, url, PostgresConnection.Options.TOLD);
        } catch (SQLException e) {
            if (!PROTOCOL_VIOLATION.equals(e.getSQLState()) || all.remove("options") == null) {
                throw e;
            }
            return new PostgresConnection(hosts, all, url, PostgresConnection.Options.REFUSED);
        }
    }

    private static int millis(Duration duration) {
        return Math.toIntExact(Math.min(duration.toMillis(), Integer.MAX_VALUE));
    }

    private void check(Connection connection, Host host, SessionAttributes kind) throws SQLException {
        ServerState server =
                kind == SessionAttributes.ANY ? ServerState.of(connection) : ServerState.withRole(connection);
        if (!kind.matches(server)) {
            throw new LoginFailure.WrongKind(kind);
        }
        server.check(host.toString(), target.database(), session.use());
    }

    /** Finds the address to connect to; empty if it is the one that the driver finds by itself. */
    @FunctionalInterface
    private interface Address {
        Optional<String> find() throws SQLException;
    }

    /** The addresses of one host. They are looked up by the attempt to log in, whose time is limited. */
    private static final class Addresses {
        private final Host host;
        private volatile InetAddress[] found = {};

        Addresses(Host host) {
            this.host = host;
        }

        Optional<String> first() throws SQLException {
            if (host.address().isEmpty() && host.unixSocket().isEmpty()) {
                try {
                    found = InetAddress.getAllByName(host.name());
                } catch (UnknownHostException e) {
                    throw new SQLException("no such host", "08001", e);
                }
            }
            return host.address();
        }

        List<String> others() {
            List<String> others = new ArrayList<>();
            for (int i = 1; i < found.length; i++) {
                others.add(found[i].getHostAddress());
            }
            return others;
        }
    }
}
