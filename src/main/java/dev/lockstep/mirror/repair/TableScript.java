package dev.lockstep.mirror.repair;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The statements of one table, kept in two files until all tables have been compared: what goes comes before what comes. */
final class TableScript {
    private final Path deletes;
    private final Path writes;
    private BufferedWriter deleting;
    private BufferedWriter writing;

    /** @param name of the files, in a folder for them alone */
    TableScript(Path folder, String name) {
        this.deletes = folder.resolve(name + ".deletes");
        this.writes = folder.resolve(name + ".writes");
    }

    void delete(String statement) {
        deleting = append(deleting, deletes, statement);
    }

    void write(String statement) {
        writing = append(writing, writes, statement);
    }

    private static BufferedWriter append(BufferedWriter open, Path file, String line) {
        try {
            BufferedWriter writer = open == null ? Files.newBufferedWriter(file, StandardCharsets.UTF_8) : open;
            writer.write(line);
            writer.write('\n');
            return writer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** No more statements come. */
    void close() throws IOException {
        try (BufferedWriter one = deleting;
                BufferedWriter other = writing) {
            deleting = null;
            writing = null;
        }
    }

    /** Whether there are rows that are put in or changed. */
    boolean hasWrites() {
        return Files.exists(writes);
    }

    void copyDeletes(OutputStream out) throws IOException {
        copy(deletes, out);
    }

    void copyWrites(OutputStream out) throws IOException {
        copy(writes, out);
    }

    private static void copy(Path file, OutputStream out) throws IOException {
        if (Files.exists(file)) {
            Files.copy(file, out);
        }
    }

    /** Forgets what there is. */
    void clear() throws IOException {
        close();
        Files.deleteIfExists(deletes);
        Files.deleteIfExists(writes);
    }
}
