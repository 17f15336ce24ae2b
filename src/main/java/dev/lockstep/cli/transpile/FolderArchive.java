package dev.lockstep.cli.transpile;

import dev.lockstep.transpile.Content;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * What is in a folder as one artifact: a POSIX tar archive of its files, folders and links with their modes. It has neither
 * owners nor times, so that equal folders make equal bytes.
 *
 * <p>Nothing in it leads out of the folder, and nothing that is unpacked lands elsewhere: an archive may be another's.
 */
final class FolderArchive {
    private static final String ENCODING = StandardCharsets.UTF_8.name();
    private static final int PERMISSIONS = 0777;

    /** The owner's right to read; the eight others follow. */
    private static final int HIGHEST = 0400;

    private static final LinkOption HERE = LinkOption.NOFOLLOW_LINKS;

    /** Where files are until all are there, beside where they go, for that may be a file system of its own. */
    private static final String PART = ".lockstep-restore-";

    private static final Set<PosixFilePermission> OWNERS =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    private FolderArchive() {}

    /** Everything in the folder, by name; what an interrupted {@link #unpack} has left is no part of it. */
    static List<Path> contents(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(path -> !path.equals(folder)
                            && !folder.relativize(path).getName(0).toString().startsWith(PART))
                    .sorted()
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /**
     * Packs a folder.
     *
     * @return without a byte if nothing is in it
     * @throws IOException it cannot be read, or holds what an archive cannot, or a link that leads out of it
     */
    static Content pack(Path folder) throws IOException {
        Path root = folder.toRealPath();
        List<Path> all = contents(root);
        return all.isEmpty() ? Content.of("") : Content.written(out -> pack(root, all, out));
    }

    private static void pack(Path root, List<Path> all, OutputStream out) throws IOException {
        TarArchiveOutputStream tar = new TarArchiveOutputStream(out, ENCODING);
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        tar.setAddPaxHeadersForNonAsciiNames(true);
        for (Path path : all) {
            TarArchiveEntry entry = entry(root, path);
            tar.putArchiveEntry(entry);
            if (!entry.isDirectory() && !entry.isSymbolicLink()) {
                Files.copy(path, tar);
            }
            tar.closeArchiveEntry();
        }
        tar.finish();
    }

    private static TarArchiveEntry entry(Path root, Path path) throws IOException {
        String name = root.relativize(path).toString();
        if (name.indexOf('\uFFFD') >= 0) {
            throw new IOException("the name of " + path + " is not UTF-8");
        }
        TarArchiveEntry entry;
        if (Files.isSymbolicLink(path)) {
            Path target = Files.readSymbolicLink(path);
            checkLink(root, path, target);
            entry = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
            entry.setLinkName(target.toString());
            entry.setMode(PERMISSIONS);
        } else if (Files.isDirectory(path, HERE)) {
            entry = new TarArchiveEntry(name + "/");
            entry.setMode(mode(path));
        } else if (Files.isRegularFile(path, HERE)) {
            entry = new TarArchiveEntry(name);
            entry.setSize(Files.size(path));
            entry.setMode(mode(path));
        } else {
            throw new IOException(path + " is neither a file, a folder nor a link");
        }
        entry.setModTime(0L);
        entry.setIds(0, 0);
        entry.setNames("", "");
        return entry;
    }

    private static void checkLink(Path root, Path link, Path target) throws IOException {
        boolean leadsOut = target.isAbsolute()
                || !link.resolveSibling(target).normalize().startsWith(root)
                || (Files.exists(link) && !link.toRealPath().startsWith(root));
        if (leadsOut) {
            throw new IOException("the link " + link + " leads out of the folder, to " + target);
        }
    }

    /**
     * Puts everything where it was. A file that is there is replaced; whatever else is in the folder stays.
     *
     * @throws IOException nothing is changed if the archive is at fault, or there is no room for it
     */
    static void unpack(Content archive, Path folder) throws IOException {
        Files.createDirectories(folder);
        Path root = folder.toRealPath();
        Path part = Files.createTempDirectory(root, PART);
        try {
            Map<Path, Set<PosixFilePermission>> modes = new LinkedHashMap<>();
            try (InputStream in = archive.open()) {
                extract(new TarArchiveInputStream(in, ENCODING), part, modes);
            }
            place(part, root, modes);
        } finally {
            delete(part);
        }
    }

    private static void extract(TarArchiveInputStream tar, Path part, Map<Path, Set<PosixFilePermission>> modes)
            throws IOException {
        Map<Path, Path> links = new LinkedHashMap<>();
        for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
            Path path = part.resolve(inside(entry.getName()));
            if (entry.isDirectory()) {
                Files.createDirectories(path);
                modes.put(part.relativize(path), permissions(entry.getMode()));
            } else if (entry.isSymbolicLink()) {
                links.put(path, inArchive(entry.getLinkName()));
            } else if (entry.getLinkFlag() == TarConstants.LF_NORMAL
                    || entry.getLinkFlag() == TarConstants.LF_OLDNORM) {
                Files.createDirectories(path.getParent());
                Files.copy(tar, path, StandardCopyOption.REPLACE_EXISTING);
                Files.setPosixFilePermissions(path, permissions(entry.getMode()));
            } else {
                throw new IOException(
                        "the archive holds what is neither a file, a folder nor a link: " + entry.getName());
            }
        }
        // Last, so that nothing is written through them; and none through another.
        for (Map.Entry<Path, Path> link : links.entrySet()) {
            for (Path above = link.getKey().getParent(); !above.equals(part); above = above.getParent()) {
                if (links.containsKey(above)) {
                    throw new IOException("the archive reaches through its link " + part.relativize(above));
                }
            }
            Files.createDirectories(link.getKey().getParent());
            Files.createSymbolicLink(link.getKey(), link.getValue());
        }
        for (Map.Entry<Path, Path> link : links.entrySet()) {
            checkLink(part, link.getKey(), link.getValue());
        }
    }

