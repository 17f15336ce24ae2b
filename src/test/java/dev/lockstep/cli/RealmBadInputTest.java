package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.Await;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestPostgres;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is refused, or done differently and said, with which status, and by a message that names the input. */
@ExtendWith(PostgresExtension.class)
class RealmBadInputTest {
    private static final String REALM = "http://localhost:4201/luke/";
    private static final String ID = "11111111-2222-4333-8444-555555555555";

    /** Its wildcard fits a notification, and no path of more than two characters does. */
    private static final String LONG_REALM = "http://h/" + "x".repeat(7_987) + "/";

    /** @param kind the kind of input, as the project numbers them */
    private record Bad(int kind, int exit, String message, List<String> command) {}

    private static Bad bad(int kind, int exit, String message, String... command) {
        return new Bad(kind, exit, message, List.of(command));
    }

    private static final List<Bad> TABLE = List.of(
            bad(25, 2, "cannot be empty", "realm", "invalidate", ""),
            bad(25, 2, "does not begin with http", "realm", "invalidate", "luke/"),
            bad(25, 2, "does not begin with http", "realm", "broadcast", "localhost:4201/luke/"),
            bad(25, 2, "does not begin with http", "realm", "lock", "ftp://h/r/", "--", "true"),
            bad(25, 2, "no realm given", "realm", "publish", "a", "b", "-y"),
            bad(25, 2, "no realm given", "definitions", "clear"),
            bad(26, 0, "taken as " + REALM, "realm", "invalidate", "http://localhost:4201/luke"),
            bad(26, 0, "sent as " + REALM, "realm", "broadcast", "http://localhost:4201/luke", "--durable"),
            bad(27, 2, "'/:' in its path", "realm", "invalidate", "http://h/a/:b/"),
            bad(27, 2, "'?' at character", "realm", "invalidate", "http://h/r?x/"),
            bad(27, 2, "'#' at character", "realm", "publish", "s", "t", "--realm", "http://h/#/", "-y"),
            bad(27, 2, "a user or a password", "realm", "invalidate", "http://me:secret@h/r/"),
            bad(27, 2, "'..' in its path", "realm", "unpublish", "t", "--realm", "http://h/../r/", "-y"),
            bad(27, 2, "U+0007 at character", "realm", "listen", "--realm", "http://h/a\7b/"),
            bad(27, 2, "a space at character", "definitions", "clear", "http://h/a b/"),
            bad(27, 2, "U+0000 at character", "definitions", "clear", "http://h/a\0b/"),
            bad(28, 2, "write http://host/r/", "realm", "invalidate", "http://HOST/r/"),
            bad(28, 2, "write http://h/r/", "realm", "broadcast", "http://h:80/r/", "--durable"),
            bad(28, 2, "write http://xn--bcher-kva.test/", "realm", "lock", "http://bücher.test/", "--", "true"),
            bad(29, 2, "'*' means the whole realm", "realm", "invalidate", REALM, "--path", "*"),
            bad(29, 2, "begins or ends with a slash", "realm", "invalidate", REALM, "--path", "/etc/passwd"),
            bad(29, 2, "'..' in it", "realm", "invalidate", REALM, "--path", "../x"),
            bad(29, 2, "it is empty", "realm", "broadcast", REALM, "--durable", "--path", ""),
            bad(29, 2, "is not in", "definitions", "clear", REALM, "--module", "http://elsewhere/x.gts"),
            bad(30, 0, "the whole of " + REALM, "realm", "broadcast", REALM, "--path", "x".repeat(8_000), "--durable"),
            bad(30, 0, "the whole of " + REALM, "realm", "invalidate", REALM, "--path", "€".repeat(2_700)),
            bad(30, 6, "does not fit", "realm", "broadcast", REALM, "--path", "x".repeat(8_000), "--no-widen"),
            bad(30, 6, "does not fit", "realm", "invalidate", REALM, "--path", "x".repeat(8_000), "--no-widen"),
            bad(30, 2, "is too long", "realm", "broadcast", "http://h/" + "x".repeat(8_000) + "/"),
            bad(30, 0, "sent for path short.gts", "realm", "broadcast", LONG_REALM, "--path", "short.gts", "--durable"),
            bad(31, 2, "not a channel name", "realm", "listen", "--channel", "x".repeat(64)),
            bad(31, 2, "not a channel name", "realm", "listen", "--channel", ""),
            bad(31, 2, "not a channel name", "realm", "listen", "--channel", "a\"b"),
            bad(31, 2, "leave --channel out", "realm", "listen", "--durable", "n", "--channel", "jobs"),
            bad(32, 0, "did you mean " + REALM, "realm", "broadcast", "http://localhost:4201/lukas/"),
            bad(32, 0, "no realm http://h/ in realm_registry", "realm", "invalidate", "http://h/"),
            bad(32, 2, "did you mean", "realm", "broadcast", "http://localhost:4201/luk/", "--durable", "--must-exist"),
            bad(32, 2, "no realm http://h/", "realm", "invalidate", "http://h/", "--must-exist"),
            bad(33, 0, "logged as number", "realm", "broadcast", REALM, "--id", ID),
            bad(33, 0, "sent before", "realm", "broadcast", REALM, "--id", ID),
            bad(33, 6, "was used for " + REALM + ":*", "realm", "broadcast", REALM, "--id", ID, "--path", "x"),
            bad(33, 2, "--id is not a UUID", "realm", "broadcast", REALM, "--id", "7"),
            bad(34, 0, "resync (other-log)", "realm", "listen", "--durable", "of-another-log", "--timeout", "1s"),
            bad(34, 0, "resync (behind-listener)", "realm", "listen", "--durable", "ahead", "--timeout", "1s"),
            bad(35, 6, "process 7 at h", "realm", "listen", "--durable", "live", "--poll", "1s"),
            bad(36, 6, "'live' is running already: process 7", "realm", "listen", "--durable", "live"),
            bad(36, 2, "a listener's name cannot be empty", "realm", "listen", "--durable", ""),
            bad(37, 2, "no such program", "realm", "listen", "--durable", "n", "--exec", "/no/such/hook"),
            bad(37, 2, "no such program in PATH", "realm", "listen", "--exec", "no-such-hook"),
            bad(37, 2, "not executable", "realm", "listen", "--durable", "n", "--exec", "/etc/passwd"),
            bad(37, 2, "no such program", "realm", "publish", "a", "b", "--realm", REALM, "--then", "/no/such", "-y"),
            bad(37, 2, "no program given", "realm", "lock", REALM),
            bad(37, 126, "cannot run /etc/passwd", "realm", "lock", REALM, "--", "/etc/passwd"),
            bad(37, 127, "no such program", "realm", "lock", REALM, "--", "/no/such"),
            bad(38, 7, "ended with 1", "realm", "listen", "--durable", "behind", "--exec", "false"),
            bad(38, 7, "ended with 137", "realm", "listen", "--durable", "behind", "--exec", "sh -c 'kill -9 $$'"),
            bad(
                    38,
                    7,
                    "ended with 3",
                    "realm",
                    "listen",
                    "--durable",
                    "behind",
                    "--exec",
                    "sh -c 'head -c 1000000000 /dev/zero | tr \"\\\\0\" y; exit 3'"),
            bad(
                    38,
                    7,
                    "still running after 1s",
                    "realm",
                    "listen",
                    "--durable",
                    "behind",
                    "--exec",
                    "sleep 9",
                    "--timeout",
                    "1s"),
            // Of no number, but of these commands.
            bad(0, 2, "is not a length of time", "realm", "listen", "--poll", "5"),
            bad(0, 2, "some time between two looks", "realm", "listen", "--poll", "0s"),
            bad(0, 2, "reads the log alone", "realm", "listen", "--poll", "1s", "--foreign-emitters"),
            bad(0, 2, "no such directory", "realm", "publish", "/no/such", "/tmp/../usr/x", "--realm", REALM, "-n"),
            bad(0, 2, "no such directory", "realm", "unpublish", "/no/such/t", "--realm", REALM, "-y"),
            bad(0, 2, "--all excludes", "definitions", "clear", REALM, "--all", "-y"),
            bad(0, 6, "there is no terminal to ask", "realm", "delete", "x", "--realm", REALM));

