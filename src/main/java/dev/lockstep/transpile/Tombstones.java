package dev.lockstep.transpile;

import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * Invalidates artifacts, within the transaction of whatever invalidates them: what else that transaction says is heard
 * when the cache has forgotten, and not before.
 *
 * <p>A transaction that invalidates several realms takes them in the order of their URLs. Within a realm the floor is
 * locked first, then rows.
 */
public final class Tombstones {
    private static final String TOMBSTONE_PATHS = """
            insert into module_transpile_cache as m (realm_url, canonical_path, generation, created_at)
            select ?, path, f.floor + 1, cast(extract(epoch from clock_timestamp()) * 1000 as bigint)
              from unnest(cast(? as text[])) as path
             cross join (select cast(? as bigint) as floor) f
             order by path
                on conflict (realm_url, canonical_path) do update
               set body = null, headers = null, dependency_keys = null, fingerprint = null, content = null, stamp = null,
                   generation = greatest(m.generation, excluded.generation - 1) + 1, created_at = excluded.created_at
            returning xmax = 0 as created
            """;

    /**
     * A statement of its own after the floor's lock: it sees what the lock's former holders have committed. A replica that
     * knows no floor may use the realm if the guard says so, or a row does. It reads the rows, since an index over what
     * writers change would cost each of them more.
     */
    private static final String SURVEY = """
            select coalesce(max(generation), 0) as highest, count(*) as there,
                   coalesce(bool_or(headers is not null), false)
                   or exists (select 1 from pg_trigger
                               where tgrelid = cast('module_transpile_cache' as regclass)
                                 and tgname = 'lockstep_guard') as mixed
              from module_transpile_cache
             where realm_url = ?
            """;

    private static final String RAISE_FLOOR = """
            update lockstep_realm_floor
               set floor = greatest(floor, ?) + 1
             where realm_url = ?
            returning floor
            """;

    /** For those replicas. Never lower: a path's own tombstone may have passed the floor. */
    private static final String TOMBSTONE_ROWS = """
            update module_transpile_cache
               set body = null, headers = null, dependency_keys = null, fingerprint = null, content = null, stamp = null,
                   generation = greatest(generation + 1, ?),
                   created_at = cast(extract(epoch from clock_timestamp()) * 1000 as bigint)
             where realm_url = ?
            """;

    private static final String PLAN_PATHS = """
            select count(m.canonical_path) as there, count(*) - count(m.canonical_path) as absent,
                   coalesce(max(f.floor), 0) as floor
              from unnest(cast(? as text[])) as p (path)
              left join lockstep_realm_floor f on f.realm_url = ?
              left join module_transpile_cache m on m.realm_url = ? and m.canonical_path = p.path
            """;

    private static final String PLAN_REALM = """
            select greatest(coalesce(max(floor), 0), cast(? as bigint)) + 1 as floor
              from lockstep_realm_floor
             where realm_url = ?
            """;

    /**
     * Everything that imports what has changed, and what imports that. A dependency key is a path relative to the realm
     * without executable extension, and decoded; a canonical path is percent-encoded, so the key is encoded to compare.
     */
    private static final String IMPORTERS = """
            with recursive importer as materialized (
                   select m.canonical_path,
                          regexp_replace(substr(m.canonical_path, length(p.prefix) + 1), '\\.(js|gjs|ts|gts)$', '') as key,
                          case when d.key ~ p.plain then d.key
                               else (select string_agg(
                                              case when c ~ p.plain then c
                                                   else upper(regexp_replace(
                                                                encode(convert_to(c, 'UTF8'), 'hex'), '(..)', '%%\\1', 'g'))
                                              end, '' order by n)
                                       from regexp_split_to_table(d.key, '') with ordinality as t (c, n))
                          end as imports
                     from (select realm_url, canonical_path, dependency_keys
                             from module_transpile_cache
                            where body is not null%s) m
                    cross join (select cast(? as text) as prefix, cast(? as text) as plain) p
                    cross join lateral jsonb_array_elements_text(
                                    case jsonb_typeof(m.dependency_keys) when 'array' then m.dependency_keys else '[]' end)
                               as d (key)
                    where m.realm_url = ?),
                 changed (key) as (
                   select unnest(cast(? as text[]))
                    union
                   select i.key
                     from changed c
                     join importer i on i.imports = c.key)
            select distinct i.canonical_path
              from changed c
              join importer i on i.imports = c.key
             order by 1
            """;

