package dev.lockstep.cli.help;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.CommandTree;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep help [COMMAND…]}. */
public final class HelpCommand implements Command {
    private static final Opt<Boolean> ALL =
            Opt.flag("Say everything of every option, also of those that mean the same everywhere.", "--all");

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage().description("Show what a command does and takes, or what is true of all.");
        Options.parameters(
                spec,
                "COMMAND",
                "0..*",
                "The command, as it is typed: realm broadcast. Or a topic: " + String.join(", ", HelpTopics.NAMES)
                        + ".");
        Options.add(spec, ALL);
    }

    @Override
    public Result run(Invocation call) {
        List<String> words = call.parameters();
        boolean topic = words.size() == 1 && HelpTopics.NAMES.contains(words.get(0));
        int width = TerminalWidth.of(call.databases().environment());
        CommandTree tree = call.program().commands();
        String text = topic
                ? HelpTopics.text(words.get(0))
                : call.has(ALL) ? HelpPage.whole(tree, words, width) : HelpPage.brief(tree, words, width);
        return Result.unchanged(Map.of("text", text), List.of(text.stripTrailing()));
    }
}
