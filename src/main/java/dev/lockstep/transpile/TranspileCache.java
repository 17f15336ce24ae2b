package dev.lockstep.transpile;

import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/**
 * The layer that a fleet shares: artifacts by realm, path and fingerprint, in PostgreSQL.
 *
 * <p>Every method is a statement at READ COMMITTED, alone or within the caller's transaction. The table, and the argument
 * why nothing that was invalidated comes back, stand in {@link dev.lockstep.transpile}.
 */
public final class TranspileCache {
    /** An artifact beyond this size is not stored; bytes. PostgreSQL's own limit for a value is a little under twice as much. */
    public static final long LARGEST = 512L << 20;

    /** True of a row as long as nobody who does not know the stamp has written it since. */
    public static final String STAMP = "%1$s.generation || ':' || %1$s.created_at || ':' || octet_length(%1$s.body)";

    private static final String LOOK = """
            select e.epoch, f.floor, m.generation, m.live, m.hit, m.version, m.same_key,
                   case when m.hit then m.body end as body,
                   case when m.hit then m.headers end as headers,
                   case when m.hit then m.dependency_keys end as dependency_keys,
                   case when m.hit and m.ours then m.build end as build,
                   case when m.hit and m.ours then octet_length(m.content) end as content_bytes
              from (select cast(? as text) as realm_url) r
              left join lockstep_realm_floor f on f.realm_url = r.realm_url
              left join lockstep_epoch e on true
              left join lateral (
                   select c.*, s.ours, cast(c.xmin as text) as version,
                          c.body is not null and k.same_key as same_key,
                          c.body is not null
                          or exists (select 1
                                       from lockstep_keyed_artifact a
                                      where a.realm_url = c.realm_url
                                        and a.canonical_path = c.canonical_path
                                        and a.generation = c.generation) as live,
                          c.body is not null
                          and c.generation >= coalesce(f.floor, 0)
                          and k.same_key
                          and (i.inputs is null
                               or coalesce(s.ours and c.build ->> 'inputs' = i.inputs, false)) as hit
                     from module_transpile_cache c
                    cross join (select cast(? as text) as inputs) i
                    cross join lateral (select coalesce(c.stamp = %s, false) as ours) s
                    cross join lateral (select (case when s.ours then c.fingerprint end)
                                               is not distinct from cast(? as text) as same_key) k
                    where c.realm_url = r.realm_url
                      and c.canonical_path = ?) m on true
            """.formatted(STAMP.formatted("c"));

    private static final String BEGIN_EPOCH = "insert into lockstep_epoch default values on conflict do nothing";

    /** Behind the guard a path has a row before anything is built for it; above whatever was captured where there was none. */
    private static final String LEAVE_TOMBSTONE = """
            with guard as (
                   select 1
                     from pg_trigger
                    where tgrelid = cast('module_transpile_cache' as regclass)
                      and tgname = 'lockstep_guard'),
                 left_behind as (
                   insert into module_transpile_cache (realm_url, canonical_path, generation, created_at)
                   select ?, ?, cast(? as bigint) + 1,
                          cast(extract(epoch from clock_timestamp()) * 1000 as bigint)
                     from guard
                       on conflict do nothing)
            select count(*) > 0 as guarded from guard
            """;

    /**
     * A row that has moved past the generation stays as it is; no row comes back, and that is no error. A floor that has
     * moved past it makes the row invisible wherever it lands; the answer says so as far as this statement sees.
     */
    private static final String STORE_UNLESS_INVALIDATED = """
            insert into module_transpile_cache as m
                   (realm_url, canonical_path, body, headers, dependency_keys, generation, created_at,
                    fingerprint, build, content, stamp)
            select ?, ?, v.body, cast(? as jsonb), cast(? as jsonb), v.generation, v.created_at,
                   null, cast(? as jsonb), cast(? as bytea), %s
              from lockstep_epoch e
             cross join (select cast(? as text) as body, cast(? as bigint) as generation,
                                cast(extract(epoch from clock_timestamp()) * 1000 as bigint) as created_at) v
             where e.epoch = coalesce(cast(? as uuid), e.epoch)
                on conflict (realm_url, canonical_path) do update
               set body = excluded.body, headers = excluded.headers, dependency_keys = excluded.dependency_keys,
                   generation = excluded.generation, created_at = excluded.created_at,
                   fingerprint = excluded.fingerprint, build = excluded.build, content = excluded.content,
                   stamp = excluded.stamp
             where m.generation <= excluded.generation
            returning m.body is not null
                      and m.generation >= coalesce((select floor
                                                      from lockstep_realm_floor
                                                     where realm_url = m.realm_url), 0) as stored
            """.formatted(STAMP.formatted("v"));

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
        /** Another compiler made it. */
        OTHER_FINGERPRINT,
        /** It was made from something else than what is here now, or nobody knows from what. */
        OTHER_INPUTS
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
     * cache's epoch if there are none; behind the guard, the artifact's row too, so it is to be a transaction of its own.
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
            boolean absent = lookup instanceof Miss miss && miss.reason() == Reason.ABSENT;
            if (!absent
                    || !tx.only(
                                    LEAVE_TOMBSTONE,
                                    key.realm(),
                                    key.path(),
                                    lookup.captured().floor())
                            .flag("guarded")) {
                return lookup;
            }
        }
    }

    /**
     * {@link #look} within a longer transaction. It leaves no row: nobody else would see it before that has ended, so behind
     * the guard what is built for a path that has none is refused.
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
            if (lookup instanceof Hit hit
                    && inputs.isPresent()
                    && !BuildInputs.areAsRecorded(hit.artifact().build())) {
                close(hit.artifact());
                return new Miss(hit.captured(), Reason.OTHER_INPUTS);
            }
            if (lookup != null) {
                return lookup;
            }
        }
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
        if (key.fingerprint().isPresent()) {
            return KeyedArtifacts.store(tx, captured, artifact) ? StoreResult.STORED : StoreResult.STALE;
        }
        Optional<String> text = content.text();
        if (text.isEmpty() && artifact.headers() != null) {
            throw new IllegalArgumentException("headers belong to text: Boxel would serve the empty body beside them");
        }
        boolean stored = tx.row(
                        STORE_UNLESS_INVALIDATED,
                        key.realm(),
                        key.path(),
                        artifact.headers(),
                        artifact.dependencyKeys(),
                        artifact.build().json(null),
                        ContentSlices.parameter(content),
                        text.orElse(""),
                        captured.cap(),
                        captured.epoch().orElse(null))
                .map(row -> row.flag("stored"))
                .orElse(false);
        return stored ? StoreResult.STORED : StoreResult.STALE;
    }

    private static Row find(Tx tx, ArtifactKey key, Optional<String> inputs) {
        String look = key.fingerprint().isPresent() ? KeyedArtifacts.LOOK : LOOK;
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
        Captured captured = Captured.writtenDown(key, Optional.ofNullable(row.text("epoch")), generation, floor);
        if (!row.flag("hit")) {
            return new Miss(captured, reason(row, generation, floor));
        }
        Content content = row.isNull("content_bytes")
                ? Content.of(row.text("body"))
                : ContentSlices.read(tx, key, row.text("version"), row.integer("content_bytes"));
        if (content == null) {
            return null;
        }
        String build = row.text("build");
        String headers = row.isNull("headers") ? BuildRecord.headers(build) : row.text("headers");
        return new Hit(captured, new Artifact(content, headers, row.text("dependency_keys"), BuildRecord.of(build)));
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
