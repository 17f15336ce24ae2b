package dev.lockstep.fts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.Lockstep;
import dev.lockstep.testing.Await;
import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.RunningLockstep;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code fts run}: whatever becomes of the program, and of lockstep itself, the index comes back. */
class FtsRunTest extends CadtFixture {
    private static final Map<String, String> ENVIRONMENT = Map.of("PATH", System.getenv("PATH"));
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Says that it runs, and goes on until it is told to end, or a signal does. */
    private static final String UNTIL_TOLD = """
            trap 'echo got INT; exit 9' INT
            trap 'echo got TERM; exit 9' TERM
            trap 'echo got HUP; exit 9' HUP
            echo up
            while [ ! -e "$0" ]; do sleep 0.02; done
            """;

    private void tell(String name) throws IOException {
        Files.createFile(dir.resolve(name));
    }

    private String[] words(List<String> options, String... command) {
        List<String> words = new ArrayList<>(List.of(
                "fts", "run", "--profile", "cadt-v1", "--db", engine.file().toString()));
        words.addAll(options);
        words.addAll(List.of(command));
        return words.toArray(String[]::new);
    }

    private LockstepRun run(List<String> options, String... command) {
        return LockstepRun.of(ENVIRONMENT, words(options, command));
    }

    /** A run in a process of its own, whose program is under way. */
    private ChildJvm start(String tell) {
        ChildJvm child = ChildJvm.start(
                Lockstep.class,
                ENVIRONMENT,
                words(List.of(), "--", "sh", "-c", UNTIL_TOLD, dir.resolve(tell).toString()));
        child.awaitStdout("up");
        return child;
    }

    /** Its program is left alone, and told to end before the run is closed: it holds the other end of our streams. */
    private void kill(ChildJvm run, String tell) throws IOException {
        run.signal("KILL");
        Await.until("the end of " + run.pid(), PATIENCE, () -> !run.isAlive());
        tell(tell);
    }

    private void isDeferred() throws SQLException {
        assertThat(CadtDatabase.liveTriggers(engine.file())).isEmpty();
        assertThat(engine.status().isKept()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "7", "125"})
    void theStatusOfTheProgramIsOursAndTheIndexIsBack(int status) throws Exception {
        try (RunningLockstep run = RunningLockstep.start(
                ENVIRONMENT,
                words(
                        List.of(),
                        "--",
                        "sh",
                        "-c",
                        "touch \"$LOCKSTEP_DB.up\"; while [ ! -e \"$0\" ]; do sleep 0.02; done; exit " + status,
                        dir.resolve("go").toString()))) {
            Await.until("the program", PATIENCE, () -> Files.exists(dir.resolve("cadt.db.up")));
            isDeferred();
            CadtDatabase.change(engine.file());
            tell("go");
            assertThat(run.ended().exit()).isEqualTo(status);
        }
        isRestored();
    }

    @Test
    void aProgramThatCannotBeRunChangesNothing() throws Exception {
        Path file = Files.createFile(dir.resolve("not-a-program"));

        assertThat(run(List.of(), "--", "no-such-program").exit()).isEqualTo(127);
        assertThat(run(List.of(), "--", file.toString()).exit()).isEqualTo(126);
        assertThat(run(List.of()).exit()).isEqualTo(2);
        assertThat(run(List.of("--table", "no_such_table"), "--", "true").exit())
                .isEqualTo(2);
        isRestored();
    }

    @Test
    void aDryRunSaysWhatWouldBeDeferredAndRunsNothing() throws SQLException {
        LockstepRun shown = run(List.of("-n"), "--", "sh", "-c", "touch \"$LOCKSTEP_DB.up\"");

        assertThat(shown.exit()).isZero();
        assertThat(shown.stdout()).contains("would defer projects_fts", "would defer units_fts");
        assertThat(dir.resolve("cadt.db.up")).doesNotExist();
        isRestored();
    }

    @Test
    void aProgramThatASignalKillsPassesThatOn() throws SQLException {
        assertThat(run(List.of(), "--", "sh", "-c", "kill -KILL $$").exit()).isEqualTo(137);
        isRestored();
    }

    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143", "HUP, 129"})
    void aSignalIsPassedOnAndTheIndexIsBackBeforeWeEnd(String signal, int status) throws Exception {
        try (ChildJvm child = start("go")) {
            CadtDatabase.change(engine.file());
            child.signal(signal);

            assertThat(child.exitCode()).isEqualTo(status);
            // At a terminal it is the terminal that sends SIGINT to all.
            assertThat(child.stdout()).containsAnyOf("got " + signal, "got TERM");
        }
        isRestored();
    }

