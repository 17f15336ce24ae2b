package dev.lockstep.db;

import java.io.File;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Runs PostgreSQL's own programs.
 *
 * <p>They see almost nothing of our environment: what they start outlives us and must not hold our secrets, and
 * {@code PG*} variables meant for clients would change the server. PostgreSQL refuses to run as root; on Linux root
 * becomes, for it, a user of a new namespace who owns the same files.
 */
final class PostgresCommand {
    static final File NOTHING = new File("/dev/null");

    private static final Set<String> INHERITED = Set.of("PATH", "LC_ALL", "LC_CTYPE", "LANG", "TZ");

    private static final Duration LIMIT = Duration.ofMinutes(2);

    private PostgresCommand() {}

    /**
     * Runs one to its end.
     *
     * @param purpose what the embedded PostgreSQL cannot do if this fails
     * @throws Trouble it does not start, fails, or takes more than two minutes
     */
    static void run(String purpose, EmbeddedFiles files, String... command) {
        List<String> all = new ArrayList<>();
        if (isRootOnLinux()) {
            // Tried by itself, so that its failure is not taken for PostgreSQL's.
            execute("run as root, nor as another user by way of unshare -U", files, List.of("unshare", "-U", "true"));
            all.addAll(List.of("unshare", "-U"));
        }
        all.addAll(List.of(command));
        execute(purpose, files, all);
    }

    private static void execute(String purpose, EmbeddedFiles files, List<String> command) {
        try {
            Process process = builder(files, command).redirectErrorStream(true).start();
            boolean ended = process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS);
            if (!ended) {
                process.destroyForcibly();
                throw trouble(purpose, command.get(0) + " takes more than " + LIMIT.toSeconds() + " s", files, null);
            }
            if (process.exitValue() != 0) {
                byte[] output = process.getInputStream().readAllBytes();
                throw trouble(purpose, new String(output, Charset.defaultCharset()).strip(), files, null);
            }
        } catch (IOException e) {
            throw trouble(purpose, e.getMessage(), files, e);
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

    private static boolean isRootOnLinux() {
        Path self = Path.of("/proc/self");
        try {
            return Files.isDirectory(self) && Integer.valueOf(0).equals(Files.getAttribute(self, "unix:uid"));
        } catch (IOException e) {
            throw EmbeddedFiles.trouble("find out who runs it", e);
        }
    }

    private static Trouble trouble(String purpose, String why, EmbeddedFiles files, IOException cause) {
        return new Trouble(
                Trouble.Kind.FAILED,
                "embedded-failed",
                "the embedded PostgreSQL cannot " + purpose + ": " + why.replaceAll("\\s*\\R\\s*", "; "),
                "its log is " + files.log() + "; or name a server with --pg",
                cause);
    }
}
