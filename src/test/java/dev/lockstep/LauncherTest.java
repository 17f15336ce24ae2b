package dev.lockstep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code bin/lockstep}, as installed: found by any name, in any environment, and as good as invisible. */
@Tag("distribution")
@ExtendWith(PostgresExtension.class)
class LauncherTest {
    private static final int CLOSED_PIPE = 141;

    @TempDir
    Path folder;

    private final Installation lockstep = Installation.built();

    private static void assertShowsVersion(ChildJvm child) {
        try (child) {
            assertThat(child.exitCode()).as("%s", child).isZero();
            assertThat(child.stdout()).startsWith("lockstep ").hasLineCount(1);
            assertThat(child.stderr()).isEmpty();
        }
    }

    private Path script(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + text + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void startsInAnEnvironmentOfNothingButThePath() {
        assertShowsVersion(lockstep.without("JAVA_HOME")
                .with("PATH", System.getProperty("java.home") + "/bin:/usr/bin:/bin")
                .start("version"));
    }

    @Test
    void theSchemaOfWhatItPrintsLiesBesideIt() throws IOException {
        Path schema = Path.of(System.getProperty("lockstep.distribution"), "share/output.schema.json");

        try (ChildJvm child = lockstep.start("help", "json", "--schema")) {
            assertThat(child.exitCode()).as("%s", child).isZero();
            assertThat(schema).content().isEqualTo(child.stdout());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/nonexistent"})
    void startsWithAHomeOfNoUse(String home) {
        assertShowsVersion(lockstep.with("HOME", home).start("version"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "C", "POSIX", "de_DE.ISO-8859-1", "C.UTF-8", "xx_XX.UTF-8"})
    void keepsEveryCharacterOfAnArgumentWhateverTheLocale(String locale) {
        try (ChildJvm child = lockstep.with("LC_ALL", locale).start("version", "é→", "-o", "json")) {
            assertThat(child.exitCode()).isEqualTo(2);
            assertThat(child.stdout()).contains("'é→'");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"LANG", "LC_TIME", "LC_CTYPE"})
    void aLocaleThatIsNotInstalledMaimsNoArgument(String variable) {
        try (ChildJvm child =
                lockstep.without("LC_ALL").with(variable, "xx_XX.UTF-8").start("version", "é→", "-o", "json")) {
            assertThat(child.exitCode()).isEqualTo(2);
            assertThat(child.stdout()).contains("'é→'");
        }
    }

    @Test
    void isFoundThroughLinksOfEveryKind() throws IOException {
        Path bin = Files.createDirectories(folder.resolve("my tools/bin"));
        Path absolute = Files.createSymbolicLink(bin.resolve("absolute"), lockstep.launcher());
        Path relative = Files.createSymbolicLink(bin.resolve("relative"), Path.of("../bin/absolute"));

        assertShowsVersion(lockstep.startAs(absolute.toString(), "version"));
        assertShowsVersion(lockstep.startAs(relative.toString(), "version"));
        assertShowsVersion(lockstep.in(bin).startAs("./relative", "version"));
        assertShowsVersion(
                lockstep.in(folder).with("PATH", bin + ":/usr/bin:/bin").startAs("/bin/sh", "-c", "relative version"));

        Files.delete(relative);
        Files.delete(absolute);
    }

    @Test
    void isFoundByARelativeNameOfAnyForm() {
        Path home = lockstep.home();

        assertShowsVersion(lockstep.in(home).startAs("/bin/sh", "-c", "bin/lockstep version"));
        assertShowsVersion(lockstep.in(home.resolve("bin")).startAs("/bin/sh", "-c", "./lockstep version"));
        assertShowsVersion(lockstep.in(home.resolve("lib")).startAs("/bin/sh", "-c", "../bin//lockstep version"));
        assertShowsVersion(lockstep.in(home.resolve("bin")).startAs("/bin/sh", "lockstep", "version"));
    }

    @Test
    void passesTheExitStatusOn() {
        try (ChildJvm child = lockstep.start("no-such-command")) {
            assertThat(child.exitCode()).isEqualTo(2);
            assertThat(child.stdout()).isEmpty();
        }
    }

    @Test
    void endsWhenNobodyReadsStandardOutput() throws Exception {
        ProcessBuilder help = new ProcessBuilder(lockstep.launcher().toString(), "help");
        help.environment().putAll(Installation.ENVIRONMENT);
        Process process = help.start();
        process.getInputStream().close();

        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(CLOSED_PIPE);
        assertThat(process.getErrorStream().readAllBytes()).isEmpty();
    }

    @Test
    void standardOutputIsTheResultsAloneWhateverTheJvmHasToSay() {
        try (ChildJvm child = lockstep.with("JAVA_TOOL_OPTIONS", "-Xlog:gc*=debug:stdout -XX:+PrintFlagsRanges")
                .with("LOCKSTEP_JAVA_OPTS", "-XX:+PrintCodeCache -XX:SharedArchiveFile=/nonexistent")
                .start("version")) {
            assertThat(child.exitCode()).isZero();
            assertThat(child.stdout()).startsWith("lockstep ").hasLineCount(1);
            assertThat(child.stderr()).contains("Picked up JAVA_TOOL_OPTIONS");
        }
    }

    @Test
    void opensAFileOfAnyNameAndWritesNothingIntoTheTemporaryFolder() throws Exception {
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        TestSqlite.create(folder.resolve("é →.db"), "create table t (a)");

        try (ChildJvm child = lockstep.in(folder)
                .with("LOCKSTEP_JAVA_OPTS", "-Djava.io.tmpdir=" + temporary)
                .start("fts", "status", "é →.db", "-o", "json")) {
            assertThat(child.exitCode()).as("%s", child).isZero();
        }

        assertThat(temporary).isEmptyDirectory();
    }

    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143", "HUP, 129"})
    void aSignalReachesTheCommandAndBecomesItsStatus(String signal, int status, TestDatabase database) {
        database.environment().forEach(lockstep::with);

        try (ChildJvm child = lockstep.start("realm", "listen", "-o", "jsonl")) {
            child.awaitStdout("\"ready\"");
            assertThat(Path.of("/tmp", "hsperfdata_" + System.getProperty("user.name"), Long.toString(child.pid())))
                    .doesNotExist();
            child.signal(signal);
            assertThat(child.exitCode()).as("%s", child).isEqualTo(status);
        }
    }

    @Test
    void saysWhatIsMissingWhereThereIsNoJava() {
        Installation without = lockstep.without("JAVA_HOME").with("PATH", folder.toString());

        try (ChildJvm child = without.start("version")) {
            assertThat(child.exitCode()).isEqualTo(2);
            assertThat(child.stdout()).isEmpty();
            assertThat(child.stderr()).contains("there is no Java").contains("hint: install Java 17");
        }
    }

    @Test
    void refusesAJavaThatIsTooOldByName() throws IOException {
        script("old/bin/java", "printf '    java.home = /old\\n    java.specification.version = 1.8\\n' >&2");

        try (ChildJvm child =
                lockstep.with("JAVA_HOME", folder.resolve("old").toString()).start("version")) {
            assertThat(child.exitCode()).isEqualTo(2);
            assertThat(child.stdout()).isEmpty();
            assertThat(child.stderr()).contains("is Java 8");
        }
    }

    @Test
    void saysThatAnInstallationIsIncomplete() throws IOException {
        Installation incomplete = Installation.linkedInto(folder.resolve("lockstep"));
        Files.delete(incomplete.lib().resolve("lockstep.build"));

        try (ChildJvm child = incomplete.start("version")) {
            assertThat(child.exitCode()).isEqualTo(70);
            assertThat(child.stderr()).contains("incomplete");
        }
    }
}
