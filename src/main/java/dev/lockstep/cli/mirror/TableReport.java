package dev.lockstep.cli.mirror;

import dev.lockstep.cli.hint.Hints;
import dev.lockstep.cli.kit.Advice;
import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.text.Accent;
import dev.lockstep.cli.text.Cells;
import dev.lockstep.cli.text.Count;
import dev.lockstep.mirror.copy.Backfill;
import dev.lockstep.mirror.engine.Compared;
import dev.lockstep.mirror.plan.RejectedRow;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How what became of a table is told. */
final class TableReport {
    private TableReport() {}

    /** For programs. */
    static Map<String, Object> tree(Backfill.Table table, Advice advice) {
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
        tree.put("substituted", table.substitutes().values());
        List<Object> substitutes = new ArrayList<>();
        table.substitutes().first().forEach(value -> substitutes.add(tree(value)));
        tree.put("substitutes", substitutes);
        tree.put("compared", table.compared().map(TableReport::word).orElse(null));
        tree.put("error", table.failure().map(LockstepException::getMessage).orElse(null));
        tree.put("hint", table.failure().map(Hints::of).map(advice::complete).orElse(null));
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

    /** The same in one line, for people. */
    static String line(Backfill.Table table) {
        return table.failure()
                .map(failure -> table.table() + ": " + Accent.BAD.of("FAILED:") + " " + failure.getMessage())
                .orElseGet(() -> Cells.of(
                        table.table() + ":",
                        Count.of(table.read()) + " read,",
                        Count.of(table.inserted()) + " inserted,",
                        Count.of(table.updated()) + " updated,",
                        Count.of(table.deleted()) + " deleted,",
                        Count.of(table.unchanged()) + " unchanged,",
                        Count.of(table.rejected()) + " rejected"
                                + substituted(table.substitutes().values())
                                + (isRecorded(table) ? "; the unchanged as recorded, not compared" : "")));
    }

    /** What a line says of values that the mirror has others of; nothing if there are none. */
    static String substituted(long values) {
        return values == 0 ? "" : ", " + Count.of(values, "value") + " changed to fit";
    }

    private static boolean isRecorded(Backfill.Table table) {
        return table.compared().filter(Compared.RECORDED::equals).isPresent();
    }

    /** The same with a hint or with the rejected rows, each on a line of its own. */
    static List<String> lines(Backfill.Table table) {
        List<String> lines = new ArrayList<>(List.of(line(table)));
        table.failure().map(Hints::of).ifPresentOrElse(hint -> lines.add("  hint: " + hint), () -> {
            table.rejects().forEach(reject -> lines.add("  rejected: " + reject));
            table.substitutes().first().forEach(value -> lines.add("  changed: " + value));
        });
        return lines;
    }

    /** The answer of a run of which something is written and stays: the same command goes on from there. */
    static Result kept(Result result) {
        boolean part =
                result.failure().filter(failure -> goesOn(failure.kind())).isPresent();
        return (part ? result.with(ExitCode.INCOMPLETE) : result).asChanged();
    }

    /** Who is away, or late, is so whatever was written before. */
    private static boolean goesOn(LockstepException.Kind kind) {
        return kind != LockstepException.Kind.UNREACHABLE && kind != LockstepException.Kind.TIMEOUT;
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
                Hints.of(one),
                one);
        return Result.failed(all, data, lines);
    }
}
