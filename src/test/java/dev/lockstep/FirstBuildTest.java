package dev.lockstep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code bin/lockstep} of a checkout that is not built. What builds it here is no Maven but a script of that name,
 * which notes that it ran and puts this build's files where Maven would.
 */
@Tag("distribution")
class FirstBuildTest {
    private static final Path SOURCES = Path.of("").toAbsolutePath();

    /** As a real build, it is there when it is done, and not before. */
    private static final String BUILD = "mkdir target/new && cp -R '"
            + Installation.built().home() + "' target/new && mv target/new/lockstep target && rmdir target/new";

    @TempDir
    Path folder;

    private Installation checkout;
    private Path root;
    private Path lock;

    @BeforeEach
    void checkOut() throws IOException {
        root = folder.resolve("a checkout");
        lock = root.resolve("target/first-build.lock");
        for (String file : List.of("bin/lockstep", "src/main/sh/first-build.sh", "pom.xml")) {
            Path copy = root.resolve(file);
            Files.createDirectories(copy.getParent());
            Files.copy(SOURCES.resolve(file), copy);
        }
        checkout = Installation.at(root).with("PATH", folder + ":/usr/bin:/bin");
        mvn(BUILD);
    }

    private void mvn(String work) throws IOException {
        script(folder.resolve("mvn"), """
                echo "$$ in $(pwd): $*" >> '%s'
                echo 'Maven speaks'
                %s
                """.formatted(folder.resolve("builds"), work));
    }

    private static void script(Path file, String text) throws IOException {
        // A shell that still runs the old one reads on in the same file.
        Files.deleteIfExists(file);
        Files.writeString(file, "#!/bin/sh\n" + text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private List<String> builds() throws IOException {
        return Files.readAllLines(folder.resolve("builds"));
    }

    private static void assertShowsVersion(ChildJvm child) {
        assertThat(child.exitCode()).as("%s", child).isZero();
        assertThat(child.stdout()).startsWith("lockstep ").hasLineCount(1);
    }

    @Test
    void theFirstStartBuildsAndSaysSoOnStandardErrorAndTheNextJustStarts() throws IOException {
        ChildJvm first = checkout.start("version");
        assertShowsVersion(first);
        assertThat(first.stderr()).contains("building this checkout").contains("Maven speaks");
        assertThat(builds())
                .singleElement()
                .asString()
                .contains("in " + root + ": ")
                .endsWith(" package");

        ChildJvm second = checkout.start("version");
        assertShowsVersion(second);
        assertThat(second.stderr()).isEmpty();
        assertThat(builds()).hasSize(1);
        assertThat(lock).doesNotExist();
    }

    @Test
    void firstStartsAtOnceBuildOnce() throws IOException {
        List<ChildJvm> children = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            children.add(checkout.start("version"));
        }

        children.forEach(FirstBuildTest::assertShowsVersion);

        assertThat(builds()).hasSize(1);
    }

    @Test
    void aBuildThatWasKilledIsDoneAgain() throws IOException {
        Files.createDirectories(root.resolve("target/lockstep/lib"));
        Files.writeString(root.resolve("target/lockstep/lib/lockstep.jar"), "half a jar");
        mvn("kill -9 $PPID; sleep 1");
        try (ChildJvm killed = checkout.start("version")) {
            assertThat(killed.exitCode()).isNotZero();
        }
        assertThat(lock).exists();

        mvn("rm -r target/lockstep; " + BUILD);
        assertShowsVersion(checkout.start("version"));

        assertThat(builds()).hasSize(2);
        assertThat(lock).doesNotExist();
    }

    @Test
    void aBuildThatFailsIsAFailureAndLeavesNoLock() throws IOException {
        mvn("exit 1");

        try (ChildJvm child = checkout.start("version")) {
            assertThat(child.exitCode()).isEqualTo(1);
            assertThat(child.stdout()).isEmpty();
            assertThat(child.stderr()).contains("the build failed").contains("hint: ");
        }
        assertThat(lock).doesNotExist();
    }

    @Test
    void saysWhatToInstallWhereThereIsNoMaven() throws IOException {
        Files.delete(folder.resolve("mvn"));
        Path tools = Files.createDirectory(folder.resolve("tools"));
        for (String tool : List.of("sh", "mkdir", "ln", "rm")) {
            script(tools.resolve(tool), "exec /bin/" + tool + " \"$@\"");
        }

        try (ChildJvm child = checkout.with("PATH", tools.toString()).start("version")) {
            assertThat(child.exitCode()).isEqualTo(2);
            assertThat(child.stdout()).isEmpty();
            assertThat(child.stderr()).contains("there is no mvn").contains("hint: install Maven");
        }
        assertThat(lock).doesNotExist();
    }
}
