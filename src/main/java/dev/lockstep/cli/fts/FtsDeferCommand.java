package dev.lockstep.cli.fts;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Options;
import dev.lockstep.db.Db;
import dev.lockstep.db.sqlite.SqliteFiles;
import dev.lockstep.fts.deferral.Deferral;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep fts defer}. */
public final class FtsDeferCommand implements Command {
    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Put the triggers of full-text indexes away, so that bulk work does not pay for the indexes on"
                                + " every row. 'fts restore' brings them back, after a crash too.");
        FtsArguments.which(spec);
        FtsArguments.mode(spec);
        Options.DRY_RUN.addTo(spec);
    }

    @Override
    public Result run(Invocation call) {
        Deferral deferral = FtsArguments.deferral(call);
        List<String> names = call.all(FtsArguments.TABLE);
        Deferral.Outcome outcome;
        try (Db db = call.sqlite(SqliteFiles.Access.WRITE)) {
            outcome = call.dryRun() ? deferral.preview(db, names) : deferral.run(db, names);
        }
        return result(call, call.sqliteFile(), outcome);
    }

    static Result result(Invocation call, String file, Deferral.Outcome outcome) {
        FtsArguments.warn(call, outcome.notices());
        List<Object> tables = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        for (Deferral.Table table : outcome.tables()) {
            tables.add(tree(table));
            lines.add(line(call, table));
        }
        Map<String, Object> data = FtsArguments.data(file, tables);
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
        tree.put("mode", FtsArguments.label(table.mode()));
        tree.put("triggers", table.triggers());
        tree.put("since", table.since().orElse(null));
        tree.put("owner", FtsArguments.owner(table.owner()));
        return tree;
    }

    private static String line(Invocation call, Deferral.Table table) {
        String triggers = " (" + String.join(", ", table.triggers()) + ")";
        return switch (table.result()) {
            case DEFERRED ->
                (call.dryRun() ? "would defer " : "deferred ") + table.fts() + ", mode "
                        + FtsArguments.label(table.mode()) + triggers;
            case ALREADY ->
                table.fts() + " is already deferred"
                        + table.since().map(since -> " since " + since).orElse("")
                        + table.owner().map(owner -> " by " + owner.describe()).orElse("") + triggers;
        };
    }
}
