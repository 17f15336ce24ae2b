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
import picocli.AutoComplete;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep completion bash|zsh}. */
public final class CompletionCommand implements Command {
    /** The shells that we make a script for. */
    public static final List<String> SHELLS = List.of("bash", "zsh");

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage().description("Print the script that completes lockstep's commands and options in a shell.");
        Options.parameters(spec, "SHELL", "1", "The shell: bash or zsh.");
    }

    @Override
    public Result run(Invocation call) {
        String shell = call.parameters().get(0);
        if (!SHELLS.contains(shell)) {
            throw LockstepException.usage(
                    "no completion for '" + shell + "'",
                    DidYouMean.to(shell, SHELLS)
                            .map(name -> "did you mean " + name + "?")
                            .orElse("bash or zsh"));
        }
        String script = script(call.program().commands(), shell);
        return Result.unchanged(Map.of("shell", shell, "script", script), List.of(script.stripTrailing()));
    }

    /** The script; zsh runs bash's through its own bashcompinit. */
    public static String script(CommandTree tree, String shell) {
        String bash = AutoComplete.bash("lockstep", tree.tree());
        return shell.equals("zsh") ? "#compdef lockstep\nautoload -U +X bashcompinit && bashcompinit\n" + bash : bash;
    }
}
