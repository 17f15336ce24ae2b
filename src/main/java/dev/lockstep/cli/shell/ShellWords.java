package dev.lockstep.cli.shell;

import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.List;

/**
 * The words of a line that a person wrote, in the shell or in an argument file, cut as a POSIX shell cuts them, without its
 * expansions: blanks separate, quotes hold blanks, a backslash takes the next character, and a word that begins with {@code
 * #} ends the line. What lockstep has quoted itself may hold a {@code $(printf …)}, which only {@link
 * dev.lockstep.support.ShellWord#split} reads.
 *
 * @param words the words without their quotes
 * @param open whether a quote is not closed
 */
public record ShellWords(List<String> words, boolean open) {
    /** Whether the line ends in the middle of its last word. */
    static boolean endsInWord(String line) {
        return !line.isEmpty() && !Character.isWhitespace(line.charAt(line.length() - 1));
    }

    /** @throws LockstepException usage: a quote is not closed */
    static List<String> of(String line) {
        ShellWords cut = cut(line);
        if (cut.open()) {
            throw LockstepException.usage("a quote is not closed", null);
        }
        return cut.words();
    }

    /** The words of a line that may not be finished yet. */
    public static ShellWords cut(String line) {
        List<String> words = new ArrayList<>();
        StringBuilder word = null;
        char quote = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (quote == 0 && Character.isWhitespace(c)) {
                if (word != null) {
                    words.add(word.toString());
                }
                word = null;
                continue;
            }
            if (quote == 0 && word == null && c == '#') {
                return new ShellWords(words, false);
            }
            word = word == null ? new StringBuilder() : word;
            if (c == quote) {
                quote = 0;
            } else if (quote == 0 && (c == '\'' || c == '"')) {
                quote = c;
            } else if (c == '\\' && quote != '\'' && i + 1 < line.length()) {
                i++;
                word.append(line.charAt(i));
            } else {
                word.append(c);
            }
        }
        if (word != null) {
            words.add(word.toString());
        }
        return new ShellWords(words, quote != 0);
    }
}
