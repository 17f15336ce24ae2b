package dev.lockstep.transpile;

import dev.lockstep.support.Json;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a compiler says that it has read: a rule of make, as {@code gcc -MD} writes one; names of files, one a line; or a
 * JSON array of modules.
 *
 * @param files names of files, as they stand there, each once
 * @param modules paths in the realm, of a JSON array
 */
public record Depfile(List<String> files, List<String> modules) {
    /**
     * Reads one.
     *
     * @throws LockstepException usage: it begins as JSON and is no array of strings
     */
    public static Depfile parse(String text) {
        String stripped = text.strip();
        if (stripped.startsWith("[")) {
            return new Depfile(List.of(), modules(Json.parse(stripped)));
        }
        int colon = endOfTargets(stripped);
        List<String> files = colon < 0 ? stripped.lines().map(String::strip).toList() : rules(stripped);
        Set<String> once = new LinkedHashSet<>(files);
        once.remove("");
        return new Depfile(List.copyOf(once), List.of());
    }

    private static List<String> modules(Object array) {
        List<String> modules = new ArrayList<>();
        for (Object element : (List<?>) array) {
            if (!(element instanceof String module)) {
                throw LockstepException.usage("not an array of strings: " + Json.write(element) + " is none", null);
            }
            modules.add(module);
        }
        return modules;
    }

    /** Where the targets of the first rule end; -1 if the text is no rule: a colon that a blank or the line's end follows. */
    private static int endOfTargets(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n' && (i == 0 || text.charAt(i - 1) != '\\')) {
                return -1;
            }
            if (c == ':'
                    && (i + 1 == text.length() || Character.isWhitespace(text.charAt(i + 1)) || startsLine(text, i))) {
                return i;
            }
        }
        return -1;
    }

    private static boolean startsLine(String text, int colon) {
        return text.startsWith("\\\n", colon + 1) || text.startsWith("\\\r\n", colon + 1);
    }

    /** The prerequisites of all rules; {@code -MP} adds an empty one for each header. */
    private static List<String> rules(String text) {
        List<String> files = new ArrayList<>();
        for (String rule : text.replace("\\\r\n", " ").replace("\\\n", " ").split("\\R", -1)) {
            int colon = endOfTargets(rule);
            if (colon >= 0) {
                words(rule.substring(colon + 1), files);
            }
        }
        return files;
    }

    /** Make's own quoting: a backslash before a blank, a hash or a backslash before those; a dollar sign twice. */
    private static void words(String text, List<String> words) {
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            char next = i + 1 < text.length() ? text.charAt(i + 1) : ' ';
            if (c == '\\' && i + 1 < text.length() && (next == ' ' || next == '#' || next == ':')) {
                word.append(next);
                i++;
            } else if (c == '$' && next == '$') {
                word.append('$');
                i++;
            } else if (Character.isWhitespace(c)) {
                end(word, words);
            } else {
                word.append(c);
            }
        }
        end(word, words);
    }

    private static void end(StringBuilder word, List<String> words) {
        if (word.length() > 0) {
            words.add(word.toString());
            word.setLength(0);
        }
    }
}
