package dev.lockstep.db.sqlite;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Finds SQLite's native library for this machine among those that came with lockstep. The driver knows how to, but runs
 * {@code uname} for it, which costs a short command as much as all its queries.
 */
public final class NativeLibrary {
    private static final Path MAPS = Path.of("/proc/self/maps");

    private NativeLibrary() {}

    /**
     * The folder of the library, for the driver's property {@code org.sqlite.lib.path}: unpacking one into the temp folder,
     * as the driver does without it, takes long, and leaves files there when the process is killed. That property is the
     * whole JVM's, so only the program sets it.
     *
     * @param natives holds a folder for each system and processor, named as the driver does it
     * @return empty if there is none for this machine: the driver is to be left to itself
     */
    public static Optional<Path> in(Path natives) {
        Path folder = natives.resolve(folder());
        return Files.isDirectory(folder) ? Optional.of(folder) : Optional.empty();
    }

    /** {@code Linux/x86_64}. */
    static String folder() {
        String system = System.getProperty("os.name");
        String processor = System.getProperty("os.arch");
        return (system.equals("Linux") ? isMusl() ? "Linux-Musl" : "Linux" : system.equals("Mac OS X") ? "Mac" : system)
                + "/"
                + (processor.equals("amd64") ? "x86_64" : processor);
    }

    /** Whether this process runs on musl: a system may have both C libraries. */
    private static boolean isMusl() {
        try {
            return Files.readString(MAPS, StandardCharsets.ISO_8859_1).contains("/ld-musl-");
        } catch (IOException e) {
            return false;
        }
    }
}
