package dev.lockstep.testing;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives a test method, and its {@code @BeforeEach} and {@code @AfterEach}, a {@link MariaDbDatabase} of the shared server;
 * the same one for all three. Afterwards a test that left a connection open fails, and the database is dropped.
 */
public final class MariaDbExtension implements ParameterResolver, AfterEachCallback {
    private static final Namespace STORE = Namespace.create(MariaDbExtension.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == MariaDbDatabase.class
                && context.getTestMethod().isPresent();
    }

    @Override
    public MariaDbDatabase resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getStore(STORE)
                .getOrComputeIfAbsent(
                        MariaDbDatabase.class, k -> TestMariaDb.shared().createDatabase(), MariaDbDatabase.class);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        MariaDbDatabase database = context.getStore(STORE).remove(MariaDbDatabase.class, MariaDbDatabase.class);
        if (database != null) {
            database.close();
        }
    }
}
