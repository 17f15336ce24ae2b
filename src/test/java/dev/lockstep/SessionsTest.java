package dev.lockstep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.CadtSample;
import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.LockstepScript;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The sessions on a terminal that README shows are recorded: their commands run here, in a shell, and the pictures in
 * {@code examples/sessions} are what they print, but for what differs each time. {@code -Dlockstep.update=true} renews them.
 */
@ExtendWith(PostgresExtension.class)
class SessionsTest {
    private static final Path PICTURES = Path.of("examples/sessions");
    private static final int COLUMNS = 100;

    /** What differs from run to run, each with what stands for it. */
    private static final Map<String, String> VOLATILE = Map.of(
            "\\b\\d+(\\.\\d+)? ms\\b", "2 ms",
            "\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z", "2026-11-21T03:00:00Z",
            "pid \\d+ on \\S+", "pid 4711 on app-1",
            "as of \\d+", "as of 763",
            "\\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\b", "6f1c0c5e-0d5b-4b8e-9a55-2f1d8a7c3e90");

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"realm", "transpile", "audit", "fts", "mirror"})
    void thePictureIsWhatTheCommandsPrint(String name, TestDatabase database) throws Exception {
        Path picture = PICTURES.resolve(name + ".svg");

        assertPicture(picture, name, COLUMNS, database);

        assertThat(Path.of("README.md")).content().contains("(" + picture + ")");
    }

    /** What is laid out for a terminal is shown on a narrow one and on a wide one. */
    @ParameterizedTest
    @ValueSource(ints = {80, 120})
    void rowsThatDifferFitTheTerminal(int columns, TestDatabase database) throws Exception {
        TestSqlite.create(
                folder.resolve("mirror.db"),
                "create table note (id integer primary key, body text)",
                "insert into note values (2, 'Bread'), (3, 'two eggs'), (4, '')");
        List<String> lines = assertPicture(PICTURES.resolve("diff-" + columns + ".svg"), "diff", columns, database);

        assertThat(lines).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(columns));
    }

    private List<String> assertPicture(Path picture, String name, int columns, TestDatabase database) throws Exception {
        CadtSample.V1.create(folder.resolve("data.sqlite3"), new CadtSample.Size(20, 60, 100));
        TestSqlite.create(
                folder.resolve("notes.db"),
                "create table note (id integer primary key, body text)",
                "insert into note values (1, 'milk'), (2, 'bread'), (3, 'two eggs')");
        List<String> recorded = record(name, columns, database).lines().toList();
        String drawn = SessionPicture.of(
                recorded.stream()
                        .map(line -> new TerminalRecording.Line(line, true))
                        .toList(),
                columns);
        if (Boolean.getBoolean("lockstep.update")) {
            Files.createDirectories(PICTURES);
            Files.writeString(picture, drawn);
        }

        assertThat(picture).content().isEqualTo(drawn);
        return recorded;
    }

    /** All that a terminal shows while the lines are typed. */
    private String record(String name, int columns, TestDatabase database) throws IOException {
        String script = "exec 2>&1\n" + SessionScript.of(name);
        Map<String, String> environment = new HashMap<>(database.environment());
        environment.put("PATH", LockstepScript.onPath(Files.createDirectory(folder.resolve("bin"))));
        environment.put("HOME", folder.toString());
        environment.put("LC_ALL", "C.UTF-8");
        environment.put("COLUMNS", Integer.toString(columns));
        try (ChildJvm shell = ChildJvm.exec(folder, environment, "sh", "-c", script)) {
            assertThat(shell.exitCode(Duration.ofMinutes(2))).as("%s", shell).isZero();
            String text = shell.stdout().replace(database.name(), "app");
            for (Map.Entry<String, String> each : VOLATILE.entrySet()) {
                text = text.replaceAll(each.getKey(), each.getValue());
            }
            return text;
        }
    }
}
