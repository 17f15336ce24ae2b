package dev.lockstep.cli.option;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

class OptTest {
    private static final Opt<Boolean> DEEP = Opt.flag("Look at all, 100 % of it.", "-d", "--deep");
    private static final Opt<Long> ROWS = Opt.number("How many rows.", "--rows");
    private static final Opt<Integer> BATCH = Opt.count("How many at once.", "--batch");
    private static final Opt<Duration> WAIT = Opt.duration("How long.", "--wait");
    private static final Opt<List<String>> TABLES = Opt.texts("T", "Which.", "--table");
    private static final Opt<String> NOTE = Opt.text("TEXT", "Why.", "--note");

    private static ParseResult parse(List<Opt<?>> declared, String... words) {
        CommandSpec spec = CommandSpec.create().name("try");
        Options.add(spec, declared.toArray(Opt<?>[]::new));
        return new CommandLine(spec).parseArgs(words);
    }

    @Test
    void whatWasGivenIsReadWithItsType() {
        ParseResult parsed = parse(
                List.of(DEEP, ROWS, BATCH, WAIT, TABLES, NOTE),
                "-d",
                "--rows=0",
                "--batch=7",
                "--wait=90s",
                "--table=a",
                "--table=b",
                "--note=");
        assertTrue(DEEP.in(parsed).isPresent());
        assertEquals(Optional.of(0L), ROWS.in(parsed));
        assertEquals(Optional.of(7), BATCH.in(parsed));
        assertEquals(Optional.of(Duration.ofSeconds(90)), WAIT.in(parsed));
        assertEquals(Optional.of(List.of("a", "b")), TABLES.in(parsed));
        assertEquals(Optional.of(""), NOTE.in(parsed));
    }

    @Test
    void whatWasNotGivenIsEmpty() {
        ParseResult parsed = parse(List.of(DEEP, ROWS, TABLES));
        assertEquals(Optional.empty(), DEEP.in(parsed));
        assertEquals(Optional.empty(), ROWS.in(parsed));
        assertEquals(Optional.empty(), TABLES.in(parsed));
    }

    @Test
    void oneThatIsNotDeclaredIsAnErrorAndNotOneThatWasNotGiven() {
        ParseResult parsed = parse(List.of(DEEP));
        assertEquals(
                "try does not declare --rows",
                assertThrows(IllegalStateException.class, () -> ROWS.in(parsed)).getMessage());
    }

    @Test
    void anotherOfTheSameNameIsNotDeclared() {
        ParseResult parsed = parse(List.of(ROWS), "--rows=5");
        Opt<Integer> other = Opt.count("Rows of another command.", "--rows");
        assertFalse(other.isDeclared(parsed.commandSpec()));
        assertThrows(IllegalStateException.class, () -> other.in(parsed));
    }

    @Test
    void oneWithAnotherMeaningIsReadByTheOriginal() {
        ParseResult parsed = parse(List.of(NOTE.meaning("Said by whom.")), "--note=me");
        assertEquals(Optional.of("me"), NOTE.in(parsed));
        assertEquals("Said by whom.", parsed.commandSpec().findOption("--note").description()[0]);
    }
}
