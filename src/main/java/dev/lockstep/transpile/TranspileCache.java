package dev.lockstep.transpile;

import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;

/**
 * The layer that a fleet shares: artifacts by realm, path and fingerprint, in PostgreSQL.
 *
 * <p>Every method is a statement at READ COMMITTED, alone or within the caller's transaction. The table, and the argument
 * why nothing that was invalidated comes back, stand in {@link dev.lockstep.transpile}.
 */
public final class TranspileCache {
    /** An artifact beyond this size is not stored; bytes. To take it in, the server would need several times as much memory. */
    public static final long LARGEST = 50L << 20;

    /** True of a row as long as nobody who does not know the stamp has written it since. */
    public static final String STAMP =
            "%1$s.generation || ':' || %1$s.created_at || ':' || coalesce(cast(octet_length(%1$s.body) as text), 'none')";

    /** The stamp of a tombstone that invalidates nothing: its path had no row. */
    static final String PLACED = "%1$s.generation || ':' || %1$s.created_at || ':none'";

    private static final String BEGIN_EPOCH = "insert into lockstep_epoch default values on conflict do nothing";

    /**
     * Where replicas use the realm that know no floor, a path has a row before anything is built for it, above the floor
     * and whatever was captured where there was none: their own bulk invalidation touches only rows that are there, and
     * their tombstone of a row below the floor may stay there. Such a row may have been an invalidation; a new one is none.
     */
    private static final String LEAVE_TOMBSTONE = """
            with beside as (
                   select 1
                    where to_regclass('realm_registry') is not null
                       or exists (select 1 from module_transpile_cache where realm_url = ? and headers is not null)
                       or exists (select 1 from pg_trigger
                                   where tgrelid = cast('module_transpile_cache' as regclass)
                                     and tgname = 'lockstep_guard')),
                 left_behind as (
                   insert into module_transpile_cache as m (realm_url, canonical_path, generation, created_at, stamp)
                   select r.realm_url, r.canonical_path, r.generation, r.created_at, %s
                     from beside
                    cross join (select cast(? as text) as realm_url, cast(? as text) as canonical_path,
                                       cast(? as bigint) + 1 as generation,
                                       cast(extract(epoch from clock_timestamp()) * 1000 as bigint) as created_at) r
                       on conflict (realm_url, canonical_path) do update
                      set body = null, headers = null, dependency_keys = null, fingerprint = null, content = null,
                          stamp = null, generation = excluded.generation, created_at = excluded.created_at
                    where m.generation < excluded.generation - 1)
            select count(*) > 0 as beside from beside
            """.formatted(PLACED.formatted("r"));

    /** What depends on the artifact finds a row that has moved. */
    private static final String INVALIDATE = """
            update module_transpile_cache
               set body = null, headers = null, dependency_keys = null, fingerprint = null, content = null, stamp = null,
                   generation = generation + 1, created_at = cast(extract(epoch from clock_timestamp()) * 1000 as bigint)
             where realm_url = ?
               and canonical_path = ?
               and generation = ?
            """;

    private TranspileCache() {}

    /** What the cache has. */
    public sealed interface Lookup {
        /** What was captured by looking. */
        Captured captured();
    }

    /** An artifact that nothing has invalidated. */
    public record Hit(Captured captured, Artifact artifact) implements Lookup {}

    /** There is none; whoever makes one starts from {@link #captured()}. */
    public record Miss(Captured captured, Reason reason) implements Lookup {}

    /** Why there is no artifact. */
    public enum Reason {
        /** Nobody has stored or invalidated it. */
        ABSENT,
        /** It was invalidated. */
        TOMBSTONE,
        /** The whole realm was invalidated since it was stored. */
        BELOW_FLOOR,
        /** Something that it depends on was invalidated. */
        DEPENDENCY,
        /** Another compiler made it. */
        OTHER_FINGERPRINT,
        /** It was made from something else than what is here now, or nobody knows from what. */
        OTHER_INPUTS,
        /** It is compressed, and what decompresses it is not here; or it is damaged. */
        UNREADABLE
    }

    /** What became of a store. */
    public enum StoreResult {
        STORED,
        /** The generation or the floor has moved on, or a crash has emptied the cache: what was offered may be stale. */
        STALE,
        /** Larger than {@link #LARGEST}, made without the cache, or from inputs that changed meanwhile. */
        NOT_STORABLE
    }

    /**
     * Looks an artifact up, and captures the state from which a new one may be stored. Begins the realm's floor and the
     * cache's epoch if there are none; beside replicas that know no floor, the artifact's row too, so it is to be a
     * transaction of its own. An artifact that depends on something invalidated is invalidated itself, so that what depends
     * on it is, too.
     */
    public static Lookup look(Tx tx, ArtifactKey key) {
        return look(tx, key, Optional.empty());
    }

    /**
     * {@link #look(Tx, ArtifactKey)} for an artifact that was made from these very inputs.
     *
     * @param inputs {@link BuildInputs#digest}; what the build itself said that it has read must be here as well
     */
    public static Lookup look(Tx tx, ArtifactKey key, Optional<String> inputs) {
        while (true) {
            Lookup lookup = lookAgain(tx, key, inputs);
            Reason reason = lookup instanceof Miss miss ? miss.reason() : null;
            Captured captured = lookup.captured();
            if (reason == Reason.DEPENDENCY) {
                tx.update(INVALIDATE, key.realm(), key.path(), captured.generation());
            } else if (!isToBeLeftARow(lookup)
                    || !tx.only(LEAVE_TOMBSTONE, key.realm(), key.realm(), key.path(), captured.floor())
                            .flag("beside")) {
                return lookup;
            }
        }
    }

