package dev.lockstep.db.embedded;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import org.tukaani.xz.XZInputStream;

/**
 * How PostgreSQL's programs come: a tar file compressed with xz. Apart from {@link Binaries}, so that only who
 * unpacks loads the classes that unpack.
 */
final class Archive {
    private static final int OWNER_MAY_EXECUTE = 0100;

    private Archive() {}

    /** @param target made, with all that is in it on the disk when this returns */
    static void extract(InputStream packed, Path target) throws IOException {
        try (InputStream unpacked = new XZInputStream(new BufferedInputStream(packed))) {
            TarReader tar = new TarReader(unpacked);
            Optional<TarReader.Entry> entry = tar.next();
            while (entry.isPresent()) {
                Path path = target.resolve(entry.get().name()).normalize();
                if (!path.startsWith(target)) {
                    throw new IOException("the archive reaches out of its directory with "
                            + entry.get().name());
                }
                extract(tar, entry.get(), path);
                entry = tar.next();
            }
        }
    }

    private static void extract(TarReader tar, TarReader.Entry entry, Path path) throws IOException {
        if (entry.kind() == TarReader.Kind.FOLDER) {
            Files.createDirectories(path);
            return;
        }
        Files.createDirectories(path.getParent());
        if (entry.kind() == TarReader.Kind.LINK) {
            Files.createSymbolicLink(path, Path.of(entry.target()));
            return;
        }
        String mode = (entry.mode() & OWNER_MAY_EXECUTE) == 0 ? "rw-r--r--" : "rwxr-xr-x";
        try (FileChannel file = FileChannel.open(
                        path,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode)));
                OutputStream out = Channels.newOutputStream(file)) {
            tar.transferTo(out);
            // Power may fail after the rename that says that all is there.
            file.force(true);
        }
    }
}
