package dev.lockstep.cli.help;

import dev.lockstep.cli.completion.ShellScripts;
import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Options;
import dev.lockstep.support.DidYouMean;
import dev.lockstep.support.LockstepException;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep completion bash|zsh|fish}. */
public final class CompletionCommand implements Command {
    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage().description("Print the script that completes lockstep's commands and options in a shell.");
        Options.parameters(spec, "SHELL", "1", "The shell: bash, zsh or fish.");
    }

    @Override
    public Result run(Invocation call) {
        String shell = call.parameters().get(0);
        if (!ShellScripts.SHELLS.contains(shell)) {
            throw LockstepException.usage(
                    "no completion for '" + shell + "'",
                    DidYouMean.to(shell, ShellScripts.SHELLS)
                            .map(name -> "did you mean " + name + "?")
                            .orElse("bash, zsh or fish"));
        }
        String script = ShellScripts.of(call.program().commands(), shell, HelpTopics.NAMES);
        return Result.unchanged(Map.of("shell", shell, "script", script), List.of(script.stripTrailing()));
    }
}
