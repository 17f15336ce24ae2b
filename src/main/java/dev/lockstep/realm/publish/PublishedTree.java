package dev.lockstep.realm.publish;

import dev.lockstep.realm.RealmUrl;
import dev.lockstep.support.LockstepException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A published tree on the disk, and the single steps that change it. Each is at once and for good.
 *
 * <pre>
 *   NAME -> .NAME.versions/v-01J…     what readers open; rename(2) changes where it leads
 *   .NAME.versions/
 *       v-01J…/                       a whole version
 *       v-01J….partial/               one that is being copied
 *       previous -> v-01H…            the version to go back to
 *       pending                       an operation and a realm that the database has yet to be told of
 *       lock                          held by whoever changes any of this
 *   .NAME.removed-01J…/               on its way out
 * </pre>
 */
final class PublishedTree {
    /** What stands at the target's name. */
    enum State {
        ABSENT,
        /** A link to one of its versions. */
        PUBLISHED,
        PLAIN_DIRECTORY,
        FOREIGN
    }

    /** What somebody began to do. */
    enum Operation {
        PUBLISH,
        REMOVE
    }

    /** What the database has yet to be told. */
    record Pending(Operation operation, RealmUrl realm) {}

    private static final String PARTIAL = ".partial";

    private final Path path;
    private final Path versions;

    private PublishedTree(Path path) {
        this.path = path;
        this.versions = path.resolveSibling("." + path.getFileName() + ".versions");
    }

    /** @throws LockstepException usage: its parent does not exist, or it has no name; refused: its parent is not ours alone */
    static PublishedTree at(Path named) {
        Path absolute = named.toAbsolutePath().normalize();
        if (absolute.getFileName() == null) {
            throw LockstepException.usage("the root of the file system cannot be a target", null);
        }
        Path parent = absolute.getParent();
        try {
            parent = parent.toRealPath();
            if (Files.getPosixFilePermissions(parent).contains(PosixFilePermission.OTHERS_WRITE)) {
                throw LockstepException.refused(
                        "everybody may write to " + parent,
                        "publish into a directory that only its owner may change: chmod o-w " + parent);
            }
        } catch (NoSuchFileException e) {
            throw LockstepException.usage("no such directory: " + parent, "make the parent of the target first");
        } catch (IOException e) {
            throw DurableFiles.trouble("look at " + parent, e);
        }
        return new PublishedTree(parent.resolve(absolute.getFileName()));
    }

    Path path() {
        return path;
    }

    State state() throws IOException {
        BasicFileAttributes found;
        try {
            found = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return State.ABSENT;
        }
        if (found.isDirectory()) {
            return State.PLAIN_DIRECTORY;
        }
        return found.isSymbolicLink() && current().isPresent() ? State.PUBLISHED : State.FOREIGN;
    }

    /** Whether it is a file system of its own, and so cannot be renamed. */
    boolean isMountPoint() throws IOException {
        return !Files.getAttribute(path, "unix:dev", LinkOption.NOFOLLOW_LINKS)
                .equals(Files.getAttribute(path.getParent(), "unix:dev"));
    }

    /** Whether anything of ours stands beside it. */
    boolean hasTraces() throws IOException {
        return hasVersions() || !leftovers().isEmpty();
    }

    /**
     * Whether one of the two would hold the other.
     *
     * @param directory a real path
     */
    boolean overlaps(Path directory) {
        return directory.startsWith(path) || directory.startsWith(versions) || path.startsWith(directory);
    }

    /**
     * Keeps everybody else out until the hold is closed.
     *
     * @throws LockstepException refused: somebody else is at it
     */
    PublishedTreeLock lock() throws IOException {
        return PublishedTreeLock.take(path, versions, path.resolveSibling(removed(Ulid.next())));
    }

    /** The version that readers see. */
    Optional<String> current() throws IOException {
        if (!Files.isSymbolicLink(path)) {
            return Optional.empty();
        }
        Path link = Files.readSymbolicLink(path);
        return link.getNameCount() == 2 && link.startsWith(versions.getFileName())
                ? Optional.of(link.getFileName().toString())
                : Optional.empty();
    }

