package dev.lockstep.cli.kit;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Writes files that nobody ever sees in part. */
public final class WholeFile {
    /** Writes what a file is to hold to a stream. */
    @FunctionalInterface
    public interface Content {
        void writeTo(OutputStream sink) throws IOException;
    }

    private WholeFile() {}

    /**
     * Replaces the file, or makes it; others may read it as the user's umask says. A device, a pipe or our own standard
     * output by name is written to, and a link stays one.
     */
    public static void write(Path file, Content content) throws IOException {
        if (isStream(file)) {
            try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.APPEND)) {
                content.writeTo(out);
            }
            return;
        }
        Path whole = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
        Path fresh = whole.resolveSibling(
                "." + whole.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
        try {
            try (OutputStream out = Files.newOutputStream(fresh)) {
                content.writeTo(out);
            }
            Files.move(fresh, whole, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static boolean isStream(Path file) {
        Path absolute = file.toAbsolutePath();
        return Files.exists(file)
                && (!Files.isRegularFile(file) || absolute.startsWith("/dev") || absolute.startsWith("/proc"));
    }
}
