package dev.lockstep.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.Catalog;
import dev.lockstep.cli.Lockstep;
import dev.lockstep.cli.completion.ValueKind.Source;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Output;
import dev.lockstep.db.open.Databases;
import dev.lockstep.support.Environment;
import dev.lockstep.testing.Await;
import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.RunningLockstep;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestSqlite;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code lockstep shell}: as a script, and what stands behind its prompt. */
@ExtendWith(PostgresExtension.class)
public class ShellTest {
    private static final String REALM = "http://localhost:4201/luke/my-realm/";

    @TempDir
    Path folder;

    private static LockstepRun piped(Map<String, String> environment, String script, String... more) {
        String[] words = new String[more.length + 1];
        words[0] = "shell";
        System.arraycopy(more, 0, words, 1, more.length);
        try (RunningLockstep shell = RunningLockstep.startReading(script, environment, words)) {
            return shell.ended();
        }
    }

    private Path notes() throws Exception {
        return TestSqlite.create(
                folder.resolve("my notes.db"),
                "create table note (body text)",
                "create virtual table note_fts using fts5(body)",
                "create trigger t after insert on note begin insert into note_fts values (new.body); end",
                "create trigger u after update on note begin update note_fts set body = new.body"
                        + " where rowid = old.rowid; end",
                "create trigger d after delete on note begin delete from note_fts where rowid = old.rowid; end");
    }

    @Test
    void aScriptStopsAtTheFirstFailureWithItsCode() throws Exception {
        String script = """
                # a comment, and an empty line

                lockstep version
                fts defer --db '%s'
                fts status --db "%s" -q
                version
                """.formatted(notes(), folder.resolve("my notes.db"));

        LockstepRun run = piped(Map.of(), script);

        assertThat(run.exit()).isEqualTo(3);
        assertThat(run.stdout().lines().toList().get(0)).startsWith("lockstep ");
        assertThat(run.stdout().split("lockstep 0", -1)).hasSize(2);
    }

