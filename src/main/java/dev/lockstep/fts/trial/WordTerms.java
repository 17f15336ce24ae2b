package dev.lockstep.fts.trial;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** What a word in a text has become a part of, for where a trigger joins it with something it is one term with that. */
final class WordTerms {
    private final Map<String, Set<String>> joined = new HashMap<>();

    /** Looks for words in a text, and remembers what they have become. */
    void find(String text, Set<String> words) {
        for (String word : words) {
            Set<String> terms = of(text, word);
            terms.remove(word);
            if (!terms.isEmpty()) {
                joined.computeIfAbsent(word, found -> new LinkedHashSet<>()).addAll(terms);
            }
        }
    }

    boolean isEmpty() {
        return joined.isEmpty();
    }

    /** What a word was seen to be a part of. */
    Set<String> with(String word) {
        return joined.getOrDefault(word, Set.of());
    }

    void remove(String word) {
        joined.remove(word);
    }

    /** The letters and digits around each place at which the word stands. */
    static Set<String> of(String text, String word) {
        Set<String> terms = new LinkedHashSet<>();
        for (int at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length())) {
            int from = at;
            int to = at + word.length();
            while (from > 0 && Character.isLetterOrDigit(text.codePointBefore(from))) {
                from -= Character.charCount(text.codePointBefore(from));
            }
            while (to < text.length() && Character.isLetterOrDigit(text.codePointAt(to))) {
                to += Character.charCount(text.codePointAt(to));
            }
            terms.add(text.substring(from, to));
        }
        return terms;
    }
}
