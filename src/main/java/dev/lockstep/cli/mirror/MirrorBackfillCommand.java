package dev.lockstep.cli.mirror;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Options;
import dev.lockstep.db.Db;
import dev.lockstep.mirror.copy.Backfill;
import dev.lockstep.mirror.copy.Backfill.BadRows;
import dev.lockstep.mirror.copy.Backfill.Creation;
import dev.lockstep.mirror.copy.Backfill.EmptySource;
import dev.lockstep.mirror.copy.Backfill.Extras;
import dev.lockstep.mirror.copy.Backfill.Trust;
import dev.lockstep.mirror.copy.Preflight;
import dev.lockstep.mirror.engine.Compared;
import dev.lockstep.mirror.plan.NotMirrored;
import dev.lockstep.mirror.plan.RejectedRow;
import dev.lockstep.mirror.run.ExtraTables;
import dev.lockstep.mirror.run.MirrorConnection;
import dev.lockstep.mirror.run.MirrorRun;
import dev.lockstep.mirror.run.RunClaim.Policy;
import dev.lockstep.mirror.run.Throttle;
import dev.lockstep.mirror.source.SourceFile;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep mirror backfill}. */
public final class MirrorBackfillCommand implements Command {
    private static final int USUAL_BATCH = 20_000;

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Make the mirror equal to the source, as the source is now, whoever has written to the mirror. Run"
                                + " again, it goes on where it was stopped, and touches only what differs.");
        MirrorArguments.which(spec);
        Options.dryRun(spec);
        SourceSnapshot.declare(spec);
        Options.flag(
                spec,
                "Drop tables of the mirror that were copied from this source and are not in it any more; asks first.",
                "--drop-extra-tables");
        Options.yes(spec);
        how(spec);
    }

    /** How tables are made equal. */
    static void how(CommandSpec spec) {
        Options.flag(spec, "Make the tables that the mirror lacks.", "--create");
        Options.count(
                spec,
                "About how many rows go into one transaction (default 20000; a first load: all, if they are not too many).",
                "--batch");
        Options.count(spec, "Write at most so many rows a second.", "--max-rate");
        Options.value(spec, "FILE", "Write nothing while there is such a file.", "--pause-file");
        Options.value(
                spec,
                "fail|quarantine",
                "What to do about a row that the mirror cannot take: leave its table as it is (the default), or copy the"
                        + " others and name it in lockstep_mirror_reject.",
                "--on-bad-row");
        Options.flag(spec, "Leave rows of the mirror that the source does not have.", "--keep-extra");
        Options.number(
                spec,
                "Delete at most so many rows of a table (default: 1 % of it, or 1000 if that is more).",
                "--max-delete");
        Options.flag(spec, "Let a table that is empty in the source empty the mirror's.", "--allow-empty-source");
        Options.flag(spec, "Take over from a run that is still alive; it will not write any more.", "--take-over");
        Options.flag(
                spec,
                "Nobody but lockstep writes to the mirror: of what an earlier run has written, only the number of rows is"
                        + " looked at. Without it, the mirror is asked what it holds.",
                "--sole-writer");
        Options.flag(spec, "Send every row to the mirror and compare it there, whatever is known.", "--recheck");
        Options.flag(spec, "Forget every earlier run, of another source too.", "--restart");
    }

    @Override
    public Result run(Invocation call) {
        Backfill.Options options = options(call);
        if (call.dryRun()) {
            return MirrorPlanCommand.plan(call, Preflight.Keys.ASSUMED);
        }
        Policy policy = call.flag("--take-over") ? Policy.TAKE_OVER : Policy.RESPECT;
        List<Backfill.Table> tables;
        List<NotMirrored> left;
        List<ExtraTables.Dropped> dropped;
        WalWatch log = new WalWatch(call, "--snapshot copy reads a copy, and holds it up only while that is made");
        try (SourceFile file = SourceFile.of(Invocation.file(call.sqliteFile()));
                Db source = SourceSnapshot.open(call);
                MirrorConnection link = MirrorArguments.link(call, source, options.trust(), MirrorArguments.PATIENCE)) {
            log.look();
            List<Backfill.Table> hopeless = Preflight.hopeless(source, link, MirrorArguments.tables(call), options);
            left = NotMirrored.of(source, MirrorArguments.tables(call));
            if (!hopeless.isEmpty()) {
                return result(call, hopeless, List.of(), left, log);
            }
            List<String> extra = extraTables(call, source, link);
            sayOnce(call, link, left);
            MirrorRun run = MirrorRun.begin(link, MirrorArguments.sourceId(call), MirrorArguments.owner(), policy);
            dropped = ExtraTables.drop(source, run, extra);
            Runnable watch = SourceSnapshot.isCopied(call) ? () -> {} : log::look;
            tables = new Backfill(options, new MirrorNarration(call, watch))
                    .run(source, file, run, MirrorArguments.tables(call));
            watch.run();
        }
        return result(call, tables, dropped, left, log);
    }

    /** What is to be dropped, once that is confirmed. */
    private static List<String> extraTables(Invocation call, Db source, MirrorConnection link) {
        if (!call.flag("--drop-extra-tables")) {
            return List.of();
        }
        List<String> extra = ExtraTables.names(source, link, MirrorArguments.sourceId(call));
        if (!extra.isEmpty()) {
            call.confirm("drop " + String.join(", ", extra) + " of the mirror");
        }
        return extra;
    }

    /** A first run tells what it leaves out; later ones, and 'mirror plan', tell it in their data. */
    private static void sayOnce(Invocation call, MirrorConnection link, List<NotMirrored> left) {
        if (!left.isEmpty() && Preflight.isFirst(link, MirrorArguments.sourceId(call))) {
            call.output()
                    .warn("not-mirrored", NotMirroredReport.line(left) + "; 'lockstep mirror plan' says more of each");
        }
    }

    static Backfill.Options options(Invocation call) {
        BadRows badRows = call.text("--on-bad-row")
                .map(word -> switch (word) {
                    case "fail" -> BadRows.FAIL;
                    case "quarantine" -> BadRows.QUARANTINE;
                    default ->
                        throw LockstepException.usage(
                                "unknown policy '" + word + "'", "--on-bad-row takes fail or quarantine");
                })
                .orElse(BadRows.FAIL);
        Throttle pace = new Throttle(
                call.count("--max-rate").map(OptionalInt::of).orElse(OptionalInt.empty()),
                call.text("--pause-file").map(Invocation::file),
                call.output()::message);
        return new Backfill.Options(
                call.flag("--create") ? Creation.CREATE : Creation.NONE,
                badRows,
                call.flag("--keep-extra") ? Extras.KEEP : Extras.DELETE,
                call.flag("--allow-empty-source") ? EmptySource.ALLOWED : EmptySource.REFUSED,
                trust(call),
                batch(call),
                call.number("--max-delete").map(OptionalLong::of).orElse(OptionalLong.empty()),
                pace);
    }

    private static Trust trust(Invocation call) {
        if (call.flag("--restart") || call.flag("--recheck")) {
            return call.flag("--restart") ? Trust.RESTART : Trust.NONE;
        }
        boolean sole = call.flag("--sole-writer")
                || call.profile()
                        .filter(profile -> profile.mirror().isSoleWriter())
                        .isPresent();
        return sole ? Trust.RECORDED : Trust.PROVEN;
    }

    /** What is written at once is written within the second that it may take. */
    private static OptionalInt batch(Invocation call) {
        Optional<Integer> batch = call.count("--batch");
        int rate = call.count("--max-rate").orElse(Integer.MAX_VALUE);
        return batch.isEmpty() && rate >= USUAL_BATCH
                ? OptionalInt.empty()
                : OptionalInt.of(Math.min(batch.orElse(USUAL_BATCH), rate));
    }

    private static Result result(
            Invocation call,
            List<Backfill.Table> tables,
            List<ExtraTables.Dropped> dropped,
            List<NotMirrored> left,
            WalWatch log) {
        List<Object> trees = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        List<LockstepException> failures = new ArrayList<>();
        boolean changed = !dropped.isEmpty();
        boolean rejected = false;
        List<Object> gone = new ArrayList<>();
        for (ExtraTables.Dropped table : dropped) {
            gone.add(Map.of("table", table.table(), "rows", table.rows()));
            lines.add(table.table() + ": dropped from the mirror, with " + table.rows() + " rows");
        }
        for (Backfill.Table table : tables) {
            trees.add(tree(table));
            lines.addAll(lines(table));
            table.failure().ifPresent(failures::add);
            changed |= table.changed();
            rejected |= table.rejected() > 0;
        }
        lines.addAll(log.lines());
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("db", call.sqliteFile());
        data.put("snapshot", SourceSnapshot.isCopied(call) ? "copy" : "hold");
        data.put("wal", log.tree());
        data.put("tables", trees);
        data.put("dropped", gone);
        data.put("notMirrored", NotMirroredReport.tree(left));
        if (!failures.isEmpty() && failures.size() == tables.size() && dropped.isEmpty()) {
            return none(failures, data, lines);
        }
        Result result = changed ? Result.changed(data, lines) : Result.unchanged(data, lines);
        return failures.isEmpty() && !rejected ? result : result.with(ExitCode.INCOMPLETE);
    }

    /** No table was done: what went wrong with the gravest of them, and how many more. */
    static Result none(List<LockstepException> failures, Map<String, Object> data, List<String> lines) {
        if (failures.size() == 1) {
            return Result.failed(failures.get(0), data, List.of());
        }
        LockstepException one = ExitCode.gravest(failures);
        LockstepException all = new LockstepException(
                one.kind(),
                one.code(),
                one.getMessage() + "; " + (failures.size() - 1) + " more tables failed too",
                one.hint(),
                one);
        return Result.failed(all, data, lines);
    }

    static Map<String, Object> tree(Backfill.Table table) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("table", table.table());
        tree.put("read", table.read());
        tree.put("inserted", table.inserted());
        tree.put("updated", table.updated());
        tree.put("deleted", table.deleted());
        tree.put("unchanged", table.unchanged());
        tree.put("rejected", table.rejected());
        List<Object> rejects = new ArrayList<>();
        table.rejects().forEach(reject -> rejects.add(tree(reject)));
        tree.put("rejects", rejects);
        tree.put("compared", table.compared().map(MirrorBackfillCommand::word).orElse(null));
        tree.put("error", table.failure().map(LockstepException::getMessage).orElse(null));
        return tree;
    }

    private static String word(Compared how) {
        return how.name().toLowerCase(Locale.ROOT);
    }

    static Map<String, Object> tree(RejectedRow reject) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("key", reject.key());
        tree.put("column", reject.column().orElse(null));
        tree.put("reason", reject.reason());
        tree.put("value", reject.shown().orElse(null));
        return tree;
    }

    static String line(Backfill.Table table) {
        return table.failure()
                .map(failure -> table.table() + ": FAILED: " + failure.getMessage())
                .orElseGet(() -> "%s: %d read, %d inserted, %d updated, %d deleted, %d unchanged, %d rejected%s"
                        .formatted(
                                table.table(),
                                table.read(),
                                table.inserted(),
                                table.updated(),
                                table.deleted(),
                                table.unchanged(),
                                table.rejected(),
                                isRecorded(table) ? "; the unchanged as recorded, not compared" : ""));
    }

    private static boolean isRecorded(Backfill.Table table) {
        return table.compared().filter(Compared.RECORDED::equals).isPresent();
    }

    private static List<String> lines(Backfill.Table table) {
        List<String> lines = new ArrayList<>();
        Optional<LockstepException> failure = table.failure();
        if (failure.isPresent()) {
            lines.add(line(table));
            if (failure.get().hint() != null) {
                lines.add("  hint: " + failure.get().hint());
            }
            return lines;
        }
        lines.add(line(table));
        table.rejects().forEach(reject -> lines.add("  rejected: " + reject));
        return lines;
    }
}
