package dev.lockstep.realm.log;

import dev.lockstep.db.Db;
import dev.lockstep.db.LockKey;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.db.listen.Channel;
import dev.lockstep.realm.DefinitionChange;
import dev.lockstep.realm.FileChange;
import dev.lockstep.realm.Notifications;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.realm.log.OutboxRecord.Scope;
import dev.lockstep.realm.log.OutboxRecord.Subject;
import dev.lockstep.support.Json;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeSet;
import java.util.UUID;

/**
 * The step that gives numbers to what is in the outbox: rows of committed transactions go into the log, and everybody is told,
 * all in one transaction. Whoever is there takes it; a lock that is only tried keeps two from taking it at a time.
 *
 * <p>The transactions before {@code upto} are done with, but for those that were still running, which are {@code pending}. So
 * a step looks at no dead row of the past, of which an old transaction elsewhere may keep millions.
 */
public final class Sequencer {
    /** What became of an attempt. */
    public enum Outcome {
        /** There was something. */
        MOVED,
        NOTHING,
        /** Somebody else is at it. */
        BUSY
    }

    /**
     * An attempt.
     *
     * @param rows of the outbox
     * @param numbers in the log
     */
    public record Step(Outcome outcome, int rows, int numbers) {
        private static final Step NOTHING = new Step(Outcome.NOTHING, 0, 0);
        private static final Step BUSY = new Step(Outcome.BUSY, 0, 0);
    }

    /** Asked without a lock. When there has been no step for a while, one is taken as a sign of life. */
    private static final String IS_DUE = """
            select coalesce(s.seen_at < now() - interval '5 seconds', true)
                   or exists (select from lockstep_inval_outbox where xact >= coalesce(s.upto, '0'))
                   or exists (select from lockstep_inval_outbox where xact = any (s.pending)) as due
              from (select cast(? as text) as channel) c
              left join lockstep_sequencer s on s.channel = c.channel
            """;

    /**
     * The dead rows that a plan by the table's order would read are what the order by transactions avoids. And nobody waits
     * for the disk: should the server lose the step, the rows are in the outbox still.
     */
    private static final String TRY_LOCK = """
            select pg_try_advisory_xact_lock(?) as taken,
                   set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),
                   set_config('synchronous_commit', 'off', true)
            """;

    private static final String BEGIN = """
            insert into lockstep_sequencer (channel)
            values (?)
                on conflict (channel) do nothing
            """;

    /**
     * One snapshot says who is running and what there is: a row of each transaction that has committed, or none. The first
     * row tells how far it came, too; it is there without any rows of the outbox.
     */
    private static final String MOVE = """
            with reached as materialized (
                   select case when s.holds then s.upto else '0' end as upto,
                          case when s.holds then s.pending else '{}' end as pending, s.now
                     from (select upto, pending, cast(? as boolean) and upto <= pg_snapshot_xmax(now) as holds, now
                             from lockstep_sequencer, pg_current_snapshot() as now
                            where channel = ?) s),
                 due as materialized (
                   (select xact, n
                      from lockstep_inval_outbox
                     where xact = any (cast((select pending from reached) as xid8[])))
                    union all
                   (select xact, n
                      from lockstep_inval_outbox
                     where xact >= (select upto from reached)
                     order by xact, n
                     limit ?)),
                 moved as (
            delete from lockstep_inval_outbox o
             using due
             where (o.xact, o.n) = (due.xact, due.n)
            returning o.xact, o.n, o.id, o.channel, o.realm_url, o.forgets, o.paths)
            select cast(m.xact as text) as xact, m.n, cast(m.id as text) as id, m.channel, m.realm_url, m.forgets,
                   array_to_json(m.paths) as paths, r.*
              from (select *, row_number() over (order by n) as place from moved) m
              full join (
                   select 1 as first, cast(upto as text) as upto, cast(pending as text) as pending,
                          cast(pg_snapshot_xmax(now) as text) as xmax,
                          (select cast(coalesce(array_agg(x), '{}') as text) from pg_snapshot_xip(now) as x) as running
                     from reached) r on r.first = m.place
             order by m.n
            """;

    private static final String REMEMBER = """
            update lockstep_sequencer
               set upto = cast(? as xid8), pending = cast(? as xid8[]), moved = moved + ?, seen_at = clock_timestamp(),
                   pid = pg_backend_pid(),
                   client = ? || ' at ' || coalesce(host(inet_client_addr()), 'this host')
             where channel = ?
            """;

    private static final LockKey LOCK = LockKey.of("lockstep|sequencer|" + InvalidationLog.CHANNEL);

    /** A realm's URL on it: replicas drop what they keep of the realm itself. */
    private static final Channel INFO = new Channel("realm_index_updated");

    private static final int LIMIT = 2_000;

    /** Transactions that are done with: all before {@code upto} that are not {@code pending}. */
    private record Reached(long upto, Set<Long> pending) {
        /** After all that was due is moved. */
        Reached after(long end, List<Long> running) {
            Set<Long> stillPending = new TreeSet<>();
            for (long xact : running) {
                if (xact < end && (xact >= upto || pending.contains(xact))) {
                    stillPending.add(xact);
                }
            }
            return new Reached(end, stillPending);
        }

        String pendingText() {
            StringJoiner text = new StringJoiner(",", "{", "}");
            pending.forEach(xact -> text.add(xact.toString()));
            return text.toString();
        }
    }

