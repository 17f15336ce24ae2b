package dev.lockstep.mirror;

import dev.lockstep.testing.TestSqlite;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Four applications that write to a source at once: three operations of ten delete, three replace rows by their key or by
 * another unique value, one moves a row to another key. Closing it stops them.
 */
final class LiveWriters implements AutoCloseable {
    static final List<String> NAMES = List.of("items", "pairs", "bag");

    static final String[] TABLES = {
        "pragma journal_mode = wal",
        "create table items (id integer primary key, slot integer unique, name text)",
        "create table pairs (a text, b integer, v real, primary key (a, b)) without rowid",
        "create table bag (x text, y integer)",
    };

    private static final int WRITERS = 4;
    private static final int IDS = 400;

    private final AtomicInteger left;
    private final ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
    private final List<Future<?>> writers = new ArrayList<>();

    private LiveWriters(int operations) {
        this.left = new AtomicInteger(operations);
    }

    /** @param operations how many all of them make in the end */
    static LiveWriters start(Path source, int operations) {
        LiveWriters all = new LiveWriters(operations);
        for (int i = 0; i < WRITERS; i++) {
            Random random = new Random(i);
            all.writers.add(all.threads.submit(() -> all.write(source, random)));
        }
        return all;
    }

    /** Waits until all operations are done. */
    void await() throws InterruptedException, ExecutionException {
        for (Future<?> writer : writers) {
            writer.get();
        }
    }

    private Void write(Path source, Random random) throws SQLException {
        try (Connection connection = TestSqlite.connect(source);
                Statement statement = connection.createStatement()) {
            statement.execute("pragma busy_timeout = 60000");
            statement.execute("pragma synchronous = off");
            while (left.get() > 0) {
                statement.execute("begin immediate");
                for (int i = random.nextInt(5); i >= 0 && left.decrementAndGet() >= 0; i--) {
                    change(connection, random);
                }
                statement.execute(random.nextInt(20) == 0 ? "rollback" : "commit");
            }
        }
        return null;
    }

    private static void change(Connection connection, Random random) throws SQLException {
        long id = random.nextInt(IDS);
        long other = random.nextInt(IDS);
        String text = "text " + random.nextInt(1_000);
        switch (random.nextInt(10)) {
            case 0 -> run(connection, "delete from items where id between ? and ?", id, id + 1);
            case 1 -> run(connection, "delete from pairs where a = ?", "a" + id % 40);
            case 2 -> run(connection, "delete from bag where rowid = ?", id);
            case 3, 4 -> run(connection, "replace into items values (?, ?, ?)", id, other, text);
            case 5 -> run(connection, "replace into pairs values (?, ?, ?)", "a" + id % 40, other, id / 3.0);
            case 6 -> run(connection, "update or replace items set id = ?, slot = ? where id = ?", other, id, id);
            case 7 ->
                run(
                        connection,
                        "insert into pairs values (?, ?, ?) on conflict do update set v = -v",
                        "a" + id % 40,
                        other % 20,
                        1.5);
            case 8 -> run(connection, "insert into bag values (?, ?)", text, id);
            default -> run(connection, "update bag set y = ? where rowid = ?", other, id);
        }
    }

    private static void run(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }

    @Override
    public void close() throws InterruptedException, ExecutionException {
        left.set(0);
        threads.shutdown();
        await();
    }
}