    @Test
    void aScriptThatIsToldSoGoesOnAndEndsWithTheLastFailure() {
        LockstepRun run = piped(Map.of(), "\\set ON_ERROR_STOP off\nnonsense\nversion \"x\nversion\n\\q\nnonsense\n");

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.stdout()).startsWith("lockstep ");
        assertThat(run.stderr()).contains("unknown command 'nonsense'", "a quote is not closed");
        assertThat(run.stderr().split("nonsense", -1)).hasSize(2);
    }

    @Test
    void aLineOfAMegabyteIsALineLikeAnyOther() {
        LockstepRun run = piped(Map.of(), "version " + "x".repeat(1 << 20) + "\nversion\n");

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.stderr()).contains("unexpected argument 'xxx");
    }

    @Test
    void commandsAndAFileAreScriptsToo() throws Exception {
        Path file = Files.writeString(folder.resolve("script"), "version\nversion --json\n");

        LockstepRun run =
                LockstepRun.of(Map.of(), "shell", "-c", "\\set OUTPUT jsonl", "-c", "version", "-f", file.toString());

        assertThat(run.exit()).isZero();
        assertThat(run.stdout().lines().toList())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("{\"type\":\"summary\""),
                        line -> assertThat(line).startsWith("{\"type\":\"summary\""),
                        line -> assertThat(line).startsWith("{\"schema\":"));
        assertThat(LockstepRun.of(Map.of(), "shell", "-c", "nonsense", "-c", "version")
                        .stdout())
                .isEmpty();
        assertThat(LockstepRun.of(Map.of(), "shell", "-f", "/nonexistent").exit())
                .isEqualTo(2);
        assertThat(LockstepRun.of(Map.of(), "shell", "-c", "shell").exit()).isEqualTo(2);
        assertThat(LockstepRun.of(Map.of(), "shell", "-c", "\\nope").stderr()).contains("unknown command \\nope");
    }

    @Test
    void whatIsSetHoldsForTheLinesAfterIt() throws Exception {
        Path result = folder.resolve("result");
        String script = """
                \\c db '%s'
                fts status
                \\o %s
                fts status
                \\o
                \\conninfo
                \\c db
                fts status
                """.formatted(notes(), result);

        LockstepRun run = piped(Map.of(), script);

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.stderr()).contains("no database named");
        assertThat(run.stdout()).startsWith("note_fts: active").contains("db: " + folder.resolve("my notes.db"));
        assertThat(result).content().startsWith("note_fts: active").hasLineCount(1);
    }

    @Test
    void connectionsStayOpenAndAreAsNewForEachCommand(TestDatabase database) {
        String script = """
                realm broadcast %s
                realm locks
                realm broadcast %s --path a.gts
                realm locks
                \\conninfo
                """.formatted(REALM, REALM);

        LockstepRun run = piped(database.environment(), script);

        assertThat(run.exit()).as("%s", run).isZero();
        assertThat(run.stdout()).contains("PostgreSQL connections open: 2");
    }

    @Test
    void aConnectionThatTheServerEndedIsReplaced(TestDatabase database) throws Exception {
        try (Databases databases = new Databases(new Environment(database.environment()))) {
            databases.keepConnections();
            assertThat(locks(databases)).isZero();
            assertThat(databases.keptConnections()).isEqualTo(1);
            database.terminateAll();

            assertThat(locks(databases)).isZero();

            assertThat(databases.keptConnections()).isEqualTo(1);
        }
    }

    private static int locks(Databases databases) {
        PrintStream sink = new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8);
        return new Lockstep(databases, InputStream.nullInputStream(), sink, sink).run("realm", "locks");
    }

    @Test
    void stoppingACommandLeavesTheShellAndItsConnections(TestDatabase database) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream sink = new PrintStream(out, false, StandardCharsets.UTF_8);
        try (Databases databases = new Databases(new Environment(database.environment()))) {
            Shell shell = new Shell(invocation(databases, sink));
            int[] status = new int[2];
            Thread worker = new Thread(() -> {
                try {
                    status[0] = shell.run("realm listen -o jsonl");
                    status[1] = shell.run("realm locks");
                } catch (InterruptedException e) {
                    status[0] = -1;
                }
            });
            worker.start();
            Await.until("the listener", Duration.ofSeconds(20), () -> out.toString(StandardCharsets.UTF_8)
                    .contains("ready"));

            shell.stopCommand(worker);
            worker.join();

            assertThat(status).containsExactly(130, 0);
        }
    }

    private static Invocation invocation(Databases databases, PrintStream sink) {
        return new Invocation(
                Lockstep.PROGRAM,
                "shell",
                Catalog.TREE.leaf("shell", new ShellCommand()).parseArgs(),
                databases,
                new Output(sink, sink, databases.environment().redactor()),
                InputStream.nullInputStream());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            a b  c                | a;b;c
            a 'b c' "d e"         | a;b c;d e
            a\\ b 'c\\d' "e\\"f"  | a b;c\\d;e"f
            a # b                 | a
            a#b ''                | a#b;
            --x='y z'             | --x=y z
            """)
    void aLineIsCutAsAPosixShellCutsIt(String line, String words) {
        assertThat(String.join(";", ShellWords.of(line.replace("\\\\", "\\")))).isEqualTo(words.replace("\\\\", "\\"));
    }

    @Test
    void namesOptionsAndValuesComplete() throws Exception {
        Map<String, String> environment = new HashMap<>(Map.of("LOCKSTEP_DB", notes().toString()));
        PrintStream sink = new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8);
        try (Databases databases = new Databases(new Environment(environment))) {
            Invocation call = invocation(databases, sink);
            try (ShellNames names = new ShellNames(new Shell(call), call)) {
                names.refresh();
                Await.until("the names", Duration.ofSeconds(20), () -> !names.of(Source.TABLE)
                        .isEmpty());
                ShellCompleter completer = new ShellCompleter(Catalog.TREE, names);

                assertThat(completer.values(List.of(), "de")).containsExactly("definitions", "demo");
                assertThat(completer.values(List.of("fts"), "re")).contains("restore");
                assertThat(completer.values(List.of("fts", "status"), "--ou")).containsExactly("--output");
                assertThat(completer.values(List.of("fts", "status", "-o"), "js"))
                        .containsExactly("json", "jsonl");
                assertThat(completer.values(List.of("fts", "status"), "--output=js"))
                        .containsExactly("--output=json", "--output=jsonl");
                assertThat(completer.values(List.of("fts", "defer", "--table"), "note"))
                        .contains("note_fts", "note");
                assertThat(completer.values(List.of("fts", "defer", "--profile"), "cadt"))
                        .contains("cadt-v1", "cadt-v2");
                assertThat(completer.values(List.of("version", "--if-running"), ""))
                        .containsExactly("fail", "wait", "skip");
                assertThat(completer.values(List.of("fts", "status", "--db"), folder + "/"))
                        .containsExactly(folder + "/my notes.db");
                assertThat(completer.values(List.of("\\set", "OUTPUT"), "js")).containsExactly("json", "jsonl");
            }
        }
    }

    @Test
    void realmsCompleteFromTheCache(TestDatabase database) {
        Map<String, String> environment = new HashMap<>(database.environment());
        environment.put("LOCKSTEP_PG", database.url());
        for (String command : List.of("transpile init", "transpile tombstone " + REALM + " a.gts")) {
            assertThat(LockstepRun.of(environment, command.split(" ", -1)).exit())
                    .isZero();
        }
        PrintStream sink = new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8);
        try (Databases databases = new Databases(new Environment(environment))) {
            Invocation call = invocation(databases, sink);
            try (ShellNames names = new ShellNames(new Shell(call), call)) {
                names.refresh();
                Await.until("the names", Duration.ofSeconds(20), () -> !names.of(Source.REALM)
                        .isEmpty());

                assertThat(new ShellCompleter(Catalog.TREE, names).values(List.of("realm", "broadcast"), "http"))
                        .containsExactly(REALM);
            }
        }
    }

    @Test
    void otherCommandsLoadNothingOfTheLineEditor() throws Exception {
        Path log = folder.resolve("classes");
        String options = "-Xlog:class+load:file=" + log;
        for (List<String> words : List.of(List.of("version"), List.of("shell", "-c", "version"))) {
            try (ChildJvm child = ChildJvm.start(
                    Lockstep.class, Map.of("JAVA_TOOL_OPTIONS", options), words.toArray(String[]::new))) {
                assertThat(child.exitCode()).isZero();
            }
            assertThat(Files.readString(log)).contains("VersionCommand").doesNotContain("org.jline", "ShellTerminal");
        }
    }
}