    /** The version to go back to, if it is there. */
    Optional<String> previous() throws IOException {
        Path link = versions.resolve("previous");
        return Files.isSymbolicLink(link) && Files.isDirectory(link)
                ? Optional.of(Files.readSymbolicLink(link).getFileName().toString())
                : Optional.empty();
    }

    static String newVersion() {
        return "v-" + Ulid.next();
    }

    Path version(String version) {
        return versions.resolve(version);
    }

    Path partial(String version) {
        return versions.resolve(version + PARTIAL);
    }

    /** The version is whole. */
    void complete(String version) throws IOException {
        DurableFiles.rename(partial(version), version(version));
    }

    void note(Pending pending) throws IOException {
        String text = pending.operation() + " " + pending.realm() + "\n";
        DurableFiles.write(versions.resolve("pending"), text, versions.resolve("pending.next"));
    }

    Optional<Pending> pending() throws IOException {
        try {
            String text = Files.readString(versions.resolve("pending"), StandardCharsets.UTF_8);
            int space = text.indexOf(' ');
            return Optional.of(new Pending(
                    Operation.valueOf(text.substring(0, space)),
                    new RealmUrl(text.substring(space + 1).strip())));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    void settle() throws IOException {
        DurableFiles.delete(versions.resolve("pending"));
    }

    void keep(String version) throws IOException {
        DurableFiles.point(versions.resolve("previous"), Path.of(version), versions.resolve("previous.next"));
    }

    /** From now on readers see this version. */
    void show(String version) throws IOException {
        DurableFiles.point(path, versions.getFileName().resolve(version), nextLink());
    }

    /** From now on readers see nothing. */
    void hide() throws IOException {
        DurableFiles.delete(path);
    }

    /** Makes the plain directory a version. */
    void moveIn(String version) throws IOException {
        DurableFiles.rename(path, version(version));
    }

    /** Makes a version the plain directory that it was. */
    void moveOut(String version) throws IOException {
        DurableFiles.rename(version(version), path);
    }

    /** There is nothing to go back to. */
    void forget() throws IOException {
        DurableFiles.delete(versions.resolve("previous"));
    }

    /** Deletes what no reader sees and nobody would go back to, and what runs that died left beside it. */
    void clean() throws IOException {
        Files.deleteIfExists(nextLink());
        for (Path leftover : leftovers()) {
            DurableFiles.deleteTree(leftover);
        }
        if (hasVersions()) {
            String current = current().orElse("");
            String previous = previous().orElse("");
            for (Path version : entries(versions, "v-")) {
                String name = version.getFileName().toString();
                if (!name.equals(current) && !name.equals(previous)) {
                    DurableFiles.deleteTree(version);
                }
            }
        }
    }

    /** Deletes all versions, and what else is kept beside the target. */
    void dissolve() throws IOException {
        Path going = path.resolveSibling(removed(Ulid.next()));
        DurableFiles.rename(versions, going);
        DurableFiles.deleteTree(going);
        DurableFiles.sync(path.getParent());
    }

    private boolean hasVersions() {
        return Files.isDirectory(versions, LinkOption.NOFOLLOW_LINKS);
    }

    private List<Path> leftovers() throws IOException {
        return entries(path.getParent(), removed(""));
    }

    private static List<Path> entries(Path directory, String prefix) throws IOException {
        List<Path> entries = new ArrayList<>();
        try (DirectoryHandle folder = DirectoryHandle.open(directory)) {
            for (Path name : folder.names()) {
                if (name.toString().startsWith(prefix)) {
                    entries.add(directory.resolve(name));
                }
            }
        }
        return entries;
    }

    private Path nextLink() {
        return path.resolveSibling("." + path.getFileName() + ".next");
    }

    private String removed(String id) {
        return "." + path.getFileName() + ".removed-" + id;
    }
}