    @Test
    void eachIsSaidByName(TestDatabase database) throws Exception {
        LockstepRun.of(database.environment(), "realm", "broadcast", REALM, "--durable");
        database.execute(
                "create table realm_registry (url varchar not null unique)",
                "insert into realm_registry values ('" + REALM + "'), ('http://elsewhere.test/')",
                listener("of-another-log", "gen_random_uuid()", "null"),
                listener("ahead", "epoch", "null"),
                "update lockstep_listener set seq = 1000 where name = 'ahead'",
                listener("live", "epoch", "gen_random_uuid()"),
                listener("behind", "epoch", "null"));
        for (Bad bad : TABLE) {
            LockstepRun run =
                    LockstepRun.of(database.environment(), bad.command().toArray(String[]::new));

            String what = bad.kind() + ": " + String.join(" ", bad.command()) + ": " + run;
            assertThat(run.exit()).as(what).isEqualTo(bad.exit());
            assertThat(run.stdout() + run.stderr())
                    .as(what)
                    .contains(bad.message())
                    .doesNotContain("\tat ", "secret");
            assertThat(run.stderr()
                            .lines()
                            .filter(line -> !line.contains("warning:"))
                            .count())
                    .as(what)
                    .isLessThanOrEqualTo(3);
            assertThat(run.stderr()).as("%d", bad.kind()).hasSizeLessThan(100_000);
            if (bad.exit() == 2 || bad.exit() == 6) {
                assertThat(run.stdout()).as(what).isEmpty();
            }
        }
        assertThat(database.ask("select count(*) from lockstep_inval_log where path like 'xxx%'"))
                .isEqualTo("0");
    }

