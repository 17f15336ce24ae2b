package dev.lockstep.bench;

import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.libpq.TargetSources;
import dev.lockstep.db.open.Databases;
import dev.lockstep.realm.log.Sequencing;
import dev.lockstep.realm.outbox.OutboxSchema;
import dev.lockstep.support.Deadline;
import dev.lockstep.support.Environment;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestPostgres;
import dev.lockstep.transpile.schema.CacheSchema;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * An insert into an application's table, and its invalidation in the same transaction, of 1, 16 and 64 writers: by nobody, by
 * pg_notify, by the durable log's head, by the outbox without and with a shared cache that forgets. Then, at half of what 64 can
 * do with the outbox, how long after its commit each is heard. Every commit is on the disk.
 *
 * <p>On this machine's disk, and on one where a flush takes {@code -Dbench.flush} milliseconds (several: {@code 0,12}): the
 * server waits that long before each, by its {@code commit_delay}. Whoever comes to commit meanwhile shares the flush, as on a
 * disk; who commits under PostgreSQL's lock of those that notify waits for one of their own. Where a disk answers at once, all of
 * it is CPU, and a notifying commit waits for nothing; so nothing is promised there of rates.
 */
final class HotInvalidation implements Benchmark {
    private static final int ROUNDS = 2;
    private static final Duration LENGTH = Duration.ofSeconds(2);
    private static final Duration DELAYS = Duration.ofSeconds(5);
    /** How long the last notification may take. */
    private static final Duration LAST = Duration.ofSeconds(2);

    private static final Duration LOOK = Duration.ofMillis(100);
    private static final int MANY = 64;

    /** At least eight times the rate of who notifies. */
    private static final double OF_NOTIFY = 1 / 8.0;

    /** At least 0.6 of the rate of who tells nobody. */
    private static final double OF_INSERT = 1 / 0.6;

    private static final double MEDIAN_MILLIS = 30;
    private static final double P99_MILLIS = 150;

    private static final List<String> NOTIFY = List.of("select pg_notify('realm_file_changes', ? || ':' || ?)");
    private static final List<String> INVALIDATE = List.of("select lockstep_invalidate(?, ?)");

    /** As the protocol has it: the head stays locked until the commit. */
    private static final List<String> DURABLE = List.of("""
              with head as (
                   update lockstep_inval_head
                      set seq = seq + 1
                    where channel = 'realm_file_changes'
                returning channel, seq)
            insert into lockstep_inval_log (channel, seq, id, realm_url, path)
            select channel, seq, gen_random_uuid(), ?, ?
              from head
            """, NOTIFY.get(0));

    @Override
    public List<Outcome> run() throws IOException, InterruptedException {
        List<Outcome> outcomes = new ArrayList<>();
        for (String millis : System.getProperty("bench.flush", "0,12").split(",", -1)) {
            outcomes.addAll(on(Duration.ofMillis(Long.parseLong(millis.strip()))));
        }
        return outcomes;
    }

