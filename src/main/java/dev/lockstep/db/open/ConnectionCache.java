package dev.lockstep.db.open;

import dev.lockstep.db.Connector;
import dev.lockstep.db.postgres.PostgresConnection;
import dev.lockstep.db.postgres.PostgresErrors;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * PostgreSQL connections that outlive the command that opened them, for a process that runs many. One that is given back
 * is made as new, so that no lock, setting or LISTEN passes from one command to the next; one that cannot be is closed.
 */
final class ConnectionCache implements AutoCloseable {
    private static final String AS_NEW = "discard all";
    private static final int ALIVE_SECONDS = 2;

    private final Map<Object, List<Connection>> idle = new HashMap<>();

    /** @param key equal for connections that may stand in for one another */
    Connector around(Object key, Connector opener) {
        return () -> lend(key, opener);
    }

    /** How many are open and not in use. */
    synchronized int count() {
        int count = 0;
        for (List<Connection> connections : idle.values()) {
            count += connections.size();
        }
        return count;
    }

    private Connection lend(Object key, Connector opener) throws SQLException {
        for (Connection kept = take(key); kept != null; kept = take(key)) {
            if (settles(kept)) {
                return lent(key, kept);
            }
            kept.close();
        }
        return lent(key, opener.connect());
    }

    /** Whether it is alive, and set up again as it was. */
    private static boolean settles(Connection kept) {
        try {
            if (!kept.isValid(ALIVE_SECONDS)) {
                return false;
            }
            Optional<PostgresConnection> postgres = PostgresConnection.of(kept);
            if (postgres.isPresent()) {
                postgres.get().settle();
            }
            return true;
        } catch (SQLException e) {
            // Another one is opened instead, and says what is wrong.
            return false;
        }
    }

    private synchronized Connection take(Object key) {
        List<Connection> connections = idle.getOrDefault(key, List.of());
        return connections.isEmpty() ? null : connections.remove(connections.size() - 1);
    }

    private Connection lent(Object key, Connection real) {
        AtomicBoolean returned = new AtomicBoolean();
        InvocationHandler handler = (proxy, method, arguments) -> {
            if (method.getName().equals("close")) {
                if (!returned.getAndSet(true)) {
                    giveBack(key, real);
                }
                return null;
            }
            return invoke(real, method, arguments);
        };
        return (Connection) Proxy.newProxyInstance(
                ConnectionCache.class.getClassLoader(), new Class<?>[] {Connection.class}, handler);
    }

    private static Object invoke(Connection real, Method method, Object... arguments) throws Throwable {
        try {
            return method.invoke(real, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private void giveBack(Object key, Connection real) throws SQLException {
        try {
            if (isShared(real)) {
                // What is kept behind a pooler is the pooler's to keep, and to make as new.
                real.close();
            }
            if (!real.isClosed()) {
                if (!real.getAutoCommit()) {
                    real.rollback();
                    real.setAutoCommit(true);
                }
                try (Statement statement = real.createStatement()) {
                    statement.execute(AS_NEW);
                }
            }
        } catch (SQLException e) {
            // It is of no use to anybody any more; the command that had it has said what there was to say.
            real.close();
        }
        if (!real.isClosed()) {
            synchronized (this) {
                idle.computeIfAbsent(key, none -> new ArrayList<>()).add(real);
            }
        }
    }

    private static boolean isShared(Connection real) throws SQLException {
        Optional<PostgresConnection> postgres = PostgresConnection.of(real);
        return postgres.isPresent() && postgres.get().isShared();
    }

    /** Closes those that are not in use. */
    @Override
    public synchronized void close() {
        for (List<Connection> connections : idle.values()) {
            for (Connection connection : connections) {
                try {
                    connection.close();
                } catch (SQLException e) {
                    throw PostgresErrors.of(e);
                }
            }
        }
        idle.clear();
    }
}
