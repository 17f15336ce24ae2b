package dev.lockstep.db.libpq;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The switches in libpq's {@code options}, read as the server reads them, for a pooler that does not pass them on.
 *
 * @param settings those of {@code -c} and {@code --}, in lower case
 * @param complete whether there is nothing else, such as {@code -B}, which a session cannot be told later
 */
public record ServerOptions(Map<String, String> settings, boolean complete) {
    public static ServerOptions of(String text) {
        Map<String, String> settings = new LinkedHashMap<>();
        List<String> words = words(text);
        boolean complete = true;
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            String setting = null;
            if (word.equals("-c")) {
                i++;
                setting = i < words.size() ? words.get(i) : "";
            } else if (word.startsWith("-c") || word.startsWith("--")) {
                setting = word.substring(2);
            }
            int equals = setting == null ? -1 : setting.indexOf('=');
            if (equals > 0) {
                String name = setting.substring(0, equals).replace('-', '_');
                settings.put(name.toLowerCase(Locale.ROOT), setting.substring(equals + 1));
            } else {
                complete = false;
            }
        }
        return new ServerOptions(settings, complete);
    }

    /** At white space, but for what a backslash stands before. */
    private static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        StringBuilder word = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (" \t\n\r\f\u000b".indexOf(c) >= 0) {
                if (word != null) {
                    words.add(word.toString());
                    word = null;
                }
                continue;
            }
            word = word == null ? new StringBuilder() : word;
            if (c == '\\' && i + 1 < text.length()) {
                i++;
                c = text.charAt(i);
            }
            word.append(c);
        }
        if (word != null) {
            words.add(word.toString());
        }
        return words;
    }
}
