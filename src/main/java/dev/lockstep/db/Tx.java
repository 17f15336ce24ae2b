package dev.lockstep.db;

import java.nio.charset.Charset;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Statements on an open database, most often inside one transaction. Values are bound, never spliced; the only text
 * that may be spliced is an {@link Identifier}. Every error is a {@link DbException}.
 */
public final class Tx {
    private static final int FETCH_SIZE = 1_000;

    private final EngineDriver driver;
    private final Connection connection;
    private volatile Statement running;
    private volatile boolean cancelled;
    private boolean lost;
    private boolean damaged;
    private boolean written;
    private Charset encoding;

    Tx(EngineDriver driver, Connection connection) {
        this.driver = driver;
        this.connection = connection;
    }

    /** Runs one statement without parameters: DDL, a PRAGMA, LISTEN. One statement only: SQLite's driver drops a second. */
    public void execute(String sql) {
        written = true;
        settled(() -> {
            try (Statement statement = connection.createStatement()) {
                start(statement);
                return statement.execute(sql);
            }
        });
    }

    /** The number of rows that the statement changed. */
    public int update(String sql, Object... values) {
        written = true;
        return settled(() -> {
            try (PreparedStatement statement = prepare(sql, values)) {
                start(statement);
                return statement.executeUpdate();
            }
        });
    }

    /**
     * {@link #update} for values that must arrive as they are: what the server only warns of is an error too, unless it
     * says nothing of what is stored. MariaDB rounds with no more than a note, be a session as strict as it may; the others warn of
     * nothing of the kind.
     *
     * @throws DbException a bad value, among others
     */
    public int updateExactly(String sql, Object... values) {
        written = true;
        return settled(() -> {
            try (PreparedStatement statement = prepare(sql, values)) {
                start(statement);
                int rows = statement.executeUpdate();
                driver.refuseWarnings(statement);
                return rows;
            }
        });
    }

