package dev.lockstep.transpile;

import dev.lockstep.support.FileError;
import dev.lockstep.support.PercentEncoding;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** The files of a realm's directory, by the URLs under which they are known. */
public final class SourceFiles {
    /**
     * What is there under a URL.
     *
     * @param changed when it was changed last; empty if there is no such file, or it cannot be told
     * @param unreadable why it cannot be told
     */
    public record Found(Optional<Instant> changed, Optional<String> unreadable) {
        static final Found NOTHING = new Found(Optional.empty(), Optional.empty());

        public boolean isMissing() {
            return changed.isEmpty() && unreadable.isEmpty();
        }
    }

    private final String prefix;
    private final Path root;

    /** @param root the directory that the realm's URL stands for */
    public SourceFiles(String realm, Path root) {
        this.prefix = ArtifactKey.canonical(realm, "");
        this.root = root.toAbsolutePath().normalize();
    }

    /**
     * The file at a URL.
     *
     * @param url with its extension, percent-encoded
     */
    public Found find(String url) {
        Found unreadable = Found.NOTHING;
        for (String name : names(ArtifactKey.canonical("", url))) {
            Found found = look(name);
            if (found.changed().isPresent()) {
                return found;
            }
            unreadable = found.isMissing() ? unreadable : found;
        }
        return unreadable;
    }

    /** The file, or, where the URL has no executable extension, the first of those that it may mean. */
    public Found findModule(String url) {
        Found unreadable = Found.NOTHING;
        for (String meaning : ModuleNames.meanings(url)) {
            Found found = find(meaning);
            if (found.changed().isPresent()) {
                return found;
            }
            unreadable = found.isMissing() ? unreadable : found;
        }
        return unreadable;
    }

    /** Whether a URL lies in the realm. */
    public boolean contain(String url) {
        return ArtifactKey.canonical("", url).startsWith(prefix);
    }

    /** Replicas leave the escapes of what structures a URL, on disk, too. */
    private Set<String> names(String canonical) {
        Set<String> names = new LinkedHashSet<>();
        if (canonical.startsWith(prefix)) {
            String path = canonical.substring(prefix.length());
            try {
                names.add(PercentEncoding.decodeUri(path));
            } catch (IllegalArgumentException e) {
                names.add(path);
            }
            PercentEncoding.decode(path).ifPresent(names::add);
        }
        return names;
    }

    private Found look(String name) {
        try {
            Path file = root.resolve(name).normalize();
            if (name.isEmpty() || !file.startsWith(root)) {
                return Found.NOTHING;
            }
            BasicFileAttributes there = Files.readAttributes(file, BasicFileAttributes.class);
            return there.isRegularFile()
                    ? new Found(Optional.of(there.lastModifiedTime().toInstant()), Optional.empty())
                    : Found.NOTHING;
        } catch (NoSuchFileException | InvalidPathException e) {
            return Found.NOTHING;
        } catch (FileSystemException e) {
            return isBelowAFile(root.resolve(name)) ? Found.NOTHING : unreadable(e);
        } catch (IOException e) {
            return unreadable(e);
        }
    }

    private boolean isBelowAFile(Path file) {
        for (Path above = file.getParent(); above != null && above.startsWith(root); above = above.getParent()) {
            if (Files.isRegularFile(above)) {
                return true;
            }
        }
        return false;
    }

    private static Found unreadable(IOException e) {
        return new Found(Optional.empty(), Optional.of(FileError.reason(e)));
    }
}
