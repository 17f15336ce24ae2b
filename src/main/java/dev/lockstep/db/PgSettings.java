package dev.lockstep.db;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** The parameters of one target as they are gathered, first source first, each with the place it came from. */
final class PgSettings {
    private final Map<PgParameter, String> values = new EnumMap<>(PgParameter.class);
    private final Map<PgParameter, String> origins = new EnumMap<>(PgParameter.class);

    /** What is set already stays, also if it is set to nothing. */
    void addMissing(Map<PgParameter, String> more, String origin) {
        more.forEach((parameter, value) -> addMissing(parameter, value, origin));
    }

    void addMissing(PgParameter parameter, String value, String origin) {
        if (values.putIfAbsent(parameter, value) == null) {
            origins.put(parameter, origin);
        }
    }

    void addEnvironment(Environment environment) {
        for (PgParameter parameter : PgParameter.values()) {
            if (parameter.variable() != null) {
                environment
                        .get(parameter.variable())
                        .ifPresent(value -> addMissing(parameter, value, parameter.variable()));
            }
        }
    }

    /** The value, unless it is unset or empty, which libpq takes for the same in most places. */
    Optional<String> text(PgParameter parameter) {
        return Optional.ofNullable(values.get(parameter)).filter(value -> !value.isEmpty());
    }

    /** @throws Trouble usage: it is not a whole number */
    Optional<Integer> number(PgParameter parameter) {
        return text(parameter).map(value -> {
            try {
                return Integer.valueOf(value.strip());
            } catch (NumberFormatException e) {
                throw bad(parameter, "must be a whole number");
            }
        });
    }

    /** Where the value came from, in words that follow the parameter's name. */
    String origin(PgParameter parameter) {
        String origin = origins.get(parameter);
        return origin == null ? "by default" : "from " + origin;
    }

    /** @throws Trouble usage: a parameter has a value that it cannot have, or that lockstep cannot act upon */
    void check() {
        values.forEach((parameter, value) -> {
            if (!parameter.allows(value)) {
                throw bad(parameter, parameter.rule());
            }
        });
    }

    /** Names the parameter and where it came from, never its value. */
    Trouble bad(PgParameter parameter, String rule) {
        return Trouble.usage(parameter.keyword() + " " + origin(parameter) + " " + rule, null);
    }
}
