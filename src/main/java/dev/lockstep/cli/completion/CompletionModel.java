package dev.lockstep.cli.completion;

import dev.lockstep.cli.kit.CommandTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The commands as the scripts for shells need them. */
final class CompletionModel {
    /**
     * An option.
     *
     * @param names in the order in which they are declared, with their hyphens
     * @param description its first sentence
     */
    record Option(List<String> names, ValueKind kind, boolean mayLack, String description) {}

    /**
     * A command.
     *
     * @param parameters what its parameters are, by their places; the last one's is that of all that follow
     */
    record Leaf(List<Option> options, List<ValueKind> parameters) {}

    /** Of a description that stands beside a word. */
    private static final int LONGEST = 66;

    private final CommandTree tree;

    CompletionModel(CommandTree tree) {
        this.tree = tree;
    }

    CommandTree tree() {
        return tree;
    }

    /** By their paths, as they are typed. */
    Map<String, Leaf> leaves() {
        Map<String, Leaf> leaves = new LinkedHashMap<>();
        for (String path : tree.paths()) {
            leaves.put(path, leaf(tree.leaf(path, tree.command(path)).getCommandSpec()));
        }
        return leaves;
    }

    private static Leaf leaf(CommandSpec spec) {
        List<Option> options = new ArrayList<>();
        for (OptionSpec option : spec.options()) {
            options.add(new Option(
                    Arrays.asList(option.names()),
                    ValueKind.of(option),
                    option.arity().min() == 0,
                    sentence(String.join(" ", option.description()).replace("%%", "%"))));
        }
        List<ValueKind> parameters = new ArrayList<>();
        for (PositionalParamSpec parameter : spec.positionalParameters()) {
            for (String name : parameter
                    .paramLabel()
                    .replace("[", "")
                    .replace("]", "")
                    .split(" -- ", 2)[0]
                    .split(" ", -1)) {
                parameters.add(
                        name.isEmpty() || name.equals("--") || name.startsWith("CMD") ? any() : ValueKind.of(name));
            }
        }
        return new Leaf(options, parameters);
    }

    private static ValueKind any() {
        return new ValueKind(ValueKind.Source.ANY, List.of());
    }

    /** What a noun or a command does, in a sentence; none for an unknown one. */
    String description(List<String> words) {
        return sentence(String.join(" ", tree.spec(words).usageMessage().description()));
    }

    private static String sentence(String text) {
        int end = text.length();
        for (String mark : List.of(". ", "; ", ": ", " (")) {
            int at = text.indexOf(mark);
            end = at < 0 ? end : Math.min(end, at);
        }
        String first = text.substring(0, end);
        if (first.length() > LONGEST) {
            return first.substring(0, first.lastIndexOf(' ', LONGEST)) + " …";
        }
        return first.endsWith(".") ? first.substring(0, first.length() - 1) : first;
    }

    /** A word of a table for the scripts: {@code f}, {@code w:text,json}, {@code t}. */
    static String code(ValueKind kind) {
        return switch (kind.source()) {
            case FLAG -> "-";
            case ANY -> "n";
            case WORDS -> "w:" + String.join(",", kind.words());
            case FILE -> "f";
            case DATABASE -> "d";
            case PROFILE -> "p";
            case TABLE -> "t";
            case REALM -> "r";
            case REGISTRY -> "g";
            case COMMAND -> "h";
        };
    }
}
