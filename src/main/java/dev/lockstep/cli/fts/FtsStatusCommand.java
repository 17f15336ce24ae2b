package dev.lockstep.cli.fts;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.text.Accent;
import dev.lockstep.cli.text.Count;
import dev.lockstep.db.Db;
import dev.lockstep.db.sqlite.SqliteFiles;
import dev.lockstep.fts.deferral.FtsStatus;
import dev.lockstep.fts.schema.FtsModule;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.support.ProcessIdentity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep fts status}. */
public final class FtsStatusCommand implements Command {
    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description("Show which full-text indexes their triggers keep. Ends with 3 while one is deferred,"
                        + " cannot be opened, has an event without a trigger or another number of rows than it ought to"
                        + " have, or while a journal is left behind. What the rows say is for fts check.");
        FtsArguments.which(spec);
    }

    @Override
    public Result run(Invocation call) {
        FtsStatus status;
        String remedy;
        try (Db db = call.sqlite(SqliteFiles.Access.READ)) {
            status = FtsStatus.read(db, call.profile(), call.all(FtsArguments.TABLE));
            remedy = status.isKept() ? null : FtsStatusHint.of(call, db, status, call.all(FtsArguments.TABLE));
        }
        FtsReport.warn(call, status.notices());
        List<Object> tables = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        for (FtsStatus.Table table : status.tables()) {
            tables.add(tree(table));
            lines.add(line(table));
        }
        if (lines.isEmpty()) {
            lines.add("there is no full-text table in this database");
        }
        if (remedy != null) {
            lines.add("hint: " + remedy);
        }
        Map<String, Object> data = FtsReport.data(call, tables);
        data.put("leftovers", status.leftovers());
        Result result = Result.unchanged(data, lines);
        return status.isKept() ? result : result.with(ExitCode.DIFFERS);
    }

    private static Map<String, Object> tree(FtsStatus.Table table) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("table", table.table());
        tree.put("fts", table.fts());
        tree.put("module", table.module().map(FtsModule::label).orElse(null));
        tree.put("kind", table.kind().map(FtsTable.Kind::label).orElse(null));
        tree.put("state", label(table.state()));
        tree.put("triggers", table.triggers());
        tree.put("rows", table.rows().orElse(null));
        tree.put("indexed", table.indexed().orElse(null));
        tree.put("mode", table.mode().map(FtsReport::label).orElse(null));
        tree.put("dirty", table.dirty().orElse(null));
        tree.put("owner", FtsReport.owner(table.owners().stream().findFirst()));
        tree.put(
                "owners",
                table.owners().stream()
                        .map(owner -> FtsReport.owner(Optional.of(owner)))
                        .toList());
        tree.put("since", table.since().orElse(null));
        tree.put("until", table.until().orElse(null));
        tree.put("note", table.note().orElse(null));
        tree.put("missing", table.absent());
        tree.put("unkept", table.unkept());
        tree.put("expected", table.expected().orElse(null));
        tree.put("reason", table.reason().orElse(null));
        return tree;
    }

    private static String line(FtsStatus.Table table) {
        StringBuilder line = new StringBuilder(table.fts());
        line.append(": ").append(table.isKept() ? label(table.state()) : Accent.ODD.of(label(table.state())));
        table.since().ifPresent(since -> line.append(" since ").append(since));
        for (int i = 0; i < table.owners().size(); i++) {
            ProcessIdentity owner = table.owners().get(i);
            line.append(i == 0 ? " by " : " and ").append(owner.describe());
            line.append(owner.isAlive() ? "" : " (not running)");
        }
        table.until().ifPresent(until -> line.append(" until ").append(until));
        table.note().ifPresent(note -> line.append(" (").append(note).append(")"));
        line.append("; ").append(FtsReport.kind(table.module(), table.kind()));
        line.append(" of ").append(table.table().isEmpty() ? "no table" : table.table());
        line.append("; rows ").append(number(table.rows())).append(", indexed ").append(number(table.indexed()));
        table.expected().ifPresent(rows -> line.append(", expected ").append(Count.of(rows)));
        table.mode().ifPresent(mode -> line.append("; mode ").append(FtsReport.label(mode)));
        table.dirty()
                .filter(dirty -> dirty > 0)
                .ifPresent(dirty -> line.append(", ").append(Count.of(dirty)).append(" changed rows noted"));
        line.append("; triggers ").append(table.triggers().isEmpty() ? "none" : String.join(", ", table.triggers()));
        if (!table.unkept().isEmpty()) {
            line.append("; no trigger for ").append(String.join(", ", table.unkept()));
        }
        table.reason().ifPresent(reason -> line.append("; ").append(reason));
        return line.toString();
    }

    private static String label(FtsStatus.State state) {
        return switch (state) {
            case ACTIVE -> "active";
            case DEFERRED -> "deferred";
            case UNTRIGGERED -> "untriggered";
            case UNREADABLE -> "unreadable";
        };
    }

    private static String number(Optional<Long> number) {
        return number.map(Count::of).orElse("unknown");
    }
}
