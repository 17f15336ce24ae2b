package dev.lockstep.cli.transpile;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Durations;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.cli.text.Count;
import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.support.LockstepException;
import dev.lockstep.transpile.schema.Eviction;
import dev.lockstep.transpile.schema.Eviction.Evicted;
import dev.lockstep.transpile.schema.Upkeep;
import dev.lockstep.transpile.schema.Upkeep.Pruned;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep transpile prune}. */
public final class TranspilePruneCommand implements Command {
    private static final Opt<Duration> OLDER_THAN =
            Opt.duration("How old a tombstone must be; at least 30m.", "--older-than");

    private static final Opt<Long> MAX_BYTES = Opt.number(
            "Leave at most so many bytes of artifacts, of all realms together unless one is named: those that were stored"
                    + " first go first.",
            "--max-bytes");

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Make the cache smaller: delete tombstones that are older than any build that may still run, and what was"
                                + " invalidated with its whole realm.");
        Options.parameters(spec, "URL", "0..1", TranspileArguments.REALM + " None: every realm.");
        Options.add(spec, OLDER_THAN, MAX_BYTES, Options.YES);
        Options.postgres(spec);
        Options.DRY_RUN.addTo(spec);
    }

    @Override
    public Result run(Invocation call) {
        Optional<Duration> age = call.get(OLDER_THAN);
        Optional<Long> most = call.get(MAX_BYTES);
        if (age.isEmpty() && most.isEmpty()) {
            throw LockstepException.usage("--older-than and --max-bytes are missing", "--older-than 1h");
        }
        age.ifPresent(Upkeep::checkAge);
        List<String> named = call.parameters().isEmpty()
                ? List.of()
                : List.of(TranspileArguments.realm(call).value());
        String where = named.isEmpty() ? "every realm" : named.get(0);
        age.ifPresent(old -> call.confirm("delete tombstones older than " + Durations.render(old) + " of " + where));
        most.ifPresent(bytes -> call.confirm("leave at most " + bytes + " bytes of artifacts of " + where));
        return TranspileArguments.on(call, Session.Use.WRITE, db -> {
            Map<String, Object> data = new LinkedHashMap<>();
            List<String> lines = new ArrayList<>();
            long gone = 0;
            if (age.isPresent()) {
                gone += prune(db, named, age.get(), call, data, lines);
            }
            if (most.isPresent()) {
                gone += evict(db, named.stream().findFirst(), most.get(), call, data, lines);
            }
            Result result = gone > 0 ? Result.changed(data, lines) : Result.unchanged(data, lines);
            return gone == 0 || call.dryRun() ? result.asUnchanged() : result;
        });
    }

    private static long evict(
            Db db, Optional<String> realm, long most, Invocation call, Map<String, Object> data, List<String> lines) {
        Evicted evicted = call.dryRun() ? db.read(tx -> Eviction.plan(tx, realm, most)) : Eviction.run(db, realm, most);
        data.put("evicted", evicted.artifacts());
        data.put("evictedBytes", evicted.bytes());
        lines.add((call.dryRun() ? "would evict " : "evicted ") + Count.of(evicted.artifacts(), "artifact") + " of "
                + evicted.bytes() + " bytes");
        return evicted.artifacts();
    }

    private static long prune(
            Db db, List<String> named, Duration age, Invocation call, Map<String, Object> data, List<String> lines) {
        List<Object> realms = new ArrayList<>();
        long total = 0;
        for (String realm : named.isEmpty() ? db.autocommit(Upkeep::realms) : named) {
            Pruned pruned = call.dryRun() ? db.read(tx -> Upkeep.plan(tx, realm, age)) : Upkeep.prune(db, realm, age);
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("realm", realm);
            row.put("pruned", pruned.pruned());
            row.put("floor", pruned.floor());
            realms.add(row);
            lines.add((call.dryRun() ? "would prune " : "pruned ") + Count.of(pruned.pruned(), "row") + " of " + realm);
            total += pruned.pruned();
        }
        data.put("pruned", total);
        data.put("realms", realms);
        return total;
    }
}
