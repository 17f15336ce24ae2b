package dev.lockstep.testing;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives a test method, and its {@code @BeforeEach} and {@code @AfterEach}, a database of the shared server; the same one for
 * all three. Afterwards a test that left a connection open fails, and the database is dropped.
 */
abstract class DatabaseExtension<D extends AutoCloseable> implements ParameterResolver, AfterEachCallback {
    private final Class<D> type;
    private final Namespace store = Namespace.create(getClass());

    DatabaseExtension(Class<D> type) {
        this.type = type;
    }

    /** An empty database. */
    abstract D create();

    @Override
    public final boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == type
                && context.getTestMethod().isPresent();
    }

    @Override
    public final D resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getStore(store).getOrComputeIfAbsent(type, key -> create(), type);
    }

    @Override
    public final void afterEach(ExtensionContext context) throws Exception {
        D database = context.getStore(store).remove(type, type);
        if (database != null) {
            database.close();
        }
    }
}
