package dev.lockstep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Debian package, as dpkg sees it, and run from a folder into which it was unpacked. */
@Tag("debian")
class DebianPackageTest {
    private static final Path PACKAGE = Path.of(System.getProperty("lockstep.debian"));

    @TempDir
    Path root;

    private static String dpkg(String... arguments) {
        String[] command = new String[arguments.length + 1];
        command[0] = "dpkg-deb";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        try (ChildJvm dpkg = ChildJvm.exec(Path.of(""), Installation.ENVIRONMENT, command)) {
            assertThat(dpkg.exitCode()).as("%s", dpkg).isZero();
            return dpkg.stdout();
        }
    }

    @Test
    void holdsTheProgramItsPagesAndCompletionsAndBelongsToRoot() {
        String contents = dpkg("-c", PACKAGE.toString());

        assertThat(contents)
                .contains("./usr/bin/lockstep -> ../lib/lockstep/bin/lockstep")
                .contains(
                        "./usr/share/man/man1/lockstep.1",
                        "./usr/share/man/man5/lockstep-profile.5",
                        "./usr/share/man/man7/lockstep-protocol.7",
                        "./usr/share/bash-completion/completions/lockstep",
                        "./usr/share/zsh/vendor-completions/_lockstep",
                        "./usr/share/fish/vendor_completions.d/lockstep.fish",
                        "./usr/share/doc/lockstep/copyright",
                        "./usr/share/doc/lockstep/examples/crontab")
                .doesNotContain(".jsa");
        assertThat(contents.lines()).allMatch(line -> line.contains(" root/root "));
        assertThat(contents.lines().filter(line -> line.endsWith("./usr/lib/lockstep/bin/lockstep")))
                .allMatch(line -> line.startsWith("-rwxr-xr-x"));
        assertThat(dpkg("-f", PACKAGE.toString(), "Package", "Architecture", "Depends"))
                .contains("Package: lockstep", "Architecture: all", "java17-runtime-headless");
    }

    @Test
    void runsFromWhereItWasUnpacked() throws Exception {
        dpkg("-x", PACKAGE.toString(), root.toString());
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
