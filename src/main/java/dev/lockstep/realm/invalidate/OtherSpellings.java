package dev.lockstep.realm.invalidate;

import dev.lockstep.db.DbException;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.realm.RealmPath;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Files that the shared cache or the definitions know, and that were named in other capital letters: to replicas those are
 * other files, and what was meant stays as stale as it is.
 */
public final class OtherSpellings {
    /** So many paths are typed by hand; each that is not known is looked for among all of its realm. */
    private static final int MAX_PATHS = 10;

    private static final String PRESENT = """
            select to_regclass('module_transpile_cache') is not null as artifacts,
                   to_regclass('modules') is not null as definitions
            """;

    private static final String ARTIFACTS = """
            select canonical_path as url
              from module_transpile_cache
             where realm_url = cast(? as text)
               and body is not null
            """;

    private static final String DEFINITIONS = """
            select url
              from modules
             where resolved_realm_url = cast(? as text)
            """;

    private static final String OTHERS = """
            select typed.url as typed,
                   (select min(known.url)
                      from (%1$s) as known
                     where lower(known.url) = lower(typed.url)) as known
              from unnest(cast(? as text[])) as typed (url)
             where not exists (select 1
                                 from (%1$s) as known
                                where known.url = typed.url)
            """;

    /**
     * One of them.
     *
     * @param typed the whole URL of what was named
     * @param known that of the file there is
     */
    public record Other(String typed, String known) {}

    private OtherSpellings() {}

    /** Those of the paths of which nothing is known, though another spelling is; none of many paths, or if we may not look. */
    public static List<Other> of(Tx tx, Collection<RealmUrl> realms, Collection<String> paths) {
        List<Other> others = new ArrayList<>();
        if (!paths.isEmpty() && paths.size() <= MAX_PATHS) {
            Row present = tx.only(PRESENT);
            List<String> known = new ArrayList<>();
            if (present.flag("artifacts")) {
                known.add(ARTIFACTS);
            }
            if (present.flag("definitions")) {
                known.add(DEFINITIONS);
            }
            if (!known.isEmpty()) {
                String query = OTHERS.formatted(String.join("union all\n", known));
                realms.forEach(realm -> add(tx, query, known.size(), realm, paths, others));
            }
        }
        return others;
    }

    private static void add(
            Tx tx, String query, int tables, RealmUrl realm, Collection<String> paths, List<Other> others) {
        String[] urls = RealmPath.read(List.of(realm), paths).stream()
                .map(RealmPath::url)
                .toArray(String[]::new);
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < tables; i++) {
            values.add(realm.value());
        }
        values.add(urls);
        for (int i = 0; i < tables; i++) {
            values.add(realm.value());
        }
        try {
            for (Row row : tx.rows(query, values.toArray())) {
                if (!row.isNull("known")) {
                    others.add(new Other(row.text("typed"), row.text("known")));
                }
            }
        } catch (DbException e) {
            // Who may invalidate need not be one who may read; the work itself says what it lacks.
            if (e.reason() != DbException.Reason.NO_PRIVILEGE && e.kind() != LockstepException.Kind.REFUSED) {
                throw e;
            }
        }
    }
}
