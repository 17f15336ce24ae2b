package dev.lockstep.cli.mirror;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Opt;
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
    private static final Opt<Boolean> DROP_EXTRA_TABLES = Opt.flag(
            "Drop tables of the mirror that were copied from this source and are not in it any more; asks first.",
            "--drop-extra-tables");
    private static final Opt<Boolean> CREATE = Opt.flag("Make the tables that the mirror lacks.", "--create");
    private static final Opt<Integer> BATCH = Opt.count(
            "About how many rows go into one transaction (default 20000; a first load: all, if they are not too many).",
            "--batch");
    private static final Opt<Integer> MAX_RATE = Opt.count("Write at most so many rows a second.", "--max-rate");
    private static final Opt<String> PAUSE_FILE =
            Opt.text("FILE", "Write nothing while there is such a file.", "--pause-file");
    private static final Opt<String> ON_BAD_ROW = Opt.text(
            "fail|quarantine",
            "What to do about a row that the mirror cannot take: leave its table as it is (the default), or copy the"
                    + " others and name it in lockstep_mirror_reject.",
            "--on-bad-row");
    private static final Opt<Boolean> KEEP_EXTRA =
            Opt.flag("Leave rows of the mirror that the source does not have.", "--keep-extra");
    private static final Opt<Long> MAX_DELETE = Opt.number(
            "Delete at most so many rows of a table (default: 1 % of it, or 1000 if that is more).", "--max-delete");
    private static final Opt<Boolean> ALLOW_EMPTY_SOURCE =
            Opt.flag("Let a table that is empty in the source empty the mirror's.", "--allow-empty-source");
    static final Opt<Boolean> TAKE_OVER =
            Opt.flag("Take over from a run that is still alive; it will not write any more.", "--take-over");
    private static final Opt<Boolean> SOLE_WRITER = Opt.flag(
            "Nobody but lockstep writes to the mirror: of what an earlier run has written, only the number of rows is"
                    + " looked at. Without it, the mirror is asked what it holds.",
            "--sole-writer");
    private static final Opt<Boolean> RECHECK =
            Opt.flag("Send every row to the mirror and compare it there, whatever is known.", "--recheck");
    private static final Opt<Boolean> RESTART =
            Opt.flag("Forget every earlier run, of another source too.", "--restart");

    private static final int USUAL_BATCH = 20_000;

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
        how(spec);
    }

    /** How tables are made equal. */
    static void how(CommandSpec spec) {
        Options.add(
                spec,
                CREATE,
                BATCH,
                MAX_RATE,
                PAUSE_FILE,
                ON_BAD_ROW,
                KEEP_EXTRA,
                MAX_DELETE,
                ALLOW_EMPTY_SOURCE,
                TAKE_OVER,
                SOLE_WRITER,
                RECHECK,
                RESTART);
    }

    @Override
    public Result run(Invocation call) {
        Backfill.Options options = options(call);
        if (call.dryRun()) {
            return MirrorPlanCommand.plan(call, Preflight.Keys.ASSUMED);
        }
        Policy policy = call.has(TAKE_OVER) ? Policy.TAKE_OVER : Policy.RESPECT;
        WalWatch log = new WalWatch(call, "--snapshot copy reads a copy, and holds it up only while that is made");
        try (SourceFile file = SourceFile.of(Invocation.file(call.sqliteFile()));
                Db source = SourceSnapshot.open(call);
                MirrorConnection link = MirrorArguments.link(call, source, options.trust(), MirrorArguments.PATIENCE)) {
            log.look();
            List<Backfill.Table> hopeless = Preflight.hopeless(source, link, MirrorArguments.tables(call), options);
            List<NotMirrored> left = NotMirrored.of(source, MirrorArguments.tables(call));
            if (!hopeless.isEmpty()) {
                return result(call, hopeless, List.of(), left, log);
            }
            List<String> extra = extraTables(call, source, link);
            sayOnce(call, link, left);
            MirrorRun run = MirrorRun.begin(link, MirrorArguments.sourceId(call), MirrorArguments.owner(), policy);
            call.output().soFar(() -> new Result(0, change(run), Map.of(), List.of()));
            List<ExtraTables.Dropped> dropped = ExtraTables.drop(source, run, extra);
            Runnable watch = SourceSnapshot.isCopied(call) ? () -> {} : log::look;
            List<Backfill.Table> tables = new Backfill(options, new MirrorNarration(call, watch))
                    .run(source, file, run, MirrorArguments.tables(call));
            watch.run();
            Result result = result(call, tables, dropped, left, log);
            return change(run) == Result.Change.CHANGED ? result.asChanged() : result;
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
        BadRows badRows = call.get(ON_BAD_ROW)
                .map(word -> switch (word) {
                    case "fail" -> BadRows.FAIL;
                    case "quarantine" -> BadRows.QUARANTINE;
                    default ->
                        throw LockstepException.usage(
                                "unknown policy '" + word + "'", "--on-bad-row takes fail or quarantine");
                })
                .orElse(BadRows.FAIL);
        Throttle pace = new Throttle(
                call.get(MAX_RATE).map(OptionalInt::of).orElse(OptionalInt.empty()),
                call.get(PAUSE_FILE).map(Invocation::file),
                call.output()::message);
        return new Backfill.Options(
                call.has(CREATE) ? Creation.CREATE : Creation.NONE,
                badRows,
                call.has(KEEP_EXTRA) ? Extras.KEEP : Extras.DELETE,
                call.has(ALLOW_EMPTY_SOURCE) ? EmptySource.ALLOWED : EmptySource.REFUSED,
                trust(call),
                batch(call),
                call.get(MAX_DELETE).map(OptionalLong::of).orElse(OptionalLong.empty()),
                pace);
    }

    private static Trust trust(Invocation call) {
        if (call.has(RESTART) || call.has(RECHECK)) {
            return call.has(RESTART) ? Trust.RESTART : Trust.NONE;
        }
        boolean sole = call.has(SOLE_WRITER)
                || call.profile()
                        .filter(profile -> profile.mirror().isSoleWriter())
                        .isPresent();
        return sole ? Trust.RECORDED : Trust.PROVEN;
    }

    /** What is written at once is written within the second that it may take. */
    private static OptionalInt batch(Invocation call) {
        Optional<Integer> batch = call.get(BATCH);
        int rate = call.get(MAX_RATE).orElse(Integer.MAX_VALUE);
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
