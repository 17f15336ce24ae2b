package dev.lockstep.testing;

import dev.lockstep.db.Connector;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;

/** Opens connections on which every call to the database passes a {@link Fault}. */
final class FaultyConnector implements Connector {
    private static final Set<String> CONNECTION_CALLS = Set.of("commit", "rollback");
    private static final int SQLITE_FULL = 13;
    private static final int MARIADB_FULL = 1114;

    private final Connector real;
    private final Fault fault;

    FaultyConnector(Connector real, Fault fault) {
        this.real = real;
        this.fault = fault;
    }

    @Override
    public Connection connect() throws SQLException {
        Connection[] opened = new Connection[1];
        try {
            return fault.call(
                    "connect",
                    () -> {
                        opened[0] = real.connect();
                        return proxy(Connection.class, new OnConnection(opened[0]));
                    },
                    () -> {
                        if (opened[0] != null) {
                            opened[0].close();
                        }
                    },
                    SQLITE_FULL);
        } catch (SQLException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** How the database says by number that its disk is full. */
    private static int full(Connection connection) {
        return connection instanceof org.mariadb.jdbc.Connection ? MARIADB_FULL : SQLITE_FULL;
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(
                Proxy.newProxyInstance(FaultyConnector.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static Object invoke(Object target, Method method, Object... arguments) throws Exception {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (Exception) e.getCause();
        }
    }

    /** Hands out statements that are watched too. */
    private final class OnConnection implements InvocationHandler {
        private final Connection connection;

        OnConnection(Connection connection) {
            this.connection = connection;
        }

        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) throws Exception {
            if (CONNECTION_CALLS.contains(method.getName())) {
                return fault.call(
                        method.getName(),
                        () -> FaultyConnector.invoke(connection, method, arguments),
                        connection::close,
                        full(connection));
            }
            Object result = FaultyConnector.invoke(connection, method, arguments);
            if (result instanceof CallableStatement statement) {
                return proxy(CallableStatement.class, new OnStatement(connection, statement, (String) arguments[0]));
            }
            if (result instanceof PreparedStatement statement
                    && method.getName().equals("prepareStatement")) {
                return proxy(PreparedStatement.class, new OnStatement(connection, statement, (String) arguments[0]));
            }
            if (result instanceof Statement statement) {
                return proxy(Statement.class, new OnStatement(connection, statement, "a batch"));
            }
            return result;
        }
    }

    /** Every {@code execute…} is a call. */
    private final class OnStatement implements InvocationHandler {
        private final Connection connection;
        private final Statement statement;
        private final String sql;

        OnStatement(Connection connection, Statement statement, String sql) {
            this.connection = connection;
            this.statement = statement;
            this.sql = sql;
        }

        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) throws Exception {
            if (!method.getName().startsWith("execute")) {
                return FaultyConnector.invoke(statement, method, arguments);
            }
            String what = arguments != null && arguments[0] instanceof String text ? text : sql;
            return fault.call(
                    what.strip(),
                    () -> FaultyConnector.invoke(statement, method, arguments),
                    connection::close,
                    full(connection));
        }
    }
}
