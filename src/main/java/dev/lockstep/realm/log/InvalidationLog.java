package dev.lockstep.realm.log;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.DbException.Reason;
import dev.lockstep.db.LockKey;
import dev.lockstep.db.Row;
import dev.lockstep.db.SqlScript;
import dev.lockstep.db.Tx;
import dev.lockstep.realm.FileChange;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.support.LockstepException;
import dev.lockstep.transpile.schema.HiddenTables;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The durable log: every invalidation that is emitted with it, numbered in the order of commits without a hole.
 *
 * <p>Whoever remembers a number finds everything after it, however long it was away. A notification is only the hint to
 * look. Emitters add to the log last in their transaction, because its head stays locked until they commit.
 */
public final class InvalidationLog {
    private static final String IS_PRESENT = """
            select to_regclass('lockstep_inval_head') is not null
               and to_regclass('lockstep_inval_log') is not null
               and to_regclass('lockstep_listener') is not null as present
            """;

    private static final String LOCK_SCHEMA = "select pg_advisory_xact_lock(?)";

    private static final String BEGIN = """
            insert into lockstep_inval_head (channel, seq, epoch)
            values (?, 0, cast(? as uuid))
                on conflict (channel) do nothing
            """;

    private static final String LOCK_HEAD = "select epoch, seq from lockstep_inval_head where channel = ? for update";

    private static final String APPEND = """
              with head as (
                   update lockstep_inval_head
                      set seq = seq + cast(? as bigint)
                    where channel = ?
                returning channel, epoch, seq),
                   added as (
            insert into lockstep_inval_log (channel, seq, id, realm_url, path)
            select head.channel, head.seq - cast(? as bigint) + change.n, change.id, change.realm_url, change.path
              from head
             cross join unnest(cast(? as uuid[]), cast(? as text[]), cast(? as text[]))
                        with ordinality as change (id, realm_url, path, n))
            select epoch, seq
              from head
            """;

    private static final String KNOWN_IDS = """
            select id, realm_url, path, seq, at
              from lockstep_inval_log
             where id = any (cast(? as uuid[]))
             order by seq
            """;

    private static final String HEAD = "select epoch, seq from lockstep_inval_head where channel = ?";

    /** A mark is when a record was made, under which id: after a failover another one may have its number, and never both of these. */
    private static final String PAGE = """
            select h.epoch, h.seq as head, l.seq, l.realm_url, l.path, l.emitter, l.mark
              from lockstep_inval_head h
              left join lateral (
                   select seq, realm_url, path, emitter, concat(id, ' ', extract(epoch from at)) as mark
                     from lockstep_inval_log
                    where channel = h.channel
                      and seq >= ?
                    order by seq
                    limit ?) l on true
             where h.channel = ?
             order by l.seq
            """;

    private static final String END = """
            select epoch, seq,
                   (select concat(l.id, ' ', extract(epoch from l.at))
                      from lockstep_inval_log l
                     where l.channel = h.channel
                       and l.seq = h.seq) as mark
              from lockstep_inval_head h
             where channel = ?
            """;

    private static final LockKey SCHEMA_LOCK = LockKey.of("lockstep|schema|realm");
    static final String CHANNEL = FileChange.CHANNEL.name();

    /** Its tables, among the parts of a database. */
    public static final String NAME = "the durable log";

    /** What became of changes that were to be appended. */
    public enum Appended {
        ADDED,
        /** They are in the log already, under the same id. */
        KNOWN
    }

    /**
     * Where changes are in the log.
     *
     * @param position of the last of them
     */
    public record Entry(Appended appended, LogPosition position) {}

    private InvalidationLog() {}

    public static boolean isPresent(Tx tx) {
        return tx.only(IS_PRESENT).flag("present");
    }

    /** The statements that make the tables. */
    public static List<String> ddl() {
        return SqlScript.statements(InvalidationLog.class, "schema.sql");
    }

    /**
     * Makes the tables if they are not there.
     *
     * @throws LockstepException we may not, the server takes no writes, or there is a log where nobody looks
     */
    public static void prepare(Db db) {
        if (isPresentOrNowhere(db)) {
            return;
        }
        try {
            db.run(tx -> {
                tx.only(LOCK_SCHEMA, SCHEMA_LOCK.value());
                ddl().forEach(tx::execute);
                begin(tx);
            });
        } catch (DbException e) {
            if (e.reason() == Reason.NO_PRIVILEGE || e.reason() == Reason.READ_ONLY) {
                throw new LockstepException(
                        e.reason() == Reason.READ_ONLY ? LockstepException.Kind.REFUSED : LockstepException.Kind.FAILED,
                        "no-log",
                        "this database has no durable log, and it cannot be made: " + e.getMessage(),
                        "run a durable broadcast once as a role that may create tables, on the primary",
                        e);
            }
            throw e;
        }
    }

    /** Whether it is there; if not, {@link #checkForAnother} has looked, too. */
    public static boolean isPresentOrNowhere(Db db) {
        return db.autocommit(tx -> {
            boolean present = isPresent(tx);
            if (!present) {
                checkForAnother(tx);
            }
            return present;
        });
    }

