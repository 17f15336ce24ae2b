package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PastedAdvice;
import dev.lockstep.testing.RunningLockstep;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** State by state: what is advised there, pasted, mends it or leads on. */
abstract class AdvisedStates {
    /** There is nothing to mend: the command only has to be one that works. */
    static final int LEADS_ON = -1;

    @TempDir
    Path dir;

    PastedAdvice advice;

    private final List<String> failures = new ArrayList<>();
    private int files;

    @BeforeEach
    void somebodyWhoPastes() {
        advice = new PastedAdvice(Map.of("HOME", dir.toString()));
    }

    @AfterEach
    void tells() {
        assertThat(failures).isEmpty();
        assertThat(advice.count()).isPositive();
    }

    static List<String> words(String command, String... more) {
        List<String> words = new ArrayList<>(List.of(command.split(" ", -1)));
        words.addAll(List.of(more));
        return words;
    }

    /**
     * A row of the table.
     *
     * @param exit how the command ends in this state
     * @param advised how a command that it advises begins
     * @param goal how it ends once that was pasted; {@link #LEADS_ON}
     */
    final void row(String state, int exit, String advised, int goal, List<String> words) throws Exception {
        Optional<List<String>> commands = advised(state, exit, advised, words);
        if (commands.isEmpty()) {
            return;
        }
        try {
            if (goal == LEADS_ON) {
                commands.get().forEach(advice::paste);
            } else {
                advice.followUntil(goal, words, sql -> {});
            }
        } catch (AssertionError e) {
            failures.add(state + ": " + e.getMessage());
        }
    }

    /** A row of which that very command is pasted, though it is not the first, and mends it. */
    final void choice(String state, int exit, String advised, List<String> words) throws Exception {
        Optional<List<String>> commands = advised(state, exit, advised, words);
        if (commands.isPresent()) {
            String chosen = commands.get().stream()
                    .filter(command -> command.startsWith(advised))
                    .findFirst()
                    .orElseThrow();
            LockstepRun run = advice.paste(chosen);
            LockstepRun again = advice.run(words);
            if (run.exit() != 0 || again.exit() != 0) {
                failures.add(state + ": " + chosen + ": " + run + again);
            }
        }
    }

    /** A row of which the command that is advised goes on until it is stopped. @return it, running */
    final RunningLockstep running(String state, int exit, String advised, LockstepRun run) {
        String command = advised(state, exit, advised, run).orElseThrow().stream()
                .filter(each -> each.startsWith(advised))
                .findFirst()
                .orElseThrow();
        return advice.start(command);
    }

    private Optional<List<String>> advised(String state, int exit, String advised, List<String> words) {
        return advised(state, exit, advised, advice.run(words));
    }

    private Optional<List<String>> advised(String state, int exit, String advised, LockstepRun run) {
        List<String> commands = PastedAdvice.commands(run);
        if (run.exit() != exit || commands.stream().noneMatch(command -> command.startsWith(advised))) {
            failures.add(state + " does not end with " + exit + " and advise '" + advised + "': " + run);
            return Optional.empty();
        }
        return Optional.of(commands);
    }

    Path source() throws SQLException {
        return TestSqlite.create(
                named("it's"),
                "create table note (id integer primary key, body text)",
                "insert into note values (1, 'lighthouse'), (2, 'keeper')",
                "create table \"it's $HOME\" (id integer primary key, body text)",
                "insert into \"it's $HOME\" values (1, 'sea')");
    }

    Path password(String password) throws Exception {
        Path file = Files.writeString(dir.resolve("pass word's " + files++), password + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    static String url(TestDatabase database) {
        return "postgresql://" + database.user() + "@" + database.host() + ":" + database.port() + "/"
                + database.name();
    }

    static String[] with(String[] here, String... more) {
        List<String> all = new ArrayList<>(List.of(here));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    /** A new name in the folder, odd enough for a shell. */
    final Path named(String name) {
        return dir.resolve(name + " " + files++ + ".db");
    }
}
