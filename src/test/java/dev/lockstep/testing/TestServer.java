package dev.lockstep.testing;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/**
 * A server that tests share. Which one it is, is decided here, in this order:
 *
 * <ol>
 *   <li>the one that the product's environment variable names, as {@code LOCKSTEP_TEST_PG}: a URL of an account that
 *       may create accounts and databases;
 *   <li>under the profile {@code containers}, one in a container, of the version that {@code -Dlockstep.postgres=14}
 *       asks for, or the image that {@code -Dlockstep.image.postgres.14=…} names;
 *   <li>one that the JVM starts.
 * </ol>
 *
 * <p>The log says which; the end of the run lists them. A server that cannot be had, or is not of the version that was
 * asked for, fails the tests that need it: a skip would look like a success.
 */
interface TestServer extends AutoCloseable {
    /** Those of this JVM, and those that could not be had, each as the end of the run names it. */
    List<String> USED = new CopyOnWriteArrayList<>();

    /** Starts servers in containers; there is one under the profile {@code containers}. */
    interface Containers {
        /**
         * Starts one.
         *
         * @param image with its tag
         */
        TestServer start(ServerProduct product, String image);
    }

    /** Somebody who may create accounts and databases. */
    ServerAddress administrator();

    /** Stops the server, if it was started here. */
    @Override
    void close();

    /**
     * The server that is to be used.
     *
     * @param embedded starts the one of this JVM
     */
    static TestServer of(ServerProduct product, Supplier<TestServer> embedded) {
        String given = System.getenv(product.variable());
        String version = System.getProperty("lockstep." + product.image(), "");
        if (given != null && !given.isEmpty()) {
            return had(product, version, "given by " + product.variable(), () -> given(product, given));
        }
        // What the profile has compiled stays in the folder when a build without it follows.
        if (!Boolean.getBoolean("lockstep.containers")) {
            return had(product, version, "embedded", embedded);
        }
        Containers containers = ServiceLoader.load(Containers.class).findFirst().orElseThrow();
        String image = image(product, version);
        return had(product, version, "container of " + image, () -> containers.start(product, image));
    }

    private static TestServer had(ServerProduct product, String asked, String origin, Supplier<TestServer> starter) {
        try {
            return checked(product, asked, origin, starter.get());
        } catch (RuntimeException e) {
            String missing = "no " + product.title() + (asked.isEmpty() ? "" : " " + asked) + " (" + origin + ")";
            if (!USED.contains(missing)) {
                USED.add(missing);
            }
            throw e;
        }
    }

    /** A server that runs already, and goes on when the tests have ended. */
    static TestServer given(ServerProduct product, String url) {
        ServerAddress address = ServerAddress.parse(url, defaults(product));
        return new TestServer() {
            @Override
            public ServerAddress administrator() {
                return address;
            }

            @Override
            public void close() {}
        };
    }

    /** What an address that leaves something out means. */
    static ServerAddress defaults(ServerProduct product) {
        return product == ServerProduct.POSTGRESQL
                ? new ServerAddress("127.0.0.1", product.port(), "postgres", "postgres", "")
                : new ServerAddress("127.0.0.1", product.port(), "mysql", "root", "");
    }

    /** Official, unless a property names another. */
    private static String image(ServerProduct product, String version) {
        String tag = version.isEmpty() ? "latest" : version;
        return System.getProperty("lockstep.image." + product.image() + "." + tag, product.image() + ":" + tag);
    }

    /** The advice of whatever cannot be had. */
    static String others(ServerProduct product) {
        return "set " + product.variable() + " to the URL of a server, or use -Pcontainers where there is Docker";
    }

    private static TestServer checked(ServerProduct product, String asked, String origin, TestServer server) {
        try {
            String found = version(product, server.administrator());
            String used = product.title() + " " + found + " (" + origin + ")";
            if (!asked.isEmpty() && !(found + ".").startsWith(asked + ".")) {
                throw new IllegalStateException("asked for " + product.title() + " " + asked + ", got " + used);
            }
            Logger log = System.getLogger("lockstep.test");
            log.log(Level.INFO, "tests use " + used);
            USED.add(used);
            return server;
        } catch (SQLException | RuntimeException e) {
            server.close();
            throw new IllegalStateException(origin + ": no " + product.title() + " to test with", e);
        }
    }

    private static String version(ServerProduct product, ServerAddress at) throws SQLException {
        String ask = product == ServerProduct.POSTGRESQL ? "show server_version" : "select version()";
        try (Connection connection = connect(product, at);
                Statement statement = connection.createStatement();
                ResultSet rs = statement.executeQuery(ask)) {
            rs.next();
            String version = rs.getString(1);
            if (product != ServerProduct.POSTGRESQL
                    && version.contains("MariaDB") != (product == ServerProduct.MARIADB)) {
                throw new IllegalStateException("it is " + version);
            }
            return version.split("[ -]", 2)[0];
        }
    }

    /** A connection of the bare driver, which lets a password through only encrypted. */
    static Connection connect(ServerProduct product, ServerAddress at) throws SQLException {
        return at.connect(
                product.driver(),
                product == ServerProduct.POSTGRESQL
                        ? Map.of()
                        : Map.of("allowLocalInfile", "false", "allowPublicKeyRetrieval", "true"));
    }
}
