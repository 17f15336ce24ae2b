package dev.lockstep.mirror.proof;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Rows whose key, one whole number, lies between two: they are the same on both sides of a mirror, whatever order each reads in.
 *
 * @param after the number before the first; empty: from the beginning
 * @param through the last; empty: to the end
 */
public record KeySpan(OptionalLong after, OptionalLong through) {
    public static final KeySpan ALL = new KeySpan(OptionalLong.empty(), OptionalLong.empty());

    /** The conditions that a row is one of them; none if all are. */
    List<String> conditions(String key) {
        List<String> conditions = new ArrayList<>();
        after.ifPresent(number -> conditions.add(key + " > " + number));
        through.ifPresent(number -> conditions.add(key + " <= " + number));
        return conditions;
    }

    /** The same behind {@code from}. */
    String where(String key) {
        List<String> conditions = conditions(key);
        return conditions.isEmpty() ? "" : " where " + String.join(" and ", conditions);
    }

    /** The same where a key may be NULL, which comes before all numbers. */
    String whereOrNull(String key) {
        boolean isFirst = after.isEmpty() && through.isPresent();
        return isFirst ? " where (" + key + " is null or " + key + " <= " + through.getAsLong() + ")" : where(key);
    }
}
