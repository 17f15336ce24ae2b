package dev.lockstep.testing;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One test's own PostgreSQL database, and what the test may do to those who are connected to it. */
public final class TestDatabase implements AutoCloseable {
    /** A backend ends a moment after its client has closed the socket. */
    private static final Duration GRACE = Duration.ofSeconds(3);

    /** In seconds. A machine that runs many processes for a test may let one wait longer than a person would. */
    private static final String LOGIN_TIMEOUT = "60";

    private static final String BACKENDS = """
            select a.pid, a.application_name, a.state, a.query,
                   (select count(*) from pg_locks l where l.pid = a.pid and l.locktype = 'advisory') as locks
              from pg_stat_activity a
             where a.datname = ?
               and a.backend_type = 'client backend'
             order by a.backend_start
            """;

    private static final String TERMINATE = "select pg_terminate_backend(?)";

    /** Somebody who is connected; {@code state} is pg_stat_activity's, such as {@code idle in transaction}. */
    public record Backend(int pid, String applicationName, String state, String query, long advisoryLocks) {}

    private final ServerAddress address;
    private final ServerAddress admin;
    private final DatabasePool pool;
    private final Map<String, String> timeouts;

    TestDatabase(ServerAddress address, ServerAddress admin, DatabasePool pool) {
        this(address, admin, pool, Map.of("PGCONNECT_TIMEOUT", LOGIN_TIMEOUT));
    }

    private TestDatabase(ServerAddress address, ServerAddress admin, DatabasePool pool, Map<String, String> timeouts) {
        this.address = address;
        this.admin = admin;
        this.pool = pool;
        this.timeouts = timeouts;
    }

    /** The address as {@code postgresql://user:password@host:port/database}. */
    public String url() {
        return address.url("postgresql");
    }

    /** The same database by way of another port of this machine, where a proxy listens; it is waited for as by default. */
    public TestDatabase through(int port) {
        return new TestDatabase(address.at("127.0.0.1", port), admin, pool, Map.of());
    }

    /** The same database, to somebody else. */
    public TestDatabase as(String user, String password) {
        return new TestDatabase(address.withLogin(user, password), admin, pool, timeouts);
    }

    /**
     * The address as {@code PGHOST}, {@code PGPORT}, {@code PGDATABASE}, {@code PGUSER} and {@code PGPASSWORD}, and a
     * {@code PGCONNECT_TIMEOUT} that a busy machine keeps.
     */
    public Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>(timeouts);
        environment.put("PGHOST", host());
        environment.put("PGPORT", Integer.toString(port()));
        environment.put("PGDATABASE", name());
        environment.put("PGUSER", user());
        environment.put("PGPASSWORD", password());
        return Map.copyOf(environment);
    }

    public String host() {
        return address.host();
    }

    public int port() {
        return address.port();
    }

    public String name() {
        return address.database();
    }

    public String user() {
        return address.user();
    }

    public String password() {
        return address.password();
    }

    /** A connection as the database's owner. */
    public Connection connect() throws SQLException {
        return TestPostgres.connect(address, "lockstep test");
    }

    /** A connection to this database as the server's administrator. */
    public Connection connectAsAdministrator() throws SQLException {
        return TestPostgres.connect(admin.withDatabase(name()), TestPostgres.ADMINISTRATION);
    }

    /** Runs statements as the database's owner, each in a transaction of its own. */
    public void execute(String... statements) throws SQLException {
        Statements.execute(connect(), statements);
    }

    /** The first column of the first row as text, read as the database's owner; null if it is NULL or there is no row. */
    public String ask(String sql) throws SQLException {
        return Statements.ask(connect(), sql);
    }

    /** Who is connected to this database now. */
    public List<Backend> backends() throws SQLException {
        try (Connection connection = TestPostgres.connect(admin, TestPostgres.ADMINISTRATION);
                PreparedStatement statement = connection.prepareStatement(BACKENDS)) {
            statement.setString(1, name());
            try (ResultSet rs = statement.executeQuery()) {
                List<Backend> backends = new ArrayList<>();
                while (rs.next()) {
                    backends.add(new Backend(
                            rs.getInt("pid"),
                            rs.getString("application_name"),
                            rs.getString("state"),
                            rs.getString("query"),
                            rs.getLong("locks")));
                }
                return backends;
            }
        }
    }

    /** Ends one connection from the server's side, as {@code pg_terminate_backend} does. */
    public void terminate(Backend backend) throws SQLException {
        try (Connection connection = TestPostgres.connect(admin, TestPostgres.ADMINISTRATION);
                PreparedStatement statement = connection.prepareStatement(TERMINATE)) {
            statement.setInt(1, backend.pid());
            statement.execute();
        }
    }

    /** Ends every connection to this database from the server's side. @return how many there were */
    public int terminateAll() throws SQLException {
        List<Backend> backends = backends();
        for (Backend backend : backends) {
            terminate(backend);
        }
        return backends.size();
    }

    /**
     * Fails if anybody is still connected. An advisory lock and an open transaction live in a session, so nobody
     * connected means none of those either; a session that is left is shown with its state, query and locks.
     */
    public void checkForLeaks() {
        try {
            Await.until("the connections to close", GRACE, () -> backends().isEmpty());
        } catch (AssertionError e) {
            throw new AssertionError("connections left open in the test's database: " + leftovers(), e);
        }
    }

    private List<Backend> leftovers() {
        try {
            return backends();
        } catch (SQLException e) {
            throw new IllegalStateException("cannot ask who is connected to " + name(), e);
        }
    }

    /** Checks for leaks, then gives the database back, or drops it if the check has found one. */
    @Override
    public void close() {
        try {
            checkForLeaks();
        } catch (AssertionError | RuntimeException leak) {
            pool.drop(name());
            throw leak;
        }
        pool.takeBack(name());
    }
}
