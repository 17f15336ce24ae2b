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
import java.util.Comparator;
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

    /** The dead rows that a plan by the table's order would read are what the order by transactions avoids. */
    private static final String TRY_LOCK = """
            select pg_try_advisory_xact_lock(?) as taken,
                   set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true)
            """;

    private static final String BEGIN = """
            insert into lockstep_sequencer (channel)
            values (?)
                on conflict (channel) do nothing
            """;

    /** A look at who is running, before the rows are looked at: who has committed in between is found once more, and has nothing. */
    private static final String REACHED = """
            select cast(upto as text) as upto, cast(pending as text) as pending,
                   cast(pg_snapshot_xmax(s) as text) as xmax,
                   (select cast(coalesce(array_agg(x), '{}') as text) from pg_snapshot_xip(s) as x) as running
              from lockstep_sequencer, pg_current_snapshot() as s
             where channel = ?
            """;

    private static final String MOVE = """
            with due as materialized (
                   (select xact, n
                      from lockstep_inval_outbox
                     where xact = any (cast(? as xid8[])))
                    union all
                   (select xact, n
                      from lockstep_inval_outbox
                     where xact >= cast(? as xid8)
                     order by xact, n
                     limit ?))
            delete from lockstep_inval_outbox o
             using due
             where (o.xact, o.n) = (due.xact, due.n)
            returning cast(o.xact as text) as xact, o.n, cast(o.id as text) as id, o.channel, o.realm_url, o.forgets,
                      array_to_json(o.paths) as paths
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
        private static final Reached NOTHING = new Reached(0, Set.of());

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

    /** Takes a step, if there is anything to do. */
    public Step step(Db db) {
        if (hasSwept
                && !db.autocommit(tx -> tx.only(IS_DUE, InvalidationLog.CHANNEL).flag("due"))) {
            return Step.NOTHING;
        }
        record Taken(Step step, Optional<LogPosition> last) {}
        Taken taken = db.transact(tx -> {
            if (!tx.only(TRY_LOCK, LOCK.value()).flag("taken")) {
                return new Taken(Step.BUSY, Optional.empty());
            }
            List<Row> rows = move(tx);
            List<OutboxRecord> records = new ArrayList<>(rows.size());
            rows.forEach(row -> records.add(read(row)));
            Optional<LogPosition> last = number(tx, records);
            tell(tx, records);
            int numbers = records.stream().mapToInt(one -> one.changes().size()).sum();
            Outcome outcome = rows.isEmpty() ? Outcome.NOTHING : Outcome.MOVED;
            return new Taken(new Step(outcome, rows.size(), numbers), last);
        });
        hasSwept |= taken.step().outcome() != Outcome.BUSY;
        taken.last().ifPresent(last -> LogRetention.tidy(db, last, taken.step().numbers()));
        return taken.step();
    }

    /** The first step of each run looks at everything there is: the log may have come from another server. */
    private List<Row> move(Tx tx) {
        tx.update(BEGIN, InvalidationLog.CHANNEL);
        Row row = tx.only(REACHED, InvalidationLog.CHANNEL);
        long xmax = Long.parseLong(row.text("xmax"));
        Reached stored = new Reached(Long.parseLong(row.text("upto")), Set.copyOf(numbers(row.text("pending"))));
        Reached from = hasSwept && stored.upto() <= xmax ? stored : Reached.NOTHING;
        List<Row> moved = new ArrayList<>(tx.rows(MOVE, from.pendingText(), Long.toString(from.upto()), LIMIT));
        long end = xmax;
        int inOrder = 0;
        long last = 0;
        for (Row one : moved) {
            long xact = Long.parseLong(one.text("xact"));
            if (xact >= from.upto()) {
                inOrder++;
                last = Math.max(last, xact);
            }
        }
        if (inOrder == LIMIT) {
            end = Math.min(xmax, last);
        }
        Reached reached = from.after(end, numbers(row.text("running")));
        tx.update(
                REMEMBER,
                Long.toString(reached.upto()),
                reached.pendingText(),
                moved.size(),
                client,
                InvalidationLog.CHANNEL);
        moved.sort(Comparator.comparingLong(one -> one.integer("n")));
        return moved;
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
