package dev.lockstep.cli.mirror;

import dev.lockstep.cli.hint.Hints;
import dev.lockstep.cli.html.HtmlReport;
import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.progress.ProgressMeter;
import dev.lockstep.cli.text.Count;
import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.mirror.copy.Preflight;
import dev.lockstep.mirror.plan.NotMirrored;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.plan.TargetTable;
import dev.lockstep.mirror.run.ExtraTables;
import dev.lockstep.mirror.run.MirrorConnection;
import dev.lockstep.mirror.schema.SchemaCopy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How each table would be mirrored, and what will not fit. */
final class PlanReport {
    private PlanReport() {}

    /** Plans, reads the source, and tells of both. */
    static Result of(Invocation call, Preflight.Keys keys) {
        Session.Use use = keys == Preflight.Keys.ASKED ? Session.Use.WRITE : Session.Use.READ;
        List<Preflight.Finding> findings;
        List<NotMirrored> left;
        List<String> extra;
        try (Db source = MirrorArguments.source(call);
                MirrorConnection link = MirrorArguments.link(call, use);
                ProgressMeter progress = ProgressMeter.of(call, "nothing was changed", "begins again")) {
            findings = Preflight.run(source, link.db(), MirrorArguments.selection(call), keys, progress);
            left = SchemaCopy.notMirrored(
                    source, link, MirrorArguments.selection(call), SchemaCopy.ToMake.HAD, plans(findings));
            extra = ExtraTables.names(source, link, MirrorArguments.sourceId(call), MirrorArguments.selection(call));
        }
        call.find(HtmlReport.HTML).ifPresent(file -> PlanHtml.write(call, file, findings, left, extra));
        List<Object> trees = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        boolean fits = true;
        for (Preflight.Finding finding : findings) {
            trees.add(tree(finding));
            lines.addAll(lines(finding));
            fits &= finding.fits();
        }
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("db", call.sqliteFile());
        data.put("tables", trees);
        data.put("notMirrored", NotMirroredReport.tree(left));
        data.put("extraTables", extra);
        lines.addAll(NotMirroredReport.lines(left));
        String gone = call.advice()
                .complete(": the source has it no more, and the mirror has it;"
                        + " 'lockstep mirror backfill --drop-extra-tables' drops it there");
        for (String table : extra) {
            lines.add(table + gone);
        }
        Result result = Result.unchanged(data, lines);
        return fits ? result : result.with(ExitCode.DIFFERS);
    }

    private static Map<String, TablePlan> plans(List<Preflight.Finding> findings) {
        Map<String, TablePlan> plans = new LinkedHashMap<>();
        findings.forEach(finding -> plans.put(finding.plan().name(), finding.plan()));
        return plans;
    }

    private static Map<String, Object> tree(Preflight.Finding finding) {
        TablePlan plan = finding.plan();
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("table", plan.name());
        tree.put("key", names(plan.key()));
        List<Object> columns = new ArrayList<>();
        for (TargetTable.Column column : plan.columns()) {
            columns.add(Map.of("name", column.name(), "type", column.declared()));
        }
        tree.put("columns", columns);
        tree.put("rows", finding.rows().isPresent() ? finding.rows().getAsLong() : null);
        tree.put("ddl", plan.ddl().orElse(null));
        tree.put("afterwards", finding.afterwards());
        tree.put("additions", plan.additions());
        tree.put("obstacles", plan.obstacles());
        tree.put("notes", notes(finding));
        tree.put("rejected", finding.rejected());
        List<Object> rejects = new ArrayList<>();
        finding.rejects().forEach(reject -> rejects.add(TableReport.tree(reject)));
        tree.put("rejects", rejects);
        tree.put("substituted", finding.substitutes().values());
        tree.put("fitting", finding.fitting());
        tree.put("merging", finding.merging());
        return tree;
    }

    private static List<String> names(List<TargetTable.Column> columns) {
        List<String> names = new ArrayList<>();
        columns.forEach(column -> names.add(column.name()));
        return names;
    }

    private static List<String> notes(Preflight.Finding finding) {
        List<String> notes =
                new ArrayList<>(finding.plan().notes().stream().map(Hints::of).toList());
        finding.cut().ifPresent(notes::add);
        return notes;
    }

    private static List<String> lines(Preflight.Finding finding) {
        TablePlan plan = finding.plan();
        List<String> lines = new ArrayList<>();
        String rows = finding.rows().isPresent() ? Count.of(finding.rows().getAsLong(), "row") : "rows not counted";
        String key = plan.key().isEmpty() ? "" : ", key (" + String.join(", ", names(plan.key())) + ")";
        lines.add(plan.name() + ": " + rows + key + (plan.ddl().isPresent() ? ", to be made:" : ""));
        plan.ddl().ifPresent(ddl -> lines.add(ddl.indent(2).stripTrailing() + ";"));
        if (plan.ddl().isEmpty() && !plan.columns().isEmpty()) {
            List<String> columns = new ArrayList<>();
            plan.columns().forEach(column -> columns.add(column.name() + " " + column.declared()));
            lines.add("  " + String.join(", ", columns));
        }
        finding.afterwards().forEach(statement -> lines.add("  after the rows: " + statement + ";"));
        plan.additions().forEach(statement -> lines.add("  TO BE ADDED: " + statement + ";"));
        notes(finding).forEach(note -> lines.add("  note: " + note));
        plan.obstacles().forEach(obstacle -> lines.add("  CANNOT BE MIRRORED: " + obstacle));
        finding.rejects().forEach(reject -> lines.add("  WILL NOT FIT: " + reject));
        finding.substitutes().first().forEach(value -> lines.add("  WILL BE CHANGED: " + value));
        if (finding.substitutes().values() > 0) {
            lines.add("  " + finding.substitutes().values() + " values will be changed to fit");
        }
        if (finding.rejected() > 0) {
            lines.add("  " + Count.of(finding.rejected()) + " rows will not fit");
        }
        finding.fitting().forEach(statement -> lines.add("  THEY FIT AFTER: " + statement + ";"));
        finding.merging().forEach(other -> lines.add("  WOULD BE ANOTHER ROW'S KEY: " + other));
        return lines;
    }
}
