package dev.lockstep.support;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Optional;

/**
 * A file of which this process holds the lock, until it closes it or dies in whatever way.
 *
 * <p>These are POSIX locks: a process loses all it has on a file when it closes any descriptor of that file. So a
 * process must not open, by whatever way, a file that it has locked.
 */
public final class LockFile implements AutoCloseable {
    /** Who else may have the lock meanwhile. */
    public enum Mode {
        /** Many processes at a time, and no exclusive one. */
        SHARED,
        EXCLUSIVE
    }

    private static final Duration AT_ONCE = Duration.ofMillis(300);

    private final Path file;
    private final FileChannel channel;

    private LockFile(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** Takes the lock if no other process is in the way. */
    public static Optional<LockFile> attempt(Path file, Mode mode) {
        LockFile lock = open(file);
        try {
            if (lock.channel.tryLock(0, Long.MAX_VALUE, mode == Mode.SHARED) != null) {
                return Optional.of(lock);
            }
        } catch (IOException e) {
            throw lock.failed("lock", e);
        }
        lock.close();
        return Optional.empty();
    }

    /**
     * Takes the lock as soon as no other process is in the way.
     *
     * @param whenWaiting told once, if that is not at once
     * @throws LockstepException timeout: another process was in the way for as long as the limit
     */
    public static LockFile within(Duration limit, Path file, Mode mode, Runnable whenWaiting) {
        Deadline deadline = Deadline.after(limit);
        Deadline atOnce = Deadline.after(AT_ONCE);
        boolean told = false;
        Optional<LockFile> lock = attempt(file, mode);
        while (lock.isEmpty()) {
            if (deadline.passed()) {
                throw new LockstepException(
                        LockstepException.Kind.TIMEOUT,
                        "another process holds " + file + " for more than " + limit.toSeconds() + " s",
                        "find it with: fuser " + file);
            }
            if (!told && atOnce.passed()) {
                whenWaiting.run();
                told = true;
            }
            deadline.pause();
            lock = attempt(file, mode);
        }
        return lock.get();
    }

    /** Takes the lock, alone, as soon as no other process has it, however long that takes. */
    public static LockFile alone(Path file) {
        LockFile lock = open(file);
        try {
            lock.channel.lock();
            return lock;
        } catch (IOException e) {
            throw lock.failed("lock", e);
        }
    }

    /** Whether another process has the lock for itself. This process must not have it. */
    public static boolean isTaken(Path file) {
        Optional<LockFile> lock = attempt(file, Mode.SHARED);
        if (lock.isPresent()) {
            lock.get().close();
        }
        return lock.isEmpty();
    }

    private static LockFile open(Path file) {
        try {
            return new LockFile(
                    file,
                    FileChannel.open(
                            file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE));
        } catch (IOException e) {
            throw trouble("open", file, e);
        }
    }

    /** Replaces what the file holds, and so the time of its last change. */
    public void write(String text) {
        try {
            channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
            channel.truncate(text.length());
        } catch (IOException e) {
            throw failed("write", e);
        }
    }

    /** The time of the last {@link #write}, by whichever process. */
    public FileTime lastWritten() {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            throw trouble("read", file, e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw trouble("unlock", file, e);
        }
    }

    private LockstepException failed(String what, IOException cause) {
        LockstepException trouble = trouble(what, file, cause);
        try {
            close();
        } catch (LockstepException e) {
            trouble.addSuppressed(e);
        }
        return trouble;
    }

    private static LockstepException trouble(String what, Path file, IOException cause) {
        return new LockstepException(
                LockstepException.Kind.FAILED,
                "lock-file",
                "cannot " + what + " the lock file " + file + ": " + FileError.reason(cause),
                "make it a file that this user may write, or set XDG_STATE_HOME to a folder of their own",
                cause);
    }
}
