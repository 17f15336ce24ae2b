package dev.lockstep.db.postgres;

import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.ServerOptions;
import dev.lockstep.support.LockstepException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** One connection of somebody else's, from when it was lent until it is given back as it was. */
final class ConnectionLoan implements InvocationHandler {
    private static final String READ = """
            select name, current_setting(name, true) as value
              from unnest(cast(? as text[])) as name
            """;

    private static final String WRITE = """
            select count(set_config(name, value, false))
              from unnest(cast(? as text[]), cast(? as text[])) as s (name, value)
            """;

    /** What outlasts a transaction, and is ours: a lender's own session lock would not come with its connection. */
    private static final String LET_GO = "select pg_advisory_unlock_all()";

    private static final String STOP_LISTENING = "unlisten *";
    private static final String APPLICATION = "application_name";

    /** What the driver calls a program that has not said what it is. */
    private static final String NOBODY = "PostgreSQL JDBC Driver";

    private final Connection lent;
    private final Session session;
    private final boolean autoCommit;
    private final boolean readOnly;
    private final int networkTimeout;
    private final Map<String, String> before = new LinkedHashMap<>();
    private final AtomicBoolean returned = new AtomicBoolean();

    /** @param backend that answered when the connection was opened */
    ConnectionLoan(Connection lent, int backend, Session session) throws SQLException {
        this.lent = lent;
        this.session = session;
        this.autoCommit = lent.getAutoCommit();
        this.readOnly = lent.isReadOnly();
        this.networkTimeout = lent.getNetworkTimeout();
        try {
            settle(backend);
        } catch (SQLException | RuntimeException e) {
            try {
                restore();
            } catch (SQLException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
    }

    /** The connection, to be closed by whoever asked for it. */
    Connection connection() {
        return (Connection)
                Proxy.newProxyInstance(ConnectionLoan.class.getClassLoader(), new Class<?>[] {Connection.class}, this);
    }

    private void settle(int backend) throws SQLException {
        lent.setAutoCommit(true);
        if (readOnly) {
            lent.setReadOnly(false);
        }
        ServerState server = ServerState.withRole(lent);
        server.check("the data source's server", lent.getCatalog(), session.use());
        SessionSettings settings = new SessionSettings(session, ServerOptions.of(""), server.majorVersion());
        List<String> names = new ArrayList<>(settings.names());
        names.add("search_path");
        names.add(APPLICATION);
        read(names);
        if (settings.setForSession(lent, backend) != backend) {
            before.clear();
            throw LockstepException.refused(
                    "pooler",
                    "a pooler stands between the data source and PostgreSQL, and lends each transaction another session",
                    "give the URL of the database: then what is relied on is set in each transaction");
        }
        String application = before.get(APPLICATION);
        if (application == null || application.isEmpty() || application.equals(NOBODY)) {
            write(Map.of(APPLICATION, session.application()));
        }
        boolean unlimited = session.use() == Session.Use.LISTEN
                || session.statementTimeout().isZero();
        long limit =
                unlimited ? 0 : session.statementTimeout().plus(session.grace()).toMillis();
        lent.setNetworkTimeout(Runnable::run, (int) Math.min(limit, Integer.MAX_VALUE));
    }

    private void read(List<String> names) throws SQLException {
        try (PreparedStatement statement = lent.prepareStatement(READ)) {
            statement.setObject(1, names.toArray(new String[0]));
            try (ResultSet rs = statement.executeQuery()) {
                while (rs.next()) {
                    // A server that is too old has no such setting.
                    if (rs.getString("value") != null) {
                        before.put(rs.getString("name"), rs.getString("value"));
                    }
                }
            }
        }
    }

    private void write(Map<String, String> settings) throws SQLException {
        try (PreparedStatement statement = lent.prepareStatement(WRITE)) {
            statement.setObject(1, settings.keySet().toArray(new String[0]));
            statement.setObject(2, settings.values().toArray(new String[0]));
            statement.execute();
        }
    }

    private void restore() throws SQLException {
        if (!lent.getAutoCommit()) {
            lent.rollback();
            lent.setAutoCommit(true);
        }
        try (Statement statement = lent.createStatement()) {
            if (session.use() == Session.Use.LISTEN) {
                statement.execute(STOP_LISTENING);
            }
            statement.execute(LET_GO);
        }
        write(before);
        lent.setReadOnly(readOnly);
        lent.setNetworkTimeout(Runnable::run, networkTimeout);
        lent.setAutoCommit(autoCommit);
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        if (method.getName().equals("close")) {
            if (!returned.getAndSet(true)) {
                giveBack();
            }
            return null;
        }
        if (method.getName().equals("isClosed") && returned.get()) {
            return true;
        }
        try {
            return method.invoke(lent, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** One that cannot be made as it was is of no use to anybody: its pool finds it broken and opens another. */
    private void giveBack() throws SQLException {
        try {
            if (!lent.isClosed()) {
                restore();
            }
        } catch (SQLException e) {
            lent.abort(Runnable::run);
        } finally {
            lent.close();
        }
    }
}
