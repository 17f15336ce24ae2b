package dev.lockstep.cli.fts;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Options;
import dev.lockstep.db.Db;
import dev.lockstep.db.sqlite.SqliteFiles;
import dev.lockstep.fts.deferral.Deferral;
import java.util.List;
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
        return DeferralReport.result(call, call.sqliteFile(), outcome);
    }
}
