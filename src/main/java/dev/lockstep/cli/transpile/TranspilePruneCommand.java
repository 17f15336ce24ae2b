package dev.lockstep.cli.transpile;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Durations;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.support.LockstepException;
import dev.lockstep.transpile.schema.Upkeep;
import dev.lockstep.transpile.schema.Upkeep.Pruned;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep transpile prune}. */
public final class TranspilePruneCommand implements Command {
    private static final Opt<Duration> OLDER_THAN =
            Opt.duration("How old a tombstone must be; at least 30m.", "--older-than");

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description("Delete tombstones that are older than any build that may still run, and what was"
                        + " invalidated with its whole realm.");
        Options.parameters(spec, "URL", "0..1", TranspileArguments.REALM + " None: every realm.");
        Options.add(spec, OLDER_THAN, Options.YES);
        Options.postgres(spec);
        Options.DRY_RUN.addTo(spec);
    }

    @Override
    public Result run(Invocation call) {
        Duration age = call.get(OLDER_THAN)
                .orElseThrow(() -> LockstepException.usage("--older-than is missing", "--older-than 1h"));
        Upkeep.checkAge(age);
        List<String> named = call.parameters().isEmpty()
                ? List.of()
                : List.of(TranspileArguments.realm(call).value());
        call.confirm("delete tombstones older than " + Durations.render(age)
                + (named.isEmpty() ? " in every realm" : " of " + named.get(0)));
        return TranspileArguments.on(call, Session.Use.WRITE, db -> prune(db, named, age, call));
    }

    private static Result prune(Db db, List<String> named, Duration age, Invocation call) {
        List<Object> realms = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        long total = 0;
        for (String realm : named.isEmpty() ? db.autocommit(Upkeep::realms) : named) {
            Pruned pruned = call.dryRun() ? db.read(tx -> Upkeep.plan(tx, realm, age)) : Upkeep.prune(db, realm, age);
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("realm", realm);
            row.put("pruned", pruned.pruned());
            row.put("floor", pruned.floor());
            realms.add(row);
            lines.add((call.dryRun() ? "would prune " : "pruned ") + pruned.pruned() + " rows of " + realm);
            total += pruned.pruned();
        }
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("pruned", total);
        data.put("realms", realms);
        Result result = total > 0 ? Result.changed(data, lines) : Result.unchanged(data, lines);
        return total == 0 || call.dryRun() ? result.asUnchanged() : result;
    }
}
