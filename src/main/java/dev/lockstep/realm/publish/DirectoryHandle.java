package dev.lockstep.realm.publish;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * An open directory. What is in it is reached through the open handle and never through a symbolic link, so nobody can
 * lead the reader elsewhere by putting a link in the place of a directory meanwhile.
 *
 * <p>Where the platform has no such handles (openat), paths are used, and only the last name of each is kept from being
 * a link.
 */
final class DirectoryHandle implements Closeable {
    private static final Set<PosixFilePermission> OWNERS =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    private final Path path;
    private final DirectoryStream<Path> stream;
    private final SecureDirectoryStream<Path> handle;

    private DirectoryHandle(Path path, DirectoryStream<Path> stream) {
        this.path = path;
        this.stream = stream;
        this.handle = stream instanceof SecureDirectoryStream<Path> secure ? secure : null;
    }

    /** Opens a directory that is no symbolic link. */
    @SuppressWarnings("StreamResourceLeak") // the stream is the handle, which close() closes
    static DirectoryHandle open(Path path) throws IOException {
        if (path.getParent() == null) {
            return new DirectoryHandle(path, Files.newDirectoryStream(path));
        }
        try (DirectoryStream<Path> parent = Files.newDirectoryStream(path.getParent())) {
            return new DirectoryHandle(path.getParent(), parent).folder(path.getFileName());
        }
    }

    /** Where it is, for messages. */
    Path path() {
        return path;
    }

    /** The names in it, in order. */
    List<Path> names() throws IOException {
        List<Path> names = new ArrayList<>();
        try {
            for (Path entry : stream) {
                names.add(entry.getFileName());
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        Collections.sort(names);
        return names;
    }

    PosixFileAttributes attributes(Path name) throws IOException {
        return view(name).readAttributes();
    }

    @SuppressWarnings("StreamResourceLeak") // the stream is the handle, which close() closes
    DirectoryHandle folder(Path name) throws IOException {
        Path child = path.resolve(name);
        if (handle != null) {
            return new DirectoryHandle(child, handle.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS));
        }
        // Fails for a link, as opening with the handle does.
        Files.readAttributes(child, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return new DirectoryHandle(child, Files.newDirectoryStream(child));
    }

    ReadableByteChannel file(Path name) throws IOException {
        Set<OpenOption> options = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        return handle == null
                ? Files.newByteChannel(path.resolve(name), options)
                : handle.newByteChannel(name, options);
    }

    /** What the symbolic link says. */
    Path link(Path name) throws IOException {
        return Files.readSymbolicLink(path.resolve(name));
    }

    /** Deletes an entry and all that is in it, also what is in directories that forbid their owner to write. */
    void delete(Path name) throws IOException {
        PosixFileAttributes attributes = attributes(name);
        if (attributes.isDirectory()) {
            if (!attributes.permissions().containsAll(OWNERS)) {
                view(name).setPermissions(OWNERS);
            }
            try (DirectoryHandle child = folder(name)) {
                for (Path inside : child.names()) {
                    child.delete(inside);
                }
            }
        }
        if (handle == null) {
            Files.delete(path.resolve(name));
        } else if (attributes.isDirectory()) {
            handle.deleteDirectory(name);
        } else {
            handle.deleteFile(name);
        }
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }

    private PosixFileAttributeView view(Path name) {
        return handle == null
                ? Files.getFileAttributeView(
                        path.resolve(name), PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                : handle.getFileAttributeView(name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    }
}
