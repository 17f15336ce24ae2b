package dev.lockstep.cli.help;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.CommandTree;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Options;
import dev.lockstep.support.DidYouMean;
import dev.lockstep.support.LockstepException;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep help [COMMAND…]}. */
public final class HelpCommand implements Command {
    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage().description("Show what a command does and takes, or what is true of all.");
        Options.parameters(
                spec,
                "COMMAND",
                "0..*",
                "The command, as it is typed: realm broadcast. Or a topic: " + String.join(", ", HelpTopics.NAMES)
                        + ".");
    }

    @Override
    public Result run(Invocation call) {
        List<String> words = call.parameters();
        boolean topic = words.size() == 1 && HelpTopics.NAMES.contains(words.get(0));
        String text =
                topic ? HelpTopics.text(words.get(0)) : usage(call.program().commands(), words);
        return Result.unchanged(Map.of("text", text), List.of(text.stripTrailing()));
    }

    /** The help of the root, of a noun or of a leaf. @throws LockstepException usage: there is no such command */
    public static String usage(CommandTree tree, List<String> words) {
        CommandLine line = tree.tree();
        String path = "";
        for (String word : words) {
            CommandLine next = line.getSubcommands().get(word);
            if (next == null) {
                throw unknown(path, word, List.copyOf(line.getSubcommands().keySet()));
            }
            line = next;
            path += " " + word;
        }
        return line.getUsageMessage(CommandLine.Help.Ansi.OFF);
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
}