    private final String client = "process " + ProcessHandle.current().pid();
    private boolean hasSwept;
    private boolean hasMoved;

    /** Takes a step, if there is anything to do. */
    public Step step(Db db) {
        boolean surely = !hasSwept || hasMoved;
        if (!surely
                && !db.autocommit(tx -> tx.only(IS_DUE, InvalidationLog.CHANNEL).flag("due"))) {
            return Step.NOTHING;
        }
        record Taken(Step step, Optional<LogPosition> last) {}
        hasMoved = false;
        Taken taken = db.transact(tx -> {
            if (!tx.only(TRY_LOCK, LOCK.value()).flag("taken")) {
                return new Taken(Step.BUSY, Optional.empty());
            }
            List<OutboxRecord> records = move(tx);
            Optional<LogPosition> last = number(tx, records);
            tell(tx, records);
            int numbers = records.stream().mapToInt(one -> one.changes().size()).sum();
            Outcome outcome = records.isEmpty() ? Outcome.NOTHING : Outcome.MOVED;
            return new Taken(new Step(outcome, records.size(), numbers), last);
        });
        hasMoved = taken.step().outcome() == Outcome.MOVED;
        hasSwept |= taken.step().outcome() != Outcome.BUSY;
        taken.last().ifPresent(last -> LogRetention.tidy(db, last, taken.step().numbers()));
        return taken.step();
    }

    /** The first step of each run looks at everything there is: the log may have come from another server. */
    private List<OutboxRecord> move(Tx tx) {
        List<Row> rows = tx.rows(MOVE, hasSwept, InvalidationLog.CHANNEL, LIMIT);
        if (rows.isEmpty()) {
            tx.update(BEGIN, InvalidationLog.CHANNEL);
            rows = tx.rows(MOVE, hasSwept, InvalidationLog.CHANNEL, LIMIT);
        }
        Row first = rows.get(0);
        Reached from = new Reached(Long.parseLong(first.text("upto")), Set.copyOf(numbers(first.text("pending"))));
        List<OutboxRecord> records = new ArrayList<>();
        int inOrder = 0;
        long last = 0;
        for (Row one : rows) {
            if (one.isNull("n")) {
                continue;
            }
            records.add(read(one));
            long xact = Long.parseLong(one.text("xact"));
            if (xact >= from.upto()) {
                inOrder++;
                last = Math.max(last, xact);
            }
        }
        long end = Long.parseLong(first.text("xmax"));
        if (inOrder == LIMIT) {
            end = Math.min(end, last);
        }
        Reached reached = from.after(end, numbers(first.text("running")));
        tx.update(
                REMEMBER,
                Long.toString(reached.upto()),
                reached.pendingText(),
                records.size(),
                client,
                InvalidationLog.CHANNEL);
        return records;
    }

    private static List<Long> numbers(String array) {
        List<Long> numbers = new ArrayList<>();
        for (String number : array.substring(1, array.length() - 1).split(",", -1)) {
            if (!number.isEmpty()) {
                numbers.add(Long.parseLong(number));
            }
        }
        return numbers;
    }

    private static OutboxRecord read(Row row) {
        Optional<List<String>> names = Optional.empty();
        if (!row.isNull("paths")) {
            List<String> list = new ArrayList<>();
            ((List<?>) Json.parse(row.text("paths"))).forEach(name -> list.add((String) name));
            names = Optional.of(list);
        }
        return new OutboxRecord(
                UUID.fromString(row.text("id")),
                row.text("channel").equals(DefinitionChange.CHANNEL.name()) ? Subject.DEFINITIONS : Subject.FILES,
                new RealmUrl(row.text("realm_url")),
                names,
                row.flag("forgets") ? Scope.EVERYTHING : Scope.MEMORY);
    }

    /** Each change its number, even one that another row has, too. */
    private static Optional<LogPosition> number(Tx tx, List<OutboxRecord> records) {
        List<String> ids = new ArrayList<>();
        List<String> realms = new ArrayList<>();
        List<String> paths = new ArrayList<>();
        for (OutboxRecord one : records) {
            int n = 0;
            for (FileChange change : one.changes()) {
                ids.add(InvalidationLog.derived(one.id(), n++));
                realms.add(change.realm().value());
                paths.add(change.path());
            }
        }
        return ids.isEmpty()
                ? Optional.empty()
                : Optional.of(InvalidationLog.added(
                        tx, ids.toArray(String[]::new), realms.toArray(String[]::new), paths.toArray(String[]::new)));
    }

    /** Source first, as whoever invalidates without the outbox does it; each payload once. */
    private static void tell(Tx tx, List<OutboxRecord> records) {
        Set<String> files = new LinkedHashSet<>();
        Set<String> definitions = new LinkedHashSet<>();
        Set<String> infos = new LinkedHashSet<>();
        for (OutboxRecord one : records) {
            one.changes().forEach(change -> files.add(change.payload()));
            definitions.addAll(one.definitions());
            if (one.mayBeInfo()) {
                infos.add(one.realm().value());
            }
        }
        Notifications.send(tx, FileChange.CHANNEL, files);
        Notifications.send(tx, DefinitionChange.CHANNEL, definitions);
        Notifications.send(tx, INFO, infos);
    }
}
