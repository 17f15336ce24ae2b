package dev.lockstep.support;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The process environment as lockstep sees it. {@code $HOME} decides where home is, as for psql; the JVM would not ask it.
 *
 * @param redactor knows the passwords that have been found here, or by what is said here
 */
public record Environment(Map<String, String> variables, Redactor redactor) {
    public Environment {
        variables = Map.copyOf(variables);
    }

    public Environment(Map<String, String> variables) {
        this(variables, new Redactor());
    }

    /** The same with other variables: what is a secret stays one. */
    public Environment with(Map<String, String> others) {
        return new Environment(others, redactor);
    }

    /** The one that lockstep was started in. Its launcher gives the JVM a locale of its own, which is taken back here. */
    public static Environment ofProcess() {
        String given = System.getProperty("lockstep.lc_all");
        if (given == null) {
            return new Environment(System.getenv());
        }
        Map<String, String> variables = new HashMap<>(System.getenv());
        variables.remove("LC_ALL");
        if (!given.isEmpty()) {
            variables.put("LC_ALL", given.substring(1));
        }
        return new Environment(variables);
    }

    /** A variable that is set and not empty. */
    public Optional<String> get(String name) {
        String value = variables.get(name);
        return value == null || value.isEmpty() ? Optional.empty() : Optional.of(value);
    }

    public Path home() {
        return Path.of(get("HOME").orElse(System.getProperty("user.home")));
    }

    /** Where state that outlives a command is kept: {@code $XDG_STATE_HOME/lockstep}. */
    public Path stateDirectory() {
        return ours("XDG_STATE_HOME", ".local/state");
    }

    /** Where what can be had again is kept: {@code $XDG_CACHE_HOME/lockstep}. */
    public Path cacheDirectory() {
        return ours("XDG_CACHE_HOME", ".cache");
    }

    /** A name that is not absolute means nothing, as the standard of these variables has it. */
    private Path ours(String variable, String belowHome) {
        Optional<String> named = get(variable);
        boolean usable = named.isPresent() && Path.of(named.get()).isAbsolute();
        return (usable ? Path.of(named.get()) : home().resolve(belowHome)).resolve("lockstep");
    }
}
