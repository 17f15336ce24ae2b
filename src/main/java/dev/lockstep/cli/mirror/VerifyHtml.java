package dev.lockstep.cli.mirror;

import dev.lockstep.cli.diff.RowDisplay;
import dev.lockstep.cli.diff.ShownCell;
import dev.lockstep.cli.html.HtmlReport;
import dev.lockstep.cli.html.HtmlReport.Cell;
import dev.lockstep.cli.html.HtmlReport.Tone;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.text.Count;
import dev.lockstep.mirror.plan.NotMirrored;
import dev.lockstep.mirror.verify.Difference.Kind;
import dev.lockstep.mirror.verify.DifferenceVisitor;
import dev.lockstep.mirror.verify.RowDifference;
import dev.lockstep.mirror.verify.Verification;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The report of a verification that {@code --html} asks for, if it does. */
final class VerifyHtml extends RowDisplay implements AutoCloseable {
    /** Of a value, in columns of a terminal. */
    private static final int SHOWN = 400;

    private static final List<String> COLUMNS = List.of("column", "source", "", "mirror");

    private final Optional<HtmlReport> report;

    private VerifyHtml(Optional<HtmlReport> report, long most) {
        super(most);
        this.report = report;
    }

    /** @param most how many rows are shown */
    static VerifyHtml of(Invocation call, long most) {
        return new VerifyHtml(call.get(HtmlReport.HTML).map(file -> new HtmlReport(call)), most);
    }

    DifferenceVisitor visitor() {
        return report.isPresent() ? this : NONE;
    }

    /** It has the counts of all tables. */
    @Override
    public boolean isDone() {
        return false;
    }

    @Override
    protected void show(RowDifference row) {
        HtmlReport html = report.orElseThrow();
        if (beginsTable(row)) {
            endTable();
            html.heading("Rows of " + row.plan().name() + " that differ");
            html.beginTable(COLUMNS);
        }
        html.group(
                "key " + row.key() + ": " + row.kind().name().toLowerCase(Locale.ROOT)
                        + (row.isAlone() ? "" : ", and not the only row of this key"),
                COLUMNS.size());
        row.cells().forEach(cell -> html.row(cells(row.kind(), cell)));
    }

    private static List<Cell> cells(Kind kind, RowDifference.Cell cell) {
        ShownCell.Pair pair = ShownCell.of(cell, SHOWN);
        boolean differs = kind != Kind.CHANGED || cell.differs();
        String mark = kind == Kind.CHANGED ? cell.differs() ? "≠" : "" : kind == Kind.MISSING ? "<" : ">";
        return List.of(
                Cell.text(cell.column()),
                Cell.value(pair.source(), differs && cell.source() != null ? "source" : ""),
                new Cell(mark, "mark"),
                Cell.value(pair.mirror(), differs && cell.mirror() != null ? "mirror" : ""));
    }

    private void endTable() {
        if (shown() > 0) {
            report.orElseThrow().endTable();
        }
    }

    /** Writes it once all is known. */
    void write(Invocation call, List<Verification.Table> tables, List<NotMirrored> left, Optional<String> repair) {
        if (report.isEmpty()) {
            return;
        }
        HtmlReport html = report.get();
        endTable();
        long differences =
                tables.stream().mapToLong(Verification.Table::differences).sum();
        if (shown() < differences) {
            html.paragraph(shown() + " of " + differences + " rows are shown.", Tone.WARN);
        }
        html.above(() -> summary(html, call, tables, repair));
        NotMirroredReport.html(html, left);
        boolean failed = tables.stream().anyMatch(one -> one.failure().isPresent());
        html.write(
                call.get(HtmlReport.HTML).orElseThrow(),
                failed || differences > 0 ? Tone.BAD : Tone.GOOD,
                verdict(tables, differences),
                MirrorArguments.facts(call));
    }

    private static void summary(
            HtmlReport html, Invocation call, List<Verification.Table> tables, Optional<String> repair) {
        html.heading("Tables");
        html.table(
                List.of("table", "state", "rows in the source", "in the mirror", "missing", "extra", "changed"),
                tables.stream().map(VerifyHtml::row).toList());
        tables.forEach(one -> one.failure()
                .ifPresent(why -> html.paragraph(one.table() + " was not compared: " + why.getMessage(), Tone.BAD)));
        repair.ifPresent(command -> {
            html.heading("What makes it equal");
            html.code(call.advice().complete("'" + command + "'"));
        });
    }

    private static String verdict(List<Verification.Table> tables, long differences) {
        List<String> parts = new ArrayList<>();
        long equal = tables.stream().filter(Verification.Table::isEqual).count();
        long failed = tables.stream().filter(one -> one.failure().isPresent()).count();
        parts.add(Count.of(equal, "table") + " equal");
        if (differences > 0) {
            parts.add(Count.of(tables.size() - equal - failed, "table") + " with " + Count.of(differences, "row")
                    + " that differ");
        }
        if (failed > 0) {
            parts.add(Count.of(failed, "table") + " not compared");
        }
        return String.join(", ", parts);
    }

    private static List<Cell> row(Verification.Table table) {
        Cell state = table.isEqual()
                ? Cell.text("equal", Tone.GOOD)
                : Cell.text(table.failure().isPresent() ? "not compared" : "differs", Tone.BAD);
        return List.of(
                Cell.text(table.table()),
                state,
                Cell.number(table.source()),
                Cell.number(table.mirror()),
                Cell.count(table.missing()),
                Cell.count(table.extra()),
                Cell.count(table.changed()));
    }

    @Override
    public void close() {
        report.ifPresent(HtmlReport::close);
    }
}
