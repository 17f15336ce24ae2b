package dev.lockstep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.ChildJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The class archive that an installation makes for itself: once, where it can, and never in anybody's way. */
@Tag("distribution")
class ClassArchiveTest {
    /** Forms of lambdas that no list of classes can name. */
    private static final int SPUN_AT_RUN_TIME = 5;

    @TempDir
    Path folder;

    private Installation lockstep;

    @BeforeEach
    void install() throws IOException {
        lockstep = Installation.linkedInto(folder.resolve("lockstep"));
    }

    private ChildJvm assertRuns(String... arguments) {
        try (ChildJvm child = lockstep.start(arguments)) {
            assertThat(child.exitCode()).as("%s", child).isZero();
            assertThat(child.stdout()).startsWith("lockstep ").hasLineCount(1);
            return child;
        }
    }

    private void assertRunsQuietly() {
        assertThat(assertRuns("version").stderr()).isEmpty();
    }

    /** The classes that a command loads from jars, or makes, instead of mapping them from the archive. */
    private List<String> unsharedClasses(Installation installation) throws IOException {
        Path log = folder.resolve("classes.log");
        try (ChildJvm child = installation
                .with("LOCKSTEP_JAVA_OPTS", "-Xlog:class+load:file=" + log)
                .start("version")) {
            assertThat(child.exitCode()).as("%s", child).isZero();
        }
        return Files.readAllLines(log).stream()
                .filter(line -> !line.contains("shared objects file"))
                .toList();
    }

    @Test
    void theBuildsArchiveHoldsAllThatAShortCommandLoads() throws IOException {
        assertThat(unsharedClasses(Installation.built())).hasSizeLessThan(SPUN_AT_RUN_TIME);
    }

    @Test
    void theFirstStartMakesOneAndTheNextOnesUseIt() throws IOException {
        assertThat(assertRuns("version", "-v").stderr()).contains("making a class archive");
        List<Path> archives = lockstep.archives();
        assertThat(archives).hasSize(1);
        FileTime made = Files.getLastModifiedTime(archives.get(0));

        assertThat(assertRuns("version", "-v").stderr()).isEmpty();

        assertThat(Files.getLastModifiedTime(archives.get(0))).isEqualTo(made);
        assertThat(unsharedClasses(lockstep)).hasSizeLessThan(SPUN_AT_RUN_TIME);
    }

    @Test
    void manyFirstStartsAtOnceAllRunAndLeaveOne() throws IOException {
        List<ChildJvm> children = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            children.add(lockstep.start("version"));
        }

        for (ChildJvm child : children) {
            assertThat(child.exitCode()).as("%s", child).isZero();
            assertThat(child.stderr()).isEmpty();
        }

