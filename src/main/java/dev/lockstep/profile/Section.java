package dev.lockstep.profile;

import dev.lockstep.support.DidYouMean;
import dev.lockstep.support.Json;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * One object of a document, taken key by key. A key that nobody has taken by {@link #end()} is a mistake; so is a value
 * of another type than was asked for.
 */
final class Section {
    private final String source;
    private final String text;
    private final List<Object> path;
    private final Map<?, ?> values;
    private final Set<String> known = new LinkedHashSet<>();

    private Section(String source, String text, List<Object> path, Object value) {
        this.source = source;
        this.text = text;
        this.path = path;
        if (!(value instanceof Map<?, ?> map)) {
            throw wrong(path, "an object was expected", null);
        }
        this.values = map;
    }

    /** @throws LockstepException usage: the text is not one JSON object */
    static Section root(String source, String text) {
        Object tree;
        try {
            tree = Json.parse(text);
        } catch (LockstepException e) {
            throw LockstepException.usage(source + ":" + e.getMessage(), e.hint());
        }
        return new Section(source, text, List.of(), tree);
    }

    String text(String key) {
        return take(key, String.class, "text");
    }

    Optional<String> optional(String key) {
        known.add(key);
        return values.containsKey(key) ? Optional.of(text(key)) : Optional.empty();
    }

    /** Whether the key is there and true. */
    boolean flag(String key) {
        known.add(key);
        return values.containsKey(key) && take(key, Boolean.class, "true or false");
    }

    /** A whole number, or what it is if the key is not there. */
    long number(String key, long otherwise) {
        known.add(key);
        return values.containsKey(key) ? take(key, Long.class, "a whole number") : otherwise;
    }

    Section required(String key) {
        return new Section(source, text, at(path, key), take(key, Object.class, "an object"));
    }

    Optional<Section> section(String key) {
        known.add(key);
        return values.containsKey(key)
                ? Optional.of(new Section(source, text, at(path, key), take(key, Object.class, "an object")))
                : Optional.empty();
    }

    /** The texts of an array; none if the key is not there. */
    List<String> texts(String key) {
        List<String> texts = new ArrayList<>();
        List<?> elements = elements(key);
        for (int i = 0; i < elements.size(); i++) {
            if (!(elements.get(i) instanceof String element)) {
                throw wrong(at(at(path, key), i), "text was expected", null);
            }
            texts.add(element);
        }
        return texts;
    }

    /** The texts of an object, by their keys; none if the key is not there. */
    Map<String, String> pairs(String key) {
        Map<String, String> pairs = new LinkedHashMap<>();
        section(key)
                .ifPresent(inside ->
                        inside.values.keySet().forEach(name -> pairs.put((String) name, inside.text((String) name))));
        return pairs;
    }

    /** The arrays of texts of an object, by their keys; none if the key is not there. */
    Map<String, List<String>> lists(String key) {
        Map<String, List<String>> lists = new LinkedHashMap<>();
        section(key).ifPresent(inside -> inside.values
                .keySet()
                .forEach(name -> lists.put((String) name, inside.requiredTexts((String) name))));
        return lists;
    }

    /** {@link #texts} of a key that must be there. */
    List<String> requiredTexts(String key) {
        take(key, List.class, "an array");
        return texts(key);
    }

    /** What is made of the objects of an array; nothing if the key is not there. */
    <T> List<T> sections(String key, Function<Section, T> make) {
        List<T> made = new ArrayList<>();
        List<?> elements = elements(key);
        for (int i = 0; i < elements.size(); i++) {
            made.add(make.apply(new Section(source, text, at(at(path, key), i), elements.get(i))));
        }
        return made;
    }

    /** @throws LockstepException usage: there is a key that was not asked for */
    void end() {
        for (Object key : values.keySet()) {
            if (!known.contains(key)) {
                String hint = DidYouMean.to((String) key, known)
                        .map(nearest -> "did you mean '" + nearest + "'?")
                        .orElse("known here: " + String.join(", ", known));
                throw wrong(at(path, key), "unknown key '" + key + "'", hint);
            }
        }
    }

    private List<?> elements(String key) {
        known.add(key);
        return values.containsKey(key) ? take(key, List.class, "an array") : List.of();
    }

    private <T> T take(String key, Class<T> type, String wanted) {
        known.add(key);
        Object value = values.get(key);
        if (value == null) {
            misspelled(key);
            throw wrong(values.containsKey(key) ? at(path, key) : path, "'" + key + "' is missing", null);
        }
        if (!type.isInstance(value)) {
            throw wrong(at(path, key), "'" + key + "' must be " + wanted, null);
        }
        return type.cast(value);
    }

    /** A key that is missing may be there under a name that nobody will ask for. */
    private void misspelled(String missing) {
        for (Object key : values.keySet()) {
            if (!known.contains(key)
                    && DidYouMean.to((String) key, List.of(missing)).isPresent()) {
                throw wrong(at(path, key), "unknown key '" + key + "'", "did you mean '" + missing + "'?");
            }
        }
    }

    private LockstepException wrong(List<Object> where, String what, String hint) {
        return LockstepException.usage(source + ":" + Json.place(text, where) + ": " + what, hint);
    }

    private static List<Object> at(List<Object> path, Object step) {
        List<Object> longer = new ArrayList<>(path);
        longer.add(step);
        return longer;
    }
}