    private static Path inside(String name) throws IOException {
        Path path = inArchive(name);
        if (path.isAbsolute() || name.isEmpty() || !path.equals(path.normalize()) || path.startsWith("..")) {
            throw new IOException("the archive reaches out of its folder with " + name);
        }
        return path;
    }

    private static Path inArchive(String name) throws IOException {
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw new IOException("the archive holds a name that is none here: " + e.getMessage(), e);
        }
    }

    /** A link that lies in the folder must not lead what is placed out of it. */
    private static void place(Path part, Path root, Map<Path, Set<PosixFilePermission>> modes) throws IOException {
        for (Path from : contents(part)) {
            Path to = root.resolve(part.relativize(from));
            if (!Files.isDirectory(from, HERE)) {
                Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
                continue;
            }
            if (!Files.isDirectory(to)) {
                Files.createDirectory(to);
            } else if (!to.toRealPath().startsWith(root)) {
                throw new IOException("the link " + to + " leads out of the folder");
            }
            if (!Files.isWritable(to)) {
                Files.setPosixFilePermissions(to, OWNERS);
            }
        }
        // The innermost first: the mode of one may forbid to look into it.
        for (Path folder :
                modes.keySet().stream().sorted(Comparator.reverseOrder()).toList()) {
            Files.setPosixFilePermissions(root.resolve(folder), modes.get(folder));
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    private static int mode(Path path) throws IOException {
        String text = PosixFilePermissions.toString(Files.getPosixFilePermissions(path, HERE));
        int mode = 0;
        for (int i = 0; i < text.length(); i++) {
            mode |= text.charAt(i) == '-' ? 0 : HIGHEST >> i;
        }
        return mode;
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        StringBuilder text = new StringBuilder("rwxrwxrwx");
        for (int i = 0; i < text.length(); i++) {
            if ((mode & HIGHEST >> i) == 0) {
                text.setCharAt(i, '-');
            }
        }
        return PosixFilePermissions.fromString(text.toString());
    }
}
