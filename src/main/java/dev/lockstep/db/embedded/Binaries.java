package dev.lockstep.db.embedded;

import dev.lockstep.db.DbRemedy;
import dev.lockstep.support.LockstepException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;

/** The programs {@code initdb}, {@code pg_ctl} and {@code postgres}, unpacked once from an archive on the class path. */
public final class Binaries {
    /** Of the archives that the build puts on the class path. */
    static final String VERSION = "18.4";

    static final String MAJOR = VERSION.substring(0, VERSION.indexOf('.'));

    private static final String PREFIX = "pg-";

    private final EmbeddedFiles files;

    public Binaries(EmbeddedFiles files) {
        this.files = files;
    }

    /** Where they are, or will be. */
    public Path directory() {
        return files.directory().resolve(PREFIX + VERSION);
    }

    String program(String name) {
        return directory().resolve("bin").resolve(name).toString();
    }

    /**
     * Unpacks them unless they are there; those of other versions then go. The caller holds
     * {@link EmbeddedFiles#starting()}, and no server runs.
     *
     * @throws LockstepException there are none for this machine, they do not run on it, or there is no room for 60 MB
     */
    void unpack(Consumer<String> progress) {
        if (Files.isDirectory(directory())) {
            return;
        }
        String archive = archive(System.getProperty("os.name"), System.getProperty("os.arch"));
        progress.accept("unpacking PostgreSQL " + VERSION + " (first time only)");
        Path unfinished = files.unfinished("binaries");
        try (InputStream packed = Binaries.class.getResourceAsStream("/" + archive)) {
            if (packed == null) {
                throw unsupported(archive + " is not on the class path");
            }
            Archive.extract(packed, unfinished);
            ServerProgram.run("run", files, unfinished.resolve("bin/postgres").toString(), "--version");
            files.finish(unfinished, directory());
            forgetOthers();
        } catch (IOException e) {
            throw EmbeddedFiles.abandon(unfinished, EmbeddedFiles.trouble("unpack its programs", e));
        } catch (LockstepException e) {
            throw EmbeddedFiles.abandon(unfinished, e);
        }
    }

    /** The archive's name, as those who built it chose it. */
    static String archive(String system, String processor) {
        String os = system.equals("Linux") ? "linux" : system.equals("Mac OS X") ? "darwin" : null;
        String cpu =
                switch (processor.toLowerCase(Locale.ROOT)) {
                    case "amd64", "x86_64" -> "x86_64";
                    case "aarch64", "arm64" -> "arm_64";
                    default -> null;
                };
        if (os == null || cpu == null) {
            throw unsupported("there is none for " + system + " on " + processor);
        }
        return "postgres-" + os + "-" + cpu + ".txz";
    }

    private static LockstepException unsupported(String why) {
        return new LockstepException(
                        LockstepException.Kind.FAILED,
                        "embedded-unsupported",
                        "the embedded PostgreSQL does not exist here: " + why,
                        null,
                        null)
                .advising(DbRemedy.NAME_A_SERVER.of());
    }

    private void forgetOthers() throws IOException {
        for (Path other : files.entries(PREFIX)) {
            if (!other.equals(directory())) {
                EmbeddedFiles.delete(other);
            }
        }
    }
}
