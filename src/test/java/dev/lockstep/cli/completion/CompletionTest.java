package dev.lockstep.cli.completion;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.Catalog;
import dev.lockstep.cli.help.HelpTopics;
import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.LockstepScript;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What Tab makes of a line in each shell. */
@ExtendWith(PostgresExtension.class)
class CompletionTest {
    private static final String REALM = "http://localhost:4201/luke/";

    /** Lines as bash cuts them, at = and :, each with all that Tab may make of its last word. */
    private static final List<List<String>> LINES = List.of(
            List.of("mir", "mirror"),
            List.of("mirror b", "backfill"),
            List.of("mirror backfill --snap", "--snapshot"),
            List.of("fts status --db /v", "(files)"),
            List.of("fts status --db = /v", "(files)"),
            List.of("fts status /v", "(files)"),
            List.of("realm publish dra", "(files)"),
            List.of("mirror plan --to sqlite : /v", "(files)"),
            List.of("mirror plan --to mar", "(nospace) mariadb://"),
            List.of("realm lock http : //x/ -- ls /v", "(files)"),
            List.of("fts status -o js", "json jsonl"),
            List.of("fts status --output = js", "json jsonl"),
            List.of("version --if-running ", "fail wait skip"),
            List.of("mirror backfill --create = ", "tables all"),
            List.of("doctor --for tr", "transpile"),
            List.of("completion f", "fish"),
            List.of("help conn", "connections"),
            List.of("help mirror ba", "backfill"),
            List.of("profile show boxe", "(filenames) boxel"),
            List.of("mirror verify --db notes.db --table no", "note note_fts"),
            List.of("mirror verify --db = notes.db --table = a", "audit"),
            List.of("audit latest --db notes.db --registry r", "reg-1"),
            List.of("audit latest --db nowhere.db --registry r", ""),
            List.of("realm broadcast http : //loc", "//localhost:4201/luke/"));

    @TempDir
    Path folder;

    private Map<String, String> environment(TestDatabase database) throws Exception {
        TestSqlite.create(
                folder.resolve("notes.db"),
                "create table note (id integer primary key, body text)",
                "create virtual table note_fts using fts5(body, content = 'note', content_rowid = 'id')",
                "create table audit (registry_id text)",
                "insert into audit values ('reg-1'), ('other')");
        Map<String, String> environment = new HashMap<>(database.environment());
        for (String command : List.of("transpile init", "transpile tombstone " + REALM + " a.gts")) {
            LockstepRun.of(environment, command.split(" ")).endedWith(0);
        }
        environment.put("PATH", LockstepScript.onPath(Files.createDirectory(folder.resolve("bin"))));
        environment.put("HOME", folder.toString());
        return environment;
    }

    private Path script(String shell) throws Exception {
        return Files.writeString(
                folder.resolve("lockstep." + shell), ShellScripts.of(Catalog.TREE, shell, HelpTopics.NAMES));
    }

    /** bash itself tells a function what to complete by variables, and hears of files by compopt. */
    @Test
    void everyLineIsCompletedInBash(TestDatabase database) throws Exception {
        StringBuilder typed = new StringBuilder("""
                . ./lockstep.bash
                compopt() { case $2 in default) printf '(files)' ;; *) printf "($2) " ;; esac; }
                # Names that an overloaded machine does not find within a second are asked for once more.
                try() {
                  for i in 1 2 3 4 5; do
                    COMP_WORDS=(lockstep "$@"); COMP_CWORD=$#; COMPREPLY=()
                    said=$(_lockstep; echo "${COMPREPLY[*]}")
                    case $said in ?*) break ;; esac
                    case "$*" in *nowhere*) break ;; esac
                  done
                  echo "$said"
                }
                """);
        script("bash");
        for (List<String> line : LINES) {
            String words = line.get(0).endsWith(" ") ? line.get(0) + "''" : line.get(0);
            typed.append("try ").append(words).append('\n');
        }
        Files.writeString(folder.resolve("typed"), typed);
        try (ChildJvm bash = ChildJvm.exec(folder, environment(database), "bash", "typed")) {
            assertThat(bash.exitCode()).as("%s", bash).isZero();
            assertThat(bash.stdout().lines())
                    .containsExactlyElementsOf(
                            LINES.stream().map(line -> line.get(1)).toList());
        }
    }

    /** Where they are installed, as groff and others that only some machines have. */
    @Test
    void theOtherShellsReadTheirScripts() throws Exception {
        for (String shell : List.of("zsh", "fish")) {
            Path script = script(shell);
            String read = "command -v " + shell + " >/dev/null || exit 0; exec " + shell + " -n " + script;
            Map<String, String> environment = Map.of("PATH", System.getenv("PATH"), "HOME", folder.toString());
            try (ChildJvm child = ChildJvm.exec(folder, environment, "sh", "-c", read)) {
                assertThat(child.exitCode()).as("%s", child).isZero();
                assertThat(child.stderr()).isEmpty();
            }
        }
    }

    @Test
    void theHiddenCommandSaysNothingOfWhatItCannotTell() {
        for (List<String> words : List.of(
                List.of("complete-names", "realms"),
                List.of("complete-names", "tables", "--db", "/nonexistent"),
                List.of("complete-names", "nonsense"))) {
            LockstepRun run = LockstepRun.of(Map.of(), words.toArray(String[]::new));

            assertThat(run.exit()).isZero();
            assertThat(run.stdout() + run.stderr()).isEmpty();
        }
        assertThat(LockstepRun.of(Map.of(), "help").stdout()).doesNotContain("complete-names");
    }
}
