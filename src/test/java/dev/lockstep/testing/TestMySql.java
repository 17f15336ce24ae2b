package dev.lockstep.testing;

/** The MySQL server of this JVM, for tests, started when the first one asks; which, {@link TestServer} decides. */
public final class TestMySql {
    /** As the mirror's own tables have it. */
    private static final String COLLATION = "utf8mb4_0900_bin";

    private static TestMySql shared;

    private final MariaDbAccount account;

    private TestMySql(TestServer server) {
        this.account = MariaDbAccount.on(ServerProduct.MYSQL, server);
    }

    /** The server of this JVM, started now if it is not running; it stops when the test run ends. */
    public static synchronized TestMySql shared() {
        if (shared == null) {
            shared = new TestMySql(TestServer.of(ServerProduct.MYSQL, EmbeddedMySql::start));
        }
        return shared;
    }

    static synchronized void stopShared() {
        if (shared != null) {
            shared.account.stop();
            shared = null;
        }
    }

    /** An empty utf8mb4 database that its user owns. Closing it checks that nothing is left in it, and drops it. */
    public MySqlDatabase createDatabase() {
        return createDatabase(COLLATION);
    }

    /** One whose texts are compared by that collation unless a table says otherwise. */
    public MySqlDatabase createDatabase(String collation) {
        return new MySqlDatabase(account.createDatabase(collation), account.administrator());
    }
}
