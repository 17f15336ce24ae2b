package dev.lockstep.audit;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A writer that adds one audit row after the other, reads it back, and notes the longest that it ever had to wait. */
final class TimedWriter implements AutoCloseable {
    private static final String ADD = "insert into audit (\"orgUid\", \"registryId\", \"rootHash\", type,"
            + " \"onchainConfirmationTimeStamp\") values ('probe', 'probe', 'r', 'INSERT', '1')";

    private final Connection connection;
    private final CompletableFuture<Duration> longest;
    private volatile boolean stopped;
    private final CompletableFuture<Void> begun = new CompletableFuture<>();

    /** Returns when its first row is in. */
    TimedWriter(AuditDatabase database) throws SQLException {
        connection = database.connect();
        longest = CompletableFuture.supplyAsync(this::write);
        CompletableFuture.anyOf(begun, longest).join();
    }

    private Duration write() {
        Duration longest = Duration.ZERO;
        try (PreparedStatement add = connection.prepareStatement(ADD);
                Statement read = connection.createStatement()) {
            while (!stopped) {
                long start = System.nanoTime();
                add.executeUpdate();
                try (ResultSet rs = read.executeQuery("select max(id) from audit")) {
                    rs.next();
                }
                Duration took = Duration.ofNanos(System.nanoTime() - start);
                longest = took.compareTo(longest) > 0 ? took : longest;
                begun.complete(null);
            }
            return longest;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Stops it. @return the longest wait */
    Duration longest() {
        stopped = true;
        return longest.join();
    }

    @Override
    public void close() throws SQLException {
        longest();
        connection.close();
    }
}
