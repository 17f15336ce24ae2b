package dev.lockstep.transpile.service;

import dev.lockstep.transpile.Captured;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where an artifact is made from. It can be opened only with a {@link Captured}: whoever reads a source before it has
 * captured the generation may store, under that generation, what was made from an older source.
 */
public final class Source {
    /** Opens the bytes. */
    @FunctionalInterface
    public interface Opener {
        InputStream open() throws IOException;
    }

    private final String path;
    private final Opener opener;

    private Source(String path, Opener opener) {
        this.path = path;
        this.opener = opener;
    }

    /**
     * A source.
     *
     * @param path relative to the realm and canonical: the file that a request meant
     */
    public static Source of(String path, Opener opener) {
        return new Source(path, opener);
    }

    /** A source that is a file. */
    public static Source of(String path, Path file) {
        return new Source(path, () -> Files.newInputStream(file));
    }

    /** Relative to the realm. */
    public String path() {
        return path;
    }

    /**
     * Opens the bytes.
     *
     * @param captured the proof that the generation is older than they are
     */
    public InputStream open(Captured captured) throws IOException {
        java.util.Objects.requireNonNull(captured, "the generation is captured before the source is opened");
        return opener.open();
    }
}
