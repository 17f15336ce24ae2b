package dev.lockstep.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.Lockstep;
import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A command that waits for the rest of its input is one that takes as long as a test wants. */
class ProgressTest {
    private static final String AUDIT = """
            create table audit (
              id integer primary key autoincrement, orgUid text not null, registryId text not null, rootHash text not null,
              type text not null, change text, "table" text, onchainConfirmationTimeStamp text not null, createdAt text,
              updatedAt text, comment text, author text, generation integer)
            """;

    private static final String BEGINNING = "{\"orgUid\":\"o\",\"registryId\":\"%1$s\",\"rootHash\":\"h\",\"type\":"
            + "\"CREATE REGISTRY\",\"onchainConfirmationTimeStamp\":\"1\",\"generation\":0}\n";

    @TempDir
    Path dir;

    private Path db;
    private Path fifo;

    @BeforeEach
    void makeDatabaseAndPipe() throws SQLException, IOException, InterruptedException {
        db = TestSqlite.create(dir.resolve("a b.db"), AUDIT);
        fifo = dir.resolve("rows");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor())
                .isZero();
    }

    /** @param tty which of the three streams are terminals */
    private ChildJvm write(String tty, Map<String, String> more, String... options) {
        List<String> words = new ArrayList<>(ChildJvm.command());
        words.add("-Dlockstep.tty=" + tty);
        words.addAll(List.of(Lockstep.class.getName(), "audit", "write", fifo.toString(), "--db", db.toString()));
        words.addAll(List.of("--profile", "cadt-v1"));
        words.addAll(List.of(options));
        Map<String, String> environment = new HashMap<>(more);
        environment.put("LC_ALL", "C.UTF-8");
        environment.put("PATH", System.getenv("PATH"));
        return ChildJvm.exec(dir, environment, words.toArray(String[]::new));
    }

    /** Opens the pipe, which waits for its reader. */
    private OutputStream rows() throws IOException {
        OutputStream rows = Files.newOutputStream(fifo);
        rows.write((BEGINNING.formatted("a") + BEGINNING.formatted("b")).getBytes(StandardCharsets.UTF_8));
        rows.flush();
        return rows;
    }

    @Test
    void aBarIsDrawnOnATerminalAndTakenAwayAtTheEnd() throws IOException {
        try (ChildJvm run = write("2", Map.of("TERM", "xterm", "COLUMNS", "60"))) {
            try (OutputStream rows = rows()) {
                run.awaitStderr("\rrows: read, ");
            }
            assertThat(run.exitCode()).as(run::toString).isZero();
            assertThat(run.stderr()).endsWith("\r\033[K");
            assertThat(run.stdout()).startsWith("2 rows of 2 generations written");
        }
    }

    @Test
    void nothingIsDrawnWhereNobodyWouldSeeIt() throws IOException {
        for (List<String> quiet : List.of(List.of("1", "xterm"), List.of("12", "dumb"), List.of("2", "xterm", "-q"))) {
            String[] options = quiet.subList(2, quiet.size()).toArray(String[]::new);
            try (ChildJvm run = write(quiet.get(0), Map.of("TERM", quiet.get(1)), options)) {
                try (OutputStream rows = rows()) {
                    // The answer comes from the thread of the signal, when whatever would be drawn is due.
                    run.signal("USR1");
                    run.awaitStderr("at work for");
                }
                assertThat(run.exitCode()).as(run::toString).isZero();
                assertThat(run.stderr()).doesNotContain("\r", "\033");
            }
        }
    }

    @Test
    void programsGetARecordEachSecond() throws IOException {
        try (ChildJvm run = write("", Map.of(), "-o", "jsonl")) {
            try (OutputStream rows = rows()) {
                run.awaitStdout("\"type\":\"progress\"");
            }
            assertThat(run.exitCode()).as(run::toString).isZero();
            assertThat(run.stdout().lines().findFirst().orElseThrow())
                    .startsWith("{\"type\":\"progress\",\"step\":\"rows: read\",\"done\":")
                    .contains("\"total\":null", "\"rate\":", "\"etaMs\":null");
            assertThat(run.stdout().lines().reduce((a, b) -> b).orElseThrow())
                    .contains("\"type\":\"summary\"", "\"ok\":true");
        }
    }

    @Test
    void whoIsStoppedSaysWhatIsKeptAndHowToGoOn() throws IOException {
        try (ChildJvm run = write("", Map.of(), "-o", "jsonl")) {
            try (OutputStream rows = rows()) {
                run.awaitStdout("\"type\":\"progress\"");
                run.signal("INT");
                for (int i = 2; run.isAlive(); i++) {
                    rows.write(BEGINNING.formatted("r" + i).getBytes(StandardCharsets.UTF_8));
                    rows.flush();
                }
            } catch (IOException e) {
                assertThat(e).as("the reader has gone").hasMessageContaining("Broken pipe");
            }
            assertThat(run.exitCode()).isEqualTo(130);
            assertThat(run.stderr())
                    .contains("stopped by a signal\nhint: generations that are written are kept; 'lockstep audit write "
                            + fifo + " --db \"" + db + "\" --profile cadt-v1 -o jsonl' goes on");
        }
    }
}