    /** {@link #updateExactly} once for each list of values, in as few round trips as the driver can. */
    public void updateAll(String sql, List<Object[]> rows) {
        written = true;
        settled(() -> {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                for (Object[] values : rows) {
                    bind(statement, values);
                    statement.addBatch();
                }
                start(statement);
                int[] counts = statement.executeBatch();
                driver.refuseWarnings(statement);
                return counts;
            }
        });
    }

    /** Compiles a statement that runs many times, each time with values of its own. */
    public Prepared prepared(String sql) {
        try {
            return new Prepared(connection.prepareStatement(sql));
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /** A compiled statement. It belongs to its transaction. */
    public final class Prepared implements AutoCloseable {
        private final PreparedStatement statement;

        private Prepared(PreparedStatement statement) {
            this.statement = statement;
        }

        /** The number of rows that the statement changed. */
        public int update(Object... values) {
            written = true;
            try {
                bind(statement, values);
                start(statement);
                return statement.executeUpdate();
            } catch (SQLException e) {
                throw failure(e);
            }
        }

        @Override
        public void close() {
            try {
                statement.close();
            } catch (SQLException e) {
                throw failure(e);
            }
        }
    }

    public List<Row> rows(String sql, Object... values) {
        List<Row> rows = new ArrayList<>();
        each(sql, rows::add, values);
        return rows;
    }

    /** The first row, if there is one. */
    public Optional<Row> row(String sql, Object... values) {
        return rows(sql, values).stream().findFirst();
    }

    /** The one row of a query that always has one. */
    public Row only(String sql, Object... values) {
        return row(sql, values).orElseThrow(() -> new IllegalStateException("no row from: " + sql));
    }

    /** Hands over row after row while the result is read; holds one page of it in memory. */
    public void each(String sql, Consumer<Row> sink, Object... values) {
        settled(() -> {
            try (PreparedStatement statement = prepare(sql, values)) {
                statement.setFetchSize(FETCH_SIZE);
                start(statement);
                // Not executeQuery: SQLite's pragmas, and a statement with no result, are welcome here too.
                if (statement.execute()) {
                    hand(statement, sink);
                }
                return null;
            }
        });
    }

    private static void hand(Statement statement, Consumer<Row> sink) throws SQLException {
        try (ResultSet rs = statement.getResultSet()) {
            Map<String, Integer> columns = Row.columnsOf(rs.getMetaData());
            int width = rs.getMetaData().getColumnCount();
            while (rs.next()) {
                sink.accept(Row.of(columns, rs, width));
            }
        }
    }

    private <T> T settled(EngineDriver.Exchange<T> exchange) {
        try {
            return driver.run(exchange);
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /** A transaction begins here. */
    void begun() {
        lost = false;
        damaged = false;
        written = false;
    }

    /**
     * Whether this has only read, and met with damage: then SQLite's COMMIT may fail of it, too, and there is nothing that it would
     * have to keep.
     */
    boolean hasOnlyReadDamage() {
        return damaged && !written;
    }

    /**
     * Whether the server has rolled the whole transaction back, of its own accord, so that what came after it is not
     * part of one: MariaDB does so with one of two transactions in a deadlock.
     */
    public boolean isLost() {
        return lost;
    }

    private DbException failure(SQLException e) {
        DbException failure = driver.error(e);
        lost |= failure.reason() == DbException.Reason.CONFLICT;
        damaged |= failure.reason() == DbException.Reason.CORRUPT;
        return failure;
    }

    /** Hands over each row of a SQLite query in SQLite's own storage classes, as {@link Cells} says. */
    public void scan(String sql, Cells.Sink sink, Object... values) {
        try (PreparedStatement statement = prepare(sql, values)) {
            start(statement);
            try (ResultSet rs = statement.executeQuery()) {
                Cells.each(rs, encoding(), sink);
            }
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /** In what a SQLite database keeps its texts. */
    private Charset encoding() {
        if (encoding == null) {
            encoding = Charset.forName(only("pragma encoding").text(0));
        }
        return encoding;
    }

    /**
     * Sends bytes to PostgreSQL's {@code COPY … FROM STDIN}.
     *
     * @return the number of rows that the server took
     */
    public long copyIn(String sql, Consumer<CopyStream> rows) {
        return CopyStream.in(connection, sql, () -> cancelled, rows, driver::error);
    }

    /** Reads what PostgreSQL's {@code COPY … TO STDOUT} sends, a row at a time; in the binary format a header goes before. */
    public void copyOut(String sql, Consumer<byte[]> sink) {
        CopyStream.out(connection, sql, sink, driver::error);
    }

    /** Ends the statement that is running now, if there is one, and lets no other start. */
    void cancel() {
        cancelled = true;
        driver.cancel();
        Statement statement = running;
        if (statement != null) {
            try {
                statement.cancel();
            } catch (SQLException alreadyEnded) {
                // There is nothing left to end, and no other statement can start.
            }
        }
    }

    /** Either whoever cancels sees the statement, or the statement sees that it is cancelled. */
    private void start(Statement statement) {
        running = statement;
        if (cancelled) {
            throw new DbException(DbException.Reason.CANCELLED, null, "stopped before a statement began", null, null);
        }
    }

    private PreparedStatement prepare(String sql, Object... values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        try {
            bind(statement, values);
            return statement;
        } catch (SQLException e) {
            statement.close();
            throw e;
        }
    }

    private static void bind(PreparedStatement statement, Object... values) throws SQLException {
        for (int i = 0; i < values.length; i++) {
            bind(statement, i + 1, values[i]);
        }
    }

    /** By the methods of the common types: a driver that is given just any object first looks for who knows its class. */
    private static void bind(PreparedStatement statement, int i, Object value) throws SQLException {
        if (value instanceof String text) {
            statement.setString(i, text);
        } else if (value instanceof Long number) {
            statement.setLong(i, number);
        } else if (value instanceof byte[] bytes) {
            statement.setBytes(i, bytes);
        } else if (value instanceof BinaryStream stream) {
            statement.setBinaryStream(i, stream.in(), stream.length());
        } else {
            statement.setObject(i, value);
        }
    }
}
