package dev.lockstep.cli.fts;

import dev.lockstep.cli.hint.Hints;
import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.cli.progress.ProgressMeter;
import dev.lockstep.cli.text.Count;
import dev.lockstep.db.Db;
import dev.lockstep.db.sqlite.SqliteFiles;
import dev.lockstep.fts.deferral.FtsRebuild;
import dev.lockstep.support.Notice;
import dev.lockstep.support.Work;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep fts rebuild}. */
public final class FtsRebuildCommand implements Command {
    private static final Opt<Boolean> RECREATE = Opt.flag(
            "Drop each first and make it by its own definition, also one that cannot be opened. Its triggers stay.",
            "--recreate");

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Make full-text indexes anew from what they index, duplicates and all, and prove that they are equal"
                                + " to it: in one transaction, which keeps other writers waiting. Done again, it does it all again.");
        FtsArguments.which(spec);
        FtsArguments.columns(spec);
        Options.add(spec, RECREATE, Options.YES, Options.DRY_RUN);
    }

    @Override
    public Result run(Invocation call) {
        List<String> names = call.all(FtsArguments.TABLE);
        FtsRebuild rebuild = new FtsRebuild(
                call.profile(),
                FtsArguments.columns(call),
                call.has(RECREATE) ? FtsRebuild.Way.RECREATE : FtsRebuild.Way.REFILL);
        FtsRebuild.Outlook outlook;
        try (Db db = call.sqlite(SqliteFiles.Access.READ)) {
            outlook = rebuild.estimate(db, names);
        }
        List<FtsRebuild.Estimate> estimates = outlook.estimates();
        if (estimates.isEmpty() && !outlook.broken().isEmpty()) {
            throw ExitCode.gravest(outlook.broken());
        }
        outlook.broken().forEach(one -> call.output().warn(one.code(), Hints.of(Notice.of(one.code(), one))));
        Result result = call.dryRun() || estimates.isEmpty()
                ? preview(call, outlook)
                : rebuilt(call, rebuild, names, estimates);
        return outlook.broken().isEmpty() ? result : result.with(ExitCode.INCOMPLETE);
    }

    private static Result rebuilt(
            Invocation call, FtsRebuild rebuild, List<String> names, List<FtsRebuild.Estimate> estimates) {
        Map<String, Long> totals = new HashMap<>();
        for (FtsRebuild.Estimate estimate : estimates) {
            call.output().message(FtsReport.line(estimate));
            totals.put(estimate.fts(), estimate.rows());
        }
        call.confirm((call.has(RECREATE) ? "drop and make anew " : "rebuild ") + String.join(", ", names(estimates))
                + " of " + call.sqliteFile());
        try (Db db = call.sqlite(SqliteFiles.Access.WRITE);
                ProgressMeter progress = ProgressMeter.of(call, "nothing was changed", "begins again")) {
            return result(
                    call,
                    rebuild.run(
                            db,
                            names,
                            (fts, rows) -> progress.at(fts, Work.ROWS_INDEXED, rows, totals.getOrDefault(fts, 0L))));
        }
    }

    private static List<String> names(List<FtsRebuild.Estimate> estimates) {
        List<String> names = new ArrayList<>();
        estimates.forEach(estimate -> names.add(estimate.fts()));
        return names;
    }

    private static Result preview(Invocation call, FtsRebuild.Outlook outlook) {
        List<Object> tables = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        for (FtsRebuild.Estimate estimate : outlook.estimates()) {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("fts", estimate.fts());
            tree.put("rows", estimate.rows());
            tree.put("estimatedMs", estimate.time().toMillis());
            tree.put("estimatedWalBytes", estimate.walBytes());
            tables.add(tree);
            lines.add(FtsReport.line(estimate));
        }
        outlook.foreign().forEach(index -> lines.add("left alone: " + index));
        if (lines.isEmpty()) {
            lines.add("there is no full-text table in this database");
        }
        return Result.unchanged(FtsReport.data(call, tables), lines);
    }

    private static Result result(Invocation call, List<FtsRebuild.Table> rebuilt) {
        List<Object> tables = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        for (FtsRebuild.Table table : rebuilt) {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("table", table.table());
            tree.put("fts", table.fts());
            tree.put("rows", table.rows());
            tree.put("proof", table.proof());
            tables.add(tree);
            String from = table.table().isEmpty() ? ", from the text that it keeps" : "";
            lines.add("rebuilt " + table.fts() + ": " + Count.of(table.rows(), "row") + from);
        }
        return Result.changed(FtsReport.data(call, tables), lines);
    }
}
