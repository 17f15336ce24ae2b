package dev.lockstep.testing;

/** Gives tests a {@link TestDatabase} each, as {@link DatabaseExtension} says. */
public final class PostgresExtension extends DatabaseExtension<TestDatabase> {
    public PostgresExtension() {
        super(TestDatabase.class);
    }

    @Override
    TestDatabase create() {
        return TestPostgres.shared().createDatabase();
    }
}
