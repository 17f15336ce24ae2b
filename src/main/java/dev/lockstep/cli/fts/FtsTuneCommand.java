package dev.lockstep.cli.fts;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.db.Db;
import dev.lockstep.db.sqlite.SqliteFiles;
import dev.lockstep.fts.check.FtsTune;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep fts tune}. */
public final class FtsTuneCommand implements Command {
    private static final Opt<Boolean> UNDO =
            Opt.flag("Put back the triggers that were there before, byte for byte.", "--undo");

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Put a trigger that finds its rows in the index in the place of each that reads the whole index for"
                                + " every row, prove that the index comes out the same, and measure both. The old ones"
                                + " are kept, for --undo. With -n: only show the triggers.");
        FtsArguments.which(spec);
        Options.add(spec, UNDO, Options.YES, Options.DRY_RUN);
    }

    @Override
    public Result run(Invocation call) {
        FtsTune tune = new FtsTune(call.profile());
        return call.has(UNDO) ? undo(call, tune) : install(call, tune);
    }

    private static Result install(Invocation call, FtsTune tune) {
        List<String> names = call.all(FtsArguments.TABLE);
        List<FtsTune.Trigger> offers;
        try (Db db = call.sqlite(SqliteFiles.Access.READ)) {
            offers = tune.offers(db, names);
        }
        List<String> wanted = new ArrayList<>();
        List<String> shown = new ArrayList<>();
        for (FtsTune.Trigger offer : offers) {
            offer.after().ifPresent(after -> wanted.add(offer.name()));
            shown.addAll(lines(offer));
        }
        if (call.dryRun() || wanted.isEmpty()) {
            if (wanted.isEmpty()) {
                shown.add("there is nothing to tune");
            }
            return Result.unchanged(data(call, offers), shown);
        }
        shown.forEach(call.output()::message);
        call.confirm("put another trigger in the place of " + String.join(", ", wanted) + " of " + call.sqliteFile());
        FtsTune.Outcome outcome;
        try (Db db = call.sqlite(SqliteFiles.Access.WRITE)) {
            outcome = tune.install(db, names);
        }
        return result(call, outcome);
    }

    private static List<String> lines(FtsTune.Trigger trigger) {
        List<String> lines = new ArrayList<>();
        String what = "trigger " + trigger.name() + " of " + trigger.fts() + " " + FtsReport.fault(trigger.fault());
        if (trigger.after().isEmpty()) {
            lines.add(what + ", and nothing can stand in for it: " + trigger.objection());
            return lines;
        }
        String way =
                switch (trigger.way().orElseThrow()) {
                    case "number" -> "by its number";
                    case "words" -> "by the words of its key";
                    default -> "by an index on its key";
                };
        lines.add(what
                + switch (trigger.fault()) {
                    case SCANS -> "; this one finds the row " + way + ":";
                    case LEAVES_OLD_ROWS ->
                        "; this one takes it away, found " + way + ", and " + trigger.fts() + " is made anew:";
                });
        trigger.indexes().forEach(index -> lines.add("  " + index));
        trigger.after().get().lines().forEach(line -> lines.add("  " + line));
        return lines;
    }

    private static Result result(Invocation call, FtsTune.Outcome outcome) {
        List<String> lines = new ArrayList<>();
        for (FtsTune.Trigger trigger : outcome.triggers()) {
            if (trigger.after().isPresent()) {
                lines.add("tuned " + trigger.name() + ": " + cost(trigger));
            }
        }
        outcome.rebuilt().forEach(fts -> lines.add("rebuilt " + fts));
        if (outcome.changed()) {
            lines.add("proved by " + outcome.changes() + " changed rows; --undo puts the old triggers back");
        }
        Map<String, Object> data = data(call, outcome.triggers());
        data.put("changes", outcome.changes());
        data.put("rebuilt", outcome.rebuilt());
        return outcome.changed() ? Result.changed(data, lines) : Result.unchanged(data, lines);
    }

    private static String cost(FtsTune.Trigger trigger) {
        if (trigger.costBefore().isEmpty() || trigger.costAfter().isEmpty()) {
            return "not measured, for want of rows";
        }
        return FtsReport.milliseconds(trigger.costBefore().get()) + " before, "
                + FtsReport.milliseconds(trigger.costAfter().get()) + " now for each " + trigger.event();
    }

    private static Map<String, Object> data(Invocation call, List<FtsTune.Trigger> triggers) {
        List<Object> trees = new ArrayList<>();
        for (FtsTune.Trigger trigger : triggers) {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("fts", trigger.fts());
            tree.put("name", trigger.name());
            tree.put("event", trigger.event());
            tree.put("fault", trigger.fault().label());
            tree.put("way", trigger.way().orElse(null));
            tree.put("indexes", trigger.indexes());
            tree.put("before", trigger.before());
            tree.put("after", trigger.after().orElse(null));
            tree.put("objection", trigger.objection().isEmpty() ? null : trigger.objection());
            tree.put(
                    "microsecondsBefore",
                    trigger.costBefore().map(cost -> cost.toNanos() / 1000).orElse(null));
            tree.put(
                    "microsecondsAfter",
                    trigger.costAfter().map(cost -> cost.toNanos() / 1000).orElse(null));
            trees.add(tree);
        }
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("db", call.sqliteFile());
        data.put("triggers", trees);
        return data;
    }

    private static Result undo(Invocation call, FtsTune tune) {
        List<String> names = call.all(FtsArguments.TABLE);
        List<String> stored;
        try (Db db = call.sqlite(SqliteFiles.Access.READ)) {
            stored = tune.stored(db, names);
        }
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("db", call.sqliteFile());
        data.put("triggers", stored);
        if (stored.isEmpty()) {
            return Result.unchanged(data, List.of("nothing was tuned"));
        }
        if (call.dryRun()) {
            return Result.unchanged(data, List.of("would put back " + String.join(", ", stored)));
        }
        call.confirm("put back " + String.join(", ", stored) + " of " + call.sqliteFile());
        try (Db db = call.sqlite(SqliteFiles.Access.WRITE)) {
            List<String> back = tune.undo(db, names);
            data.put("triggers", back);
            return Result.changed(data, List.of("put back " + String.join(", ", back)));
        }
    }
}
