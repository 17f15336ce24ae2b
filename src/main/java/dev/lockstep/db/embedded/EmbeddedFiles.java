package dev.lockstep.db.embedded;

import dev.lockstep.db.DbRemedy;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where the embedded server keeps what it needs: one directory that only its owner may enter.
 *
 * <p>What takes long to make is made under a name that begins with {@code new-}, and renamed when it is whole. Such a
 * leftover of a killed process is deleted by the next one that makes something.
 */
public record EmbeddedFiles(Path directory) {
    private static final String UNFINISHED = "new-";

    /** What initdb and pg_ctl, which put paths between double quotes and call the shell, would let it interpret. */
    private static final String UNQUOTABLE = "\"$`\\\n";

    /**
     * The files of a state directory, made, with its parents, for the owner alone.
     *
     * <p>Two names of one directory give the same files.
     */
    public static EmbeddedFiles in(Path stateDirectory) {
        Path directory = stateDirectory.resolve("embedded").toAbsolutePath();
        try {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            return new EmbeddedFiles(quotable(directory.toRealPath()));
        } catch (IOException e) {
            throw trouble("make " + directory, e);
        }
    }

    private static Path quotable(Path directory) {
        for (int i = 0; i < UNQUOTABLE.length(); i++) {
            char unquotable = UNQUOTABLE.charAt(i);
            if (directory.toString().indexOf(unquotable) >= 0) {
                throw new LockstepException(
                                "the embedded PostgreSQL cannot live in " + directory
                                        + ": its own programs do not quote " + unquotable,
                                null)
                        .advising(DbRemedy.MOVE_THE_STATE.of());
            }
        }
        return directory;
    }

    /** Locked, shared, by each process that uses the server. */
    Path users() {
        return directory.resolve("users.lock");
    }

    /** Locked by the one process that looks after what is missing: binaries, data, guard, server. */
    public Path starting() {
        return directory.resolve("start.lock");
    }

    /** Locked by the guard; holds its process id. */
    public Path guard() {
        return directory.resolve("guard.lock");
    }

    public Path data() {
        return directory.resolve("data");
    }

    public Path password() {
        return directory.resolve("password");
    }

    /** The port of the last start: the next one takes it again if it can, so that clients find the server again. */
    Path port() {
        return directory.resolve("port");
    }

    Path log() {
        return directory.resolve("log");
    }

    Path oldLog() {
        return directory.resolve("log.old");
    }

    /** What the guard says, which is nothing unless it fails. */
    Path guardLog() {
        return directory.resolve("guard.log");
    }

    /** A name for something unfinished, which does not exist yet. */
    Path unfinished(String name) {
        return directory.resolve(
                UNFINISHED + name + "-" + ProcessHandle.current().pid() + "-" + System.nanoTime());
    }

    /** @throws LockstepException it is gone, which is for whoever deleted it to repair */
    Secret readPassword() {
        try {
            return Secret.of(Files.readString(password()).strip());
        } catch (IOException e) {
            throw trouble("be used without its password", e);
        }
    }

    /** Gives what is finished its name. Whatever bears the name must be a file, or not exist. */
    void finish(Path unfinished, Path name) throws IOException {
        Files.move(unfinished, name, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
            entries.force(true);
        }
    }

    /** Replaces a small file that only the owner may read, at once and for good. */
    void write(Path file, String text) throws IOException {
        Path unfinished = unfinished(file.getFileName().toString());
        Files.createFile(
                unfinished, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(unfinished, text, StandardOpenOption.SYNC);
        finish(unfinished, file);
    }

    /** Deletes what killed processes left unfinished. The caller holds {@link #starting()}. */
    void sweep() {
        try {
            for (Path entry : entries(UNFINISHED)) {
                delete(entry);
            }
        } catch (IOException | UncheckedIOException e) {
            // An orphan of the process that was killed still writes there: the next sweep gets it.
        }
    }

    List<Path> entries(String prefix) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(entry -> entry.getFileName().toString().startsWith(prefix))
                    .toList();
        }
    }

    /** Deletes a file or a tree. */
    static void delete(Path tree) throws IOException {
        try (Stream<Path> entries = Files.walk(tree)) {
            for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(entry);
            }
        }
    }

    /** Deletes what came to nothing; that the cause of it can be thrown. */
    static LockstepException abandon(Path unfinished, LockstepException cause) {
        try {
            if (Files.exists(unfinished)) {
                delete(unfinished);
            }
        } catch (IOException | UncheckedIOException e) {
            cause.addSuppressed(e);
        }
        return cause;
    }

    static LockstepException trouble(String what, IOException cause) {
        return new LockstepException(
                        LockstepException.Kind.FAILED,
                        "embedded-files",
                        "the embedded PostgreSQL cannot " + what + ": " + cause,
                        null,
                        cause)
                .advising(DbRemedy.MOVE_THE_STATE.of());
    }
}
