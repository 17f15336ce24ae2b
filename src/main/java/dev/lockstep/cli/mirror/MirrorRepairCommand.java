package dev.lockstep.cli.mirror;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Options;
import dev.lockstep.cli.progress.ProgressMeter;
import dev.lockstep.cli.text.Count;
import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.mirror.copy.Backfill;
import dev.lockstep.mirror.engine.MirrorEngine;
import dev.lockstep.mirror.plan.MirrorRemedy;
import dev.lockstep.mirror.repair.Repair;
import dev.lockstep.mirror.run.MirrorConnection;
import dev.lockstep.mirror.run.MirrorRun;
import dev.lockstep.mirror.verify.Verification;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep mirror repair}. */
public final class MirrorRepairCommand implements Command {
    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Make just the rows of the mirror right that 'mirror verify' finds to differ, and compare again. Ends"
                                + " with 0 only if all is equal then, with 3 if rows are left that the mirror cannot take. For"
                                + " tables that are missing, or of which much differs, 'mirror backfill' is the way.");
        MirrorArguments.which(spec);
        Options.DRY_RUN.addTo(spec);
        BackfillArguments.declareForRepair(spec);
    }

    @Override
    public Result run(Invocation call) {
        Backfill.Options options = BackfillArguments.repairOptions(call);
        if (call.dryRun()) {
            return rehearsed(call);
        }
        try (Db source = MirrorArguments.source(call);
                MirrorConnection link = MirrorArguments.link(call, source, options.trust(), MirrorArguments.PATIENCE);
                ProgressMeter meter = ProgressMeter.of(call, "what is committed is kept", "goes on from there")) {
            MirrorRun run = MirrorArguments.begin(call, link);
            call.output().soFar(() -> new Result(0, change(run), Map.of(), List.of()));
            List<Backfill.Table> tables = new Repair(options, new MirrorNarration(call, meter, () -> {}))
                    .run(source, run, MirrorArguments.selection(call));
            Result result = result(call, tables);
            return change(run) == Result.Change.CHANGED ? TableReport.kept(result) : result;
        }
    }

    private static Result.Change change(MirrorRun run) {
        return run.hasWritten() ? Result.Change.CHANGED : Result.Change.UNCHANGED;
    }

    private static Result result(Invocation call, List<Backfill.Table> tables) {
        List<Object> trees = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        List<LockstepException> failures = new ArrayList<>();
        boolean rejected = false;
        for (Backfill.Table table : tables) {
            trees.add(TableReport.tree(table, call.advice()));
            lines.addAll(TableReport.lines(table));
            table.failure().ifPresent(failures::add);
            rejected |= table.rejected() > 0;
        }
        Result result = result(call, trees, lines, failures, tables.size());
        return rejected && failures.isEmpty() ? result.with(ExitCode.DIFFERS) : result;
    }

    /** @param tables how many there are, those that failed among them */
    private static Result result(
            Invocation call, List<Object> trees, List<String> lines, List<LockstepException> failures, int tables) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("db", call.sqliteFile());
        data.put("tables", trees);
        if (!failures.isEmpty() && failures.size() == tables) {
            return TableReport.none(failures, data, lines);
        }
        Result result = Result.unchanged(data, lines);
        return failures.isEmpty() ? result : result.with(ExitCode.INCOMPLETE);
    }

    /** What would be written, as both sides are now. */
    private static Result rehearsed(Invocation call) {
        List<Object> trees = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        List<LockstepException> failures = new ArrayList<>();
        List<Verification.Table> tables;
        MirrorEngine engine;
        try (Db source = MirrorArguments.source(call);
                MirrorConnection link = MirrorArguments.link(call, Session.Use.READ);
                ProgressMeter meter = ProgressMeter.of(call, "nothing was changed", "begins again")) {
            engine = MirrorEngine.of(link.db());
            tables = new Verification(
                            link, MirrorArguments.sourceId(call), 0, new MirrorNarration(call, meter, () -> {}))
                    .run(source, MirrorArguments.selection(call));
        }
        for (Verification.Table table : tables) {
            if (table.repair().contains(Verification.Repair.CREATE_THE_TABLE)) {
                failures.add(LockstepException.usage(engine.missing(table.table()), null)
                        .advising(MirrorRemedy.COPY_AND_CREATE_THE_TABLE.of()));
                lines.add(table.table() + ": the mirror has no such table");
                continue;
            }
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("table", table.table());
            tree.put("inserts", table.missing());
            tree.put("updates", table.changed());
            tree.put("deletes", table.extra());
            tree.put("error", table.failure().map(LockstepException::getMessage).orElse(null));
            trees.add(tree);
            lines.add(
                    table.failure().isPresent()
                            ? table.table() + ": NOT COMPARED: "
                                    + table.failure().get().getMessage()
                            : table.table() + ": would insert " + Count.of(table.missing()) + ", update "
                                    + Count.of(table.changed()) + " and delete "
                                    + Count.of(table.extra()) + " rows");
            table.failure().ifPresent(failures::add);
        }
        return result(call, trees, lines, failures, tables.size());
    }
}
