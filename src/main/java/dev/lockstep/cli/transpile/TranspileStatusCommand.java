package dev.lockstep.cli.transpile;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Options;
import dev.lockstep.cli.text.Cells;
import dev.lockstep.cli.text.Count;
import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.transpile.schema.CacheSchema;
import dev.lockstep.transpile.schema.CacheUse;
import dev.lockstep.transpile.schema.CacheUse.Counted;
import dev.lockstep.transpile.schema.CacheUse.Counts;
import dev.lockstep.transpile.schema.Upkeep;
import dev.lockstep.transpile.schema.Upkeep.RealmStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep transpile status}. */
public final class TranspileStatusCommand implements Command {
    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Show what the cache holds of each realm, or of one, and how often it has served what transpile run"
                                + " asked for, and how much time of builds that has saved. An unknown realm ends with 3.");
        Options.parameters(spec, "URL", "0..1", TranspileArguments.REALM);
        Options.postgres(spec);
    }

    @Override
    public Result run(Invocation call) {
        Optional<String> realm = call.parameters().isEmpty()
                ? Optional.empty()
                : Optional.of(TranspileArguments.realm(call).value());
        return TranspileArguments.on(call, Session.Use.READ, db -> status(db, realm));
    }

    private static Result status(Db db, Optional<String> realm) {
        List<RealmStatus> realms = db.autocommit(tx -> Upkeep.status(tx, realm));
        boolean guarded = db.autocommit(CacheSchema::isGuarded);
        Map<String, Counted> uses = db.autocommit(CacheUse::read);
        List<Object> rows = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        for (RealmStatus status : realms) {
            Optional<Counted> use = Optional.ofNullable(uses.get(status.realm()));
            rows.add(row(status, use));
            lines.add(line(status));
            use.ifPresent(counted -> lines.add("  " + line(counted)));
        }
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("realms", rows);
        data.put("guarded", guarded);
        if (realm.isPresent() && realms.isEmpty()) {
            String hint = db.autocommit(tx -> Upkeep.nearMiss(tx, realm.get()))
                    .map(name -> "; did you mean " + name + "?")
                    .orElse("");
            return Result.unchanged(data, List.of("the cache knows nothing of " + realm.get() + hint))
                    .with(ExitCode.DIFFERS);
        }
        if (realms.isEmpty()) {
            lines.add("the cache knows no realm yet");
        }
        lines.add(guarded ? "guard installed" : "no guard: replicas that know no floor may store stale artifacts");
        return Result.unchanged(data, lines);
    }

    private static Map<String, Object> row(RealmStatus status, Optional<Counted> use) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("realm", status.realm());
        row.put("live", status.live());
        row.put("tombstones", status.tombstones());
        row.put("belowFloor", status.belowFloor());
        row.put("bytes", status.bytes());
        row.put("floor", status.floor());
        row.put("maxGeneration", status.maxGeneration());
        Counts counts = use.map(Counted::counts).orElse(Counts.NONE);
        row.put("hits", counts.hits());
        row.put("waits", counts.waits());
        row.put("builds", counts.builds());
        row.put("hitRate", counts.requests() == 0 ? null : rate(counts));
        row.put("savedMs", counts.saved().toMillis());
        row.put("builtMs", counts.built().toMillis());
        row.put("countedSince", use.map(counted -> counted.since().toString()).orElse(null));
        return row;
    }

    /** The part of the requests that needed no build of their own. */
    private static double rate(Counts counts) {
        return (double) (counts.hits() + counts.waits()) / counts.requests();
    }

    private static String line(Counted use) {
        Counts counts = use.counts();
        return counts.requests() + " requests since " + use.since() + ": " + counts.hits() + " hits, " + counts.waits()
                + " waited for another's build, " + counts.builds() + " builds; hit rate "
                + Math.round(rate(counts) * 100) + " %, hits saved " + seconds(counts.saved())
                + " of builds, builds took " + seconds(counts.built());
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1e3);
    }

    private static String line(RealmStatus status) {
        return Cells.of(
                status.realm() + " ",
                Count.of(status.live()) + " live,",
                Count.of(status.tombstones()) + " tombstones,",
                Count.of(status.belowFloor()) + " below the floor,",
                Count.of(status.bytes()) + " bytes,",
                "floor " + status.floor() + ",",
                "highest generation " + status.maxGeneration());
    }
}
