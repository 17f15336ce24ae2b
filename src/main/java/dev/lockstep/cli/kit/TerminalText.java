package dev.lockstep.cli.kit;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.regex.Pattern;

/** Text as a terminal should get it. */
public final class TerminalText {
    /** A driver's message may begin with, or hold, the name of the Java class that it came from. */
    private static final Pattern EXCEPTION =
            Pattern.compile("\\b(?:[a-z]\\w*\\.){2,}\\w*(?:Exception|Error)\\b(?:: ?)?");

    private static final Pattern CLASS = Pattern.compile("\\b(?:[a-z]\\w*\\.){2,}\\$?[A-Z]");

    private TerminalText() {}

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

    /** So many of them: {@code 1 file}, {@code 2 files}. */
    public static String count(long number, String one) {
        return number + " " + one + (number == 1 ? "" : "s");
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
