package dev.lockstep.db.embedded;

import dev.lockstep.db.DbRemedy;
import dev.lockstep.support.Deadline;
import dev.lockstep.support.LockstepException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Runs PostgreSQL's own programs.
 *
 * <p>They see almost nothing of our environment: what they start outlives us and must not hold our secrets, and
 * {@code PG*} variables meant for clients would change the server. PostgreSQL refuses to run as root, and as a user
 * whom the system knows by number only, as containers like to have it; on Linux such a user becomes, for PostgreSQL, the
 * {@code nobody} of a new namespace, who owns the same files.
 */
final class ServerProgram {
    static final File NOTHING = new File("/dev/null");

    private static final Set<String> INHERITED = Set.of("PATH", "LC_ALL", "LC_CTYPE", "LANG", "TZ");

    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** What the JVM calls a user whom the system knows by number only. */
    private static final String NAMELESS = "?";

    private ServerProgram() {}

    /**
     * Runs one to its end.
     *
     * @param purpose what the embedded PostgreSQL cannot do if this fails
     * @throws LockstepException it does not start, fails, or takes more than two minutes
     */
    static void run(String purpose, EmbeddedFiles files, String... command) {
        List<String> all = new ArrayList<>();
        Optional<String> unwanted = unwantedUser();
        if (unwanted.isPresent()) {
            // Tried by itself, so that its failure is not taken for PostgreSQL's.
            Optional<String> failure = execute(files, List.of("unshare", "-U", "true"));
            if (failure.isPresent()) {
                throw new LockstepException(
                                "the embedded PostgreSQL does not run as " + unwanted.get() + ", and unshare -U fails: "
                                        + failure.get(),
                                null)
                        .advising(DbRemedy.RUN_AS_ORDINARY_USER.of());
            }
            all.addAll(List.of("unshare", "-U"));
        }
        all.addAll(List.of(command));
        Optional<String> failure = execute(files, all);
        if (failure.isPresent()) {
            throw new LockstepException("the embedded PostgreSQL cannot " + purpose + ": " + failure.get(), null)
                    .advising(DbRemedy.READ_THE_SERVERS_LOG.of(files.log()));
        }
    }

    /** Why it failed, on one line; empty if it did not. */
    private static Optional<String> execute(EmbeddedFiles files, List<String> command) {
        try {
            Process process = builder(files, command).redirectErrorStream(true).start();
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return Optional.of(command + " takes more than " + LIMIT.toSeconds() + " s");
            }
            if (process.exitValue() == 0) {
                return Optional.empty();
            }
            String output = new String(process.getInputStream().readAllBytes(), Charset.defaultCharset());
            return Optional.of(output.strip().replaceAll("\\s*\\R\\s*", "; "));
        } catch (IOException e) {
            return Optional.of(e.getMessage());
        } catch (InterruptedException e) {
            throw Deadline.interrupted(e);
        }
    }

    /** Prepares a command with the small environment, in the embedded directory, with nothing to read. */
    static ProcessBuilder builder(EmbeddedFiles files, List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(files.directory().toFile())
                .redirectInput(NOTHING);
        builder.environment().keySet().retainAll(INHERITED);
        return builder;
    }

    /** Who we are, if PostgreSQL does not run as that and there is a way out. */
    private static Optional<String> unwantedUser() {
        Path self = Path.of("/proc/self");
        try {
            if (!Files.isDirectory(self)) {
                return Optional.empty();
            }
            if (Integer.valueOf(0).equals(Files.getAttribute(self, "unix:uid"))) {
                return Optional.of("root");
            }
            return NAMELESS.equals(System.getProperty("user.name"))
                    ? Optional.of("a user without a name")
                    : Optional.empty();
        } catch (IOException e) {
            throw EmbeddedFiles.trouble("find out who runs it", e);
        }
    }
}