    private static final String WITH_KEYED = IMPORTERS.formatted("""

                            union all
                           select realm_url, canonical_path, dependency_keys from lockstep_keyed_artifact""");

    private static final String WITHOUT_KEYED = IMPORTERS.formatted("");

    /** Whoever may not read them can do without: they have recorded what they depend on, and a look sees it. */
    private static final String IS_KEYED =
            "select coalesce(has_table_privilege(to_regclass('lockstep_keyed_artifact'), 'select'), false) as keyed";

    /** What {@link ArtifactKey} leaves as it is. */
    private static final String PLAIN = "^[]!$%&'()*+,./0-9:;=@A-Z[\\\\_a-z|~-]*$";

    /**
     * What an invalidation did.
     *
     * @param tombstoned the artifacts and tombstones that were there
     * @param created the paths that had no row and have a tombstone now
     * @param floor of the realm, afterwards
     */
    public record Outcome(long tombstoned, long created, long floor) {}

    private Tombstones() {}

    /**
     * Invalidates single paths, and every file that a path without executable extension may mean.
     *
     * @param paths relative to the realm, or whole URLs
     */
    public static Outcome paths(Tx tx, String realm, Collection<String> paths) {
        long floor = Floor.share(tx, realm);
        List<Row> rows = tx.rows(TOMBSTONE_PATHS, realm, canonical(realm, paths), floor);
        long created = 0;
        for (Row row : rows) {
            created += row.flag("created") ? 1 : 0;
        }
        return new Outcome(rows.size() - created, created, floor);
    }

    /** What {@link #paths} would do now. */
    public static Outcome planPaths(Tx tx, String realm, Collection<String> paths) {
        Row plan = tx.only(PLAN_PATHS, canonical(realm, paths), realm, realm);
        return new Outcome(plan.integer("there"), plan.integer("absent"), plan.integer("floor"));
    }

    /** What {@link #realm} would do now. */
    public static Outcome planRealm(Tx tx, String realm) {
        Row survey = tx.only(SURVEY, realm);
        long floor = tx.only(PLAN_REALM, survey.integer("highest"), realm).integer("floor");
        return new Outcome(survey.flag("mixed") ? survey.integer("there") : 0, 0, floor);
    }

    /** Sorted, so that two who invalidate at the same time lock rows in the same order. */
    private static String[] canonical(String realm, Collection<String> paths) {
        TreeSet<String> canonical = new TreeSet<>();
        for (String path : paths) {
            for (String meaning : ModuleNames.meanings(path)) {
                canonical.add(ArtifactKey.canonical(realm, meaning));
            }
        }
        return canonical.toArray(String[]::new);
    }

    /**
     * Invalidates a whole realm, paths that have no row included. It reads the realm's rows, and writes none of them unless
     * replicas that know no floor must find tombstones there.
     */
    public static Outcome realm(Tx tx, String realm) {
        Floor.lock(tx, realm);
        Row survey = tx.only(SURVEY, realm);
        long floor = tx.only(RAISE_FLOOR, survey.integer("highest"), realm).integer("floor");
        long tombstoned = survey.flag("mixed") ? tx.update(TOMBSTONE_ROWS, floor, realm) : 0;
        return new Outcome(tombstoned, 0, floor);
    }

    /**
     * The stored artifacts that import any of these paths, directly or by way of others, as canonical paths. The cache need
     * not have been prepared.
     *
     * @param paths relative to the realm, or whole URLs
     */
    public static List<String> dependents(Tx tx, String realm, Collection<String> paths) {
        String prefix = ArtifactKey.canonical(realm, "");
        List<String> keys = new ArrayList<>();
        for (String path : paths) {
            String canonical = ArtifactKey.canonical(realm, path);
            if (canonical.startsWith(prefix)) {
                keys.add(ModuleNames.withoutExtension(canonical.substring(prefix.length())));
            }
        }
        List<String> dependents = new ArrayList<>();
        tx.each(
                tx.only(IS_KEYED).flag("keyed") ? WITH_KEYED : WITHOUT_KEYED,
                row -> dependents.add(row.text("canonical_path")),
                prefix,
                PLAIN,
                realm,
                keys.toArray(String[]::new));
        return dependents;
    }
}
