package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TransactionPooler;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is wrong with a request or a server, with which status it ends, and by which words it is named. Servers that are too
 * old, on standby or not in UTF-8 are PostgresConnectorTest's, encryption is TlsTest's, shells are ShellTest's.
 */
@ExtendWith(PostgresExtension.class)
class BadInputTest {
    private static final String REALM = "http://localhost:4201/luke/";
    private static final String SECRET = "S3CR3T-canary";
    private static final Map<String, String> NOBODY = Map.of("HOME", "/nonexistent");

    /** What is asked, and how it is answered. */
    private record Bad(int exit, String message, List<String> command) {}

    private static Bad bad(int exit, String message, String... command) {
        return new Bad(exit, message, List.of(command));
    }

    private static final List<Bad> REQUESTS = List.of(
            bad(2, "Usage: lockstep"),
            bad(2, "Usage: lockstep realm", "realm"),
            bad(2, "did you mean 'lockstep realm broadcast'?", "realm", "brodcast"),
            bad(2, "did you mean 'lockstep realm'?", "relm", "broadcast"),
            bad(2, "--pg", "realm", "locks", "--pg"),
            bad(2, "--pg", "realm", "locks", "--pg", "embedded", "--pg", "embedded"),
            bad(2, "unknown option '--nope'", "realm", "locks", "--nope"),
            bad(2, "'0'", "realm", "listen", "--count", "0"),
            bad(2, "'-5'", "realm", "listen", "--count", "-5"),
            bad(2, "'1e9'", "realm", "listen", "--count", "1e9"),
            bad(2, "'abc'", "realm", "listen", "--count", "abc"),
            bad(2, "30s, 2m", "realm", "listen", "--timeout", "5"),
            bad(2, "--all excludes", "definitions", "clear", REALM, "--all", "-y"),
            bad(2, "no such profile", "version", "--profile", "/nonexistent.json"),
            bad(2, "not a directory", "version", "--profile", "/"),
            bad(2, "unknown format 'xml'", "version", "-o", "xml"),
            bad(2, "unknown option '--password", "realm", "locks", "--password", SECRET),
            bad(2, "must not stand here", "realm", "locks", "--pg", "postgresql://a:" + SECRET + "@h/d"),
            bad(2, "must not stand here", "realm", "locks", "--pg", "jdbc:postgresql://h/d?password=" + SECRET),
            bad(2, "not a PostgreSQL URL", "realm", "locks", "--pg", "jdbc:postgresqlx://a:" + SECRET + "@h/d"),
            bad(2, "port", "realm", "locks", "--pg", "postgresql://h:abc/d"),
            bad(2, "not allowed", "realm", "locks", "--pg", "postgresql://h/d?allowLoadLocalInfile=true"),
            bad(2, "not allowed", "realm", "locks", "--pg", "postgresql://h/d?preferQueryMode=simple"),
            bad(2, "not allowed", "realm", "locks", "--pg", "jdbc:postgresql://h/d?socketFactory=x"),
            bad(2, "unknown parameter 'sslmod'", "realm", "locks", "--pg", "postgresql://h/d?sslmod=require"),
            bad(4, "no such host", "realm", "locks", "--pg", "postgresql://app@no-such-host.invalid/d"));

    @TempDir
    Path folder;

    private static LockstepRun check(Bad bad, Map<String, String> environment) {
        LockstepRun run = LockstepRun.of(environment, bad.command().toArray(String[]::new));
        assertThat(run.exit()).as("%s: %s", bad, run).isEqualTo(bad.exit());
        assertThat(run.stderr()).as("%s", bad).contains(bad.message());
        assertThat(run.stdout() + run.stderr()).doesNotContain(SECRET, "Exception", "\tat ");
        if (!bad.message().startsWith("Usage")) {
            assertThat(run.stderr().lines().count()).as("%s: %s", bad, run).isBetween(1L, 3L);
        }
        return run;
    }

    private static Map<String, String> with(TestDatabase database, String name, String value) {
        Map<String, String> environment = new HashMap<>(database.environment());
        environment.put(name, value);
        return environment;
    }

