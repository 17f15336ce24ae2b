package dev.lockstep.support;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A word of a command line as a POSIX shell reads it, for commands that are printed to be pasted.
 *
 * <p>It is never quoted with {@code '}, so that a command can stand in single quotes in a sentence and still be told from
 * what follows it; and it holds no control characters, so that it stays one line on every terminal.
 */
public final class ShellWord {
    private static final String PLAIN = "_@%+=:,./-";
    private static final String SPECIAL_IN_QUOTES = "\\\"$`";

    private ShellWord() {}

    /** The text as one word that a shell makes the text of again. */
    public static String quote(String text) {
        if (!text.isEmpty() && text.codePoints().allMatch(ShellWord::isPlain)) {
            return text;
        }
        return text.codePoints().anyMatch(Character::isISOControl) ? printed(text) : quoted(text);
    }

    /** An option with its value, each quoted: in one word where the value would be taken for an option or for no value. */
    public static String option(String name, String value) {
        return name + (value.isEmpty() || value.startsWith("-") || value.startsWith("@") ? "=" : " ") + quote(value);
    }

    private static boolean isPlain(int c) {
        return c < 128 && (Character.isLetterOrDigit(c) || PLAIN.indexOf(c) >= 0);
    }

    /** An interactive shell looks for history behind a {@code !} even in double quotes. */
    private static String quoted(String text) {
        StringBuilder word = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '!') {
                word.append("\"\\!\"");
            } else {
                word.append(SPECIAL_IN_QUOTES.indexOf(c) >= 0 ? "\\" : "").append(c);
            }
        }
        return word.append('"').toString();
    }

    /** A shell takes away the line feeds at the very end of what a program prints; nothing else is lost. */
    private static String printed(String text) {
        StringBuilder format = new StringBuilder();
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = octet > 0 && isPlain(octet) && octet != '%';
            format.append(plain ? "" + (char) octet : "\\\\%03o".formatted(octet & 0xff));
        }
        return "\"$(printf \"" + format + "\")\"";
    }

    /**
     * The words of a command line that {@link #quote} has made the words of. It is no reader of what people type: it knows
     * neither {@code '} nor {@code #}.
     *
     * @return the texts that were quoted
     */
    public static List<String> split(String line) {
        List<String> words = new ArrayList<>();
        StringBuilder word = null;
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == ' ' && !quoted) {
                if (word != null) {
                    words.add(word.toString());
                }
                word = null;
                continue;
            }
            word = word == null ? new StringBuilder() : word;
            if (quoted && line.startsWith("$(printf \"", i)) {
                int end = line.indexOf("\")\"", i);
                word.append(unprinted(line.substring(i + "$(printf \"".length(), end)));
                i = end + 1;
            } else if (c == '\\' && i + 1 < line.length()) {
                i++;
                word.append(line.charAt(i));
            } else if (c == '"') {
                quoted = !quoted;
            } else {
                word.append(c);
            }
        }
        if (word != null) {
            words.add(word.toString());
        }
        return words;
    }

    private static String unprinted(String format) {
        byte[] octets = new byte[format.length()];
        int length = 0;
        for (int i = 0; i < format.length(); i++) {
            if (format.startsWith("\\\\", i)) {
                octets[length++] = (byte) Integer.parseInt(format.substring(i + 2, i + 5), 8);
                i += 4;
            } else {
                octets[length++] = (byte) format.charAt(i);
            }
        }
        return new String(octets, 0, length, StandardCharsets.UTF_8);
    }

    /** Where the word-wise quoted command ends that begins there: at the first {@code '} that is in no quotes; -1 if nowhere. */
    public static int end(String text, int from) {
        boolean quoted = false;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == '\'' && !quoted) {
                return i;
            }
        }
        return -1;
    }
}
