package dev.lockstep.db;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;
import org.postgresql.copy.CopyOperation;
import org.postgresql.copy.CopyOut;

/**
 * PostgreSQL's COPY, bytes in or out, in whatever format the statement asks for. What a server that says no has to say
 * comes as the error of the call that notices it, which may be a later one.
 */
public final class CopyStream {
    private final CopyIn in;
    private final BooleanSupplier cancelled;
    private final Function<SQLException, DbException> errors;

    private CopyStream(CopyIn in, BooleanSupplier cancelled, Function<SQLException, DbException> errors) {
        this.in = in;
        this.cancelled = cancelled;
        this.errors = errors;
    }

    /** Sends the next bytes; they need not end where a row ends. */
    public void write(byte[] bytes, int offset, int length) {
        if (cancelled.getAsBoolean()) {
            throw new DbException(DbException.Reason.CANCELLED, null, "stopped in the middle of a COPY", null, null);
        }
        try {
            in.writeToCopy(bytes, offset, length);
        } catch (SQLException e) {
            throw errors.apply(e);
        }
    }

    /** Runs a COPY from what is written to the stream. @return the number of rows that the server took */
    static long in(
            Connection connection,
            String sql,
            BooleanSupplier cancelled,
            Consumer<CopyStream> rows,
            Function<SQLException, DbException> errors) {
        try {
            CopyIn in = manager(connection).copyIn(sql);
            try {
                rows.accept(new CopyStream(in, cancelled, errors));
                return in.endCopy();
            } catch (SQLException | RuntimeException | Error e) {
                end(in, e);
                throw e;
            }
        } catch (SQLException e) {
            throw errors.apply(e);
        }
    }

    /** Leaves the COPY before its end; what was sent is forgotten. */
    private static void end(CopyOperation copy, Throwable first) {
        try {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        } catch (SQLException e) {
            first.addSuppressed(e);
        }
    }

    /** @param sink takes what the server sends, a row at a time; an array is its own */
    static void out(
            Connection connection, String sql, Consumer<byte[]> sink, Function<SQLException, DbException> errors) {
        try {
            CopyOut out = manager(connection).copyOut(sql);
            try {
                for (byte[] row = out.readFromCopy(); row != null; row = out.readFromCopy()) {
                    sink.accept(row);
                }
            } catch (SQLException | RuntimeException | Error e) {
                end(out, e);
                throw e;
            }
        } catch (SQLException e) {
            throw errors.apply(e);
        }
    }

    private static CopyManager manager(Connection connection) throws SQLException {
        return connection.unwrap(PGConnection.class).getCopyAPI();
    }
}
