package dev.lockstep.db.libpq;

import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** The parameters of one target as they are gathered, first source first, each with the place it came from. */
public final class ParameterSet {
    private final Map<Parameter, String> values = new EnumMap<>(Parameter.class);
    private final Map<Parameter, String> origins = new EnumMap<>(Parameter.class);

    /** What is set already stays, also if it is set to nothing. */
    void addMissing(Map<Parameter, String> more, String origin) {
        for (Map.Entry<Parameter, String> entry : more.entrySet()) {
            addMissing(entry.getKey(), entry.getValue(), origin);
        }
    }

    void addMissing(Parameter parameter, String value, String origin) {
        if (values.putIfAbsent(parameter, value) == null) {
            origins.put(parameter, origin);
        }
    }

    void addEnvironment(Environment environment) {
        for (Parameter parameter : Parameter.values()) {
            Optional<String> value =
                    parameter.variable() == null ? Optional.empty() : environment.get(parameter.variable());
            if (value.isPresent()) {
                addMissing(parameter, value.get(), parameter.variable());
            }
        }
    }

    Map<Parameter, String> values() {
        return Map.copyOf(values);
    }

    /** The value, unless it is unset or empty, which libpq takes for the same in most places. */
    public Optional<String> text(Parameter parameter) {
        String value = values.get(parameter);
        return value == null || value.isEmpty() ? Optional.empty() : Optional.of(value);
    }

    /** A text that messages will show. @throws LockstepException usage: it would garble them */
    Optional<String> name(Parameter parameter) {
        Optional<String> name = text(parameter);
        String shown = name.orElse("");
        for (int i = 0; i < shown.length(); i++) {
            if (Character.isISOControl(shown.charAt(i))) {
                throw bad(parameter, "must not hold a control character");
            }
        }
        return name;
    }

    /**
     * The value as a whole number.
     *
     * @throws LockstepException usage: it is not a whole number
     */
    public Optional<Integer> number(Parameter parameter) {
        Optional<String> value = text(parameter);
        try {
            return value.isEmpty()
                    ? Optional.empty()
                    : Optional.of(Integer.valueOf(value.get().strip()));
        } catch (NumberFormatException e) {
            throw bad(parameter, "must be a whole number");
        }
    }

    /** Where the value came from, in words that follow the parameter's name. */
    public String origin(Parameter parameter) {
        String origin = origins.get(parameter);
        return origin == null ? "by default" : "from " + origin;
    }

    /** @throws LockstepException usage: a parameter has a value that it cannot have, or that lockstep cannot act upon */
    void check() {
        for (Map.Entry<Parameter, String> entry : values.entrySet()) {
            Parameter parameter = entry.getKey();
            if (!parameter.allows(entry.getValue())) {
                throw bad(parameter, parameter.rule());
            }
        }
    }

    /** Names the parameter and where it came from, never its value. */
    public LockstepException bad(Parameter parameter, String rule) {
        return LockstepException.usage(parameter.keyword() + " " + origin(parameter) + " " + rule, null);
    }
}
