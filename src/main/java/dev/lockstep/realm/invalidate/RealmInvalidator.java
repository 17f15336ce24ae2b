package dev.lockstep.realm.invalidate;

import dev.lockstep.db.Db;
import dev.lockstep.db.Tx;
import dev.lockstep.db.listen.Channel;
import dev.lockstep.realm.FileChange;
import dev.lockstep.realm.Notifications;
import dev.lockstep.realm.RealmPath;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.realm.log.InvalidationLog;
import dev.lockstep.realm.log.LogPosition;
import dev.lockstep.realm.log.LogRetention;
import dev.lockstep.support.LockstepException;
import dev.lockstep.transpile.Tombstones;
import dev.lockstep.transpile.schema.CacheSchema;
import dev.lockstep.transpile.schema.HiddenTables;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Makes everybody forget what they have of a realm: the shared transpile cache, the shared definitions, and, by
 * notification, every replica's memory. All of it commits at once, so nobody is woken before the shared layers have
 * forgotten; a layer that this database does not have is left out.
 *
 * <p>Locks are taken in one order, so that two who invalidate wait for each other and never cross: the realms by their
 * names; in each the floor, then artifacts; then definitions; the head of the log last.
 */
public final class RealmInvalidator {
    /** Whether listeners that are away will be told, too. */
    public enum Durability {
        /** Only who listens now hears it. */
        NOTIFY,
        /** It is in the log. */
        LOG
    }

    /** A layer that an invalidation did without. */
    public enum Layer {
        TRANSPILE_CACHE,
        DEFINITIONS,
        /** It is there, and this login may not write it. */
        LOADER_EPOCH
    }

    /**
     * What was done.
     *
     * @param tombstoned artifacts, and paths that have a tombstone now without having had a row
     * @param definitionsDeleted rows
     * @param dependents what imports the paths, directly or by way of others, as canonical paths; it is among the tombstoned
     * @param payloads of all channels
     * @param position in the log; empty without one
     * @param absent layers that this database does not have
     */
    public record Invalidation(
            long tombstoned,
            long definitionsDeleted,
            List<String> dependents,
            List<String> payloads,
            Optional<LogPosition> position,
            Set<Layer> absent) {}

    /**
     * What is meant.
     *
     * @param paths none: the realms whole
     * @param dependents what imports the paths
     */
    private record Scope(List<RealmUrl> realms, List<RealmPath> paths, List<RealmPath> dependents) {
        List<RealmPath> stale() {
            List<RealmPath> stale = new ArrayList<>(paths);
            stale.addAll(dependents);
            return stale;
        }

        Broadcast.Plan plan() {
            return paths.isEmpty() ? Broadcast.plan(realms, List.of()) : Broadcast.plan(stale());
        }
    }

    /** A realm's URL on it: replicas drop what they keep of the realm itself. */
    private static final Channel INFO = new Channel("realm_index_updated");

    private final Db db;
    private final Durability durability;

    public RealmInvalidator(Db db, Durability durability) {
        this.db = db;
        this.durability = durability;
    }

    /**
     * Invalidates these paths in every one of these realms, and what imports them; or the realms whole if there are no paths.
     *
     * @throws LockstepException usage: no file of a realm has such a path; refused: the shared layers are in a schema that this
     *     session does not search
     */
    public Invalidation invalidate(Collection<RealmUrl> realms, Collection<String> paths) {
        return invalidate(realms, paths, Optional.empty());
    }

    /**
     * The same, under a name of its own.
     *
     * @param id under which the log has it once, however often this is repeated
     */
    public Invalidation invalidate(Collection<RealmUrl> realms, Collection<String> paths, Optional<UUID> id) {
        List<RealmUrl> sorted = sorted(realms);
        List<RealmPath> named = paths.isEmpty() ? List.of() : RealmPath.read(sorted, new TreeSet<>(paths));
        if (durability == Durability.LOG) {
            InvalidationLog.prepare(db);
        }
        record Done(Invalidation invalidation, int changes) {}
        Done done = db.transact(tx -> {
            HiddenTables.check(tx, "module_transpile_cache", "modules");
            CacheSchema.State cache = CacheSchema.state(tx);
            List<RealmPath> dependents = cache == CacheSchema.State.ABSENT ? List.of() : dependents(tx, named);
            Scope scope = new Scope(sorted, named, dependents);
            Broadcast.Plan plan = scope.plan();
            return new Done(within(tx, scope, plan, cache, id), plan.changes().size());
        });
        done.invalidation().position().ifPresent(position -> LogRetention.tidy(db, position, done.changes()));
        return done.invalidation();
    }

    private static List<RealmPath> dependents(Tx tx, List<RealmPath> named) {
        Map<RealmUrl, List<RealmPath>> byRealm = new LinkedHashMap<>();
        for (RealmPath path : named) {
            byRealm.computeIfAbsent(path.realm(), any -> new ArrayList<>()).add(path);
        }
        List<RealmPath> dependents = new ArrayList<>();
        byRealm.forEach((realm, paths) -> {
            List<String> found = Tombstones.dependents(tx, realm.value(), urls(paths));
            dependents.addAll(RealmPath.read(List.of(realm), found));
        });
        return dependents;
    }

