package dev.lockstep.testing;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives a test method, and its {@code @BeforeEach} and {@code @AfterEach}, a {@link TestDatabase} of the shared server;
 * the same one for all three. Afterwards a test that left a connection open fails, and the database is dropped.
 */
public final class PostgresExtension implements ParameterResolver, AfterEachCallback {
    private static final Namespace STORE = Namespace.create(PostgresExtension.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == TestDatabase.class
                && context.getTestMethod().isPresent();
    }

    @Override
    public TestDatabase resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getStore(STORE)
                .getOrComputeIfAbsent(
                        TestDatabase.class, k -> TestPostgres.shared().createDatabase(), TestDatabase.class);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        TestDatabase database = context.getStore(STORE).remove(TestDatabase.class, TestDatabase.class);
        if (database != null) {
            database.close();
        }
    }
}