    /**
     * Returns if there is no log in a schema that this session does not search, where nobody would read a second one.
     *
     * @throws LockstepException refused: there is one
     */
    public static void checkForAnother(Tx tx) {
        HiddenTables.check(tx, "lockstep_inval_head");
    }

    /**
     * Adds changes, in this order. They belong last in the transaction, before its notifications.
     *
     * @param id names these changes for good: added again under the same id, they are there once
     * @throws LockstepException refused: the id stands for other changes
     */
    public static Entry append(Tx tx, List<FileChange> changes, Optional<UUID> id) {
        UUID first = id.orElseGet(UUID::randomUUID);
        String[] ids = new String[changes.size()];
        String[] realms = new String[ids.length];
        String[] paths = new String[ids.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = derived(first, i);
            realms[i] = changes.get(i).realm().value();
            paths[i] = changes.get(i).path();
        }
        if (id.isPresent()) {
            // The lock keeps another run under the same id from adding it after this look.
            LogPosition head = lockedHead(tx);
            // One more than there are now, so that a longer broadcast under the same id is not taken for this one.
            String[] known = Arrays.copyOf(ids, ids.length + 1);
            known[ids.length] = derived(first, ids.length);
            List<Row> rows = tx.rows(KNOWN_IDS, (Object) known);
            if (!rows.isEmpty()) {
                return new Entry(Appended.KNOWN, new LogPosition(head.epoch(), same(rows, changes, first)));
            }
        }
        return new Entry(Appended.ADDED, added(tx, ids, realms, paths));
    }

    /** One statement, because the head is locked from here to the commit. */
    static LogPosition added(Tx tx, String[] ids, String[] realms, String[] paths) {
        Optional<Row> head = tx.row(APPEND, ids.length, CHANNEL, ids.length, ids, realms, paths);
        if (head.isEmpty()) {
            begin(tx);
            head = tx.row(APPEND, ids.length, CHANNEL, ids.length, ids, realms, paths);
        }
        return position(head.orElseThrow());
    }

    static String derived(UUID id, int n) {
        UUID derived = n == 0 ? id : UUID.nameUUIDFromBytes((id + "|" + n).getBytes(StandardCharsets.UTF_8));
        return derived.toString();
    }

    /** The number of the last. */
    private static long same(List<Row> known, List<FileChange> changes, UUID id) {
        boolean same = known.size() == changes.size();
        for (int i = 0; i < known.size() && same; i++) {
            FileChange change = changes.get(i);
            same = known.get(i).text("realm_url").equals(change.realm().value())
                    && known.get(i).text("path").equals(change.path());
        }
        if (!same) {
            Row used = known.get(0);
            throw new LockstepException(
                    LockstepException.Kind.REFUSED,
                    "id-used",
                    "the id " + id + " was used for " + used.text("realm_url") + ":" + used.text("path") + " at "
                            + used.text("at"),
                    "an id stands for one broadcast: repeat that one, or take a new id",
                    null);
        }
        return known.get(known.size() - 1).integer("seq");
    }

    private static LogPosition lockedHead(Tx tx) {
        Optional<Row> head = tx.row(LOCK_HEAD, CHANNEL);
        if (head.isEmpty()) {
            begin(tx);
            head = tx.row(LOCK_HEAD, CHANNEL);
        }
        return position(head.orElseThrow());
    }

    private static void begin(Tx tx) {
        tx.update(BEGIN, CHANNEL, UUID.randomUUID().toString());
    }

    /** The last number; empty if nothing was ever logged. */
    public static Optional<LogPosition> head(Tx tx) {
        return tx.row(HEAD, CHANNEL).map(InvalidationLog::position);
    }

    /** The last record, after which there is none; empty if nothing was ever logged. */
    static Optional<LogPage> end(Tx tx) {
        return tx.row(END, CHANNEL).map(row -> {
            Optional<String> mark = row.isNull("mark") ? Optional.empty() : Optional.of(row.text("mark"));
            return new LogPage(position(row), mark, List.of());
        });
    }

    /** The record of a number, and the next ones after it. */
    static Optional<LogPage> after(Tx tx, long seq, int limit) {
        List<Row> rows = tx.rows(PAGE, seq, limit + 1, CHANNEL);
        if (rows.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> mark = Optional.empty();
        List<LogPage.Logged> records = new ArrayList<>(rows.size());
        for (Row row : rows) {
            if (!row.isNull("seq") && row.integer("seq") == seq) {
                mark = Optional.of(row.text("mark"));
            } else if (!row.isNull("seq") && records.size() < limit) {
                records.add(logged(row));
            }
        }
        Row any = rows.get(0);
        LogPosition head = new LogPosition(UUID.fromString(any.text("epoch")), any.integer("head"));
        return Optional.of(new LogPage(head, mark, records));
    }

    private static LogPage.Logged logged(Row row) {
        FileChange change = new FileChange(new RealmUrl(row.text("realm_url")), row.text("path"));
        return new LogPage.Logged(row.integer("seq"), change, (int) row.integer("emitter"), row.text("mark"));
    }

    private static LogPosition position(Row row) {
        return new LogPosition(UUID.fromString(row.text("epoch")), row.integer("seq"));
    }
}
