package dev.lockstep.cli;

import dev.lockstep.db.Db;
import dev.lockstep.db.PgSession;
import dev.lockstep.db.Tx;
import dev.lockstep.transpile.BoxelMigrations;
import dev.lockstep.transpile.CacheSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep transpile init}. */
final class TranspileInitCommand implements Command {
    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description("Prepare a database for the transpile cache: make the table, or add what lockstep needs to"
                        + " the one that Boxel made. Doing it again changes nothing.");
        Options.flag(
                spec,
                "Also install the trigger that keeps out the stale writes of replicas that know no floor.",
                "--guard");
        Options.flag(
                spec,
                "Make the table although the list of migrations in this database is one in which Boxel's is still missing:"
                        + " for databases that are not Boxel's. Boxel's own deployment would fail.",
                "--force");
        Options.postgres(spec);
        Options.dryRun(spec);
    }

    @Override
    public Result run(Invocation call) {
        try (Db db = call.databases().postgres(call.postgres(), call.session(PgSession.Use.WRITE))) {
            return call.dryRun()
                    ? result("would make ", db.read(tx -> missing(tx, call))).asUnchanged()
                    : install(db, call);
        }
    }

    private static Result install(Db db, Invocation call) {
        return result("made ", db.transact(tx -> {
            if (!call.flag("--force")) {
                BoxelMigrations.check(tx);
            }
            List<String> made = new ArrayList<>(CacheSchema.install(tx));
            if (call.flag("--guard")) {
                made.addAll(CacheSchema.guard(tx));
            }
            return made;
        }));
    }

    private static List<String> missing(Tx tx, Invocation call) {
        if (!call.flag("--force")) {
            BoxelMigrations.check(tx);
        }
        List<String> missing = new ArrayList<>(CacheSchema.missing(tx));
        if (call.flag("--guard") && !CacheSchema.isGuarded(tx)) {
            missing.add(CacheSchema.GUARD_NAME);
        }
        return missing;
    }

    private static Result result(String verb, List<String> parts) {
        Map<String, Object> data = Map.of("made", parts);
        if (parts.isEmpty()) {
            return Result.unchanged(data, List.of("everything is there already"));
        }
        List<String> lines = new ArrayList<>();
        for (String part : parts) {
            lines.add(verb + part);
        }
        return Result.changed(data, lines);
    }
}
