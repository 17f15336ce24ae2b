package dev.lockstep.cli.mirror;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.cli.progress.ProgressMeter;
import dev.lockstep.cli.progress.WalWatch;
import dev.lockstep.cli.text.Count;
import dev.lockstep.db.Db;
import dev.lockstep.mirror.copy.Backfill;
import dev.lockstep.mirror.copy.Preflight;
import dev.lockstep.mirror.plan.NotMirrored;
import dev.lockstep.mirror.run.ExtraTables;
import dev.lockstep.mirror.run.MirrorConnection;
import dev.lockstep.mirror.run.MirrorRun;
import dev.lockstep.mirror.schema.SchemaCopy;
import dev.lockstep.mirror.source.SourceFile;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep mirror backfill}. */
public final class MirrorBackfillCommand implements Command {
    private static final Opt<Boolean> DROP_EXTRA_TABLES = Opt.flag(
            "Drop tables of the mirror that were copied from this source and are not in it any more; asks first.",
            "--drop-extra-tables");

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Make the mirror equal to the source, as the source is now, whoever has written to the mirror. Run"
                                + " again, it goes on where it was stopped, and touches only what differs.");
        MirrorArguments.which(spec);
        Options.DRY_RUN.addTo(spec);
        SourceSnapshot.declare(spec);
        Options.add(spec, DROP_EXTRA_TABLES, Options.YES);
        BackfillArguments.declare(spec);
    }

    @Override
    public Result run(Invocation call) {
        Backfill.Options options = BackfillArguments.options(call);
        if (call.dryRun()) {
            return PlanReport.of(call, Preflight.Keys.ASSUMED);
        }
        WalWatch wal = new WalWatch(call, "--snapshot copy reads a copy, and holds it up only while that is made");
        try (SourceFile file = SourceFile.of(Invocation.file(call.sqliteFile()));
                Db source = SourceSnapshot.open(call);
                MirrorConnection link = MirrorArguments.link(call, source, options.trust(), MirrorArguments.PATIENCE);
                ProgressMeter meter = ProgressMeter.of(call, "what is committed is kept", "goes on from there")) {
            wal.look();
            List<Backfill.Table> hopeless =
                    Preflight.hopeless(source, link, MirrorArguments.selection(call), options, meter);
            boolean isFirst = Preflight.isFirst(link, MirrorArguments.sourceId(call));
            if (!hopeless.isEmpty()) {
                return result(call, hopeless, List.of(), left(call, source, link), wal);
            }
            List<String> extra = extraTables(call, source, link);
            MirrorRun run = MirrorArguments.begin(call, link);
            call.output().soFar(() -> new Result(0, change(run), Map.of(), List.of()));
            List<ExtraTables.Dropped> dropped = ExtraTables.drop(source, run, extra, MirrorArguments.selection(call));
            Runnable watch = SourceSnapshot.isCopied(call) ? () -> {} : wal::look;
            // Where no more than tables is made it is looked at before, so that a run ends soon after its tables were
            // found equal.
            Optional<List<NotMirrored>> before = !isFirst && options.creation() != Backfill.Creation.ALL
                    ? Optional.of(left(call, source, link))
                    : Optional.empty();
            List<Backfill.Table> tables = new Backfill(options, new MirrorNarration(call, meter, watch))
                    .run(source, file, run, MirrorArguments.selection(call));
            watch.run();
            List<NotMirrored> left = before.orElseGet(() -> left(call, source, link));
            if (isFirst) {
                sayOnce(call, left);
            }
            Result result = result(call, tables, dropped, left, wal);
            return change(run) == Result.Change.CHANGED ? TableReport.kept(result) : result;
        }
    }

    private static Result.Change change(MirrorRun run) {
        return run.hasWritten() ? Result.Change.CHANGED : Result.Change.UNCHANGED;
    }

    /** What is to be dropped, once that is confirmed. */
    private static List<String> extraTables(Invocation call, Db source, MirrorConnection link) {
        if (!call.has(DROP_EXTRA_TABLES)) {
            return List.of();
        }
        List<String> extra =
                ExtraTables.names(source, link, MirrorArguments.sourceId(call), MirrorArguments.selection(call));
        if (!extra.isEmpty()) {
            call.confirm("drop " + String.join(", ", extra) + " of the mirror");
        }
        return extra;
    }

    private static List<NotMirrored> left(Invocation call, Db source, MirrorConnection link) {
        return SchemaCopy.notMirrored(source, link, MirrorArguments.selection(call));
    }

    /** A first run tells what it leaves out; later ones, and 'mirror plan', tell it in their data. */
    private static void sayOnce(Invocation call, List<NotMirrored> left) {
        if (!left.isEmpty()) {
            call.output()
                    .warn("not-mirrored", NotMirroredReport.line(left) + "; 'lockstep mirror plan' says more of each");
        }
    }

    private static Result result(
            Invocation call,
            List<Backfill.Table> tables,
            List<ExtraTables.Dropped> dropped,
            List<NotMirrored> left,
            WalWatch wal) {
        List<Object> trees = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        List<LockstepException> failures = new ArrayList<>();
        boolean changed = !dropped.isEmpty();
        boolean rejected = false;
        List<Object> gone = new ArrayList<>();
        for (ExtraTables.Dropped table : dropped) {
            gone.add(Map.of("table", table.table(), "rows", table.rows()));
            lines.add(table.table() + ": dropped from the mirror, with " + Count.of(table.rows(), "row"));
        }
        for (Backfill.Table table : tables) {
            trees.add(TableReport.tree(table, call.advice()));
            lines.addAll(TableReport.lines(table));
            table.failure().ifPresent(failures::add);
            changed |= table.changed();
            rejected |= table.rejected() > 0;
        }
        lines.addAll(wal.lines());
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("db", call.sqliteFile());
        data.put("snapshot", SourceSnapshot.isCopied(call) ? "copy" : "hold");
        data.put("wal", wal.tree());
        data.put("tables", trees);
        data.put("dropped", gone);
        data.put("notMirrored", NotMirroredReport.tree(left));
        if (!failures.isEmpty() && failures.size() == tables.size() && dropped.isEmpty()) {
            return TableReport.none(failures, data, lines);
        }
        Result result = changed ? Result.changed(data, lines) : Result.unchanged(data, lines);
        return failures.isEmpty() && !rejected ? result : result.with(ExitCode.INCOMPLETE);
    }
}
