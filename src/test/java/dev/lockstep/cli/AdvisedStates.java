package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PastedAdvice;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
    private int rows;
    private int files;

    @BeforeEach
    void somebodyWhoPastes() {
        advice = new PastedAdvice(Map.of("HOME", dir.toString()));
    }

    @AfterEach
    void tells() {
        System.out.println(rows + " states, " + advice.count() + " hints and fixes pasted");
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
        rows++;
        LockstepRun run = advice.run(words);
        List<String> commands = PastedAdvice.commands(run);
        if (run.exit() != exit || commands.stream().noneMatch(command -> command.startsWith(advised))) {
            failures.add(state + ": " + words + " does not end with " + exit + " and advise '" + advised + "': " + run);
            return;
        }
        try {
            if (goal == LEADS_ON) {
                commands.forEach(advice::paste);
            } else {
                advice.followUntil(goal, words, sql -> {});
            }
        } catch (AssertionError e) {
            failures.add(state + ": " + e.getMessage());
        }
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
