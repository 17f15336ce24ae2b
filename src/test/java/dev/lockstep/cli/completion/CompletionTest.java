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
            List.of("help json mirror ba", "backfill"),
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

    /** As they are typed, each with what there is for the last word; a folder's own files where those are to be named. */
    private static final Map<String, String> TYPED = Map.ofEntries(
            Map.entry("mir", "mirror"),
            Map.entry("mirror b", "backfill"),
            Map.entry("mirror backfill --snap", "--snapshot"),
            Map.entry("fts status --db no", "notes.db"),
            Map.entry("fts status --db=no", "--db=notes.db"),
            Map.entry("realm publish dra", "drafts/"),
            Map.entry("mirror plan --to sqlite:no", "sqlite:notes.db"),
            Map.entry("mirror plan --to sqlite:./dra", "sqlite:./drafts/"),
            Map.entry("mirror plan --to=sqlite:no", "--to=sqlite:notes.db"),
            Map.entry("mirror plan --to mar", "mariadb://"),
            Map.entry("realm lock http://x/ -- ls dra", "drafts/"),
            Map.entry("fts status -o js", "json jsonl"),
            Map.entry("fts status --output=js", "--output=json --output=jsonl"),
            Map.entry("version --if-running f", "fail"),
            Map.entry("mirror backfill --create=", "--create=all --create=tables"),
            Map.entry("doctor --for tr", "transpile"),
            Map.entry("completion f", "fish"),
            Map.entry("help conn", "connections"),
            Map.entry("help mirror ba", "backfill"),
            Map.entry("help json mirror ba", "backfill"),
            Map.entry("profile show boxe", "boxel"));

    /** Where it is installed, as groff and others that only some machines have; fish itself tells what Tab would show. */
    @Test
    void everyLineIsCompletedInFish() throws Exception {
        Files.createDirectory(folder.resolve("drafts"));
        Files.createFile(folder.resolve("notes.db"));
        StringBuilder typed = new StringBuilder("source lockstep.fish\n");
        TYPED.keySet().forEach(line -> typed.append("echo '@ ")
                .append(line)
                .append("'\ncomplete -C 'lockstep ")
                .append(line)
                .append("'\n"));
        Files.writeString(folder.resolve("typed"), typed);
        String said = where("fish", "exec fish --no-config typed");

        if (!said.isEmpty()) {
            Map<String, String> seen = new HashMap<>();
            for (String block : said.split("(?m)^@ ", -1)) {
                List<String> lines = block.lines().toList();
                if (!lines.isEmpty()) {
                    List<String> words = lines.stream()
                            .skip(1)
                            .map(line -> line.split("\t", 2)[0])
                            .sorted()
                            .toList();
                    seen.put(lines.get(0), String.join(" ", words));
                }
            }
            assertThat(seen).isEqualTo(TYPED);
        }
    }

    /** The same for zsh, which tells only who sits before it: its own functions are stood in for by some that say so. */
    @Test
    void everyLineIsCompletedInZsh() throws Exception {
        StringBuilder typed = new StringBuilder("""
                compdef() { : }
                _files() { print -r -- "(files)" $PREFIX }
                _normal() { print -r -- "(normal)" $words }
                _message() { print -r -- "($1)" }
                compset() { IPREFIX+=${(M)PREFIX#$~2}; PREFIX=${PREFIX#$~2} }
                compadd() {
                  while [[ $1 != -- ]]; do shift; done
                  shift
                  for one; do [[ $one == $PREFIX* ]] && print -rn -- "$one "; done
                  print
                }
                . ./lockstep.zsh
                try() { words=(lockstep "$@"); CURRENT=$#words; PREFIX=$words[-1] IPREFIX=; _lockstep }
                """);
        Map<String, String> expected = Map.ofEntries(
                Map.entry("mir", "mirror"),
                Map.entry("mirror b", "backfill"),
                Map.entry("mirror backfill --snap", "--snapshot"),
                Map.entry("fts status --db no", "(files) no"),
                Map.entry("fts status --db=/v", "(files) /v"),
                Map.entry("realm publish dra", "(files) dra"),
                Map.entry("mirror plan --to sqlite:/v", "(files) /v"),
                Map.entry("mirror plan --to=sqlite:/v", "(files) /v"),
                Map.entry("mirror plan --to mar", "mariadb://"),
                Map.entry("realm lock http://x/ -- ls dra", "(normal) ls dra"),
                Map.entry("fts status -o js", "json jsonl"),
                Map.entry("fts status --output=js", "json jsonl"),
                Map.entry("version --if-running f", "fail"),
                Map.entry("mirror backfill --create=", "tables all"),
                Map.entry("doctor --for tr", "transpile"),
                Map.entry("help conn", "connections"),
                Map.entry("help json mirror ba", "backfill"),
                Map.entry("profile show boxe", "boxel (files) boxe"));
        List<String> lines = List.copyOf(expected.keySet());
        lines.forEach(line -> typed.append("echo '@ ")
                .append(line)
                .append("'\ntry ")
                .append(line)
                .append('\n'));
        Files.writeString(folder.resolve("typed"), typed);
        String said = where("zsh", "exec zsh -f typed");

        if (!said.isEmpty()) {
            for (String line : lines) {
                String after = said.substring(said.indexOf("@ " + line + "\n") + line.length() + 3);
                String answer = after.contains("@ ") ? after.substring(0, after.indexOf("@ ")) : after;
                assertThat(answer.strip().replaceAll("\\s+", " ")).as(line).isEqualTo(expected.get(line));
            }
        }
    }

    /** What the shell prints; nothing where it is not installed. */
    private String where(String shell, String command) throws Exception {
        script(shell);
        Map<String, String> environment = Map.of("PATH", System.getenv("PATH"), "HOME", folder.toString());
        String run = "command -v " + shell + " >/dev/null || exit 0; " + command;
        try (ChildJvm child = ChildJvm.exec(folder, environment, "sh", "-c", run)) {
            assertThat(child.exitCode()).as("%s", child).isZero();
            assertThat(child.stderr()).isEmpty();
            return child.stdout();
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
