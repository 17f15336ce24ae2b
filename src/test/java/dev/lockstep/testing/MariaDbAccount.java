package dev.lockstep.testing;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/** The account of a MariaDB or MySQL that tests log in as: nobody's superuser, with a password that the server checks. */
final class MariaDbAccount {
    private static final AtomicInteger DATABASES = new AtomicInteger();

    /** One for both products: a test that uses both gives it in the one variable that both read. */
    private static final String PASSWORD = "S3CR3T-" + UUID.randomUUID();

    private final ServerProduct product;
    private final TestServer server;
    private final ServerAddress tester;

    private MariaDbAccount(ServerProduct product, TestServer server, ServerAddress tester) {
        this.product = product;
        this.server = server;
        this.tester = tester;
    }

    static MariaDbAccount on(ServerProduct product, TestServer server) {
        String id = UUID.randomUUID().toString();
        ServerAddress tester = server.administrator().withLogin("lockstep_test_" + id.substring(0, 8), PASSWORD);
        MariaDbAccount account = new MariaDbAccount(product, server, tester);
        account.administer("create user %s identified by '%s'".formatted(tester.user(), tester.password()));
        account.logIn();
        return account;
    }

    /** Once an account has logged in, MySQL lets it do so without TLS, as the tests do that read what is sent. */
    private void logIn() {
        try {
            TestServer.connect(product, tester.withDatabase("information_schema"))
                    .close();
        } catch (SQLException e) {
            throw new IllegalStateException("the tests' account cannot log in", e);
        }
    }

    ServerAddress administrator() {
        return server.administrator();
    }

    /** An empty utf8mb4 database that the account owns. */
    ServerAddress createDatabase(String collation) {
        String name = tester.user() + "_" + DATABASES.incrementAndGet();
        administer(
                "create database %s character set utf8mb4 collate %s".formatted(name, collation),
                "grant all on %s.* to %s".formatted(name, tester.user()));
        return tester.withDatabase(name);
    }

    private void administer(String... statements) {
        try (Connection connection = TestServer.connect(product, administrator());
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("cannot prepare the tests' " + product.title(), e);
        }
    }

    void stop() {
        administer("drop user " + tester.user());
        server.close();
    }
}