    /** A listener that has applied nothing yet. */
    private static String listener(String name, String epoch, String holder) {
        return """
                insert into lockstep_listener (name, channel, epoch, seq, holder, client)
                select '%s', channel, %s, 0, %s, 'process 7 at h' from lockstep_inval_head
                """.formatted(name, epoch, holder);
    }

    /** Kind 39. */
    @Test
    void aQueueThatFillsUpIsSaidWithWhoHoldsItUp() throws Exception {
        try (TestPostgres server = TestPostgres.start();
                TestDatabase database = server.createDatabase()) {
            try (Connection admin = database.connectAsAdministrator();
                    Statement statement = admin.createStatement()) {
                statement.execute("alter system set max_notify_queue_pages = 64");
            }
            server.restart();
            try (Connection sleeper = database.connect();
                    Statement statement = sleeper.createStatement()) {
                statement.execute("listen realm_file_changes");
                sleeper.setAutoCommit(false);
                statement.execute("select 1");
                database.execute("select pg_notify('x', n || repeat('x', 7000)) from generate_series(1, 45) as n");
                int pid = database.backends().stream()
                        .filter(backend -> "idle in transaction".equals(backend.state()))
                        .findFirst()
                        .orElseThrow()
                        .pid();

                for (String[] command : new String[][] {
                    {"realm", "listeners"},
                    {"realm", "broadcast", REALM},
                    {"realm", "broadcast", REALM, "--durable"},
                    {"realm", "invalidate", REALM},
                }) {
                    LockstepRun run = LockstepRun.of(database.environment(), command);

                    assertThat(run.exit()).as("%s", run).isZero();
                    assertThat(run.stderr()).contains("warning:", " % full; backend " + pid + " has the oldest");
                }
                sleeper.rollback();
                Await.until("the queue to shrink", Duration.ofSeconds(20), () -> LockstepRun.of(
                                database.environment(), "realm", "broadcast", REALM)
                        .stderr()
                        .isEmpty());
            }
        }
    }
}
