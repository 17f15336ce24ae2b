package dev.lockstep.db.open;

import dev.lockstep.db.Connector;
import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.Tx;
import dev.lockstep.db.postgres.PostgresDriver;
import dev.lockstep.db.postgres.PostgresErrors;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import java.util.function.Function;

/** A connection that a program has handed over, and that nobody but the program closes. */
public final class HandedSource {
    private static final Set<String> THE_PROGRAMS = Set.of("close", "abort");

    private HandedSource() {}

    /** What lends it, and no other. */
    public static Connector of(Connection connection) {
        Connection lent = (Connection) Proxy.newProxyInstance(
                HandedSource.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (THE_PROGRAMS.contains(method.getName())) {
                        return null;
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        return () -> lent;
    }

    /**
     * Does a part of the transaction that a PostgreSQL connection of the program's own is in; that commits it, or not.
     *
     * @throws DbException of a statement; then the transaction can only be rolled back
     */
    public static <T> T within(Connection postgres, Function<Tx, T> work) {
        try {
            return new Db(() -> postgres, PostgresDriver::new).autocommit(work);
        } catch (SQLException e) {
            throw PostgresErrors.of(e);
        }
    }
}
