package dev.lockstep.cli.fts;

import dev.lockstep.cli.html.HtmlReport;
import dev.lockstep.cli.html.HtmlReport.Cell;
import dev.lockstep.cli.html.HtmlReport.Tone;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.text.Count;
import dev.lockstep.fts.check.FtsCheck;
import dev.lockstep.fts.content.Drift;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The report of a check that {@code --html} asks for. */
final class FtsCheckHtml {
    private FtsCheckHtml() {}

    /** @param repair the command that makes equal what differs */
    static void write(Invocation call, String file, FtsCheck.Report report, Optional<String> repair) {
        try (HtmlReport html = new HtmlReport(call)) {
            html.heading("Indexes");
            html.table(
                    List.of(
                            "index",
                            "verdict",
                            "state",
                            "compared",
                            "rows",
                            "indexed",
                            "missing",
                            "duplicate",
                            "altered",
                            "orphan"),
                    report.tables().stream().map(FtsCheckHtml::row).toList());
            repair.ifPresent(command -> {
                html.heading("What makes it equal");
                html.code(call.advice().complete(command));
            });
            report.tables().forEach(table -> table(html, table));
            long differs = report.tables().stream()
                    .filter(table -> table.verdict() != FtsCheck.Verdict.EQUAL)
                    .count();
            html.write(
                    file,
                    report.isInStep() ? Tone.GOOD : Tone.BAD,
                    report.isInStep()
                            ? Count.of(report.tables().size(), "full-text table") + ": no difference was seen"
                            : differs + " of " + report.tables().size()
                                    + " full-text tables differ, could not be compared or are deferred",
                    Map.of("database", call.sqliteFile()));
        }
    }

    private static List<Cell> row(FtsCheck.Table table) {
        Tone tone =
                switch (table.verdict()) {
                    case EQUAL -> Tone.GOOD;
                    case DIFFERS -> Tone.BAD;
                    case UNKNOWN -> Tone.WARN;
                };
        Drift drift = table.drift();
        return List.of(
                Cell.text(table.fts()),
                Cell.text(table.verdict().name().toLowerCase(Locale.ROOT), tone),
                Cell.text(table.state().name().toLowerCase(Locale.ROOT)),
                Cell.text(drift.compared() + (drift.isPartial() ? ", in part" : "")),
                number(table.rows()),
                number(table.indexed()),
                Cell.count(drift.missing()),
                Cell.count(drift.duplicate()),
                Cell.count(drift.altered()),
                Cell.count(drift.orphan()));
    }

    private static Cell number(Optional<Long> number) {
        return number.map(Cell::number).orElse(Cell.text("unknown"));
    }

    private static void table(HtmlReport html, FtsCheck.Table table) {
        if (table.faults().isEmpty()
                && table.drift().rows().isEmpty()
                && table.triggers().isEmpty()) {
            return;
        }
        html.heading("Index " + table.fts());
        html.list(table.faults());
        if (!table.drift().rows().isEmpty()) {
            html.table(
                    List.of("difference", "key", "row of the index", "columns"),
                    table.drift().rows().stream()
                            .map(row -> List.of(
                                    Cell.text(row.op(), Tone.BAD),
                                    Cell.value(String.valueOf(row.key()), ""),
                                    Cell.text(
                                            row.rowid() == null
                                                    ? ""
                                                    : row.rowid().toString()),
                                    Cell.text(String.join(", ", row.columns()))))
                            .toList());
        }
        if (!table.triggers().isEmpty()) {
            html.table(
                    List.of("trigger", "event", "what is wrong", "cost"),
                    table.triggers().stream()
                            .map(trigger -> List.of(
                                    Cell.text(trigger.name()),
                                    Cell.text(trigger.event()),
                                    Cell.text(FtsReport.fault(trigger.fault()), Tone.WARN),
                                    Cell.text(trigger.cost()
                                            .map(FtsReport::milliseconds)
                                            .orElse("not measured"))))
                            .toList());
        }
    }
}
