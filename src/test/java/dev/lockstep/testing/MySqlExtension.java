package dev.lockstep.testing;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives a test method, and its {@code @BeforeEach} and {@code @AfterEach}, a {@link MySqlDatabase} of the shared server;
 * the same one for all three. Afterwards a test that left a connection open fails, and the database is dropped.
 */
public final class MySqlExtension implements ParameterResolver, AfterEachCallback {
    private static final Namespace STORE = Namespace.create(MySqlExtension.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == MySqlDatabase.class
                && context.getTestMethod().isPresent();
    }

    @Override
    public MySqlDatabase resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getStore(STORE)
                .getOrComputeIfAbsent(
                        MySqlDatabase.class, k -> TestMySql.shared().createDatabase(), MySqlDatabase.class);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        MySqlDatabase database = context.getStore(STORE).remove(MySqlDatabase.class, MySqlDatabase.class);
        if (database != null) {
            database.close();
        }
    }
}
