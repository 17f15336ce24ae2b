package dev.lockstep.realm;

import dev.lockstep.db.LockKey;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Who holds advisory locks of this database, and who waits for one; decoded to realms where one is known. */
public final class RealmLocks {
    /**
     * The time that a lock was taken is not recorded: a transaction's lock is as old as it, a session's at most as the session.
     * Whoever tries again and again is not queued in the server, but has left a mark of the same 64 bits; see {@link RealmLock}.
     */
    private static final String LOCKS = """
            select l.pid, (cast(l.classid as bigint) << 32) | cast(l.objid as bigint) as key,
                   (not l.granted or l.objsubid = 2) as waiting,
                   a.application_name as application,
                   coalesce(host(a.client_addr), 'local') as client,
                   cast(extract(epoch from clock_timestamp() - coalesce(
                            case when l.objsubid = 2 then a.backend_start
                                 when l.granted then coalesce(a.xact_start, a.backend_start)
                                 else a.query_start end,
                            clock_timestamp())) * 1000 as bigint) as age_ms
              from pg_locks l
              left join pg_stat_activity a on a.pid = l.pid
             where l.locktype = 'advisory'
               and l.database = (select oid from pg_database where datname = current_database())
               and (l.objsubid = 1
                    or exists (select 1
                                 from pg_locks h
                                where h.locktype = 'advisory'
                                  and h.database = l.database
                                  and h.objsubid = 1
                                  and h.classid = l.classid
                                  and h.objid = l.objid))
             order by key, waiting, age_ms desc
            """;

    /**
     * One holder or waiter.
     *
     * @param key the lock's number; that of a realm's write lock if a realm is named
     * @param ageMillis since when, at most
     */
    public record Lock(
            long key, Optional<String> realm, int pid, String application, String client, Role role, long ageMillis) {}

    /** What somebody has to do with a lock. */
    public enum Role {
        HOLDS,
        WAITS
    }

    private RealmLocks() {}

    /** All locks; those of one key together, its holder first. */
    public static List<Lock> all(Tx tx) {
        List<Row> rows = tx.rows(LOCKS);
        Map<Long, String> realms = rows.isEmpty() ? Map.of() : knownRealms(tx);
        List<Lock> locks = new ArrayList<>(rows.size());
        for (Row row : rows) {
            long key = row.integer("key");
            locks.add(new Lock(
                    key,
                    Optional.ofNullable(realms.get(key)),
                    (int) row.integer("pid"),
                    row.isNull("application") ? "" : row.text("application"),
                    row.text("client"),
                    row.flag("waiting") ? Role.WAITS : Role.HOLDS,
                    Math.max(0, row.integer("age_ms"))));
        }
        return locks;
    }

    private static Map<Long, String> knownRealms(Tx tx) {
        Map<Long, String> realms = new HashMap<>();
        for (String url : KnownRealms.all(tx)) {
            realms.put(LockKey.of(url).value(), url);
        }
        return realms;
    }
}
