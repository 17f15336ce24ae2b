package dev.lockstep.realm;

import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.support.DidYouMean;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.PercentEncoding;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/** The realms that a database knows by name, as far as it has the tables and we may read them. */
public final class RealmNames {
    private static final String REGISTRY = "realm_registry";

    /** Where realms are known from, with what asks for them. */
    private static final Map<String, String> SOURCES = Map.of(
            REGISTRY,
            "select url from realm_registry",
            "module_transpile_cache",
            "select distinct realm_url as url from module_transpile_cache",
            "lockstep_realm_floor",
            "select realm_url as url from lockstep_realm_floor",
            "modules",
            "select distinct resolved_realm_url as url from modules",
            "lockstep_inval_log",
            "select distinct realm_url as url from lockstep_inval_log");

    private static final String READABLE = """
            select case when to_regclass(?) is null then false
                        else has_table_privilege(to_regclass(?), 'select') end as readable
            """;

    private static final String NOT_AS_SPELLED = """
            select asked.url
              from unnest(cast(? as text[])) as asked (url)
             where not exists (select 1 from realm_registry r where r.url = asked.url)
            """;

    /**
     * A realm that the registry does not have.
     *
     * @param nearest the one that was probably meant
     */
    public record Unregistered(String realm, Optional<String> nearest) {}

    /** Where files are known from: by their local paths, or by their whole URLs. */
    private static final Map<String, String> FILES = Map.of(
            "lockstep_inval_log",
            "select distinct realm_url as realm, path as file from lockstep_inval_log where path <> '*'",
            "module_transpile_cache",
            "select realm_url as realm, canonical_path as file from module_transpile_cache",
            "boxel_index",
            "select distinct realm_url as realm, url as file from boxel_index");

    private RealmNames() {}

    /** Every file that is named anywhere, perhaps more than once, by its realm and its local path. */
    public static void eachFile(Tx tx, BiConsumer<String, String> sink) {
        for (Map.Entry<String, String> source : FILES.entrySet()) {
            if (isReadable(tx, source.getKey())) {
                tx.each(source.getValue(), row -> local(row.text("realm"), row.text("file"))
                        .ifPresent(file -> sink.accept(row.text("realm"), file)));
            }
        }
    }

    private static Optional<String> local(String realm, String file) {
        try {
            return Optional.of(
                    file.contains("://")
                            ? RealmPath.read(new RealmUrl(realm), file).local()
                            : file);
        } catch (LockstepException | IllegalArgumentException e) {
            // What somebody else has written there may be no name of a file.
            return Optional.empty();
        }
    }

    /** Every realm that is named anywhere. */
    public static Set<String> all(Tx tx) {
        Set<String> urls = new LinkedHashSet<>();
        for (Map.Entry<String, String> source : SOURCES.entrySet()) {
            if (isReadable(tx, source.getKey())) {
                for (Row row : tx.rows(source.getValue())) {
                    urls.add(row.text("url"));
                }
            }
        }
        return urls;
    }

    /** Those of the realms that are not in the registry; none if this database has no registry. */
    public static List<Unregistered> unregistered(Tx tx, Collection<RealmUrl> realms) {
        if (!isReadable(tx, REGISTRY)) {
            return List.of();
        }
        String[] asked = new String[realms.size()];
        int n = 0;
        for (RealmUrl realm : realms) {
            asked[n++] = realm.value();
        }
        List<Row> missing = tx.rows(NOT_AS_SPELLED, (Object) asked);
        return missing.isEmpty() ? List.of() : unregistered(missing, tx.rows(SOURCES.get(REGISTRY)));
    }

    /** The registry may hold a URL with escapes, which replicas decode. */
    private static List<Unregistered> unregistered(List<Row> missing, List<Row> registry) {
        Set<String> registered = new LinkedHashSet<>();
        for (Row row : registry) {
            registered.add(decoded(row.text("url")));
        }
        List<Unregistered> unregistered = new ArrayList<>();
        for (Row row : missing) {
            String realm = row.text("url");
            if (!registered.contains(realm)) {
                unregistered.add(new Unregistered(realm, DidYouMean.to(realm, registered)));
            }
        }
        return unregistered;
    }

    private static String decoded(String url) {
        try {
            return PercentEncoding.decodeUri(url);
        } catch (IllegalArgumentException e) {
            // Then nothing that anybody may name is equal to it.
            return url;
        }
    }

    private static boolean isReadable(Tx tx, String table) {
        return tx.only(READABLE, table, table).flag("readable");
    }
}