    /**
     * Notifications are heard in the order in which they are sent: a replica must drop its bytes before it is told to make
     * anything of them, and look at the realm's info when its file is fresh.
     */
    private Invalidation within(Tx tx, Scope scope, Broadcast.Plan plan, CacheSchema.State cache, Optional<UUID> id) {
        Set<Layer> absent = EnumSet.noneOf(Layer.class);
        if (cache == CacheSchema.State.ABSENT) {
            absent.add(Layer.TRANSPILE_CACHE);
        }
        long tombstoned = tombstones(tx, scope, cache);
        List<String> payloads = new ArrayList<>();
        for (FileChange change : plan.changes()) {
            payloads.add(change.payload());
        }
        Notifications.send(tx, FileChange.CHANNEL, payloads);
        long definitions = definitions(tx, scope.realms(), scope.paths(), payloads, absent);
        List<String> informed = informed(scope.realms(), scope.paths(), plan);
        Notifications.send(tx, INFO, informed);
        payloads.addAll(informed);
        Optional<LogPosition> position = durability == Durability.LOG
                ? Optional.of(InvalidationLog.append(tx, plan.changes(), id).position())
                : Optional.empty();
        return new Invalidation(tombstoned, definitions, urls(scope.dependents()), payloads, position, absent);
    }

    private static long tombstones(Tx tx, Scope scope, CacheSchema.State cache) {
        List<RealmPath> paths = scope.stale();
        long tombstoned = 0;
        for (RealmUrl realm : scope.realms()) {
            List<RealmPath> own = of(realm, paths);
            if (!paths.isEmpty() && own.isEmpty()) {
                continue;
            }
            tombstoned += switch (cache) {
                case ABSENT -> 0;
                case FOREIGN ->
                    paths.isEmpty() ? BoxelTombstones.realm(tx, realm) : BoxelTombstones.paths(tx, realm, own);
                case READY -> {
                    Tombstones.Outcome outcome = paths.isEmpty()
                            ? Tombstones.realm(tx, realm.value())
                            : Tombstones.paths(tx, realm.value(), urls(own));
                    yield outcome.tombstoned() + outcome.created();
                }
            };
        }
        return tombstoned;
    }

    private static long definitions(
            Tx tx, List<RealmUrl> realms, List<RealmPath> paths, List<String> payloads, Set<Layer> absent) {
        boolean present = Definitions.isPresent(tx);
        if (!present) {
            absent.add(Layer.DEFINITIONS);
        }
        LoaderEpoch epoch = LoaderEpoch.of(tx);
        if (epoch == LoaderEpoch.DENIED) {
            absent.add(Layer.LOADER_EPOCH);
        }
        long deleted = 0;
        for (RealmUrl realm : realms) {
            List<String> modules = modules(of(realm, paths));
            if (!paths.isEmpty() && modules.isEmpty()) {
                continue;
            }
            if (present) {
                Definitions.Cleared cleared =
                        paths.isEmpty() ? Definitions.realm(tx, realm) : Definitions.modules(tx, realm, modules);
                deleted += cleared.deleted();
                payloads.addAll(cleared.payloads());
            }
            epoch.mint(tx, realm);
        }
        return deleted;
    }

    /** The realms whose name, icon and routes may have changed. */
    private static List<String> informed(List<RealmUrl> realms, List<RealmPath> paths, Broadcast.Plan plan) {
        Set<String> informed = new LinkedHashSet<>();
        if (paths.isEmpty()) {
            for (RealmUrl realm : realms) {
                informed.add(realm.value());
            }
        }
        for (RealmPath path : paths) {
            if (path.mayBeInfo()) {
                informed.add(path.realm().value());
            }
        }
        for (FileChange change : plan.widened()) {
            informed.add(change.realm().value());
        }
        return List.copyOf(informed);
    }

    private static List<RealmPath> of(RealmUrl realm, List<RealmPath> paths) {
        List<RealmPath> own = new ArrayList<>();
        for (RealmPath path : paths) {
            if (path.realm().equals(realm)) {
                own.add(path);
            }
        }
        return own;
    }

    private static List<String> urls(List<RealmPath> paths) {
        List<String> urls = new ArrayList<>();
        for (RealmPath path : paths) {
            urls.addAll(path.urls());
        }
        return urls;
    }

    private static List<String> modules(List<RealmPath> paths) {
        List<String> modules = new ArrayList<>();
        for (RealmPath path : paths) {
            if (path.mayBeModule()) {
                modules.add(path.url());
            }
        }
        return modules;
    }

    private static List<RealmUrl> sorted(Collection<RealmUrl> realms) {
        List<RealmUrl> sorted = new ArrayList<>(new LinkedHashSet<>(realms));
        sorted.sort(Comparator.comparing(RealmUrl::value));
        return sorted;
    }
}
