package dev.lockstep.realm.invalidate;

import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.realm.DefinitionChange;
import dev.lockstep.realm.Notifications;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.support.DidYouMean;
import dev.lockstep.transpile.ArtifactKey;
import dev.lockstep.transpile.ModuleNames;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The cache of module definitions that replicas share (Boxel's table {@code modules}), and the notifications that make each
 * replica discard what it computes meanwhile. Both happen within the caller's transaction, so nobody is told before the
 * rows are gone.
 */
public final class Definitions {
    private static final String IS_PRESENT = "select to_regclass('modules') is not null as present";

    /**
     * A module is named with an executable extension or without; a dependency always without. So all are compared
     * without. A module that imports a changed one has changed too.
     */
    private static final String DEPENDENTS = """
            with recursive import as materialized (
                   select m.url, m.file_alias,
                          regexp_replace(m.url, p.extension, '') as alias,
                          regexp_replace(d.dep, p.extension, '') as imported
                     from modules m
                    cross join (select cast(? as text) as extension) p
                    cross join lateral jsonb_array_elements_text(
                                    case jsonb_typeof(m.deps) when 'array' then m.deps else '[]' end) as d (dep)
                    where m.resolved_realm_url = ?),
                 changed (alias) as (
                   select unnest(cast(? as text[]))
                    union
                   select i.alias
                     from changed c
                     join import i on i.imported = c.alias)
            select distinct i.url, i.file_alias
              from changed c
              join import i on i.imported = c.alias
             order by 1, 2
            """;

    private static final String EXTENSION = "\\.(js|gjs|ts|gts)$";

    /** Rows are locked in the order of the key, so that two who delete the same rows queue and never cross. */
    private static final String DELETE = """
            with doomed as (
                   select url_hash, cache_scope, auth_user_id
                     from modules
                    where %s
                    order by %surl_hash, cache_scope, auth_user_id
                      for update)
            delete from modules m
             using doomed d
             where (m.url_hash, m.cache_scope, m.auth_user_id) = (d.url_hash, d.cache_scope, d.auth_user_id)
            """;

    /** Before the key where rows of several realms are locked, because others, too, go realm by realm. */
    private static final String BY_REALM = "resolved_realm_url collate \"C\", ";

    private static final String DELETE_MODULES = DELETE.formatted("""
            resolved_realm_url = ?
                      and (url = any (cast(? as text[])) or file_alias = any (cast(? as text[])))""", "");

    private static final String DELETE_REALM = DELETE.formatted("resolved_realm_url = ?", "");

    private static final String DELETE_ALL = DELETE.formatted("true", BY_REALM);

    private static final String HAS_ERROR = """
            resolved_realm_url = coalesce(cast(? as text), resolved_realm_url)
                      and jsonb_typeof(error_doc) <> 'null'""";

    private static final String DELETE_ERRORS =
            DELETE.formatted(HAS_ERROR, BY_REALM) + "returning m.resolved_realm_url as realm, m.url";

    private static final String FIND_ERRORS = "select resolved_realm_url as realm, url from modules where " + HAS_ERROR;

    private static final String URLS = """
            select distinct url
              from modules
             where resolved_realm_url = ?
            """;

    private static final String COUNT = """
            select count(*) as doomed
              from modules m
             cross join (select cast(? as text) as realm, cast(? as text[]) as names) asked
             where (asked.realm is null or m.resolved_realm_url = asked.realm)
               and (asked.names is null or m.url = any (asked.names) or m.file_alias = any (asked.names))
            """;

    /**
     * What was cleared.
     *
     * @param deleted rows
     * @param payloads what {@code module_cache_invalidated} says
     */
    public record Cleared(long deleted, List<String> payloads) {}

    /**
     * A module of which nothing is known.
     *
     * @param nearest the one that was probably meant
     */
    public record Unmatched(String url, Optional<String> nearest) {}

    private Definitions() {}

    /** Whether this database has the table. */
    public static boolean isPresent(Tx tx) {
        return tx.only(IS_PRESENT).flag("present");
    }

    /**
     * Forgets single modules, every file that their names may mean, and all in the realm that depends on them.
     *
     * @param modules whole URLs, with or without executable extension
     */
    public static Cleared modules(Tx tx, RealmUrl realm, Collection<String> modules) {
        String[] names = names(tx, realm, modules);
        long deleted = tx.update(DELETE_MODULES, realm.value(), names, names);
        return told(tx, deleted, DefinitionChange.modules(realm, List.of(names)));
    }

    /** What {@link #modules} would clear now. Nothing is changed. */
    public static Cleared planModules(Tx tx, RealmUrl realm, Collection<String> modules) {
        String[] names = names(tx, realm, modules);
        return new Cleared(count(tx, realm.value(), names), DefinitionChange.modules(realm, List.of(names)));
    }

    /** What {@link #realm} would clear now. Nothing is changed. */
    public static Cleared planRealm(Tx tx, RealmUrl realm) {
        return new Cleared(count(tx, realm.value(), null), List.of(DefinitionChange.realm(realm)));
    }

    /** What {@link #all} would clear now. Nothing is changed. */
    public static Cleared planAll(Tx tx) {
        return new Cleared(count(tx, null, null), List.of(DefinitionChange.all()));
    }

    /** Those of the modules that have no definition, and no dependents that have one. */
    public static List<Unmatched> unmatched(Tx tx, RealmUrl realm, Collection<String> modules) {
        List<Unmatched> unmatched = new ArrayList<>();
        for (String module : modules) {
            if (count(tx, realm.value(), names(tx, realm, List.of(module))) == 0) {
                List<String> urls = new ArrayList<>();
                tx.each(URLS, row -> urls.add(row.text("url")), realm.value());
                Optional<String> lookalike = ArtifactKey.lookalike(module).flatMap(same -> urls.stream()
                        .filter(url -> ModuleNames.mayMean(same, url))
                        .findFirst());
                unmatched.add(new Unmatched(module, lookalike.or(() -> DidYouMean.to(module, urls))));
            }
        }
        return unmatched;
    }

    private static long count(Tx tx, String realm, String[] names) {
        return tx.only(COUNT, realm, names).integer("doomed");
    }

    private static String[] names(Tx tx, RealmUrl realm, Collection<String> modules) {
        Set<String> names = new LinkedHashSet<>();
        List<String> aliases = new ArrayList<>();
        for (String module : modules) {
            for (String spelled : ArtifactKey.spellings(module)) {
                String alias = ModuleNames.withoutExtension(spelled);
                aliases.add(alias);
                names.add(spelled);
                names.addAll(ModuleNames.meanings(alias));
            }
        }
        for (Row row : tx.rows(DEPENDENTS, EXTENSION, realm.value(), aliases.toArray(String[]::new))) {
            names.add(row.text("url"));
            if (!row.isNull("file_alias")) {
                names.add(row.text("file_alias"));
            }
        }
        return names.toArray(String[]::new);
    }

    /** Forgets all modules of a realm. */
    public static Cleared realm(Tx tx, RealmUrl realm) {
        return told(tx, tx.update(DELETE_REALM, realm.value()), List.of(DefinitionChange.realm(realm)));
    }

    /** Forgets all modules of all realms. */
    public static Cleared all(Tx tx) {
        return told(tx, tx.update(DELETE_ALL), List.of(DefinitionChange.all()));
    }

    /**
     * Forgets the modules that could not be defined when they were looked at, so that they are looked at again.
     *
     * @param realm empty for all realms
     */
    public static Cleared errors(Tx tx, Optional<RealmUrl> realm) {
        List<Row> rows = tx.rows(DELETE_ERRORS, realm.map(RealmUrl::value).orElse(null));
        return told(tx, rows.size(), changes(rows));
    }

    /** What {@link #errors} would clear now. Nothing is changed. */
    public static Cleared planErrors(Tx tx, Optional<RealmUrl> realm) {
        List<Row> rows = tx.rows(FIND_ERRORS, realm.map(RealmUrl::value).orElse(null));
        return new Cleared(rows.size(), changes(rows));
    }

    private static List<String> changes(List<Row> rows) {
        Map<String, Set<String>> modules = new TreeMap<>();
        for (Row row : rows) {
            modules.computeIfAbsent(row.text("realm"), any -> new TreeSet<>()).add(row.text("url"));
        }
        List<String> payloads = new ArrayList<>();
        modules.forEach(
                (realm, urls) -> payloads.addAll(DefinitionChange.modules(new RealmUrl(realm), List.copyOf(urls))));
        return payloads;
    }

    private static Cleared told(Tx tx, long deleted, List<String> payloads) {
        Notifications.send(tx, DefinitionChange.CHANNEL, payloads);
        return new Cleared(deleted, payloads);
    }
}