    private static List<Outcome> on(Duration flush) throws IOException, InterruptedException {
        String disk = flush.isZero() ? "this disk" : flush.toMillis() + " ms a flush";
        List<Outcome> outcomes = new ArrayList<>();
        try (TestPostgres server = TestPostgres.startDurable(flush);
                TestDatabase database = server.createDatabase();
                TestDatabase cached = server.createDatabase();
                Databases databases = databases(database);
                Databases cachedDatabases = databases(cached)) {
            prepare(databases, database);
            try (Db db = open(cachedDatabases, cached)) {
                db.run(tx -> CacheSchema.install(tx));
            }
            prepare(cachedDatabases, cached);
            double micros = 0;
            for (int writers : new int[] {1, 16, MANY}) {
                micros = rates(disk, !flush.isZero(), database, cached, writers, outcomes);
            }
            outcomes.addAll(delays(disk, databases, database, 2 * micros));
            return outcomes;
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    private static Databases databases(TestDatabase database) {
        return new Databases(new Environment(database.environment()));
    }

    private static PgTarget target(TestDatabase database) {
        return PgTarget.resolve(null, TargetSources.of(new Environment(database.environment())));
    }

    private static Db open(Databases databases, TestDatabase database) {
        return databases.postgres(target(database), Session.of("lockstep bench", Session.Use.WRITE));
    }

    private static void prepare(Databases databases, TestDatabase database) throws SQLException {
        HotWriters.prepare(database);
        try (Db db = open(databases, database)) {
            OutboxSchema.install(db);
        }
    }

    /** Each in its turn, all of them in each round. @return microseconds for each transaction of all, with the outbox */
    private static double rates(
            String disk, boolean waits, TestDatabase database, TestDatabase cached, int writers, List<Outcome> outcomes)
            throws IOException, InterruptedException {
        HotWriters insert = new HotWriters(database, "insert alone", writers, List.of(), LENGTH);
        HotWriters notify = new HotWriters(database, "+ pg_notify", writers, NOTIFY, LENGTH);
        HotWriters durable = new HotWriters(database, "+ durable log", writers, DURABLE, LENGTH);
        HotWriters outbox = new HotWriters(database, "+ outbox", writers, INVALIDATE, LENGTH);
        HotWriters tombstone = new HotWriters(cached, "+ outbox, tombstone", writers, INVALIDATE, LENGTH);
        Map<HotWriters, List<Double>> samples = new HashMap<>();
        for (int round = 0; round <= ROUNDS; round++) {
            for (HotWriters one : List.of(insert, notify, durable, outbox, tombstone)) {
                double sample = one.sample();
                if (round > 0) {
                    samples.computeIfAbsent(one, any -> new ArrayList<>()).add(sample);
                }
            }
        }
        boolean promised = waits && writers == MANY;
        String subject = disk + ", " + writers + " writers, a transaction";
        for (HotWriters ours : List.of(durable, outbox, tombstone)) {
            for (HotWriters peer : List.of(insert, notify)) {
                double budget = Race.NO_BUDGET;
                if (promised && ours.equals(outbox)) {
                    budget = peer.equals(notify) ? OF_NOTIFY : OF_INSERT;
                }
                Race race = new Race(subject, "us", ROUNDS, budget);
                outcomes.add(new Outcome(race, peer, samples.get(peer), ours, samples.get(ours)));
            }
        }
        return samples.get(outbox).stream()
                .mapToDouble(Double::doubleValue)
                .average()
                .orElseThrow();
    }

    /** With somebody who sequences, and somebody who listens. */
    private static List<Outcome> delays(String disk, Databases databases, TestDatabase database, double micros)
            throws IOException, InterruptedException, SQLException {
        Map<String, Long> committed = new ConcurrentHashMap<>();
        Map<String, Long> heard = new ConcurrentHashMap<>();
        long sent;
        try (Connection listener = database.connect();
                Statement statement = listener.createStatement();
                Sequencing sequencing = Sequencing.beside(databases, target(database), Sequencing.DEFAULT_INTERVAL)) {
            // What the races have left is moved first.
            while (database.ask("select 1 from lockstep_inval_outbox limit 1") != null) {
                Deadline.rest(LOOK);
            }
            statement.execute("listen realm_file_changes");
            ConcurrentLinkedQueue<SQLException> failures = new ConcurrentLinkedQueue<>();
            Thread ears = new Thread(() -> hear(listener, heard, failures), "ears");
            ears.start();
            HotWriters writers = new HotWriters(database, "outbox", MANY, INVALIDATE, DELAYS);
            sent = writers.run(micros, committed::put, number -> number);
            Deadline last = Deadline.after(LAST);
            while (heard.size() < sent && !last.passed()) {
                last.pause();
            }
            ears.interrupt();
            ears.join();
            if (!failures.isEmpty() || heard.size() < sent) {
                throw new IOException("heard " + heard.size() + " of " + sent, failures.peek());
            }
        }
        double[] delays = committed.entrySet().stream()
                .mapToDouble(one -> Math.max(0, (heard.get(one.getKey()) - one.getValue()) / 1e6))
                .sorted()
                .toArray();
        return List.of(
                promise(disk + ", median", MEDIAN_MILLIS, delays[delays.length / 2]),
                promise(disk + ", p99", P99_MILLIS, delays[delays.length * 99 / 100]));
    }

    private static void hear(
            Connection listener, Map<String, Long> heard, ConcurrentLinkedQueue<SQLException> failures) {
        try {
            while (!Thread.interrupted()) {
                PGNotification[] notifications =
                        listener.unwrap(PGConnection.class).getNotifications(100);
                long now = System.nanoTime();
                for (PGNotification one : notifications == null ? new PGNotification[0] : notifications) {
                    heard.putIfAbsent(one.getParameter(), now);
                }
            }
        } catch (SQLException e) {
            failures.add(e);
        }
    }

    private static Outcome promise(String what, double millis, double measured)
            throws IOException, InterruptedException {
        return new Race("commit to delivery, " + what, "ms", ROUNDS, 1)
                .between(new Limit("promise", millis), new Limit("outbox, half of the load", measured));
    }
}
