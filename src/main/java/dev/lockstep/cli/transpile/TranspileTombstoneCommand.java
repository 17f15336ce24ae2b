package dev.lockstep.cli.transpile;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Output;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.cli.realm.RealmArguments;
import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.db.Tx;
import dev.lockstep.realm.FileChange;
import dev.lockstep.realm.Notifications;
import dev.lockstep.realm.RealmPath;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.realm.invalidate.Broadcast;
import dev.lockstep.support.LockstepException;
import dev.lockstep.transpile.Tombstones;
import dev.lockstep.transpile.Tombstones.Outcome;
import dev.lockstep.transpile.schema.Upkeep;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep transpile tombstone}. */
public final class TranspileTombstoneCommand implements Command {
    private static final Opt<Boolean> ALL =
            Opt.flag("Invalidate the whole realm, paths that nobody has built yet included.", "--all");
    private static final Opt<Boolean> DEPENDENTS =
            Opt.flag("Also invalidate what imports the paths, directly or by way of others.", "--dependents");
    private static final Opt<Boolean> BROADCAST =
            Opt.flag("Also tell every replica, in the same transaction.", "--broadcast");

    /** What is invalidated, and what it did. */
    private record Done(Outcome outcome, List<String> dependents) {}

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Invalidate artifacts in the cache, so that no build that has begun can bring them back. A path"
                                + " without extension means every file that it may stand for. Done again, it refuses the builds that"
                                + " have begun meanwhile.");
        Options.parameters(
                spec,
                "URL [PATH]",
                "1..*",
                TranspileArguments.REALM + " Then paths, relative to it, or whole URLs. One with a"
                        + " percent sign means the file that is called so, too.");
        Options.add(spec, ALL, DEPENDENTS, BROADCAST, Options.YES);
        Options.postgres(spec);
        Options.DRY_RUN.addTo(spec);
    }

    @Override
    public Result run(Invocation call) {
        RealmUrl realm = TranspileArguments.realm(call);
        List<RealmPath> paths = RealmPath.read(List.of(realm), names(call));
        boolean all = call.has(ALL);
        if (all != paths.isEmpty()) {
            throw LockstepException.usage(
                    all ? "--all and paths exclude each other" : "no path given", "name paths, or --all for the realm");
        }
        if (all && call.has(DEPENDENTS)) {
            throw LockstepException.usage("--all leaves no dependents to look for", null);
        }
        if (all) {
            call.confirm("invalidate every artifact of " + realm);
        }
        return TranspileArguments.on(
                call,
                Session.Use.WRITE,
                db -> call.dryRun() ? plan(db, realm, paths, call) : tombstone(db, realm, paths, call));
    }

    private static List<String> names(Invocation call) {
        return call.parameters().subList(1, call.parameters().size());
    }

    private static Result tombstone(Db db, RealmUrl realm, List<RealmPath> paths, Invocation call) {
        // Asked before, so that nothing can fail once it is done.
        boolean known = !paths.isEmpty() || db.autocommit(tx -> Upkeep.isKnown(tx, realm.value()));
        Optional<String> near = known ? Optional.empty() : db.autocommit(tx -> Upkeep.nearMiss(tx, realm.value()));
        RealmArguments.warnOfOtherSpellings(db, List.of(realm), names(call), call.output());
        Done done = db.transact(tx -> {
            Done tombstoned = paths.isEmpty()
                    ? new Done(Tombstones.realm(tx, realm.value()), List.of())
                    : tombstonePaths(tx, realm, paths, call);
            if (call.has(BROADCAST)) {
                broadcast(tx, realm, paths, tombstoned.dependents());
            }
            return tombstoned;
        });
        if (!known) {
            warnOfNearMiss(realm, near, call.output());
        }
        return Result.changed(data(done), List.of(counts(done.outcome())));
    }

    private static Done tombstonePaths(Tx tx, RealmUrl realm, List<RealmPath> paths, Invocation call) {
        List<String> dependents = dependents(tx, realm, paths, call);
        return new Done(Tombstones.paths(tx, realm.value(), affected(paths, dependents)), dependents);
    }

    private static void broadcast(Tx tx, RealmUrl realm, List<RealmPath> paths, List<String> dependents) {
        Notifications.send(
                tx,
                FileChange.CHANNEL,
                changes(realm, paths, dependents).stream()
                        .map(FileChange::payload)
                        .toList());
    }

    private static List<FileChange> changes(RealmUrl realm, List<RealmPath> paths, List<String> dependents) {
        if (paths.isEmpty()) {
            return List.of(FileChange.wildcard(realm));
        }
        List<RealmPath> changed = new ArrayList<>(paths);
        changed.addAll(RealmPath.read(List.of(realm), dependents));
        return Broadcast.plan(changed).changes();
    }

    private static void warnOfNearMiss(RealmUrl realm, Optional<String> near, Output output) {
        String hint = near.map(name -> "; did you mean " + name + "?").orElse("");
        output.warn("unknown-realm", "the cache knew nothing of " + realm + hint);
    }

    private static Result plan(Db db, RealmUrl realm, List<RealmPath> paths, Invocation call) {
        Done planned = db.read(tx -> {
            if (paths.isEmpty()) {
                return new Done(Tombstones.planRealm(tx, realm.value()), List.of());
            }
            List<String> dependents = dependents(tx, realm, paths, call);
            return new Done(Tombstones.planPaths(tx, realm.value(), affected(paths, dependents)), dependents);
        });
        List<String> lines = new ArrayList<>();
        if (paths.isEmpty()) {
            lines.add("would invalidate every artifact of " + realm);
        }
        for (RealmPath path : paths) {
            lines.add("would invalidate " + path.local());
        }
        for (String dependent : planned.dependents()) {
            lines.add("would invalidate " + dependent + ", which imports it");
        }
        lines.add("would be: " + counts(planned.outcome()));
        return Result.unchanged(data(planned), lines);
    }

    private static List<String> dependents(Tx tx, RealmUrl realm, List<RealmPath> paths, Invocation call) {
        return call.has(DEPENDENTS) ? Tombstones.dependents(tx, realm.value(), urls(paths)) : List.of();
    }

    private static List<String> urls(List<RealmPath> paths) {
        return paths.stream().flatMap(path -> path.urls().stream()).toList();
    }

    private static Set<String> affected(List<RealmPath> paths, List<String> dependents) {
        Set<String> affected = new LinkedHashSet<>(urls(paths));
        affected.addAll(dependents);
        return affected;
    }

    private static String counts(Outcome outcome) {
        return outcome.tombstoned() + " tombstoned, " + outcome.created() + " created, floor " + outcome.floor();
    }

    private static Map<String, Object> data(Done done) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("tombstoned", done.outcome().tombstoned());
        data.put("created", done.outcome().created());
        data.put("floor", done.outcome().floor());
        data.put("dependents", done.dependents());
        return data;
    }
}
