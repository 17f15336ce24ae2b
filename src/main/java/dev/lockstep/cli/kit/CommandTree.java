package dev.lockstep.cli.kit;

import dev.lockstep.cli.option.Options;
import dev.lockstep.support.DidYouMean;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** The tree of commands. Only what is asked for is built: the model of one leaf, not of all. */
public final class CommandTree {
    private final List<String> paths;
    private final Function<String, Command> commands;
    private final UnaryOperator<String> descriptions;
    private final String footer;

    /**
     * Makes the tree.
     *
     * @param paths every leaf, as it is typed, in the order in which help shows them
     * @param commands makes the command of a leaf; null if there is none
     * @param descriptions what the help of a noun says in one line; of the empty text: that of all
     * @param footer the last line of the help of all
     */
    public CommandTree(
            List<String> paths, Function<String, Command> commands, UnaryOperator<String> descriptions, String footer) {
        this.paths = paths;
        this.commands = commands;
        this.descriptions = descriptions;
        this.footer = footer;
    }

    /** Every leaf, as it is typed. */
    public List<String> paths() {
        return paths;
    }

    /** A new command, or null if there is none of that name. */
    public Command command(String path) {
        return commands.apply(path);
    }

    /** The first words: {@code realm}, {@code fts}, {@code version}. */
    public Set<String> nouns() {
        Set<String> nouns = new LinkedHashSet<>();
        for (String path : paths) {
            nouns.add(path.split(" ", 2)[0]);
        }
        return nouns;
    }

    /** The second words after a first: {@code broadcast}, {@code listen}; empty for a leaf and for an unknown word. */
    public List<String> verbs(String noun) {
        List<String> verbs = new ArrayList<>();
        for (String path : paths) {
            if (path.startsWith(noun + " ")) {
                verbs.add(path.substring(noun.length() + 1));
            }
        }
        return verbs;
    }

    /** The model of one leaf, named by its whole path. */
    public CommandLine leaf(String path, Command command) {
        CommandSpec spec = CommandSpec.create().name("lockstep " + path);
        declare(spec, command);
        // They are expanded before the command is known.
        return new CommandLine(spec).setExpandAtFiles(false);
    }

    /** The whole tree, for whatever describes it: help, completion, man pages. */
    public CommandLine tree() {
        CommandSpec root = CommandSpec.create().name("lockstep");
        root.usageMessage().description(descriptions.apply(""));
        root.usageMessage().footer("", footer);
        for (String noun : nouns()) {
            root.addSubcommand(noun, new CommandLine(branch(noun)));
        }
        return new CommandLine(root);
    }

    private CommandSpec branch(String noun) {
        CommandSpec spec = CommandSpec.create().name(noun);
        List<String> verbs = verbs(noun);
        if (verbs.isEmpty()) {
            declare(spec, command(noun));
            return spec;
        }
        spec.usageMessage().description(descriptions.apply(noun));
        for (String verb : verbs) {
            CommandSpec leaf = CommandSpec.create();
            declare(leaf, command(noun + " " + verb));
            spec.addSubcommand(verb, new CommandLine(leaf));
        }
        return spec;
    }

    /**
     * The model of the root, of a noun or of a leaf.
     *
     * @param words as they are typed; none for the root
     * @throws LockstepException usage: there is no such command
     */
    public CommandSpec spec(List<String> words) {
        if (words.isEmpty()) {
            return tree().getCommandSpec();
        }
        String noun = words.get(0);
        if (!nouns().contains(noun)) {
            throw unknown("", noun, List.copyOf(nouns()));
        }
        String path = String.join(" ", words);
        if (paths.contains(path)) {
            return leaf(path, command(path)).getCommandSpec();
        }
        if (words.size() > 1) {
            throw unknown(" " + noun, words.get(verbs(noun).contains(words.get(1)) ? 2 : 1), verbs(noun));
        }
        return branch(noun);
    }

    /**
     * What is said of a word that is no command.
     *
     * @param path the words before the unknown one, each after a space
     */
    public static LockstepException unknown(String path, String word, List<String> known) {
        String hint = DidYouMean.to(word, known)
                .map(name -> "did you mean 'lockstep" + path + " " + name + "'?")
                .orElse(known.isEmpty() ? null : "'lockstep help" + path + "' shows what there is");
        return LockstepException.usage("unknown command '" + word + "'", hint);
    }

    private static void declare(CommandSpec spec, Command command) {
        command.declare(spec);
        Options.common(spec);
        spec.usageMessage().sortOptions(false).abbreviateSynopsis(true);
    }
}
