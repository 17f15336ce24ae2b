package dev.lockstep.db.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.EmbeddedHome;
import dev.lockstep.db.EmbeddedHome.Reached;
import dev.lockstep.support.LockFile;
import dev.lockstep.testing.Await;
import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.Counts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** SIGKILL of a user, of the guard, of the server, and of several; no process stays and the next user finds a server. */
@Execution(ExecutionMode.CONCURRENT)
class EmbeddedPostgresCrashTest {
    /** What is there, in the order in which a first start makes it. */
    private enum Step {
        UNPACKING("new-binaries-"),
        UNPACKED("pg-"),
        PASSWORD("password"),
        MAKING_DATA("new-data-"),
        DATA("data"),
        GUARD("guard.lock"),
        PORT("port"),
        SERVER("data/postmaster.pid");

        private final String made;

        Step(String made) {
            this.made = made;
        }

        boolean reached(EmbeddedFiles files) throws IOException {
            return made.contains("/")
                    ? Files.exists(files.directory().resolve(made))
                    : !files.entries(made).isEmpty();
        }
    }

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
    void aKilledUserCountsNoLonger() {
        ChildJvm killed = home.startUser();
        ChildJvm other = home.startUser();
        Reached server = EmbeddedHome.reachedBy(killed);
        EmbeddedHome.reachedBy(other);

        killed.kill();
        assertThat(home.reached()).isEqualTo(server);

        other.kill();
        home.awaitStopped();
    }

    @Test
    void aKilledGuardIsReplacedByTheNextUser() {
        Reached server = EmbeddedHome.reachedBy(home.startUser());
        EmbeddedHome.kill(home.guard().orElseThrow());

        assertThat(home.reached()).isEqualTo(server);

        assertThat(home.guard()).isPresent();
        home.releaseUsers();
        home.awaitStopped();
    }

    @Test
    void aKilledGuardIsReplacedByTheLastUserWhenItCloses() {
        EmbeddedHome.reachedBy(home.startUser());
        EmbeddedHome.kill(home.guard().orElseThrow());

        home.releaseUsers();

        home.awaitStopped();
    }

    @Test
    void aServerThatLostGuardAndUsersIsAdopted() {
        ChildJvm user = home.startUser();
        Reached server = EmbeddedHome.reachedBy(user);
        EmbeddedHome.kill(home.guard().orElseThrow());
        user.kill();

        assertThat(home.reached()).isEqualTo(server);

        home.awaitStopped();
    }

    @Test
    void aKilledServerIsStartedAgainAtItsPort() {
        Reached killed = EmbeddedHome.reachedBy(home.startUser());
        ProcessHandle guard = home.guard().orElseThrow();
        EmbeddedHome.kill(home.server().orElseThrow());

        Reached next = home.reached();

        assertThat(next.port()).isEqualTo(killed.port());
        assertThat(next.since()).isNotEqualTo(killed.since());
        assertThat(home.guard()).contains(guard);
    }

    @Test
    void everythingKilledAtOnceIsRecoveredFrom() {
        ChildJvm user = home.startUser();
        Reached killed = EmbeddedHome.reachedBy(user);
        EmbeddedHome.kill(home.guard().orElseThrow());
        EmbeddedHome.kill(home.server().orElseThrow());
        user.kill();

        assertThat(home.reached().since()).isNotEqualTo(killed.since());

        home.awaitStopped();
    }

    @Test
    void aGuardKilledWhileItStopsTheServerLeavesNothingBehind() {
        ChildJvm user = home.startUser();
        EmbeddedHome.reachedBy(user);
        ProcessHandle guard = home.guard().orElseThrow();
        user.kill();
        // Stopping has begun when nobody but the guard may have the users' lock any more, or is over.
        Await.until(
                "the guard to stop the server",
                EmbeddedHome.STOPPED_WITHIN,
                () -> LockFile.isTaken(home.files().users()) || home.guard().isEmpty());
        EmbeddedHome.kill(guard);

        home.use();

        home.awaitStopped();
    }

    static List<Step> unpackingToday() {
        return Counts.today(1, List.of(Step.UNPACKING, Step.UNPACKED));
    }

    @ParameterizedTest
    @MethodSource("unpackingToday")
    void unpackingKilledAtAnyStepIsFinishedByTheNext(Step step) throws IOException {
        try (EmbeddedHome machine = new EmbeddedHome(dir.resolve("new"))) {
            finishesWhatWasKilledAt(step, machine);
        }
    }

    static List<Step> startingToday() {
        return Counts.today(2, List.copyOf(EnumSet.range(Step.PASSWORD, Step.SERVER)));
    }

    @ParameterizedTest
    @MethodSource("startingToday")
    void aFirstStartKilledAtAnyStepIsFinishedByTheNext(Step step) throws IOException {
        try (EmbeddedHome machine = new EmbeddedHome(dir.resolve("new")).unpacked()) {
            finishesWhatWasKilledAt(step, machine);
        }
    }

    private static void finishesWhatWasKilledAt(Step step, EmbeddedHome machine) throws IOException {
        EmbeddedFiles files = machine.files();
        ChildJvm killed = machine.startUser();
        EmbeddedHome.await(step.name(), killed, () -> step.reached(files));
        List<ProcessHandle> orphans = ProcessHandle.of(killed.pid()).stream()
                .flatMap(ProcessHandle::descendants)
                .toList();
        killed.kill();
        // An initdb that has lost its JVM goes on to write for a moment into what the next user removes.
        orphans.stream()
                .filter(orphan -> orphan.info().command().orElse("").endsWith("initdb"))
                .forEach(orphan -> orphan.onExit().join());

        machine.use();

        assertThat(files.entries("new-")).isEmpty();
        machine.awaitStopped();
    }

    @Test
    void aStartThatIsKilledLeavesNoServerWithoutAUser() throws IOException {
        home.use();
        home.awaitStopped();
        for (Step step : List.of(Step.GUARD, Step.SERVER)) {
            Files.writeString(home.files().guard(), "");
            ChildJvm killed = home.startUser();
            EmbeddedHome.await(
                    step.name(),
                    killed,
                    () -> step == Step.GUARD ? home.guard().isPresent() : step.reached(home.files()));

            killed.kill();

            home.awaitStopped();
        }
    }

    @Test
    void aLeftOverProcessFileOfAnotherProcessIsNoServer() throws IOException {
        home.use();
        home.awaitStopped();
        String alive = ProcessHandle.current().pid() + "\n" + home.files().data() + "\n1\n1\n\n127.0.0.1\n1 1\nready\n";
        for (String leftOver : List.of(alive, "", "\0\0\0\0")) {
            Files.writeString(PostmasterPid.file(home.files().data()), leftOver);

            home.use();

            home.awaitStopped();
        }
    }
}