    /**
     * {@link #look} within a longer transaction, and after it. It leaves no row: nobody else would see it before that has
     * ended, so behind the guard what is built for a path that has none is refused.
     */
    public static Lookup lookAgain(Tx tx, ArtifactKey key, Optional<String> inputs) {
        while (true) {
            Row row = find(tx, key, inputs);
            if (row.isNull("epoch") || row.isNull("floor")) {
                tx.update(BEGIN_EPOCH);
                Floor.begin(tx, key.realm());
                continue;
            }
            Lookup lookup = read(tx, key, row);
            if (lookup instanceof Hit hit && !isFor(inputs, hit.artifact().build())) {
                close(hit.artifact());
                return new Miss(hit.captured(), Reason.OTHER_INPUTS);
            }
            if (lookup != null) {
                return lookup;
            }
        }
    }

    /** A folder is for whoever asks for one, which is told by the inputs. */
    private static boolean isFor(Optional<String> inputs, BuildRecord build) {
        return inputs.isPresent() ? BuildInputs.areAsRecorded(build) : build.form() != BuildRecord.Form.FOLDER;
    }

    /** Whether {@link #look} leaves the path a row, if others use the realm. */
    public static boolean isToBeLeftARow(Lookup lookup) {
        Captured captured = lookup.captured();
        return lookup instanceof Miss miss
                && (miss.reason() == Reason.ABSENT || captured.generation() < captured.floor());
    }

    /** {@link #look} that writes nothing. */
    public static Lookup peek(Tx tx, ArtifactKey key) {
        Lookup lookup = null;
        while (lookup == null) {
            lookup = read(tx, key, find(tx, key, Optional.empty()));
        }
        return lookup;
    }

    /** Stores an artifact unless the cache has moved past what was captured. */
    public static StoreResult store(Tx tx, Captured captured, Artifact artifact) {
        Content content = artifact.content();
        if (!captured.isStorable()
                || content.size() > LARGEST
                || !artifact.build().isSettled()) {
            return StoreResult.NOT_STORABLE;
        }
        if (captured.epoch().isEmpty()) {
            tx.update(BEGIN_EPOCH);
        }
        ArtifactKey key = captured.key();
        Dependencies dependencies = Dependencies.of(key, artifact.dependencyKeys(), null);
        Optional<Map<String, Object>> seen =
                dependencies.isEmpty() ? Optional.of(Map.of()) : dependencies.record(tx, captured);
        if (seen.isEmpty()) {
            return StoreResult.STALE;
        }
        boolean isKeyed = key.fingerprint().isPresent();
        try (StoredContent stored = isKeyed ? StoredContent.keyed(artifact) : StoredContent.shared(artifact)) {
            boolean isStored = isKeyed
                    ? KeyedArtifacts.store(tx, captured, artifact, stored, seen.get())
                    : SharedArtifacts.store(tx, captured, artifact, stored, seen.get());
            return isStored ? StoreResult.STORED : StoreResult.STALE;
        }
    }

    private static Row find(Tx tx, ArtifactKey key, Optional<String> inputs) {
        String look = key.fingerprint().isPresent() ? KeyedArtifacts.LOOK : SharedArtifacts.LOOK;
        return tx.only(look, key.realm(), inputs.orElse(null), key.fingerprint().orElse(null), key.path());
    }

    private static void close(Artifact artifact) {
        try {
            artifact.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the row says; null if it changed while its content was read. */
    private static Lookup read(Tx tx, ArtifactKey key, Row row) {
        long generation = row.isNull("generation") ? 0 : row.integer("generation");
        long floor = row.isNull("floor") ? 0 : row.integer("floor");
        Captured captured = Captured.writtenDown(key, Optional.ofNullable(row.text("epoch")), generation, floor)
                .asOf(row.integer("as_of"));
        if (!row.flag("hit")) {
            return new Miss(captured, reason(row, generation, floor));
        }
        String build = row.text("build");
        Dependencies dependencies = Dependencies.of(key, row.text("dependency_keys"), build);
        if (!dependencies.isEmpty() && dependencies.haveMoved(tx, captured, row.text("version"))) {
            return new Miss(captured, Reason.DEPENDENCY);
        }
        Content content = row.isNull("content_bytes")
                ? Content.of(row.text("body"))
                : ContentSlices.read(tx, key, row.text("version"), row.integer("content_bytes"));
        if (content == null) {
            return null;
        }
        Optional<Content> whole = StoredContent.read(content, BuildRecord.fields(build));
        if (whole.isEmpty()) {
            return new Miss(captured, Reason.UNREADABLE);
        }
        String headers = row.isNull("headers") ? BuildRecord.headers(build) : row.text("headers");
        return new Hit(
                captured, new Artifact(whole.get(), headers, row.text("dependency_keys"), BuildRecord.of(build)));
    }

    private static Reason reason(Row row, long generation, long floor) {
        if (row.isNull("generation")) {
            return Reason.ABSENT;
        }
        if (!row.flag("live")) {
            return Reason.TOMBSTONE;
        }
        if (generation < floor) {
            return Reason.BELOW_FLOOR;
        }
        return row.flag("same_key") ? Reason.OTHER_INPUTS : Reason.OTHER_FINGERPRINT;
    }
}
