package dev.lockstep.testing;

import java.sql.Connection;
import java.sql.SQLException;

/** The MariaDB server of this JVM, for tests, started when the first one asks; which, {@link TestServer} decides. */
public final class TestMariaDb {
    private static final String COLLATION = "utf8mb4_nopad_bin";

    private static TestMariaDb shared;

    private final MariaDbAccount account;

    private TestMariaDb(TestServer server) {
        this.account = MariaDbAccount.on(ServerProduct.MARIADB, server);
    }

    /** The server of this JVM, started now if it is not running; it stops when the test run ends. */
    public static synchronized TestMariaDb shared() {
        if (shared == null) {
            shared = new TestMariaDb(
                    TestServer.of(ServerProduct.MARIADB, () -> EmbeddedMariaDb.start(EmbeddedMariaDb.Commits.SOON)));
        }
        return shared;
    }

    /** Another one, which has what is committed on the disk, as a server that is installed has; {@link #stop} stops it. */
    public static TestMariaDb startDurable() {
        return new TestMariaDb(EmbeddedMariaDb.start(EmbeddedMariaDb.Commits.AT_ONCE));
    }

    /** A server that runs already. */
    static TestMariaDb at(String url) {
        return new TestMariaDb(TestServer.given(ServerProduct.MARIADB, url));
    }

    static synchronized void stopShared() {
        if (shared != null) {
            shared.stop();
            shared = null;
        }
    }

    /** An empty utf8mb4 database that its user owns. Closing it checks that nothing is left in it, and drops it. */
    public MariaDbDatabase createDatabase() {
        return new MariaDbDatabase(account.createDatabase(COLLATION), administrator(), "mariadb");
    }

    ServerAddress administrator() {
        return account.administrator();
    }

    static Connection connect(ServerAddress address) throws SQLException {
        return TestServer.connect(ServerProduct.MARIADB, address);
    }

    public void stop() {
        account.stop();
    }
}