    @Test
    void whatIsWrongWithARequestIsNamed() {
        for (Bad bad : REQUESTS) {
            check(bad, NOBODY);
        }
    }

    @Test
    void aProfileThatCannotBeReadIsNamedWithItsPlace() throws IOException {
        Path file = Files.writeString(folder.resolve("p.json"), "{\"name\": \"x\",\n \"description\": 7}");
        check(bad(2, file + ":2:2: 'description' must be text", "version", "--profile", file.toString()), NOBODY);

        Files.writeString(file, "{\"name\": \"x\",\n \"descriptoin\": \"y\"}");
        check(bad(2, file + ":2:2: unknown key 'descriptoin'", "version", "--profile", file.toString()), NOBODY);

        Files.writeString(file, "{\"name\": ");
        check(bad(2, file + ":1:", "version", "--profile", file.toString()), NOBODY);

        Files.writeString(
                file,
                "{\"name\":\"x\",\"description\":\"\",\"connections\":{\"pg\":\"postgresql://a:" + SECRET + "@h/d\"}}");
        check(bad(2, "must not stand here", "realm", "locks", "--profile", file.toString()), NOBODY);
    }

    @Test
    void aServerThatCannotBeReachedIsNamed() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }

        check(
                bad(4, "127.0.0.1:" + port, "realm", "locks", "--pg", "postgresql://app@127.0.0.1:" + port + "/d"),
                NOBODY);
    }

    @Test
    void aLoginThatIsRefusedSaysWhy(TestDatabase database) {
        Bad login = bad(4, "28P01", "realm", "locks");
        check(login, with(database, "PGPASSWORD", SECRET));
        check(bad(4, "3D000", "realm", "locks"), with(database, "PGDATABASE", "no_such_database"));
        check(bad(4, "does not support SSL", "realm", "locks"), with(database, "PGSSLMODE", "require"));
    }

    @Test
    void aServerThatHasNoRoomIsATimeout(TestDatabase database) throws SQLException {
        administrate(database, "alter role \"" + database.user() + "\" connection limit 0");

        try {
            check(bad(5, "53300", "realm", "locks"), database.environment());
        } finally {
            administrate(database, "alter role \"" + database.user() + "\" connection limit -1");
        }
    }

    private static void administrate(TestDatabase database, String sql) throws SQLException {
        try (Connection connection = database.connectAsAdministrator();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void aPoolerIsNamed(TestDatabase database) {
        try (TransactionPooler pooler = TransactionPooler.before(database, TransactionPooler.Mode.TRANSACTION)) {
            LockstepRun run =
                    LockstepRun.of(database.through(pooler.port()).environment(), "realm", "broadcast", REALM);

            assertThat(run.exit()).as("%s", run).isIn(5, 6);
            assertThat(run.stderr()).contains("pooler");
        }
    }

    @Test
    void aSchemaThatIsNotThereIsNamedWithTheCommandThatMakesIt(TestDatabase database) {
        check(bad(2, "lockstep transpile init", "transpile", "tombstone", REALM, "a.gts"), database.environment());
    }

    @Test
    void aMissingPrivilegeIsNamedWithWhereAllAreListed(TestDatabase database) throws SQLException {
        LockstepRun.of(database.environment(), "transpile", "init");
        database.execute("revoke all on lockstep_realm_floor from " + database.user());

        for (String named : List.of("permission denied for table lockstep_realm_floor", "help grants-postgresql")) {
            check(bad(1, named, "transpile", "tombstone", REALM, "a.gts"), database.environment());
        }
    }

    @Test
    void aPoorTerminalGetsPlainAscii() throws IOException {
        Map<String, String> poor = Map.of("COLUMNS", "0", "LANG", "C", "LC_ALL", "C", "NO_COLOR", "1", "TERM", "dumb");
        for (List<String> words : List.of(List.of("help"), List.of("doctor"), List.of("profile", "list"))) {
            try (ChildJvm child = ChildJvm.start(Lockstep.class, poor, words.toArray(String[]::new))) {
                assertThat(child.exitCode()).as("%s", child).isZero();
                assertThat(child.stdout()).matches("[\\x20-\\x7e\\n]+");
            }
        }
    }
}
