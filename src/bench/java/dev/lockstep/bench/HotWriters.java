package dev.lockstep.bench;

import dev.lockstep.support.Clock;
import dev.lockstep.testing.TestDatabase;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongUnaryOperator;

/**
 * Writers of an application's table, each over a connection of its own, as fast as they can or at a rate: microseconds for each
 * transaction of all.
 *
 * @param invalidation what each transaction does besides, with a realm and a path; empty: nothing
 */
record HotWriters(TestDatabase database, String name, int writers, List<String> invalidation, Duration length)
        implements Contender {
    static final String REALM = "http://localhost:4201/luke/r";
    private static final int REALMS = 8;
    private static final int PATHS = 500;
    private static final String INSERT = "insert into app (v) values ('some text of an application')";

    /** Is told of each commit. */
    @FunctionalInterface
    interface Committed {
        Committed NOBODY = (payload, nanos) -> {};

        void at(String payload, long nanos);
    }

    @Override
    public double sample() throws IOException, InterruptedException {
        long started = System.nanoTime();
        long done = run(0, Committed.NOBODY, number -> number % PATHS);
        return (System.nanoTime() - started) / 1e3 / done;
    }

    /**
     * Runs for its time.
     *
     * @param micros between two transactions of all; 0: none
     * @param path the path of each
     * @return how many transactions there were
     */
    long run(double micros, Committed committed, LongUnaryOperator path) throws IOException, InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        AtomicLong number = new AtomicLong();
        AtomicLong done = new AtomicLong();
        try {
            List<Callable<Void>> all = new ArrayList<>();
            long started = System.nanoTime();
            for (int i = 0; i < writers; i++) {
                all.add(() -> write(started, micros, committed, path, number, done));
            }
            for (Future<Void> one : threads.invokeAll(all)) {
                one.get();
            }
            return done.get();
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    private Void write(
            long started,
            double micros,
            Committed committed,
            LongUnaryOperator path,
            AtomicLong number,
            AtomicLong done)
            throws SQLException, InterruptedException {
        try (Connection connection = database.connect();
                PreparedStatement insert = connection.prepareStatement(INSERT)) {
            connection.setAutoCommit(false);
            List<PreparedStatement> besides = new ArrayList<>();
            for (String sql : invalidation) {
                besides.add(connection.prepareStatement(sql));
            }
            while (System.nanoTime() - started < length.toNanos()) {
                long n = number.incrementAndGet();
                long due = started + (long) (n * micros * 1e3);
                Clock.SYSTEM.sleep(Duration.ofNanos(Math.max(0, due - System.nanoTime())));
                String realm = REALM + n % REALMS + "/";
                String file = "cards/p" + path.applyAsLong(n) + ".gts";
                insert.execute();
                for (PreparedStatement statement : besides) {
                    statement.setString(1, realm);
                    statement.setString(2, file);
                    statement.execute();
                }
                connection.commit();
                committed.at(realm + ":" + file, System.nanoTime());
                done.incrementAndGet();
            }
        }
        return null;
    }

    static void prepare(TestDatabase database) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("create table app (id bigserial primary key, v text not null)");
        }
    }
}
