package dev.lockstep.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.RunningLockstep;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How what is typed, pasted or read is cut into statements, and what becomes of them. */
class ShellStatementsTest {
    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
            a; b ;;c            ~ a/b/c
            a%b                 ~ a/b
            a 'x;y' "z;w" ; b   ~ a 'x;y' "z;w"/b
            a 'x%y'             ~ a 'x%y'
            a x\\;y ; b       ~ a x\\;y/b
            a # b; c            ~ a
            a#b ; c             ~ a#b/c
            a \\%b            ~ a b
            a | less            ~ a>less
            a | b | c; d        ~ a>b | c/d
            -o text|json        ~ -o text|json
            a 'b | c'           ~ a 'b | c'
            a |                 ~ a
            """)
    void theCutIsWhereAShellsIs(String typed, String statements) {
        String shown = ShellStatements.of(unescaped(typed)).stream()
                .map(one ->
                        one.command() + one.reader().map(reader -> ">" + reader).orElse(""))
                .collect(Collectors.joining("/"));

        assertThat(shown).isEqualTo(unescaped(statements));
    }

    private static String unescaped(String text) {
        return text.replace('%', '\n');
    }

    private static LockstepRun piped(String script) {
        try (RunningLockstep shell = RunningLockstep.startReading(script, Map.of(), "shell")) {
            return shell.ended();
        }
    }

    @Test
    void aScriptsLinesMayGoOnAndHoldSeveralStatements() {
        LockstepRun run = piped("version \\\n  -o json\nversion; version | tr a-z A-Z\nexit\nnonsense\n");

        assertThat(run.exit()).isZero();
        assertThat(run.stdout().lines().toList())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("{\"schema\""),
                        line -> assertThat(line).startsWith("lockstep "),
                        line -> assertThat(line).startsWith("LOCKSTEP "));
    }

    @Test
    void aFailureEndsTheRestOfItsLineInAScriptAndAReaderThatHasEnoughIsNone() {
        assertThat(piped("nonsense; version\n").stdout()).isEmpty();
        assertThat(piped("nonsense | cat; version\n").exit()).isEqualTo(2);

        LockstepRun enough = piped("help mirror backfill | head -1; quit; nonsense\n");
        assertThat(enough.exit()).isZero();
        assertThat(enough.stdout()).hasLineCount(1);
    }
}
