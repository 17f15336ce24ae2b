package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.RunningLockstep;
import dev.lockstep.testing.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is refused, with which status, and by a message that names the input. */
@ExtendWith(PostgresExtension.class)
class RealmBadInputTest {
    private static final String REALM = "http://localhost:4201/luke/";

    private record Bad(int exit, String message, List<String> command) {}

    private static Bad bad(int exit, String message, String... command) {
        return new Bad(exit, message, List.of(command));
    }

    private static final List<Bad> TABLE = List.of(
            bad(2, "cannot be empty", "realm", "invalidate", ""),
            bad(2, "does not begin with http", "realm", "invalidate", "luke/"),
            bad(2, "does not begin with http", "realm", "lock", "ftp://h/r/", "--", "true"),
            bad(2, "'?' at character", "realm", "invalidate", "http://h/r?x/"),
            bad(2, "'#' at character", "realm", "publish", "s", "t", "--realm", "http://h/#/", "-y"),
            bad(2, "a user or a password", "realm", "invalidate", "http://me:secret@h/r/"),
            bad(2, "'..' in its path", "realm", "unpublish", "t", "--realm", "http://h/../r/", "-y"),
            bad(2, "a space at character", "definitions", "clear", "http://h/a b/"),
            bad(2, "U+0000 at character", "definitions", "clear", "http://h/a\0b/"),
            bad(2, "'/:' in its path", "realm", "invalidate", "http://h/a/:b/"),
            bad(2, "another form of its host", "realm", "invalidate", "http://HOST/r/"),
            bad(2, "another form of its host", "realm", "broadcast", "http://h:80/r/", "--durable"),
            bad(2, "another form of its host", "realm", "invalidate", "http://bücher.test/"),
            bad(2, "'*' means the whole realm", "realm", "invalidate", REALM, "--path", "*"),
            bad(2, "begins or ends with a slash", "realm", "invalidate", REALM, "--path", "/etc/passwd"),
            bad(2, "'..' in it", "realm", "invalidate", REALM, "--path", "../x"),
            bad(2, "it is empty", "realm", "broadcast", REALM, "--durable", "--path", ""),
            bad(2, "not a channel name", "realm", "listen", "--channel", "a\"b"),
            bad(2, "not a channel name", "realm", "listen", "--channel", "x".repeat(64)),
            bad(2, "leave --channel out", "realm", "listen", "--durable", "n", "--channel", "jobs"),
            bad(2, "a listener's name cannot be empty", "realm", "listen", "--durable", ""),
            bad(2, "--id is not a UUID", "realm", "broadcast", REALM, "--id", "7"),
            bad(2, "is not a length of time", "realm", "listen", "--poll", "5"),
            bad(2, "no such program", "realm", "listen", "--durable", "n", "--exec", "/no/such/hook"),
            bad(2, "not executable", "realm", "listen", "--durable", "n", "--exec", "/etc/passwd"),
            bad(2, "no program given", "realm", "lock", REALM),
            bad(2, "no realm given", "realm", "publish", "a", "b", "-y"),
            bad(2, "no such program", "realm", "publish", "a", "b", "--realm", REALM, "--then", "/no/such", "-y"),
            bad(2, "no such directory", "realm", "publish", "/no/such", "/tmp/../usr/x", "--realm", REALM, "-n"),
            bad(2, "no such directory", "realm", "unpublish", "/no/such/t", "--realm", REALM, "-y"),
            bad(2, "no realm given", "definitions", "clear"),
            bad(2, "--all excludes", "definitions", "clear", REALM, "--all", "-y"),
            bad(2, "is not in", "definitions", "clear", REALM, "--module", "http://elsewhere/x.gts"),
            bad(126, "cannot run /etc/passwd", "realm", "lock", REALM, "--", "/etc/passwd"),
            bad(127, "no such program", "realm", "lock", REALM, "--", "/no/such"),
            bad(6, "there is no terminal to ask", "realm", "delete", "x", "--realm", REALM));

    @Test
    void eachIsRefusedByName(TestDatabase database) {
        for (Bad bad : TABLE) {
            LockstepRun run =
                    LockstepRun.of(database.environment(), bad.command().toArray(String[]::new));

            String what = String.join(" ", bad.command()) + ": " + run;
            assertThat(run.exit()).as(what).isEqualTo(bad.exit());
            assertThat(run.stderr()).as(what).contains(bad.message()).doesNotContain("\tat ", "secret");
            assertThat(run.stderr()
                            .lines()
                            .filter(line -> !line.contains("warning:"))
                            .count())
                    .as(what)
                    .isLessThanOrEqualTo(3);
            assertThat(run.stdout()).as(what).isEmpty();
        }
    }

    @Test
    void aSlashThatIsMissingIsAddedAndSaid(TestDatabase database) {
        LockstepRun run = LockstepRun.of(database.environment(), "realm", "invalidate", "http://h/r");

        assertThat(run.exit()).isZero();
        assertThat(run.stderr()).contains("taken as http://h/r/");
    }

    @Test
    void aPayloadThatIsTooLongBecomesTheWildcardInTheLogToo(TestDatabase database) throws Exception {
        LockstepRun run = LockstepRun.of(
                database.environment(), "realm", "broadcast", REALM, "--path", "x".repeat(8_000), "--durable");

        assertThat(run.exit()).as(run.stderr()).isZero();
        assertThat(database.ask("select path from lockstep_inval_log")).isEqualTo("*");
    }

    @Test
    void twoListenersOfOneNameAreOneTooMany(TestDatabase database) throws Exception {
        try (RunningLockstep first =
                RunningLockstep.start(database.environment(), "realm", "listen", "--durable", "one")) {
            first.awaitStdout("listening");

            LockstepRun second =
                    LockstepRun.of(database.environment(), "realm", "listen", "--durable", "one", "--timeout", "20s");

            assertThat(second.exit()).isEqualTo(5);
            assertThat(second.stderr()).contains("'one' is running already: process");
        }
    }
}
