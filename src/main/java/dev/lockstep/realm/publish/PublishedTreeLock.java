package dev.lockstep.realm.publish;

import dev.lockstep.support.LockstepException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The right to change one target. It ends with this object or with this process, in whatever way that dies.
 *
 * <p>It is a POSIX lock, which a process loses when it closes <em>any</em> descriptor of the file: so a process never
 * opens the file of a lock that it has.
 */
final class PublishedTreeLock implements AutoCloseable {
    private static final Set<Path> OURS = ConcurrentHashMap.newKeySet();
    private static final int TRIES = 10;

    private final Path file;
    private final FileChannel channel;

    private PublishedTreeLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * @param probe a free name beside the target: the file that is made there for a moment shows who we are
     * @throws LockstepException refused: another run is active, or the directory is not ours
     */
    static PublishedTreeLock take(Path target, Path versions, Path probe) throws IOException {
        Path file = versions.resolve("lock");
        if (!OURS.add(file)) {
            throw busy(target);
        }
        try {
            for (int i = 0; i < TRIES; i++) {
                try {
                    PublishedTreeLock lock = attempt(target, versions, file, probe);
                    if (lock != null) {
                        return lock;
                    }
                } catch (NoSuchFileException e) {
                    // Whoever has the lock is deleting all this: the next try finds it free, or makes it anew.
                }
            }
            throw busy(target);
        } catch (IOException | RuntimeException e) {
            OURS.remove(file);
            throw e;
        }
    }

    /** Null if the file is new, or was replaced meanwhile, as by a run that deleted the target. */
    private static PublishedTreeLock attempt(Path target, Path versions, Path file, Path probe) throws IOException {
        prepare(versions, probe);
        Object before = key(file);
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        try {
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw busy(target);
            }
            if (before != null && Objects.equals(before, key(file))) {
                return new PublishedTreeLock(file, channel);
            }
            channel.close();
            return null;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Whoever owns the parent owns the versions, and is who we are: nobody else can put a link in our way. */
    private static void prepare(Path versions, Path probe) throws IOException {
        Path parent = versions.getParent();
        try {
            Files.createFile(probe);
        } catch (FileSystemException e) {
            // Whoever reads this knows the directory, and nothing of a probe.
            throw e instanceof AccessDeniedException
                    ? new AccessDeniedException(parent.toString())
                    : new FileSystemException(parent.toString(), null, e.getReason());
        }
        try {
            if (!Files.getOwner(probe).equals(Files.getOwner(parent))) {
                throw LockstepException.refused(
                        parent + " belongs to " + Files.getOwner(parent).getName(),
                        "run this as " + Files.getOwner(parent).getName()
                                + ", or publish into a directory of your own");
            }
        } finally {
            Files.deleteIfExists(probe);
        }
        try {
            Files.createDirectory(versions);
        } catch (FileAlreadyExistsException e) {
            PosixFileAttributes found =
                    Files.readAttributes(versions, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!found.isDirectory()
                    || !found.owner().equals(Files.getOwner(parent))
                    || found.permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
                throw LockstepException.refused(
                        versions + " is no directory that only the owner of " + parent + " may change",
                        "look at it: 'ls -ld " + versions + "'");
            }
        }
    }

    private static Object key(Path file) throws IOException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .fileKey();
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private static LockstepException busy(Path target) {
        return new LockstepException(
                LockstepException.Kind.REFUSED,
                "busy",
                "another run is changing " + target,
                "wait until it has ended; 'fuser " + target + "' may show who it is",
                null);
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            OURS.remove(file);
        }
    }
}
