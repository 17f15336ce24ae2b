package dev.lockstep.cli.transpile;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.db.Tx;
import dev.lockstep.transpile.schema.BoxelMigrations;
import dev.lockstep.transpile.schema.CacheSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep transpile init}. */
public final class TranspileInitCommand implements Command {
    private static final Opt<Boolean> GUARD = Opt.flag(
            "Also install the trigger that keeps out the stale writes of replicas that know no floor.", "--guard");
    private static final Opt<Boolean> FORCE = Opt.flag(
            "Make the table although the list of migrations in this database is one in which Boxel's is still missing:"
                    + " for databases that are not Boxel's. Boxel's own deployment would fail.",
            "--force");

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description("Prepare a database for the transpile cache: make the table, or add what lockstep needs to"
                        + " the one that Boxel made, and remove what an earlier lockstep added and slows writers"
                        + " down. Doing it again changes nothing.");
        Options.add(spec, GUARD, FORCE);
        Options.postgres(spec);
        Options.DRY_RUN.addTo(spec);
    }

    @Override
    public Result run(Invocation call) {
        try (Db db = call.databases().postgres(call.postgres(), call.session(Session.Use.WRITE))) {
            return call.dryRun()
                    ? result("would make ", "would remove ", db.read(tx -> plan(tx, call)))
                            .asUnchanged()
                    : install(db, call);
        }
    }

    /** Parts by name. */
    private record Parts(List<String> made, List<String> removed) {}

    private static Result install(Db db, Invocation call) {
        return result("made ", "removed ", db.transact(tx -> {
            if (!call.has(FORCE)) {
                BoxelMigrations.check(tx);
            }
            List<String> made = new ArrayList<>(CacheSchema.install(tx));
            if (call.has(GUARD) || CacheSchema.isGuardOutdated(tx)) {
                made.addAll(CacheSchema.guard(tx));
            }
            return new Parts(made, CacheSchema.tidy(tx));
        }));
    }

    private static Parts plan(Tx tx, Invocation call) {
        if (!call.has(FORCE)) {
            BoxelMigrations.check(tx);
        }
        List<String> missing = new ArrayList<>(CacheSchema.missing(tx));
        if (call.has(GUARD) && !CacheSchema.isGuarded(tx)) {
            missing.add(CacheSchema.GUARD_NAME);
        }
        if (CacheSchema.isGuardOutdated(tx)) {
            missing.add(CacheSchema.GUARD_FUNCTION);
        }
        return new Parts(missing, CacheSchema.obsolete(tx));
    }

    private static Result result(String made, String removed, Parts parts) {
        Map<String, Object> data = Map.of("made", parts.made(), "removed", parts.removed());
        if (parts.made().isEmpty() && parts.removed().isEmpty()) {
            return Result.unchanged(data, List.of("everything is there already"));
        }
        List<String> lines = new ArrayList<>();
        for (String part : parts.made()) {
            lines.add(made + part);
        }
        for (String part : parts.removed()) {
            lines.add(removed + part);
        }
        return Result.changed(data, lines);
    }
}
