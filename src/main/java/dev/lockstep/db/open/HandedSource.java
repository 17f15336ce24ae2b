package dev.lockstep.db.open;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.util.Set;
import javax.sql.DataSource;

/** A data source of one connection, which a program has handed over, and which nobody but the program closes. */
public final class HandedSource {
    private static final Set<String> THE_PROGRAMS = Set.of("close", "abort");

    private HandedSource() {}

    public static DataSource of(Connection connection) {
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
        return (DataSource) Proxy.newProxyInstance(
                HandedSource.class.getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("getConnection")) {
                        return lent;
                    }
                    throw new UnsupportedOperationException(method.getName());
                });
    }
}
