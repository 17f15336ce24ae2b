package dev.lockstep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.Counts;
import dev.lockstep.testing.LockstepScript;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Sessions of commands that take long, on a terminal of 80 and of 120 columns, as {@link SessionsTest} has those that do not. A bar
 * stands where it is taken away; it is another each time, and on a fast machine there is none, so what is compared is all the rest.
 */
@ExtendWith(PostgresExtension.class)
class LongSessionsTest {
    private static final Path PICTURES = Path.of("examples/sessions");
    private static final int ROWS = 60_000;

    /** Each is a transaction. */
    private static final int GENERATIONS = 400;

    /** As the other sessions have it; of what is in columns, only words are the same each time. */
    private static final Map<String, String> VOLATILE = Map.of(
            "\\b(\\d+(\\.\\d+)? (ms|s|min)|a second)\\b", "2 s",
            "\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z", "2026-11-21T03:00:00Z",
            "pid \\d+ on [^\\s;,]+", "pid 4711 on app-1",
            "backend \\d+", "backend 4711",
            "127\\.0\\.0\\.1:\\d+", "127.0.0.1:5432");

    @TempDir
    Path folder;

    static Stream<Arguments> sessions() {
        List<String> names = List.of("progress-mirror", "progress-fts", "progress-audit", "progress-realm", "top");
        List<Integer> widths =
                Boolean.getBoolean("lockstep.update") || Counts.of(0, 1) == 1 ? List.of(80, 120) : List.of(80);
        return names.stream().flatMap(name -> widths.stream().map(columns -> Arguments.of(name, columns)));
    }

    @ParameterizedTest
    @MethodSource("sessions")
    void thePictureIsWhatATerminalShows(String name, int columns, TestDatabase database) throws Exception {
        prepare();
        TerminalRecording recording = record(name, columns, database);
        Path picture = PICTURES.resolve(name + "-" + columns + ".svg");
        if (Boolean.getBoolean("lockstep.update")) {
            Files.writeString(picture, SessionPicture.of(recording.all(), columns));
        }

        assertThat(recording.all())
                .allSatisfy(line -> assertThat(line.text().length()).isLessThanOrEqualTo(columns));
        assertThat(words(SessionPicture.lines(Files.readString(picture)))).isEqualTo(words(recording.kept()));
    }

    private static List<String> words(List<String> lines) {
        return lines.stream()
                .map(line -> line.replaceAll("\\s+", " ").strip())
                .map(line -> line.startsWith("SOURCE") || line.startsWith("KIND") ? "KIND" : line)
                .map(line -> line.matches("(mirror|table|listener|outbox|lock|cache|index) .*")
                        ? String.join(" ", List.of(line.split(" ", -1)).subList(0, 2))
                        : line)
                .toList();
    }

    private TerminalRecording record(String name, int columns, TestDatabase database) throws IOException {
        String script = "stty cols " + columns + " rows 50\n" + SessionScript.of(name);
        Path session = Files.writeString(folder.resolve("session"), script);
        Map<String, String> environment = new HashMap<>(database.environment());
        Path bin = Files.createDirectory(folder.resolve("bin"));
        executable(bin.resolve("systemd-notify"), "echo \"$*\" >>notified");
        environment.put("PATH", LockstepScript.onPath(bin));
        environment.putAll(Map.of("HOME", folder.toString(), "LC_ALL", "C.UTF-8", "TERM", "xterm", "PAGER", "cat"));
        environment.put("SHELL", "/bin/sh");
        try (ChildJvm shell = ChildJvm.exec(folder, environment, "script", "-qfec", "sh " + session, "/dev/null")) {
            assertThat(shell.exitCode(Duration.ofMinutes(5))).as("%s", shell).isNotNull();
            String text = shell.stdout().replace(database.name(), "app");
            for (Map.Entry<String, String> each : VOLATILE.entrySet()) {
                text = text.replaceAll(each.getKey(), each.getValue());
            }
            return TerminalRecording.of(text);
        }
    }

    private static void executable(Path file, String script) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private void prepare() throws SQLException, IOException {
        String rows = "with recursive n(i) as (select 1 union all select i + 1 from n where i < " + ROWS + ")";
        TestSqlite.create(
                folder.resolve("big.db"),
                "create table notes (id integer primary key, body text)",
                rows + " insert into notes select i, 'note number ' || i from n");
        TestSqlite.create(folder.resolve("copy.db"), "vacuum");
        TestSqlite.create(
                folder.resolve("search.db"),
                "create table notes (id integer primary key, body text)",
                "create virtual table notes_fts using fts5(body)",
                "create trigger notes_ai after insert on notes begin insert into notes_fts (rowid, body)"
                        + " values (new.id, new.body); end",
                "create trigger notes_ad after delete on notes begin delete from notes_fts where rowid = old.id; end",
                "create trigger notes_au after update on notes begin delete from notes_fts where rowid = old.id;"
                        + " insert into notes_fts (rowid, body) values (new.id, new.body); end",
                rows + " insert into notes select i, 'note number ' || i from n");
        executable(folder.resolve("import"), "echo imported");
        TestSqlite.create(folder.resolve("audit.db"), """
                create table audit (
                  id integer primary key autoincrement, orgUid text not null, registryId text not null,
                  rootHash text not null, type text not null, change text, "table" text,
                  onchainConfirmationTimeStamp text not null, createdAt text, updatedAt text, comment text, author text,
                  generation integer)
                """);
        List<String> generations = new ArrayList<>();
        for (int i = 0; i < GENERATIONS; i++) {
            generations.add("{\"orgUid\":\"o\",\"registryId\":\"r" + i + "\",\"rootHash\":\"h\",\"type\":"
                    + "\"CREATE REGISTRY\",\"onchainConfirmationTimeStamp\":\"1\",\"generation\":0}");
        }
        Files.write(folder.resolve("rows.ndjson"), generations, StandardCharsets.UTF_8);
        Path drafts = Files.createDirectories(folder.resolve("drafts/cards"));
        for (int i = 0; i < 200; i++) {
            Files.writeString(drafts.resolve("card-" + i + ".gts"), "export class Card {}\n".repeat(400));
        }
    }
}