        assertThat(lockstep.archives()).hasSize(1);
        assertThat(lockstep.lib()).isDirectoryNotContaining("glob:**/lockstep.jsa.{lock,[0-9]*}");
    }

    @Test
    void oneThatIsDamagedOrForeignIsIgnoredInSilence() throws IOException {
        assertRunsQuietly();
        Path archive = lockstep.archives().get(0);
        byte[] good = Files.readAllBytes(archive);

        for (byte[] bad :
                List.of("not an archive".getBytes(StandardCharsets.US_ASCII), new byte[0], ofAnotherJvm(good))) {
            Files.delete(archive);
            Files.write(archive, bad);
            assertRunsQuietly();
        }
    }

    /** An archive names the JVM that it was made by, as text. */
    private static byte[] ofAnotherJvm(byte[] archive) {
        byte[] foreign = archive.clone();
        byte[] name = "OpenJDK".getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < 4096; i++) {
            if (Arrays.equals(foreign, i, i + name.length, name, 0, name.length)) {
                foreign[i] = 'X';
                return foreign;
            }
        }
        throw new AssertionError("no JVM is named in the archive");
    }

    @Test
    void isMadeAgainWhenTheJarsAreNewer() throws IOException {
        assertRunsQuietly();
        Path jar = lockstep.lib().resolve("lockstep.jar");
        byte[] content = Files.readAllBytes(jar);
        Files.delete(jar);
        Files.write(jar, content);
        Files.setLastModifiedTime(jar, FileTime.from(Instant.now().plusSeconds(3600)));

        assertThat(assertRuns("version", "-v").stderr()).contains("making a class archive");
        assertThat(assertRuns("version", "-v").stderr()).isEmpty();

        assertThat(lockstep.archives()).hasSize(1);
        assertThat(unsharedClasses(lockstep)).hasSizeLessThan(SPUN_AT_RUN_TIME);
    }

    @Test
    void isMadeAgainWhenJavaWasUpdatedUnderTheSameName() throws IOException {
        assertRunsQuietly();
        Path stamp = lockstep.lib().resolve("lockstep.jsa.stamp");
        Files.writeString(stamp, Files.readString(stamp).replaceFirst("_VERSION=\"[^\"]*\"", "_VERSION=\"16.0.1\""));

        assertThat(assertRuns("version", "-v").stderr()).contains("making a class archive");

        assertThat(Files.readAllLines(stamp)).hasSize(1);
        assertThat(lockstep.archives()).hasSize(1);
    }

    /** A program that picks a Java, but for making an archive does something else. */
    private void pickJavaUnlessDumping(String otherwise) throws IOException {
        Path shim = Files.createDirectories(folder.resolve("shims/bin")).resolve("java");
        Files.deleteIfExists(shim);
        Files.writeString(shim, """
                #!/bin/sh
                case "$*" in *-Xshare:dump*) %s ;; esac
                exec '%s/bin/java' "$@"
                """.formatted(otherwise, System.getProperty("java.home")));
        Files.setPosixFilePermissions(shim, PosixFilePermissions.fromString("rwxr-xr-x"));
        lockstep.with("JAVA_HOME", folder.resolve("shims").toString());
    }

    @Test
    void aProgramThatPicksAJavaIsRemembered() throws IOException {
        pickJavaUnlessDumping("true");

        assertThat(assertRuns("version", "-v").stderr()).contains("making a class archive");
        assertThat(assertRuns("version", "-v").stderr()).isEmpty();
        assertThat(lockstep.archives()).hasSize(1);
    }

    @Test
    void oneThatCannotBeMadeIsNotTriedAgain() throws IOException {
        pickJavaUnlessDumping("exit 1");

        assertThat(assertRuns("version", "-v").stderr()).contains("making a class archive");
        assertThat(assertRuns("version", "-v").stderr()).isEmpty();
        assertThat(lockstep.archives()).isEmpty();
    }

    @Test
    void oneWhoseMakingWasKilledIsTriedAgain() throws IOException {
        pickJavaUnlessDumping("kill -9 $$");
        assertThat(assertRuns("version", "-v").stderr()).contains("making a class archive");
        assertThat(lockstep.archives()).isEmpty();

        pickJavaUnlessDumping("true");
        assertThat(assertRuns("version", "-v").stderr()).contains("making a class archive");
        assertThat(lockstep.archives()).hasSize(1);
    }

    @Test
    void liesInTheUsersCacheWhereTheJarsCannotBeWrittenTo() throws IOException {
        Path cache = folder.resolve("cache");
        Path lib = Files.setPosixFilePermissions(lockstep.lib(), PosixFilePermissions.fromString("r-xr-xr-x"));
        // Root may write in any folder.
        Path expected = Files.isWritable(lib) ? lib : cache.resolve("lockstep");
        lockstep.with("XDG_CACHE_HOME", cache.toString());

        assertRunsQuietly();

        assertThat(Installation.archivesIn(expected)).hasSize(1);
    }

    @Test
    void runsWithoutWhereNoneCanBeMade() throws IOException {
        Files.delete(lockstep.lib().resolve("lockstep.classlist"));

        assertRunsQuietly();

        assertThat(lockstep.archives()).isEmpty();
    }
}
