package dev.lockstep.transpile;

import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.support.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What an artifact depends on, and whether any of it has been invalidated since: by whomever, for every invalidation
 * leaves its mark in the row of the path. Which generations those rows had is recorded with the artifact.
 *
 * <p>Dependencies of dependencies count as well, as far as the cache knows them.
 */
final class Dependencies {
    private static final String IMPORTS = "imports";
    private static final String SEEN = "seen";
    private static final String FLOOR = "floor";

    /** In the numbering of {@code txid_current}: what a row's xmin shows is its lower half. */
    private static final String WRITER = """
            cast(cast(%1$s as text) as bigint)
                   + (((txid_snapshot_xmax(txid_current_snapshot()) - cast(cast(%1$s as text) as bigint)) >> 32) << 32)""";

    /**
     * The rows of all that can be reached, each with what the one that led there has recorded. A name without extension may
     * be any of the files. Of rows that a replica has stored, only they themselves count: it invalidates along its imports.
     */
    private static final String REACHED = """
            with recursive own as (
                   select cast(? as text) as realm_url, cast(? as text) as root, cast(? as text) as fingerprint,
                          cast(? as text[]) as extensions, cast(? as text) as version),
                 reached (canonical_path, build) as (
                   select o.root, cast(? as jsonb) from own o
                    union
                   select d.canonical_path, coalesce(k.build, case when o.fingerprint is null and d.stamp = %1$s then d.build end)
                     from reached r
                    cross join own o
                    cross join lateral jsonb_array_elements_text(coalesce(r.build -> 'imports', '[]')) as i (name)
                    cross join lateral unnest(o.extensions) as e (extension)
                     join module_transpile_cache d
                       on d.realm_url = o.realm_url
                      and d.canonical_path = i.name || e.extension
                     left join lockstep_keyed_artifact k
                       on k.realm_url = d.realm_url
                      and k.canonical_path = d.canonical_path
                      and k.fingerprint = o.fingerprint
                      and k.generation = d.generation)
            select f.floor as realm_floor, %3$s as written, d.*
              from own o
              left join lockstep_realm_floor f on f.realm_url = o.realm_url
              left join (select d.canonical_path, d.generation, d.body is null as tombstone,
                                coalesce(d.stamp = %1$s, false) as ours, %2$s as writer,
                                cast(r.build -> 'seen' ->> d.canonical_path as bigint) as seen,
                                cast(r.build ->> 'floor' as bigint) as floor
                           from reached r
                          cross join own o
                          cross join lateral jsonb_array_elements_text(coalesce(r.build -> 'imports', '[]')) as i (name)
                          cross join lateral unnest(o.extensions) as e (extension)
                           join module_transpile_cache d
                             on d.realm_url = o.realm_url
                            and d.canonical_path = i.name || e.extension
                          where d.canonical_path <> o.root) d on true
            """.formatted(
                    TranspileCache.STAMP.formatted("d"), WRITER.formatted("d.xmin"), WRITER.formatted("o.version"));

    private static final List<String> EXTENSIONS = List.copyOf(ModuleNames.meanings(""));

    private final ArtifactKey key;
    private final List<String> names;
    private final Map<?, ?> record;

    private Dependencies(ArtifactKey key, List<String> names, Map<?, ?> record) {
        this.key = key;
        this.names = names;
        this.record = record;
    }

    /**
     * The dependencies of an artifact.
     *
     * @param keys the JSON array of its row, or null
     * @param build the JSON of its row as far as it is ours, or null
     */
    static Dependencies of(ArtifactKey key, String keys, String build) {
        List<String> names = new ArrayList<>();
        if (keys != null && Json.parse(keys) instanceof List<?> all) {
            for (Object name : all) {
                if (name instanceof String module) {
                    String local = ModuleNames.withoutExtension(module);
                    names.add(ArtifactKey.canonical(key.realm(), local));
                    if (local.indexOf('%') >= 0) {
                        // A file that is called so, unless a replica has escaped it.
                        names.add(ArtifactKey.ofFile(key.realm(), local));
                    }
                }
            }
        }
        Object record = build == null ? null : Json.parse(build);
        return new Dependencies(key, names, record instanceof Map<?, ?> fields ? fields : Map.of());
    }

    boolean isEmpty() {
        return names.isEmpty();
    }

    /**
     * Looks at them when an artifact is to be stored.
     *
     * @return what is to be recorded; empty if one of them was invalidated since the artifact's capture
     */
    Optional<Map<String, Object>> record(Tx tx, Captured captured) {
        Map<String, Object> seen = new TreeMap<>();
        for (Row row : reached(tx, Map.of(IMPORTS, names), null)) {
            if (row.isNull("canonical_path")) {
                continue;
            }
            boolean isOld =
                    captured.asOf().map(asOf -> row.integer("writer") < asOf).orElse(true);
            if (!isOld && !isHarmless(row, captured.floor())) {
                return Optional.empty();
            }
            seen.put(row.text("canonical_path"), row.integer("generation"));
        }
        Map<String, Object> recorded = new LinkedHashMap<>();
        recorded.put(IMPORTS, names);
        recorded.put(SEEN, seen);
        recorded.put(FLOOR, captured.floor());
        return Optional.of(recorded);
    }

    /**
     * Whether one of them was invalidated since the artifact was stored.
     *
     * @param captured as the artifact was found
     * @param version the {@code xmin} of its row
     */
    boolean haveMoved(Tx tx, Captured captured, String version) {
        boolean isRecorded = record.containsKey(IMPORTS);
        for (Row row : reached(tx, isRecorded ? record : Map.of(IMPORTS, names), version)) {
            // What pruning has forgotten since then, it has forgotten together with the artifact.
            if (!row.isNull("realm_floor") && row.integer("realm_floor") > captured.cap()) {
                return true;
            }
            if (!row.isNull("canonical_path") && (isRecorded ? hasMoved(row) : isYounger(row))) {
                return true;
            }
        }
        return false;
    }

    private boolean hasMoved(Row row) {
        long generation = row.integer("generation");
        Object seen = record.get(SEEN) instanceof Map<?, ?> all ? all.get(row.text("canonical_path")) : null;
        if (seen instanceof Number known) {
            return generation > known.longValue() && !isHarmless(row, floor(record.get(FLOOR)));
        }
        // Its importer was built later than this artifact, or had no row then.
        boolean isSeen = !row.isNull("seen");
        return (!isSeen || generation > row.integer("seen"))
                && !isHarmless(row, isSeen ? row.integer("floor") : floor(record.get(FLOOR)));
    }

    private static long floor(Object recorded) {
        return recorded instanceof Number floor ? floor.longValue() : 0;
    }

    /** Of an artifact that somebody has stored who records nothing: a tombstone tells when it was made, and no more. */
    private static boolean isYounger(Row row) {
        return row.flag("tombstone") && !row.flag("ours") && row.integer("writer") > row.integer("written");
    }

    /** A row of a path that had none, or none above the floor, may appear without any invalidation: something was built. */
    private static boolean isHarmless(Row row, long floor) {
        return row.flag("ours")
                ? row.flag("tombstone") || row.integer("generation") <= floor
                : !row.flag("tombstone") && row.integer("generation") == 0;
    }

    private List<Row> reached(Tx tx, Map<?, ?> build, String version) {
        return tx.rows(
                REACHED,
                key.realm(),
                key.path(),
                key.fingerprint().orElse(null),
                EXTENSIONS.toArray(String[]::new),
                version,
                Json.write(build));
    }
}
