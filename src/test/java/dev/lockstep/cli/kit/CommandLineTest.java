package dev.lockstep.cli.kit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.Catalog;
import dev.lockstep.cli.Lockstep;
import dev.lockstep.cli.option.Durations;
import dev.lockstep.db.open.Databases;
import dev.lockstep.support.Environment;
import dev.lockstep.support.Json;
import dev.lockstep.testing.DeclaredOutput;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;

/** What every command has in common: codes, the form of errors, the envelope, help. */
class CommandLineTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int lockstep(String... args) {
        return lockstepInto(out, args);
    }

    private int lockstepInto(OutputStream sink, String... args) {
        InputStream in = new ByteArrayInputStream(new byte[0]);
        Databases databases = new Databases(new Environment(Map.of("HOME", "/nonexistent")));
        int exit = new Lockstep(databases, in, print(sink), print(err)).run(args);
        DeclaredOutput.check(out());
        return exit;
    }

    private static PrintStream print(OutputStream sink) {
        return new PrintStream(sink, false, StandardCharsets.UTF_8);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private List<String> errorLines() {
        return err.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @SuppressWarnings("unchecked") // An envelope is an object.
    private Map<String, Object> envelope() {
        assertThat(out().strip().lines()).hasSize(1);
        return (Map<String, Object>) Json.parse(out());
    }

    static Stream<String> everyLeaf() {
        return Catalog.TREE.paths().stream();
    }

    @ParameterizedTest
    @MethodSource("everyLeaf")
    void anUnknownOptionIsAUsageErrorOfAtMostThreeLines(String path) {
        List<String> words = new ArrayList<>(List.of(path.split(" ")));
        words.add("--nope");

        assertThat(lockstep(words.toArray(String[]::new))).isEqualTo(2);

        assertThat(out()).isEmpty();
        assertThat(errorLines()).hasSizeBetween(1, 3);
        assertThat(errorLines().get(0)).startsWith("lockstep " + path + ": ").contains("--nope");
    }

    @ParameterizedTest
    @MethodSource("everyLeaf")
    void aUsageErrorIsAnEnvelopeWhenJsonIsWanted(String path) {
        List<String> words = new ArrayList<>(List.of(path.split(" ")));
        words.addAll(List.of("--nope", "-o", "json"));

        lockstep(words.toArray(String[]::new));

        assertThat(envelope())
                .containsEntry("schema", "lockstep/" + path.replace(' ', '.') + "/1")
                .containsEntry("ok", false)
                .containsEntry("exitCode", 2L)
                .containsEntry("command", path)
                .containsKeys("changed", "dryRun", "durationMs", "data", "warnings");
        assertThat(envelope().get("error"))
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
                .containsKeys("code", "message", "hint", "sqlState", "retryable");
    }

    @ParameterizedTest
    @MethodSource("everyLeaf")
    void helpNamesTheCommandAndSaysWhatItDoes(String path) {
        List<String> words = new ArrayList<>(List.of(path.split(" ")));
        words.add("--help");

        assertThat(lockstep(words.toArray(String[]::new))).isZero();

        assertThat(out()).contains("Usage: lockstep " + path);
        assertThat(errorLines()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("everyLeaf")
    void everyOptionAndParameterHasADescription(String path) {
        CommandLine line = Catalog.TREE.leaf(path, Catalog.TREE.command(path));

        assertThat(line.getCommandSpec().usageMessage().description()).isNotEmpty();
        for (ArgSpec arg : line.getCommandSpec().args()) {
            assertThat(String.join("", arg.description()))
                    .as("%s of %s", arg, path)
                    .isNotBlank();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"versoin", "vrsion", "Version"})
    void aMistypedCommandIsAnsweredWithTheNearest(String typed) {
        assertThat(lockstep(typed)).isEqualTo(2);

        assertThat(errorLines())
                .containsExactly("lockstep: unknown command '" + typed + "'", "hint: did you mean 'lockstep version'?");
    }

    @Test
    void aMistypedOptionIsAnsweredWithTheNearest() {
        assertThat(lockstep("version", "--verbos")).isEqualTo(2);

        assertThat(errorLines().get(1)).startsWith("hint: did you mean --verbose?");
    }

    @Test
    void noCommandAtAllShowsTheHelpAndIsAUsageError() {
        assertThat(lockstep()).isEqualTo(2);

        assertThat(out()).isEmpty();
        assertThat(errorLines()).anyMatch(line -> line.contains("version"));
    }

    @Test
    void noCommandAtAllIsAnEnvelopeWhenJsonIsWanted() {
        assertThat(lockstep("--json")).isEqualTo(2);

        assertThat(envelope()).containsEntry("ok", false);
    }

    @Test
    void sharedOptionsMayStandBeforeTheCommand() {
        assertThat(lockstep("-o", "json", "version")).isZero();

        assertThat(envelope()).containsEntry("command", "version").containsEntry("ok", true);
    }

    @Test
    void theLastRecordOfAStreamIsTheEnvelope() {
        lockstep("version", "-o", "jsonl");

        assertThat(envelope()).containsEntry("type", "summary").containsEntry("exitCode", 0L);
    }

    @Test
    void quietSuccessSaysNothing() {
        assertThat(lockstep("version", "-q")).isZero();

        assertThat(out()).isEmpty();
        assertThat(errorLines()).isEmpty();
    }

    @Test
    void aClosedStandardOutputEndsTheCommandWithTheStatusOfABrokenPipe() {
        OutputStream closed = new OutputStream() {
            @Override
            public void write(int b) throws java.io.IOException {
                throw new java.io.IOException("Broken pipe");
            }
        };

        assertThat(lockstepInto(closed, "version")).isEqualTo(141);
        assertThat(errorLines()).isEmpty();
    }

    @Test
    void anUnknownFormatIsAUsageError() {
        assertThat(lockstep("version", "-o", "xml")).isEqualTo(2);

        assertThat(errorLines().get(0)).contains("xml");
    }

    @ParameterizedTest
    @ValueSource(strings = {"5", "abc", "", "5x", "-3s", "1.5s", "99999999999999s"})
    void aDurationWithoutAUnitIsRefused(String text) {
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> new Durations().convert(text))
                .isInstanceOf(CommandLine.TypeConversionException.class)
                .hasMessageContaining("30s, 2m");
    }

    @Test
    void aDurationIsReadBackFromWhatItRenders() {
        for (String text : List.of("0s", "1ms", "1500ms", "30s", "2m", "90s", "60m", "1440m")) {
            assertThat(Durations.render(new Durations().convert(text))).isEqualTo(text);
        }
        assertThat(new Durations().convert("1h")).isEqualTo(java.time.Duration.ofMinutes(60));
        assertThat(new Durations().convert("7d")).isEqualTo(java.time.Duration.ofDays(7));
    }

    @Test
    void controlCharactersInDataCannotDriveTheTerminal() {
        assertThat(TerminalText.printable("a\u001b]0;x\u0007b")).isEqualTo("a\\x1b]0;x\\x07b");
        assertThat(TerminalText.printable("é→\n\t")).isEqualTo("é→\n\t");
    }
}
