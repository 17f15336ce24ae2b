package dev.lockstep.cli.mirror;

import dev.lockstep.cli.html.HtmlReport;
import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.mirror.copy.Preflight;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep mirror plan}. */
public final class MirrorPlanCommand implements Command {
    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Show how each table would be mirrored, and read all of the source for values and keys that"
                                + " will not fit. Ends with 3 if there are any. Nothing is changed.");
        MirrorArguments.which(spec);
        HtmlReport.HTML.addTo(spec);
    }

    @Override
    public Result run(Invocation call) {
        return PlanReport.of(call, Preflight.Keys.ASKED);
    }
}
