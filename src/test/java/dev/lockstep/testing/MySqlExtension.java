package dev.lockstep.testing;

/** Gives tests a {@link MySqlDatabase} each, as {@link DatabaseExtension} says. */
public final class MySqlExtension extends DatabaseExtension<MySqlDatabase> {
    public MySqlExtension() {
        super(MySqlDatabase.class);
    }

    @Override
    MySqlDatabase create() {
        return TestMySql.shared().createDatabase();
    }
}
