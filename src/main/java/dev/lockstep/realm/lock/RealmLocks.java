package dev.lockstep.realm.lock;

import dev.lockstep.db.LockKey;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.realm.RealmNames;
import dev.lockstep.realm.lock.LockScope.Mode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Who holds advisory locks of this database, and who waits for one; decoded to realms where one is known. */
public final class RealmLocks {
    /**
     * The time that a lock was taken is not recorded: a transaction's lock is as old as it, a session's at most as the session.
     * Since when somebody waits is, from PostgreSQL 14 on.
     */
    private static final String LOCKS = """
            select l.pid, (cast(l.classid as bigint) << 32) | cast(l.objid as bigint) as key,
                   not l.granted as waiting, l.mode = 'ShareLock' as shared,
                   a.application_name as application,
                   coalesce(host(a.client_addr), 'local') as client,
                   cast(extract(epoch from clock_timestamp() - coalesce(
                            case when l.granted then coalesce(a.xact_start, a.backend_start)
                                 else coalesce(cast(to_jsonb(l) ->> 'waitstart' as timestamptz), a.query_start) end,
                            clock_timestamp())) * 1000 as bigint) as age_ms
              from pg_locks l
              left join pg_stat_activity a on a.pid = l.pid
             where l.locktype = 'advisory'
               and l.database = (select oid from pg_database where datname = current_database())
               and l.objsubid = 1
             order by key, waiting, age_ms desc
            """;

    /**
     * One holder or waiter.
     *
     * @param key the lock's number; that of a realm's write lock if a realm is named
     * @param file if it is that of a file in the realm, and one that is known: relative to the realm
     * @param ageMillis since when: of who waits; of who holds, at most
     */
    public record Lock(
            long key,
            Optional<String> realm,
            Optional<String> file,
            Mode mode,
            int pid,
            String application,
            String client,
            Role role,
            long ageMillis) {}

    /** What somebody has to do with a lock. */
    public enum Role {
        HOLDS,
        WAITS
    }

    private RealmLocks() {}

    /** All locks; those of one key together, its holder first. */
    public static List<Lock> all(Tx tx) {
        List<Row> rows = tx.rows(LOCKS);
        Map<Long, Named> names = rows.isEmpty() ? Map.of() : names(tx, rows);
        List<Lock> locks = new ArrayList<>(rows.size());
        for (Row row : rows) {
            long key = row.integer("key");
            Optional<Named> name = Optional.ofNullable(names.get(key));
            locks.add(new Lock(
                    key,
                    name.map(Named::realm),
                    name.map(Named::file),
                    row.flag("shared") ? Mode.SHARED : Mode.EXCLUSIVE,
                    (int) row.integer("pid"),
                    row.isNull("application") ? "" : row.text("application"),
                    row.text("client"),
                    row.flag("waiting") ? Role.WAITS : Role.HOLDS,
                    Math.max(0, row.integer("age_ms"))));
        }
        return locks;
    }

    /** @param file null for the realm itself */
    private record Named(String realm, String file) {}

    private static Map<Long, Named> names(Tx tx, List<Row> rows) {
        Map<Long, Named> names = new HashMap<>();
        for (String url : RealmNames.all(tx)) {
            names.put(LockKey.of(url).value(), new Named(url, null));
        }
        Set<Long> unknown = new HashSet<>();
        for (Row row : rows) {
            unknown.add(row.integer("key"));
        }
        unknown.removeAll(names.keySet());
        if (!unknown.isEmpty()) {
            RealmNames.eachFile(tx, (realm, file) -> {
                long key = LockScope.fileKey(realm, file).value();
                if (unknown.contains(key)) {
                    names.put(key, new Named(realm, file));
                }
            });
        }
        return names;
    }
}
