package dev.lockstep.realm;

import dev.lockstep.db.Db;
import dev.lockstep.db.Trouble;
import dev.lockstep.db.Tx;
import dev.lockstep.transpile.ArtifactKey;
import dev.lockstep.transpile.CacheSchema;
import dev.lockstep.transpile.Tombstones;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
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
        DEFINITIONS
    }

    /**
     * What was done.
     *
     * @param tombstoned artifacts, and paths that have a tombstone now without having had a row
     * @param definitionsDeleted rows
     * @param payloads of all channels
     * @param position in the log; empty without one
     * @param absent layers that this database does not have
     */
    public record Invalidation(
            long tombstoned,
            long definitionsDeleted,
            List<String> payloads,
            Optional<LogPosition> position,
            Set<Layer> absent) {}

    private static final List<String> EXECUTABLE = List.of(".js", ".gjs", ".ts", ".gts");

    private final Db db;
    private final Durability durability;

    public RealmInvalidator(Db db, Durability durability) {
        this.db = db;
        this.durability = durability;
    }

    /**
     * Invalidates these paths in every one of these realms, or the realms whole if there are no paths.
     *
     * @throws Trouble usage: no file of a realm has such a path
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
        Broadcast.Plan plan = Broadcast.plan(sorted(realms), new TreeSet<>(paths));
        if (durability == Durability.LOG) {
            InvalidationLog.prepare(db);
        }
        Invalidation done = db.transact(tx -> within(tx, sorted(realms), new TreeSet<>(paths), plan, id));
        done.position()
                .ifPresent(position ->
                        InvalidationLog.tidy(db, position, plan.changes().size()));
        return done;
    }

    private Invalidation within(
            Tx tx, List<RealmUrl> realms, Collection<String> paths, Broadcast.Plan plan, Optional<UUID> id) {
        Set<Layer> absent = EnumSet.noneOf(Layer.class);
        long tombstoned = tombstones(tx, realms, paths, absent);
        List<String> payloads = new ArrayList<>();
        long definitions = definitions(tx, realms, paths, payloads, absent);
        Optional<LogPosition> position = durability == Durability.LOG
                ? Optional.of(InvalidationLog.append(tx, plan.changes(), id).position())
                : Optional.empty();
        List<String> changes = new ArrayList<>(plan.changes().size());
        for (FileChange change : plan.changes()) {
            changes.add(change.payload());
        }
        Notifications.send(tx, FileChange.CHANNEL, changes);
        payloads.addAll(changes);
        return new Invalidation(tombstoned, definitions, payloads, position, absent);
    }

    private static long tombstones(Tx tx, List<RealmUrl> realms, Collection<String> paths, Set<Layer> absent) {
        CacheSchema.State cache = CacheSchema.state(tx);
        long tombstoned = 0;
        for (RealmUrl realm : realms) {
            tombstoned += switch (cache) {
                case ABSENT -> 0;
                case FOREIGN ->
                    paths.isEmpty() ? BoxelTombstones.realm(tx, realm) : BoxelTombstones.paths(tx, realm, paths);
                case READY -> {
                    Tombstones.Outcome outcome = paths.isEmpty()
                            ? Tombstones.realm(tx, realm.value())
                            : Tombstones.paths(tx, realm.value(), paths);
                    yield outcome.tombstoned() + outcome.created();
                }
            };
        }
        if (cache == CacheSchema.State.ABSENT) {
            absent.add(Layer.TRANSPILE_CACHE);
        }
        return tombstoned;
    }

    private static long definitions(
            Tx tx, List<RealmUrl> realms, Collection<String> paths, List<String> payloads, Set<Layer> absent) {
        if (!Definitions.isPresent(tx)) {
            absent.add(Layer.DEFINITIONS);
            return 0;
        }
        long deleted = 0;
        for (RealmUrl realm : realms) {
            List<String> modules = new ArrayList<>();
            for (String path : paths) {
                if (mayBeModule(path)) {
                    modules.add(ArtifactKey.of(realm.value(), path, Optional.empty())
                            .path());
                }
            }
            if (paths.isEmpty() || !modules.isEmpty()) {
                Definitions.Cleared cleared =
                        paths.isEmpty() ? Definitions.realm(tx, realm) : Definitions.modules(tx, realm, modules);
                deleted += cleared.deleted();
                payloads.addAll(cleared.payloads());
            }
        }
        return deleted;
    }

    /** A file with an executable extension, or a name without any, which may mean one. */
    private static boolean mayBeModule(String path) {
        for (String extension : EXECUTABLE) {
            if (path.endsWith(extension)) {
                return true;
            }
        }
        return path.indexOf('.', path.lastIndexOf('/') + 1) < 0;
    }

    private static List<RealmUrl> sorted(Collection<RealmUrl> realms) {
        List<RealmUrl> sorted = new ArrayList<>(new LinkedHashSet<>(realms));
        sorted.sort(Comparator.comparing(RealmUrl::value));
        return sorted;
    }
}
