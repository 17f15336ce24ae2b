package dev.lockstep.cli.help;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Options;
import java.util.List;
import java.util.Map;
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
        String text = topic
                ? HelpTopics.text(words.get(0))
                : call.program().commands().usage(words);
        return Result.unchanged(Map.of("text", text), List.of(text.stripTrailing()));
    }
}
