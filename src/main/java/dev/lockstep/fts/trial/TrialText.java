package dev.lockstep.fts.trial;

import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** What is written in place of what a row has: a value of the same form, with a word in it. */
final class TrialText {
    /** What a function that changes the letters or the ends of a text makes another one of. */
    private static final String LETTERS = "\u00c9Ab ";

    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{M}\\p{N}]{3,}");

    /** What a word is written as. */
    enum Form {
        /** In a text like the one that was there. */
        TEXT,
        /** In a JSON object or array, for triggers that read one and tables that take nothing else. */
        JSON,
        /** Behind what was there, for tables that look for something in it. */
        BEHIND,
        /** What was there, for tables that take no word. */
        AS_IT_WAS
    }

    private TrialText() {}

    /**
     * A value with a word in it, as SQL writes it; it keeps its form, which may be JSON.
     *
     * @param literal what was there, as SQL writes it, or null
     * @param json what triggers that read JSON would find the word in
     */
    static String of(String literal, boolean numeric, String word, Form form, Optional<String> json) {
        boolean text = literal != null && literal.startsWith("'");
        String value = text ? literal.substring(1, literal.length() - 1) : "";
        return switch (form) {
            case TEXT -> inText(value, !text && numeric, word);
            case JSON -> inJson(value, json, word).orElseGet(() -> inText(value, !text && numeric, word));
            case BEHIND -> text ? "'" + value + " " + word + "'" : numeric ? word : "'" + word + "'";
            case AS_IT_WAS -> literal == null ? "null" : literal;
        };
    }

    private static Optional<String> inJson(String value, Optional<String> json, String word) {
        if (json.isPresent() && !value.startsWith("[")) {
            return json;
        }
        if (value.startsWith("{")) {
            return Optional.of("'{\"" + word + "\": \"" + word + "\"}'");
        }
        return value.isEmpty() || value.startsWith("[") ? Optional.of("'[\"" + word + "\"]'") : Optional.empty();
    }

    private static String inText(String value, boolean number, String word) {
        if (number) {
            return word;
        }
        List<MatchResult> words = WORD.matcher(value).results().toList();
        if (words.isEmpty()) {
            return "'. " + LETTERS + word + " . '";
        }
        // Nothing may stick to it: neither what the text has before and behind, nor what a trigger joins it with.
        MatchResult last = words.get(words.size() - 1);
        String before = value.substring(0, last.start());
        String behind = value.substring(last.end());
        return "'" + (before.isEmpty() ? "." : before) + " " + LETTERS + word + " " + (behind.isEmpty() ? "." : behind)
                + " '";
    }
}
