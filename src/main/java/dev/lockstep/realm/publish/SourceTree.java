package dev.lockstep.realm.publish;

import dev.lockstep.support.LockstepException;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A directory tree that is about to be published: files, directories, and symbolic links that stay inside it.
 *
 * <p>It is read three times: to check it before anything is written, to copy it, and to see that it stood still
 * meanwhile. A tree that changed is not published, because nobody ever meant the mixture that was copied.
 */
final class SourceTree {
    private static final int MAX_LINKS_IN_A_PATH = 40;

    enum Kind {
        FILE,
        DIRECTORY,
        LINK
    }

    /**
     * What one entry was when it was read; two that are equal mean the same bytes.
     *
     * @param path from the root, with slashes; empty for the root itself
     * @param key names the entry for as long as it exists (device and inode)
     * @param link what a symbolic link says; empty for anything else
     */
    record Entry(
            String path,
            Kind kind,
            Object key,
            long size,
            FileTime modified,
            Set<PosixFilePermission> mode,
            String link) {}

    /** What is done with each entry; a directory is entered before its content and left after it. */
    interface Visitor {
        default void enter(Entry directory) throws IOException {}

        default void leave(Entry directory) throws IOException {}

        default void file(Entry file, ReadableByteChannel content) throws IOException {}

        default void link(Entry link) throws IOException {}
    }

    /** How much there is to copy. */
    record Size(long files, long bytes) {}

    private static final Visitor LOOK = new Visitor() {};

    private final Path root;
    private final List<Entry> entries;

    private SourceTree(Path root, List<Entry> entries) {
        this.root = root;
        this.entries = entries;
    }

    /**
     * Where a directory that a person named really is.
     *
     * @throws LockstepException usage: there is none
     */
    static Path locate(Path named) throws IOException {
        Path real;
        try {
            real = named.toRealPath();
        } catch (NoSuchFileException e) {
            throw LockstepException.usage("no such directory: " + named, null);
        }
        if (!Files.isDirectory(real, LinkOption.NOFOLLOW_LINKS)) {
            throw LockstepException.usage(
                    "not a directory: " + named, "publish takes a directory with the files of the realm");
        }
        return real;
    }

    /**
     * Looks at the whole tree.
     *
     * @param root a real path: no part of it is a symbolic link
     * @throws LockstepException refused: a special file, or a link that leaves the tree
     */
    static SourceTree at(Path root) throws IOException {
        List<Entry> entries = read(root, LOOK);
        SourceTree tree = new SourceTree(root, entries);
        tree.refuseLinksThatLeave();
        return tree;
    }

    Size size() {
        long files = 0;
        long bytes = 0;
        for (Entry entry : entries) {
            if (entry.kind() != Kind.DIRECTORY) {
                files++;
                bytes += entry.size();
            }
        }
        return new Size(files, bytes);
    }

    /**
     * Visits everything.
     *
     * @throws LockstepException the tree is not any more what it was at first
     */
    void visit(Visitor visitor) throws IOException {
        compare(read(root, visitor));
        compare(read(root, LOOK));
    }

    private void compare(List<Entry> now) {
        for (int i = 0; i < Math.max(entries.size(), now.size()); i++) {
            Entry before = i < entries.size() ? entries.get(i) : null;
            Entry after = i < now.size() ? now.get(i) : null;
            if (before == null || !before.equals(after)) {
                throw new LockstepException(
                        LockstepException.Kind.FAILED,
                        "source-changed",
                        "the source changed while it was copied: "
                                + root.resolve((before == null ? after : before).path()),
                        "nothing was published; run it again when nobody writes to " + root,
                        null);
            }
        }
    }

    private static List<Entry> read(Path root, Visitor visitor) throws IOException {
        List<Entry> entries = new ArrayList<>();
        try (DirectoryHandle parent = DirectoryHandle.open(root.getParent())) {
            directory(parent, root.getFileName(), "", visitor, entries);
        }
        return entries;
    }

