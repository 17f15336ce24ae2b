package dev.lockstep.cli.top;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One thing that is looked at.
 *
 * @param source whose it is: a profile's name; empty if there is only one
 * @param kind {@code mirror, table, listener, outbox, lock, index, cache}
 * @param age how old, or how long it has been so
 * @param amount how many, of what {@code unit} says
 * @param rate how many more a second since the last look; empty the first time
 * @param detail what else is known
 * @param wrong whether somebody ought to look at it
 */
record TopRow(
        String source,
        String kind,
        String name,
        String state,
        Optional<Duration> age,
        OptionalLong amount,
        String unit,
        Optional<Double> rate,
        String detail,
        boolean wrong) {
    static final String FAILED = "failed";

    /** What could not be looked at, and why. */
    static TopRow failed(String source, String kind, String why) {
        return new TopRow(
                source, kind, "", FAILED, Optional.empty(), OptionalLong.empty(), "", Optional.empty(), why, true);
    }

    TopRow withRate(double perSecond) {
        return new TopRow(source, kind, name, state, age, amount, unit, Optional.of(perSecond), detail, wrong);
    }

    /** What tells it from others, from look to look. */
    String key() {
        return source + '\n' + kind + '\n' + name + '\n' + unit;
    }

    Map<String, Object> tree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("source", source.isEmpty() ? null : source);
        tree.put("kind", kind);
        tree.put("name", name);
        tree.put("state", state);
        tree.put("ageMs", age.map(Duration::toMillis).orElse(null));
        tree.put("amount", amount.isPresent() ? amount.getAsLong() : null);
        tree.put("unit", unit.isEmpty() ? null : unit);
        tree.put("rate", rate.isPresent() ? Math.round(rate.get()) : null);
        tree.put("detail", detail);
        tree.put("wrong", wrong);
        return tree;
    }
}
