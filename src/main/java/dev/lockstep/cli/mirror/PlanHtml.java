package dev.lockstep.cli.mirror;

import dev.lockstep.cli.hint.Hints;
import dev.lockstep.cli.html.HtmlReport;
import dev.lockstep.cli.html.HtmlReport.Cell;
import dev.lockstep.cli.html.HtmlReport.Tone;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.text.Count;
import dev.lockstep.mirror.copy.Preflight;
import dev.lockstep.mirror.plan.NotMirrored;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.plan.TargetTable.Column;
import dev.lockstep.mirror.source.SourceTable.Nulls;
import java.util.ArrayList;
import java.util.List;

/** The report of a plan that {@code --html} asks for: tables, keys, types, and what is not carried over. */
final class PlanHtml {
    private PlanHtml() {}

    static void write(
            Invocation call,
            String file,
            List<Preflight.Finding> findings,
            List<NotMirrored> left,
            List<String> extra) {
        try (HtmlReport html = new HtmlReport(call)) {
            html.heading("Tables");
            html.table(
                    List.of("table", "in the mirror", "state", "rows", "key", "columns"),
                    findings.stream().map(PlanHtml::row).toList());
            NotMirroredReport.html(html, left);
            if (!extra.isEmpty()) {
                html.heading("Only in the mirror, and once copied from this source");
                html.list(extra);
            }
            findings.forEach(finding -> table(html, finding));
            long unfit = findings.stream().filter(finding -> !finding.fits()).count();
            html.write(
                    file,
                    unfit > 0 ? Tone.BAD : left.isEmpty() && extra.isEmpty() ? Tone.GOOD : Tone.WARN,
                    unfit > 0
                            ? Count.of(unfit, "table") + " of " + findings.size() + " cannot be copied as they are"
                            : Count.of(findings.size(), "table") + " can be copied"
                                    + (left.isEmpty() ? "" : "; " + NotMirroredReport.line(left)),
                    MirrorArguments.facts(call));
        }
    }

    private static List<Cell> row(Preflight.Finding finding) {
        TablePlan plan = finding.plan();
        Cell state = !finding.fits()
                ? Cell.text("cannot be copied", Tone.BAD)
                : plan.ddl().isPresent() ? Cell.text("to be made", Tone.WARN) : Cell.text("there", Tone.GOOD);
        return List.of(
                Cell.text(plan.name()),
                Cell.text(plan.mirrorName()),
                state,
                finding.rows().isPresent() ? Cell.number(finding.rows().getAsLong()) : Cell.text("not counted"),
                Cell.text(names(plan.key())),
                Cell.number(plan.columns().size()));
    }

    private static String names(List<Column> columns) {
        return String.join(", ", columns.stream().map(Column::name).toList());
    }

    private static void table(HtmlReport html, Preflight.Finding finding) {
        TablePlan plan = finding.plan();
        html.heading("Table " + plan.name());
        plan.obstacles().forEach(obstacle -> html.paragraph("Cannot be mirrored: " + obstacle, Tone.BAD));
        if (finding.rejected() > 0) {
            html.paragraph(Count.of(finding.rejected(), "row") + " will not fit.", Tone.BAD);
        }
        html.list(finding.rejects().stream().map(Object::toString).toList());
        if (finding.substitutes().values() > 0) {
            html.paragraph(Count.of(finding.substitutes().values(), "value") + " will be changed to fit.", Tone.WARN);
            html.list(
                    finding.substitutes().first().stream().map(Object::toString).toList());
        }
        finding.merging().forEach(key -> html.paragraph("Would be another row's key: " + key, Tone.BAD));
        if (!plan.columns().isEmpty()) {
            html.table(
                    List.of("column", "type in the mirror", "NULL", "key"),
                    plan.columns().stream().map(column -> column(plan, column)).toList());
        }
        List<String> notes =
                new ArrayList<>(plan.notes().stream().map(Hints::of).toList());
        finding.cut().ifPresent(notes::add);
        html.list(notes);
        List<String> statements = new ArrayList<>();
        plan.ddl().ifPresent(statements::add);
        statements.addAll(plan.additions());
        statements.addAll(finding.afterwards());
        if (!statements.isEmpty()) {
            html.paragraph("Statements that a backfill runs:", Tone.PLAIN);
            html.code(String.join(";\n", statements) + ";");
        }
        if (!finding.fitting().isEmpty()) {
            html.paragraph("The rows fit after:", Tone.PLAIN);
            html.code(String.join(";\n", finding.fitting()) + ";");
        }
    }

    private static List<Cell> column(TablePlan plan, Column column) {
        return List.of(
                Cell.text(column.name()),
                Cell.value(column.declared().isBlank() ? "any" : column.declared(), ""),
                Cell.text(column.nulls() == Nulls.ALLOWED ? "may be" : "never"),
                Cell.text(plan.key().contains(column) ? "key" : ""));
    }
}