    private static void directory(DirectoryHandle parent, Path name, String path, Visitor visitor, List<Entry> entries)
            throws IOException {
        Entry entry = entry(path, Kind.DIRECTORY, parent.attributes(name), "");
        entries.add(entry);
        visitor.enter(entry);
        try (DirectoryHandle folder = parent.folder(name)) {
            for (Path inside : folder.names()) {
                String text = text(folder, inside);
                member(folder, inside, path.isEmpty() ? text : path + "/" + text, visitor, entries);
            }
        }
        visitor.leave(entry);
    }

    private static void member(DirectoryHandle folder, Path name, String path, Visitor visitor, List<Entry> entries)
            throws IOException {
        PosixFileAttributes attributes = folder.attributes(name);
        if (attributes.isDirectory()) {
            directory(folder, name, path, visitor, entries);
        } else if (attributes.isSymbolicLink()) {
            Entry link = entry(path, Kind.LINK, attributes, text(folder, folder.link(name)));
            entries.add(link);
            visitor.link(link);
        } else if (attributes.isRegularFile()) {
            Entry file = entry(path, Kind.FILE, attributes, "");
            entries.add(file);
            if (visitor != LOOK) {
                try (ReadableByteChannel content = folder.file(name)) {
                    visitor.file(file, content);
                }
            }
        } else {
            throw LockstepException.refused(
                    "neither a file, a directory nor a symbolic link: "
                            + folder.path().resolve(name),
                    "a device, a pipe or a socket cannot be published; take it out of the source");
        }
    }

    /** The name as text; one that would come out differently in the copy is refused. */
    private static String text(DirectoryHandle folder, Path name) {
        String text = name.toString();
        try {
            if (Path.of(text).equals(name)) {
                return text;
            }
        } catch (InvalidPathException e) {
            // It cannot be written in the encoding of this process: the same answer.
        }
        throw LockstepException.refused(
                "a name that is no text: '" + text + "' in " + folder.path(),
                "it holds bytes that are no characters in " + Charset.defaultCharset() + "; rename it");
    }

    private static Entry entry(String path, Kind kind, PosixFileAttributes attributes, String link) {
        // How big a directory is says nothing about what is in it.
        long size = kind == Kind.DIRECTORY ? 0 : attributes.size();
        return new Entry(
                path, kind, attributes.fileKey(), size, attributes.lastModifiedTime(), attributes.permissions(), link);
    }

    private void refuseLinksThatLeave() {
        Map<String, String> links = new HashMap<>();
        for (Entry entry : entries) {
            if (entry.kind() == Kind.LINK) {
                links.put(entry.path(), entry.link());
            }
        }
        for (Map.Entry<String, String> link : links.entrySet()) {
            if (leaves(link.getKey(), link.getValue(), links)) {
                throw LockstepException.refused(
                        "a symbolic link leaves the tree: " + root.resolve(link.getKey()) + " -> " + link.getValue(),
                        "a published link must be relative and lead to something inside the source");
            }
        }
    }

    /** Walks as the kernel would: a link on the way counts, and {@code ..} goes up from where it led. */
    private static boolean leaves(String path, String link, Map<String, String> links) {
        Deque<String> place = new ArrayDeque<>(List.of(path.split("/", -1)));
        place.removeLast();
        Deque<String> todo = new ArrayDeque<>();
        if (!prepend(link, todo)) {
            return true;
        }
        for (int followed = 0; !todo.isEmpty(); ) {
            String step = todo.removeFirst();
            if (step.equals("..")) {
                if (place.pollLast() == null) {
                    return true;
                }
            } else if (!step.isEmpty() && !step.equals(".")) {
                place.addLast(step);
                String inner = links.get(String.join("/", place));
                if (inner != null) {
                    place.removeLast();
                    if (++followed > MAX_LINKS_IN_A_PATH || !prepend(inner, todo)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /** Puts the steps of a link before those that are left. An absolute link has none. */
    private static boolean prepend(String link, Deque<String> todo) {
        if (link.startsWith("/")) {
            return false;
        }
        String[] steps = link.split("/", -1);
        for (int i = steps.length - 1; i >= 0; i--) {
            todo.addFirst(steps[i]);
        }
        return true;
    }
}
