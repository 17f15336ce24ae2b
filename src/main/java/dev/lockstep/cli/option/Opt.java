package dev.lockstep.cli.option;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * An option of the command line: a command declares it and reads it by the same constant, so that one which was not
 * declared cannot pass for one which was not given.
 *
 * @param <T> what it holds; {@link Boolean} for a flag, a list for one that may be given several times
 */
public final class Opt<T> {
    private final Class<?> type;
    private final ITypeConverter<?> converter;
    private final String label;
    private final String description;
    private final String[] names;
    private final Opt<T> original;
    private final String fallback;

    private Opt(Class<?> type, ITypeConverter<?> converter, String label, String description, String... names) {
        this(null, type, converter, label, description, names);
    }

    private Opt(
            String fallback,
            Class<?> type,
            ITypeConverter<?> converter,
            String label,
            String description,
            String... names) {
        this.fallback = fallback;
        this.type = type;
        this.converter = converter;
        this.label = label;
        this.description = description;
        this.names = names;
        this.original = this;
    }

    private Opt(Opt<T> like, String description, String... names) {
        this.type = like.type;
        this.converter = like.converter;
        this.label = like.label;
        this.description = description;
        this.names = names;
        this.original = like.original;
        this.fallback = like.fallback;
    }

    /** One without a value. */
    public static Opt<Boolean> flag(String description, String... names) {
        return new Opt<>(boolean.class, null, null, description, names);
    }

    public static Opt<String> text(String label, String description, String... names) {
        return new Opt<>(String.class, null, label, description, names);
    }

    /** A text that may be left out of the option: then it is the fallback. */
    public static Opt<String> textOr(String fallback, String label, String description, String... names) {
        return new Opt<>(fallback, String.class, null, label, description, names);
    }

    /** A text that may be given several times. */
    public static Opt<List<String>> texts(String label, String description, String... names) {
        return new Opt<>(List.class, null, label, description, names);
    }

    /** A length of time with its unit: {@code 30s}. */
    public static Opt<Duration> duration(String description, String... names) {
        return new Opt<>(Duration.class, new Durations(), "D", description, names);
    }

    /** A whole number of at least one. */
    public static Opt<Integer> count(String description, String... names) {
        return new Opt<>(Integer.class, new PositiveNumber(), "N", description, names);
    }

    /** A whole number from 0. */
    public static Opt<Long> number(String description, String... names) {
        return new Opt<>(Long.class, new NaturalNumber(), "N", description, names);
    }

    /** The same option, with what it means to one command. It is read by the original. */
    public Opt<T> meaning(String description) {
        return new Opt<>(this, description, names);
    }

    /** The same option with fewer names, for a command that uses one of them for something else. */
    Opt<T> named(String... fewer) {
        return new Opt<>(this, description, fewer);
    }

    /** As it is written in full: {@code --dry-run}. */
    public String name() {
        return names[names.length - 1];
    }

    /** What stands for its value in help: {@code FILE}. */
    public String label() {
        return label;
    }

    /** Makes it an option of a command. */
    public void addTo(CommandSpec spec) {
        OptionSpec.Builder builder = OptionSpec.builder(names)
                .type(type)
                .description(verbatim(description))
                .userObject(original);
        if (label != null) {
            builder.paramLabel(label);
        }
        if (converter != null) {
            builder.converters(converter);
        }
        if (fallback != null) {
            builder.arity("0..1").fallbackValue(fallback);
        }
        if (type == List.class) {
            builder.auxiliaryTypes(String.class).arity("1");
        }
        spec.addOption(builder.build());
    }

    /** Whether that is this option, and means to its command what it means to all. */
    boolean isPlainly(OptionSpec option) {
        return option.userObject() == original
                && String.join(" ", option.description()).equals(verbatim(description));
    }

    /** Whether the command has this very option, given or not. */
    public boolean isDeclared(CommandSpec spec) {
        OptionSpec option = spec.findOption(names[0]);
        return option != null && option.userObject() == original;
    }

    /**
     * What was given, if it was.
     *
     * @throws IllegalStateException the command does not have the option
     */
    public Optional<T> in(ParseResult parsed) {
        if (!isDeclared(parsed.commandSpec())) {
            throw new IllegalStateException(parsed.commandSpec().qualifiedName() + " does not declare " + name());
        }
        return Optional.ofNullable(parsed.matchedOptionValue(names[0], null));
    }

    @Override
    public String toString() {
        return name();
    }

    /** picocli takes descriptions for format strings. */
    static String verbatim(String description) {
        return description.replace("%", "%%");
    }
}
