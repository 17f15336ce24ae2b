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
 * <p>Where the disk answers a flush at once, all of it is CPU: a notifying commit waits for nothing there, and the outbox's gain
 * does not show.
 */
final class HotInvalidation implements Benchmark {
    private static final int ROUNDS = 1;
    private static final Duration LENGTH = Duration.ofSeconds(2);
    private static final Duration DELAYS = Duration.ofSeconds(5);
    /** How long the last notification may take. */
    private static final Duration LAST = Duration.ofSeconds(2);

    private static final Duration LOOK = Duration.ofMillis(100);
    private static final int MANY = 64;
    private static final double NO_BUDGET = 1_000_000;

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
        try (TestPostgres server = TestPostgres.startDurable()) {
            List<Outcome> outcomes = new ArrayList<>();
            double outbox;
            try (TestDatabase database = server.createDatabase();
                    Databases databases = databases(database)) {
                prepare(databases, database);
                for (int writers : new int[] {1, 16, MANY}) {
                    outcomes.addAll(rates(database, writers));
                }
                outbox = outcomes.get(outcomes.size() - 1).ourSamples().get(0);
                outcomes.addAll(delays(databases, database, 2 * outbox));
            }
            try (TestDatabase database = server.createDatabase();
                    Databases databases = databases(database)) {
                try (Db db = open(databases, database)) {
                    db.run(tx -> CacheSchema.install(tx));
                }
                prepare(databases, database);
                for (int writers : new int[] {1, 16, MANY}) {
                    outcomes.add(
                            against(database, writers, "+ pg_notify", NOTIFY, "+ tombstone", INVALIDATE, NO_BUDGET));
                    outcomes.add(against(
                            database, writers, "insert alone", List.of(), "+ tombstone", INVALIDATE, NO_BUDGET));
                }
            }
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

    private static List<Outcome> rates(TestDatabase database, int writers) throws IOException, InterruptedException {
        return List.of(
                against(database, writers, "insert alone", List.of(), "+ durable log", DURABLE, NO_BUDGET),
                against(database, writers, "+ pg_notify", NOTIFY, "+ outbox", INVALIDATE, OF_NOTIFY),
                against(database, writers, "insert alone", List.of(), "+ outbox", INVALIDATE, OF_INSERT));
    }

    private static Outcome against(
            TestDatabase database,
            int writers,
            String peer,
            List<String> peers,
            String ours,
            List<String> own,
            double budget)
            throws IOException, InterruptedException {
        Race race = new Race(writers + " writers, a transaction", "us", ROUNDS, writers == MANY ? budget : NO_BUDGET);
        return race.between(
                new HotWriters(database, peer, writers, peers, LENGTH),
                new HotWriters(database, ours, writers, own, LENGTH));
    }

    /** With somebody who sequences, and somebody who listens. */
    private static List<Outcome> delays(Databases databases, TestDatabase database, double micros)
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
                promise("median", MEDIAN_MILLIS, delays[delays.length / 2]),
                promise("p99", P99_MILLIS, delays[delays.length * 99 / 100]));
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