    @Test
    void whatIsLeftByARunThatWasKilledTheNextOneRestores() throws Exception {
        try (ChildJvm child = start("go")) {
            kill(child, "go");
            CadtDatabase.change(engine.file());
        }
        isDeferred();

        assertThat(run(List.of(), "--", "true").exit()).isZero();
        isRestored();
    }

    @Test
    void whatIsLeftByARunThatWasKilledARestoreBringsBack() throws Exception {
        try (ChildJvm child = start("go")) {
            kill(child, "go");
            CadtDatabase.change(engine.file());
        }
        LockstepRun restored = LockstepRun.of(
                ENVIRONMENT,
                "fts",
                "restore",
                "--if-deferred",
                "--profile",
                "cadt-v1",
                "--db",
                engine.file().toString());
        assertThat(restored.exit()).isZero();
        isRestored();
    }

    @Test
    void ofTwoRunsAtOnceTheLastToEndRestores() throws Exception {
        try (ChildJvm first = start("go");
                ChildJvm second = start("go-2")) {
            CadtDatabase.change(engine.file());
            tell("go");
            assertThat(first.exitCode()).isZero();
            assertThat(first.stderr()).contains("still deferred for another owner: projects_fts, units_fts");
            isDeferred();
            assertThat(LockstepRun.of(
                                    ENVIRONMENT,
                                    "fts",
                                    "restore",
                                    "--profile",
                                    "cadt-v1",
                                    "--db",
                                    engine.file().toString())
                            .exit())
                    .isEqualTo(6);
            tell("go-2");
            assertThat(second.exitCode()).isZero();
        }
        isRestored();
    }

    @Test
    void aRunThatWasKilledDoesNotKeepTheOtherFromRestoring() throws Exception {
        try (ChildJvm first = start("go");
                ChildJvm second = start("go-2")) {
            kill(second, "go-2");
            CadtDatabase.change(engine.file());
            tell("go");
            assertThat(first.exitCode()).isZero();
        }
        isRestored();
    }

    @Test
    void atItsMaximumAgeTheIndexIsBackThoughTheProgramGoesOn() throws Exception {
        try (RunningLockstep run = RunningLockstep.start(
                ENVIRONMENT,
                words(
                        List.of("--max-age", "1ms"),
                        "--",
                        "sh",
                        "-c",
                        UNTIL_TOLD,
                        dir.resolve("go").toString()))) {
            run.awaitStderr("the triggers are back although the program still runs");
            isRestored();
            tell("go");
            assertThat(run.ended().exit()).isZero();
        }
        isRestored();
    }

    @Test
    void aLockThatIsNotHadInTimeIsNoReasonToRunTheProgram() throws SQLException {
        try (Connection holder = TestSqlite.connect(engine.file());
                Statement statement = holder.createStatement()) {
            statement.execute("begin immediate");
            LockstepRun late = run(List.of("--lock-timeout", "50ms"), "--", "sh", "-c", "touch \"$LOCKSTEP_DB.up\"");
            assertThat(late.exit()).isEqualTo(124);
        }
        assertThat(dir.resolve("cadt.db.up")).doesNotExist();
        isRestored();
    }

    @Test
    void anIndexThatCannotBeRestoredIsSaidTogetherWithTheProgramsStatus() throws Exception {
        try (RunningLockstep run = RunningLockstep.start(
                ENVIRONMENT,
                words(
                        List.of("-o", "json"),
                        "--",
                        "sh",
                        "-c",
                        "touch \"$LOCKSTEP_DB.up\"; while [ ! -e \"$0\" ]; do sleep 0.02; done; exit 3",
                        dir.resolve("go").toString()))) {
            Await.until("the program", PATIENCE, () -> Files.exists(dir.resolve("cadt.db.up")));
            TestSqlite.create(engine.file(), "alter table units rename column unitOwner to ownedBy");
            tell("go");
            LockstepRun ended = run.ended();
            Map<String, Object> error = ended.endedWith(125).error();
            assertThat(error.get("code")).isEqualTo("schema-changed");
            assertThat((String) error.get("message")).contains("the program ended with 3", "unitOwner");
        }
        isDeferred();
    }
}
