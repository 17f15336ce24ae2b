package dev.lockstep.cli.completion;

import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Model.OptionSpec;

/**
 * What an option or a parameter takes, as far as it can be completed.
 *
 * @param source where its words come from
 * @param words those that are known beforehand
 */
public record ValueKind(Source source, List<String> words) {
    /** Where words come from. */
    public enum Source {
        /** It takes no value. */
        FLAG,
        /** Nobody can know. */
        ANY,
        WORDS,
        FILE,
        /** A database's address, or {@code sqlite:FILE}. */
        DATABASE,
        PROFILE,
        TABLE,
        REALM,
        REGISTRY,
        COMMAND
    }

    /** What the option takes. */
    public static ValueKind of(OptionSpec option) {
        if (option.arity().max() == 0) {
            return new ValueKind(Source.FLAG, List.of());
        }
        return switch (option.longestName()) {
            case "--pg" -> words("embedded");
            case "--to", "--mirror" ->
                new ValueKind(Source.DATABASE, List.of("postgresql://", "mariadb://", "mysql://", "sqlite:"));
            case "--table", "--exclude" -> new ValueKind(Source.TABLE, List.of());
            default -> of(option.paramLabel());
        };
    }

    /** What the label says: {@code [URL]}, {@code URL PATH -- CMD...}, {@code fail|wait|skip}. */
    public static ValueKind of(String label) {
        String bare = label.replace("[", "").replace("]", "").replace("=", "").replace("...", "");
        String first = bare.split(" ", 2)[0];
        return switch (first) {
            case "FORMAT" -> words("text", "json", "jsonl");
            case "NAME|FILE" -> new ValueKind(Source.PROFILE, List.of());
            case "SHELL" -> words("bash", "zsh", "fish");
            case "LIST" -> words("realm", "transpile", "audit", "fts", "mirror");
            case "MODE" -> words("journal", "rebuild");
            case "D" -> words("500ms", "1s", "10s", "1m", "1h");
            case "ID" -> new ValueKind(Source.REGISTRY, List.of());
            case "URL" -> new ValueKind(Source.REALM, List.of());
            case "TABLE" -> new ValueKind(Source.TABLE, List.of());
            case "COMMAND" -> new ValueKind(Source.COMMAND, List.of());
            default -> ofOther(first);
        };
    }

    private static ValueKind ofOther(String label) {
        if (label.contains("|") && label.equals(label.toLowerCase(Locale.ROOT))) {
            return words(label.split("\\|", -1));
        }
        boolean file = label.startsWith("FILE") || label.startsWith("DIR") || label.startsWith("SOURCE");
        boolean folder = label.startsWith("TARGET") || label.startsWith("PROGRAM");
        return new ValueKind(file || folder ? Source.FILE : Source.ANY, List.of());
    }

    private static ValueKind words(String... words) {
        return new ValueKind(Source.WORDS, List.of(words));
    }
}
