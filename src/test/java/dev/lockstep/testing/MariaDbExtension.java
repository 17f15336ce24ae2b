package dev.lockstep.testing;

/** Gives tests a {@link MariaDbDatabase} each, as {@link DatabaseExtension} says. */
public final class MariaDbExtension extends DatabaseExtension<MariaDbDatabase> {
    public MariaDbExtension() {
        super(MariaDbDatabase.class);
    }

    @Override
    MariaDbDatabase create() {
        return TestMariaDb.shared().createDatabase();
    }
}
