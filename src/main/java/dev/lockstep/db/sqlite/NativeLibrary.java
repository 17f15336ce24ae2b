package dev.lockstep.db.sqlite;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Finds SQLite's native library for this machine among those that came with lockstep. The driver knows how to, but runs
 * {@code uname} for it, which costs a short command as much as all its queries.
 */
final class NativeLibrary {
    private static final Path MAPS = Path.of("/proc/self/maps");

    private NativeLibrary() {}

    /**
     * Lets the driver load the library from where it lies; unpacking one into the temp folder, as it does otherwise, takes
     * long, and leaves files there when the process is killed.
     *
     * @param natives holds a folder for each system and processor, named as the driver does it; if there is none for
     *     this machine, the driver is left to itself
     */
    static void use(Path natives) {
        Path folder = natives.resolve(folder());
        if (Files.isDirectory(folder)) {
            System.setProperty("org.sqlite.lib.path", folder.toString());
        }
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
