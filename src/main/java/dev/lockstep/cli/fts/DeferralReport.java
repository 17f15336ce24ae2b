package dev.lockstep.cli.fts;

import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.fts.deferral.Deferral;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How a deferral is told: what was put away, and what was left alone. */
final class DeferralReport {
    private DeferralReport() {}

    /** The answer for a deferral that was made, or is only shown. */
    static Result result(Invocation call, String file, Deferral.Outcome outcome) {
        FtsReport.warn(call, outcome.notices());
        List<Object> tables = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        for (Deferral.Table table : outcome.tables()) {
            tables.add(tree(table));
            lines.add(line(call, table));
        }
        Map<String, Object> data = FtsReport.data(file, tables);
        return outcome.changed() && !call.dryRun() ? Result.changed(data, lines) : Result.unchanged(data, lines);
    }

    private static Map<String, Object> tree(Deferral.Table table) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("table", table.table());
        tree.put("fts", table.fts());
        tree.put(
                "result",
                switch (table.result()) {
                    case DEFERRED -> "deferred";
                    case ALREADY -> "already";
                });
        tree.put("mode", FtsReport.label(table.mode()));
        tree.put("triggers", table.triggers());
        tree.put("since", table.since().orElse(null));
        tree.put("owner", FtsReport.owner(table.owner()));
        return tree;
    }

    private static String line(Invocation call, Deferral.Table table) {
        String triggers = " (" + String.join(", ", table.triggers()) + ")";
        return switch (table.result()) {
            case DEFERRED ->
                (call.dryRun() ? "would defer " : "deferred ") + table.fts() + ", mode " + FtsReport.label(table.mode())
                        + triggers;
            case ALREADY ->
                table.fts() + " is already deferred"
                        + table.since().map(since -> " since " + since).orElse("")
                        + table.owner().map(owner -> " by " + owner.describe()).orElse("") + triggers;
        };
    }

    /** Says which triggers were left alone, and why. */
    static void sayKept(Invocation call, Deferral.Outcome outcome) {
        for (Deferral.Kept kept : outcome.kept()) {
            call.output()
                    .message("left the triggers of " + kept.fts() + " alone: " + why(kept) + "; --mode journal or"
                            + " rebuild puts them away");
        }
    }

    private static String why(Deferral.Kept kept) {
        return kept.cost()
                .map(cost -> "they cost at most " + FtsReport.milliseconds(cost)
                        + " a row, and a restore would cost no less")
                .orElse("none of them reads the whole index, and there was no row to measure them with");
    }

    /** For programs. */
    static List<Object> keptTrees(Deferral.Outcome outcome) {
        List<Object> trees = new ArrayList<>();
        for (Deferral.Kept kept : outcome.kept()) {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("fts", kept.fts());
            tree.put("triggers", kept.triggers());
            tree.put("costMs", kept.cost().map(cost -> cost.toNanos() / 1e6).orElse(null));
            trees.add(tree);
        }
        return trees;
    }
}
