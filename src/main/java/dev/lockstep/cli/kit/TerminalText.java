package dev.lockstep.cli.kit;

import dev.lockstep.cli.option.Options;
import dev.lockstep.cli.text.Accent;
import dev.lockstep.cli.text.Layout;
import dev.lockstep.cli.text.TerminalSize;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.regex.Pattern;

/** Text as a terminal should get it. */
public final class TerminalText {
    /** A driver's message may begin with, or hold, the name of the Java class that it came from. */
    private static final Pattern EXCEPTION =
            Pattern.compile("\\b(?:[a-z]\\w*\\.){2,}\\w*(?:Exception|Error)\\b(?:: ?)?");

    private static final Pattern CLASS = Pattern.compile("\\b(?:[a-z]\\w*\\.){2,}\\$?[A-Z]");

    /** What a line begins with that advises. */
    static final String HINT = "hint:";

    private TerminalText() {}

    /** Whether colours are wanted, as far as {@code --color} says; else a terminal gets them that knows them. */
    public static boolean isColoured(Invocation call, boolean isTerminal) {
        Environment environment = call.databases().environment();
        return switch (call.find(Options.COLOR).orElse("auto")) {
            case "always" -> true;
            case "never" -> false;
            case "auto" ->
                isTerminal
                        && environment.get("NO_COLOR").orElse("").isEmpty()
                        && !environment.get("TERM").orElse("dumb").equals("dumb");
            default ->
                throw LockstepException.usage(
                        "unknown colour '" + call.get(Options.COLOR).orElseThrow() + "'",
                        Options.COLOR.name() + " takes auto, always or never");
        };
    }

    /** How text is laid out that is printed to this stream. */
    static Layout layout(Invocation call, PrintStream stream) {
        boolean isShown = Printer.isShown(stream);
        return new Layout(isShown, isColoured(call, isShown), () -> TerminalSize.of(
                        call.databases().environment(), true)
                .columns());
    }

    /** A result as it is printed: the commands that it advises are whole. */
    static List<String> advised(List<String> lines, Advice advice) {
        return lines.stream()
                .map(line -> line.strip().startsWith(HINT) ? advised(line, advice) : line)
                .toList();
    }

    /** A message with the commands in it made whole. */
    static String advised(String text, Advice advice) {
        String whole = advice.complete(text);
        return whole.startsWith(HINT) ? Accent.ADVICE.of(HINT) + whole.substring(HINT.length()) : whole;
    }

    /** The text without names of Java's exceptions, which say nothing to people. */
    static String withoutExceptions(String text) {
        return text.contains("Exception") || text.contains("Error")
                ? EXCEPTION.matcher(text).replaceAll("")
                : text;
    }

    /** What is known of an error that nobody foresaw; its trace says more. */
    static String unforeseen(Throwable error) {
        if (error instanceof OutOfMemoryError) {
            return "out of memory";
        }
        if (error instanceof StackOverflowError) {
            return "something is nested too deeply";
        }
        String message = error.getMessage();
        boolean speaksOfJava = error instanceof NullPointerException
                || error instanceof LinkageError
                || message == null
                || CLASS.matcher(message).find();
        return "unexpected error" + (speaksOfJava ? "" : ": " + message);
    }

    /** All that Java knows of an error. */
    static String trace(Throwable error) {
        StringWriter trace = new StringWriter();
        error.printStackTrace(new PrintWriter(trace));
        return trace.toString();
    }

    /** The text with control characters shown as escapes, so that data cannot drive the terminal. Tabs and line feeds stay. */
    public static String printable(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (isControl(text.charAt(i))) {
                return escaped(text);
            }
        }
        return text;
    }

    private static boolean isControl(char c) {
        return c != '\n' && c != '\t' && Character.isISOControl(c);
    }

    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isControl(c)) {
                escaped.append("\\x").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 0xf, 16));
            } else {
                escaped.append(c);
            }
        }
        return escaped.toString();
    }
}
