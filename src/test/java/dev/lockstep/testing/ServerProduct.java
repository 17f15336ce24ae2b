package dev.lockstep.testing;

/** A database server that tests run on. */
enum ServerProduct {
    POSTGRESQL("PostgreSQL", "postgres", "LOCKSTEP_TEST_PG", "postgresql", 5432),
    MARIADB("MariaDB", "mariadb", "LOCKSTEP_TEST_MARIADB", "mariadb", 3306),
    MYSQL("MySQL", "mysql", "LOCKSTEP_TEST_MYSQL", "mariadb", 3306);

    private final String title;
    private final String image;
    private final String variable;
    private final String driver;
    private final int port;

    ServerProduct(String title, String image, String variable, String driver, int port) {
        this.title = title;
        this.image = image;
        this.variable = variable;
        this.driver = driver;
        this.port = port;
    }

    /** As people write it. */
    String title() {
        return title;
    }

    /** The name of its official image, and of its properties. */
    String image() {
        return image;
    }

    /** The environment variable that names one that runs already. */
    String variable() {
        return variable;
    }

    /** What the URLs of the tests' own driver for it begin with, after {@code jdbc:}. */
    String driver() {
        return driver;
    }

    int port() {
        return port;
    }
}
