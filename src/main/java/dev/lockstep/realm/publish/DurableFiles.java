package dev.lockstep.realm.publish;

import dev.lockstep.support.FileError;
import dev.lockstep.support.LockstepException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** What a file system can do at once, and how it is made to last. */
final class DurableFiles {
    private DurableFiles() {}

    /** Returns when the entries of the directory, or the content of the file, are on the disk; not stopped by an interrupt. */
    static void sync(Path path) throws IOException {
        boolean interrupted = false;
        while (true) {
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                channel.force(true);
                break;
            } catch (ClosedByInterruptException e) {
                // Half of a swap is worse than a late answer to a signal.
                interrupted = Thread.interrupted();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Renames within one file system, at once and for good. */
    static void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        sync(to.getParent());
        if (!from.getParent().equals(to.getParent())) {
            sync(from.getParent());
        }
    }

    /**
     * Makes the symbolic link say something else, at once and for good.
     *
     * @param unfinished a free name in its directory
     */
    static void point(Path link, Path content, Path unfinished) throws IOException {
        Files.deleteIfExists(unfinished);
        Files.createSymbolicLink(unfinished, content);
        rename(unfinished, link);
    }

    /**
     * Replaces a small file, at once and for good.
     *
     * @param unfinished a free name in its directory
     */
    static void write(Path file, String text, Path unfinished) throws IOException {
        Files.write(unfinished, text.getBytes(StandardCharsets.UTF_8));
        sync(unfinished);
        rename(unfinished, file);
    }

    /** Deletes an entry, if it is there, for good. */
    static void delete(Path path) throws IOException {
        if (Files.deleteIfExists(path)) {
            sync(path.getParent());
        }
    }

    /** Deletes a file, a link, or a directory with all that is in it; never through a link. */
    static void deleteTree(Path tree) throws IOException {
        if (Files.isDirectory(tree, LinkOption.NOFOLLOW_LINKS)) {
            try (DirectoryHandle parent = DirectoryHandle.open(tree.getParent())) {
                parent.delete(tree.getFileName());
            }
        } else {
            Files.deleteIfExists(tree);
        }
    }

    /** @param what what could not be done, as {@code copy a/b to c} */
    static LockstepException trouble(String what, IOException e) {
        return new LockstepException(
                LockstepException.Kind.FAILED, code(e), "cannot " + what + ": " + reason(e), hint(e), e);
    }

    private static String code(IOException e) {
        return e instanceof AccessDeniedException ? "permission" : "file-system";
    }

    private static String reason(IOException e) {
        if (e instanceof AtomicMoveNotSupportedException) {
            return "it is on another file system";
        }
        return FileError.namedReason(e);
    }

    private static String hint(IOException e) {
        if (e instanceof AccessDeniedException denied) {
            return "'ls -ld " + denied.getFile()
                    + "' shows who may; nothing was changed that the next run does not put right";
        }
        return e instanceof AtomicMoveNotSupportedException
                ? "a directory that is a mount point cannot be renamed; publish to a directory inside it"
                : "the same again finishes or undoes whatever is left half done";
    }
}
