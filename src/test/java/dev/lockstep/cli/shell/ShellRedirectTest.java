package dev.lockstep.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.Lockstep;
import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A shell on a terminal lays out for people what comes there, and nothing else. */
class ShellRedirectTest {
    private static final String STATUS = "fts status --db notes.db";
    private static final String COLOURED = "note_fts: \u001b[1;33muntriggered\u001b[m;";
    private static final String PLAIN = "note_fts: untriggered;";

    @TempDir
    Path folder;

    @BeforeEach
    void make() throws Exception {
        TestSqlite.create(
                folder.resolve("notes.db"),
                "create table note (body text)",
                "create virtual table note_fts using fts5(body, content = 'note')");
    }

    private String shell(String... commands) {
        List<String> words = new ArrayList<>(ChildJvm.command());
        words.addAll(List.of("-Dlockstep.tty=12", Lockstep.class.getName(), "shell", "-c", "\\set ON_ERROR_STOP off"));
        for (String command : commands) {
            words.addAll(List.of("-c", command));
        }
        Map<String, String> environment = Map.of(
                "HOME", folder.toString(), "PATH", System.getenv("PATH"), "TERM", "xterm", "PAGER", "sed s/^/:/");
        try (ChildJvm child = ChildJvm.exec(folder, environment, words.toArray(String[]::new))) {
            assertThat(child.exitCode()).as(child.stderr()).isEqualTo(3);
            return child.stdout();
        }
    }

    @Test
    void theTerminalAndAPagerOnItAreLaidOutFor() {
        assertThat(shell(STATUS, "\\set PAGER on", STATUS)).startsWith(COLOURED).contains("\n:" + COLOURED);
    }

    @Test
    void aProgramIsNot() {
        String upper = PLAIN.replace("note", "NOTE");

        assertThat(shell(STATUS + " | sed s/note/NOTE/")).startsWith(upper).doesNotContain("\u001b");
    }

    @Test
    void aFileIsNotAndGetsWhatAProgramMakesOfIt() throws Exception {
        String shown = shell("\\o results", STATUS, STATUS + " | sed s/note/NOTE/", "\\o", STATUS);

        assertThat(shown).startsWith(COLOURED).doesNotContain("NOTE");
        assertThat(Files.readString(folder.resolve("results")))
                .startsWith(PLAIN)
                .contains("\n" + PLAIN.replace("note", "NOTE"))
                .doesNotContain("\u001b");
    }
}
