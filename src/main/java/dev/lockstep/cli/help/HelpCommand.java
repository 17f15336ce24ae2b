package dev.lockstep.cli.help;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.CommandTree;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.support.Json;
import dev.lockstep.support.LockstepException;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep help [COMMAND…]}. */
public final class HelpCommand implements Command {
    private static final Opt<Boolean> ALL =
            Opt.flag("Say everything of every option, also of those that mean the same everywhere.", "--all");

    private static final Opt<Boolean> SCHEMA = Opt.flag(
            "After json: print the JSON Schema of what the command prints with -o json and -o jsonl, or that of all.",
            "--schema");

    private static final String JSON = "json";

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description("Show what a command does and takes, or what is true of all. After json: what it answers"
                        + " programs, field by field.");
        Options.parameters(
                spec,
                "COMMAND",
                "0..*",
                "The command, as it is typed: realm broadcast. Or a topic: " + String.join(", ", HelpTopics.NAMES)
                        + ".");
        Options.add(spec, ALL, SCHEMA);
    }

    @Override
    public Result run(Invocation call) {
        List<String> words = call.parameters();
        int width = TerminalWidth.of(call.databases().environment());
        CommandTree tree = call.program().commands();
        boolean isJson = !words.isEmpty() && words.get(0).equals(JSON);
        if (call.has(SCHEMA) && !isJson) {
            throw LockstepException.usage(SCHEMA + " is for the topic json", "'lockstep help json --schema'");
        }
        if (isJson) {
            return json(call, tree, words.subList(1, words.size()), width);
        }
        boolean topic = words.size() == 1 && HelpTopics.NAMES.contains(words.get(0));
        return shown(
                topic
                        ? HelpTopics.text(words.get(0), width)
                        : call.has(ALL) ? HelpPage.whole(tree, words, width) : HelpPage.brief(tree, words, width));
    }

    /** Of the commands that the words name: one, those of a noun, or all. */
    private static Result json(Invocation call, CommandTree tree, List<String> words, int width) {
        if (!words.isEmpty()) {
            // Whether there is such a command.
            tree.spec(words);
        }
        String path = String.join(" ", words);
        if (call.has(SCHEMA)) {
            if (!words.isEmpty() && !tree.paths().contains(path)) {
                throw LockstepException.usage(
                        "which command of " + path + "?",
                        "'lockstep help json --schema " + path + " "
                                + tree.verbs(path).get(0) + "', or without one");
            }
            Map<String, Object> schema = words.isEmpty() ? OutputSchema.ofAll() : OutputSchema.of(path);
            return Result.unchanged(
                    Map.of("schema", schema), List.of(Json.pretty(schema).stripTrailing()));
        }
        List<String> named = tree.paths().stream()
                .filter(one -> one.equals(path) || one.startsWith(path + " "))
                .toList();
        return shown(words.isEmpty() ? OutputPage.ofAll(tree.paths(), width) : OutputPage.of(named, width));
    }

    private static Result shown(String text) {
        return Result.unchanged(Map.of("text", text), List.of(text.stripTrailing()));
    }
}
