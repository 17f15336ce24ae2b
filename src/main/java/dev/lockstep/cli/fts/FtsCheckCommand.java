package dev.lockstep.cli.fts;

import dev.lockstep.cli.html.HtmlReport;
import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.cli.progress.ProgressMeter;
import dev.lockstep.cli.text.Accent;
import dev.lockstep.cli.text.Count;
import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.sqlite.SqliteFiles;
import dev.lockstep.fts.check.FtsCheck;
import dev.lockstep.fts.content.Drift;
import dev.lockstep.fts.deferral.FtsStatus;
import dev.lockstep.fts.schema.FtsModule;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.support.ShellWord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep fts check}. */
public final class FtsCheckCommand implements Command {
    private static final Opt<Boolean> DEEP =
            Opt.flag("Compare every row instead of some, and name those that differ.", "--deep");
    private static final Opt<Long> ROWS =
            Opt.number("How many rows to name of each kind of difference (default 20).", "--rows");
    private static final Opt<Boolean> NO_COST =
            Opt.flag("Do not measure what triggers cost, which takes the write lock for a moment.", "--no-cost");

    private static final int DEFAULT_ROWS = 20;

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Compare full-text indexes with what they index, and name triggers that read a whole index for"
                                + " each row, with what that costs here. Ends with 3 if an index differs, or is deferred.");
        FtsArguments.which(spec);
        DEEP.addTo(spec);
        FtsArguments.columns(spec);
        Options.add(spec, ROWS, NO_COST, HtmlReport.HTML);
    }

    @Override
    public Result run(Invocation call) {
        FtsCheck.Depth depth = call.has(DEEP) ? FtsCheck.Depth.DEEP : FtsCheck.Depth.SAMPLE;
        int limit = (int) Math.min(Integer.MAX_VALUE, call.get(ROWS).orElse((long) DEFAULT_ROWS));
        FtsCheck check = new FtsCheck(call.profile(), depth, FtsArguments.columns(call), limit);
        FtsCheck.Report report;
        try (Db db = call.sqlite(SqliteFiles.Access.READ);
                ProgressMeter meter = ProgressMeter.of(call, "nothing was changed", "begins again")) {
            report = check.telling(meter).run(db, call.all(FtsArguments.TABLE));
        }
        report = call.has(NO_COST) ? report : measured(call, check, report);
        FtsReport.warn(call, report.notices());
        return result(call, report);
    }

    /** What triggers cost is worth knowing and not worth failing for. */
    private static FtsCheck.Report measured(Invocation call, FtsCheck check, FtsCheck.Report report) {
        if (report.tables().stream().allMatch(table -> table.triggers().isEmpty())) {
            return report;
        }
        try (Db db = call.sqlite(SqliteFiles.Access.WRITE)) {
            return check.measure(db, report);
        } catch (DbException e) {
            return switch (e.reason()) {
                case BUSY, READ_ONLY, FULL -> {
                    call.output().warn("not-measured", "what triggers cost was not measured: " + e.getMessage());
                    yield report;
                }
                default -> throw e;
            };
        }
    }

    private static Result result(Invocation call, FtsCheck.Report report) {
        List<Object> tables = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        for (FtsCheck.Table table : report.tables()) {
            tables.add(tree(table));
            lines.add(line(table));
            table.faults().forEach(fault -> lines.add("  " + fault));
            for (Drift.Difference row : table.drift().rows()) {
                lines.add(line(row));
                if (call.format() == Options.Format.JSONL) {
                    call.output().event("row", tree(table, row), "");
                }
            }
            table.triggers().forEach(trigger -> lines.add(line(trigger)));
        }
        if (lines.isEmpty()) {
            lines.add("there is no full-text table in this database");
        }
        if (report.tables().stream().flatMap(table -> table.triggers().stream()).anyMatch(FtsCheck.Trigger::offered)) {
            call.output().message("hint: 'lockstep fts tune -n' shows what could stand in for these triggers");
        }
        Optional<String> repair = repair(report);
        boolean orphans =
                report.tables().stream().anyMatch(table -> table.drift().orphan() > 0);
        repair.ifPresent(command -> lines.add("hint: " + command + " makes equal what differs"
                + (orphans ? "; what only the index has is lost then" : "")));
        call.get(HtmlReport.HTML).ifPresent(file -> FtsCheckHtml.write(call, file, report, repair));
        Map<String, Object> data = FtsReport.data(call, tables);
        data.put("repair", repair.map(call.advice()::complete).orElse(null));
        Result result = Result.unchanged(data, lines);
        return report.isInStep() ? result : result.with(ExitCode.DIFFERS);
    }

    /** The command about the indexes that differ; of one that is deferred, a restoration is what makes it equal. */
    private static Optional<String> repair(FtsCheck.Report report) {
        StringBuilder tables = new StringBuilder();
        boolean deferred = false;
        for (FtsCheck.Table table : report.tables()) {
            if (table.verdict() == FtsCheck.Verdict.DIFFERS) {
                deferred |= table.state() == FtsStatus.State.DEFERRED;
                tables.append(' ').append(ShellWord.option("--table", table.fts()));
            }
        }
        if (tables.length() == 0) {
            return Optional.empty();
        }
        return Optional.of(deferred ? "'lockstep fts restore'" : "'lockstep fts rebuild" + tables + "'");
    }

    private static Map<String, Object> tree(FtsCheck.Table table) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("table", table.table());
        tree.put("fts", table.fts());
        tree.put("module", table.module().map(FtsModule::label).orElse(null));
        tree.put("kind", table.kind().map(FtsTable.Kind::label).orElse(null));
        tree.put("state", table.state().name().toLowerCase(Locale.ROOT));
        tree.put("verdict", table.verdict().name().toLowerCase(Locale.ROOT));
        tree.put("compared", table.drift().compared());
        tree.put("partial", table.drift().isPartial());
        tree.put("rows", table.rows().orElse(null));
        tree.put("indexed", table.indexed().orElse(null));
        tree.put("missing", table.drift().missing());
        tree.put("duplicate", table.drift().duplicate());
        tree.put("altered", table.drift().altered());
        tree.put("orphan", table.drift().orphan());
        tree.put("faults", table.faults());
        List<Object> rows = new ArrayList<>();
        table.drift().rows().forEach(row -> rows.add(tree(table, row)));
        tree.put("differences", rows);
        List<Object> triggers = new ArrayList<>();
        for (FtsCheck.Trigger trigger : table.triggers()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("name", trigger.name());
            one.put("event", trigger.event());
            one.put("fault", trigger.fault().label());
            one.put("offered", trigger.offered());
            one.put(
                    "microseconds",
                    trigger.cost().map(cost -> cost.toNanos() / 1000).orElse(null));
            triggers.add(one);
        }
        tree.put("triggers", triggers);
        return tree;
    }

    private static Map<String, Object> tree(FtsCheck.Table table, Drift.Difference row) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("op", row.op());
        tree.put("fts", table.fts());
        tree.put("key", row.key());
        tree.put("rowid", row.rowid() == null ? null : String.valueOf(row.rowid()));
        tree.put("columns", row.columns());
        return tree;
    }

    private static String line(FtsCheck.Table table) {
        StringBuilder line = new StringBuilder(table.fts()).append(": ");
        line.append(
                switch (table.verdict()) {
                    case EQUAL -> table.drift().isPartial() ? "no difference seen" : Accent.GOOD.of("equal");
                    case DIFFERS -> Accent.BAD.of("differs");
                    case UNKNOWN -> Accent.ODD.of("cannot be compared");
                });
        line.append(" (")
                .append(table.drift().isPartial() ? "partial: " : "")
                .append(extent(table.drift().compared()))
                .append(")");
        if (table.state() != FtsStatus.State.ACTIVE) {
            line.append("; ").append(table.state().name().toLowerCase(Locale.ROOT));
        }
        line.append("; ").append(FtsReport.kind(table.module(), table.kind()));
        line.append("; rows ").append(number(table.rows())).append(", indexed ").append(number(table.indexed()));
        count(line, table.drift().missing(), "missing");
        count(line, table.drift().duplicate(), "duplicate");
        count(line, table.drift().altered(), "altered");
        count(line, table.drift().orphan(), "orphan");
        return line.toString();
    }

    private static String extent(String compared) {
        return switch (compared) {
            case "whole" -> "every row";
            case "terms" -> "every term; the index keeps no text";
            case "sample" -> "a sample; --deep compares all";
            case "rows" -> "numbers of rows only";
            default -> "nothing to compare with";
        };
    }

    private static void count(StringBuilder line, long count, String what) {
        if (count > 0) {
            line.append(", ").append(count).append(' ').append(what);
        }
    }

    private static String line(Drift.Difference row) {
        return "  " + row.op() + " " + row.key()
                + (row.rowid() == null ? "" : " (row " + row.rowid() + ")")
                + (row.columns().isEmpty() ? "" : ": " + String.join(", ", row.columns()));
    }

    private static String line(FtsCheck.Trigger trigger) {
        return "  trigger " + trigger.name() + " " + FtsReport.fault(trigger.fault()) + ": "
                + trigger.cost()
                        .map(cost -> FtsReport.milliseconds(cost) + " for each " + trigger.event())
                        .orElse("not measured");
    }

    private static String number(Optional<Long> number) {
        return number.map(Count::of).orElse("unknown");
    }
}
