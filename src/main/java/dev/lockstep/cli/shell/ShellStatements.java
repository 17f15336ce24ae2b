package dev.lockstep.cli.shell;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What was typed or pasted, cut into statements: at the ends of lines and at semicolons, outside quotes and comments. A
 * backslash at the end of a line joins it to the next.
 */
final class ShellStatements {
    /**
     * A command, and the program that is to read its output.
     *
     * @param reader for a POSIX shell: what follows the first {@code |}
     */
    record Statement(String command, Optional<String> reader) {}

    private final List<Statement> statements = new ArrayList<>();
    private final StringBuilder command = new StringBuilder();
    private StringBuilder reader;
    private char quote;

    private ShellStatements() {}

    /** The statements of a text of one or more lines; empty ones are left out. */
    static List<Statement> of(String text) {
        ShellStatements cut = new ShellStatements();
        cut.read(text);
        return cut.statements;
    }

    /** Whether the text goes on in the next line. */
    static boolean isContinued(String text) {
        String line = text.stripTrailing().equals(text) ? text : "";
        int slashes = 0;
        while (slashes < line.length() && line.charAt(line.length() - 1 - slashes) == '\\') {
            slashes++;
        }
        return slashes % 2 == 1;
    }

    /** What goes on, and the line it goes on with. */
    static String joined(String text, String next) {
        return text.substring(0, text.length() - 1) + next;
    }

    private void read(String text) {
        boolean inWord = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quote == 0 && c == '\\' && i + 1 < text.length() && text.charAt(i + 1) == '\n') {
                i++;
            } else if (quote == 0 && (c == '\n' || c == '\r' || c == ';')) {
                end();
                inWord = false;
            } else if (quote == 0 && c == '|' && reader == null && !isPartOfWord(text, i)) {
                reader = new StringBuilder();
            } else if (quote == 0 && c == '#' && !inWord) {
                int line = text.indexOf('\n', i);
                i = (line < 0 ? text.length() : line) - 1;
            } else {
                i = copy(text, i);
                inWord = !Character.isWhitespace(c);
            }
        }
        end();
    }

    /** In {@code text|json} it stands for a choice, as help writes it. */
    private static boolean isPartOfWord(String text, int at) {
        return at > 0
                && at + 1 < text.length()
                && !Character.isWhitespace(text.charAt(at - 1))
                && !Character.isWhitespace(text.charAt(at + 1));
    }

    /** Takes over a character, with the one that a backslash protects; returns the place of the last. */
    private int copy(String text, int at) {
        StringBuilder to = reader == null ? command : reader;
        char c = text.charAt(at);
        to.append(c);
        if (c == '\\' && quote != '\'' && at + 1 < text.length()) {
            to.append(text.charAt(at + 1));
            return at + 1;
        }
        if (c == quote) {
            quote = 0;
        } else if (quote == 0 && (c == '\'' || c == '"')) {
            quote = c;
        }
        return at;
    }

    private void end() {
        String text = command.toString().strip();
        Optional<String> program =
                Optional.ofNullable(reader).map(StringBuilder::toString).map(String::strip);
        if (!text.isEmpty()) {
            statements.add(new Statement(text, program.filter(named -> !named.isEmpty())));
        }
        command.setLength(0);
        reader = null;
        quote = 0;
    }
}
