package dev.lockstep.cli.completion;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.Catalog;
import dev.lockstep.cli.help.HelpTopics;
import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.LockstepScript;
import dev.lockstep.testing.Machine;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What Tab makes of a line in each shell. */
@ExtendWith(PostgresExtension.class)
class CompletionTest {
    private static final String REALM = "http://localhost:4201/luke/";

    /** Lines of which each shell makes the same: what Tab makes of the last word. */
    private static final Map<String, String> WORDS = Map.of(
            "mir", "mirror",
            "mirror b", "backfill",
            "mirror backfill --snap", "--snapshot",
            "fts status -o js", "json jsonl",
            "doctor --for tr", "transpile",
            "completion f", "fish",
            "help conn", "connections",
            "help mirror ba", "backfill",
            "help json mirror ba", "backfill");

    /** As bash cuts them, at = and :. */
    private static final Map<String, String> IN_BASH = Map.ofEntries(
            Map.entry("fts status --db /v", "(files)"),
            Map.entry("fts status --db = /v", "(files)"),
            Map.entry("fts status /v", "(files)"),
            Map.entry("realm publish dra", "(files)"),
            Map.entry("mirror plan --to sqlite : /v", "(files)"),
            Map.entry("mirror plan --to mar", "(nospace) mariadb://"),
            Map.entry("realm lock http : //x/ -- ls /v", "(files)"),
            Map.entry("fts status --output = js", "json jsonl"),
            Map.entry("version --if-running ''", "fail wait skip"),
            Map.entry("mirror backfill --create = ''", "tables all"),
            Map.entry("profile show boxe", "(filenames) boxel"),
            Map.entry("mirror verify --db notes.db --table no", "note note_fts"),
            Map.entry("mirror verify --db = notes.db --table = a", "audit"),
            Map.entry("audit latest --db notes.db --registry r", "reg-1"),
            Map.entry("audit latest --db nowhere.db --registry r", ""),
            Map.entry("realm broadcast http : //loc", "//localhost:4201/luke/"));

    /** As they are typed; a folder's own files where those are to be named. */
    private static final Map<String, String> IN_FISH = Map.ofEntries(
            Map.entry("fts status --db no", "notes.db"),
            Map.entry("fts status --db=no", "--db=notes.db"),
            Map.entry("realm publish dra", "drafts/"),
            Map.entry("mirror plan --to sqlite:no", "sqlite:notes.db"),
            Map.entry("mirror plan --to sqlite:./dra", "sqlite:./drafts/"),
            Map.entry("mirror plan --to=sqlite:no", "--to=sqlite:notes.db"),
            Map.entry("mirror plan --to mar", "mariadb://"),
            Map.entry("realm lock http://x/ -- ls dra", "drafts/"),
            Map.entry("fts status --output=js", "--output=json --output=jsonl"),
            Map.entry("version --if-running f", "fail"),
            Map.entry("mirror backfill --create=", "--create=all --create=tables"),
            Map.entry("profile show boxe", "boxel"));

    /** As they are typed, each with whom zsh is told to ask. */
    private static final Map<String, String> IN_ZSH = Map.ofEntries(
            Map.entry("fts status --db no", "(files) no"),
            Map.entry("fts status --db=/v", "(files) /v"),
            Map.entry("realm publish dra", "(files) dra"),
            Map.entry("mirror plan --to sqlite:/v", "(files) /v"),
            Map.entry("mirror plan --to=sqlite:/v", "(files) /v"),
            Map.entry("mirror plan --to mar", "mariadb://"),
            Map.entry("realm lock http://x/ -- ls dra", "(normal) ls dra"),
            Map.entry("fts status --output=js", "json jsonl"),
            Map.entry("version --if-running f", "fail"),
            Map.entry("mirror backfill --create=", "tables all"),
            Map.entry("profile show boxe", "boxel (files) boxe"));

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

    private static Map<String, String> all(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(WORDS);
        all.putAll(more);
        return all;
    }

    /**
     * What a shell says of each line, in lines of its own; nothing where the machine lacks it.
     *
     * @param before what it reads first, beside its script
     * @param ask how it is asked of one of them
     */
    private Map<String, List<String>> answers(
            String shell, String before, String ask, Set<String> lines, Map<String, String> environment)
            throws Exception {
        String script = ShellScripts.of(Catalog.TREE, shell, HelpTopics.NAMES);
        assertThat(script)
                .contains(String.join(" ", WORDS.values()).replace("--", "").split(" "));
        Files.writeString(folder.resolve("lockstep." + shell), script);
        StringBuilder typed = new StringBuilder(before);
        lines.forEach(line -> typed.append("echo \"@ " + line + "\"\n" + ask.formatted(line) + "\n"));
        Files.writeString(folder.resolve("typed"), typed);
        Optional<Path> program = Machine.program(shell, "what Tab makes of a line there");
        if (program.isEmpty()) {
            return Map.of();
        }
        String noSettings =
                Map.of("bash", "--norc", "fish", "--no-config", "zsh", "-f").get(shell);
        String[] command = {program.get().toString(), noSettings, "typed"};
        try (ChildJvm child = ChildJvm.exec(folder, environment, command)) {
            assertThat(child.exitCode()).as("%s", child).isZero();
            assertThat(child.stderr()).isEmpty();
            Map<String, List<String>> answers = Stream.of(child.stdout().split("(?m)^@ ", -1))
                    .map(block -> block.lines().map(String::strip).toList())
                    .filter(block -> !block.isEmpty())
                    .collect(Collectors.toMap(block -> block.get(0), block -> block.subList(1, block.size())));
            assertThat(answers).containsOnlyKeys(lines);
            return answers;
        }
    }

    /** bash itself tells a function what to complete by variables, and hears of files by compopt. */
    @Test
    void everyLineIsCompletedInBash(TestDatabase database) throws Exception {
        String before = """
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
                """;
        Map<String, String> expected = all(IN_BASH);

        Map<String, List<String>> answers = answers("bash", before, "try %s", expected.keySet(), environment(database));
        expected.forEach(
                (line, answer) -> assertThat(answers.get(line)).as(line).containsExactly(answer));
    }

    /** fish itself tells what Tab would show. */
    @Test
    void everyLineIsCompletedInFish() throws Exception {
        Files.createDirectory(folder.resolve("drafts"));
        Files.createFile(folder.resolve("notes.db"));
        Map<String, String> expected = all(IN_FISH);

        answers("fish", "source lockstep.fish\n", "complete -C 'lockstep %s'", expected.keySet(), plain())
                .forEach((line, words) -> assertThat(words.stream()
                                .map(word -> word.split("\t", 2)[0])
                                .sorted())
                        .as(line)
                        .containsExactly(expected.get(line).split(" ")));
    }

    private Map<String, String> plain() {
        return Map.of("PATH", System.getenv("PATH"), "HOME", folder.toString());
    }

    /** zsh tells only who sits before it: its own functions are stood in for by some that say so. */
    @Test
    void everyLineIsCompletedInZsh() throws Exception {
        String before = """
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
                """;
        Map<String, String> expected = all(IN_ZSH);

        answers("zsh", before, "try %s", expected.keySet(), plain()).forEach((line, words) -> assertThat(
                        String.join(" ", words).strip().replaceAll("\\s+", " "))
                .as(line)
                .isEqualTo(expected.get(line)));
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
