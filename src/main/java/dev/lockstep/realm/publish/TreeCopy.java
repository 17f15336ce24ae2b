package dev.lockstep.realm.publish;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * Copies a tree to a place where nothing is, and makes it last: each file and each directory is on the disk when it is
 * left. Permissions and times are kept (not owners, ACLs, nor the set-uid and set-gid bits); a file with several names
 * becomes several files, a symbolic link stays one.
 */
final class TreeCopy implements SourceTree.Visitor {
    private static final int BUFFER_BYTES = 1 << 18;
    private static final FileAttribute<Set<PosixFilePermission>> OWN_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<Set<PosixFilePermission>> OWN_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final Path destination;
    private final Runnable copied;
    private final LongConsumer bytes;
    private long written;

    /**
     * @param copied told after each file
     * @param bytes told how many bytes are copied
     */
    TreeCopy(Path destination, Runnable copied, LongConsumer bytes) {
        this.destination = destination;
        this.copied = copied;
        this.bytes = bytes;
    }

    @Override
    public void enter(SourceTree.Entry directory) throws IOException {
        Files.createDirectory(at(directory), OWN_DIRECTORY);
    }

    @Override
    public void leave(SourceTree.Entry directory) throws IOException {
        Path made = at(directory);
        try (FileChannel entries = FileChannel.open(made, StandardOpenOption.READ)) {
            like(directory, made);
            entries.force(true);
        }
    }

    @Override
    public void file(SourceTree.Entry file, ReadableByteChannel content) throws IOException {
        Path made = at(file);
        try (FileChannel out =
                FileChannel.open(made, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OWN_FILE)) {
            copy(file, content, out);
            like(file, made);
            out.force(true);
        }
        copied.run();
    }

    @Override
    public void link(SourceTree.Entry link) throws IOException {
        Files.createSymbolicLink(at(link), Path.of(link.link()));
    }

    /** As much as the file had when it was looked at: one that grows all the time has an end nevertheless. */
    private void copy(SourceTree.Entry file, ReadableByteChannel content, FileChannel out) throws IOException {
        for (long left = file.size(); left > 0; ) {
            buffer.clear().limit((int) Math.min(BUFFER_BYTES, left));
            int read = content.read(buffer);
            if (read < 0) {
                throw new EOFException(file.path() + " became shorter while it was copied");
            }
            left -= read;
            written += read;
            bytes.accept(written);
            buffer.flip();
            while (buffer.hasRemaining()) {
                out.write(buffer);
            }
        }
    }

    private static void like(SourceTree.Entry entry, Path made) throws IOException {
        Files.setPosixFilePermissions(made, entry.mode());
        Files.setLastModifiedTime(made, entry.modified());
    }

    private Path at(SourceTree.Entry entry) {
        return destination.resolve(entry.path());
    }
}
