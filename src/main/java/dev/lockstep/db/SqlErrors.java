package dev.lockstep.db;

import dev.lockstep.db.DbException.Reason;
import java.nio.file.Path;
import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;

/** Classifies what drivers throw, once, here: PostgreSQL by SQLSTATE (its appendix A), SQLite by its primary result code. */
final class SqlErrors {
    private static final int PRIMARY_CODE = 0xff;

    private SqlErrors() {}

    static DbException of(Engine engine, SQLException e) {
        return switch (engine) {
            case POSTGRESQL -> postgresql(e);
            case SQLITE -> sqlite(e);
        };
    }

    /** A connection that breaks here leaves the outcome open. */
    static DbException atCommit(Engine engine, SQLException e) {
        DbException plain = of(engine, e);
        return switch (plain.reason()) {
            case CONNECTION_LOST, UNREACHABLE, TIMED_OUT ->
                new DbException(
                        Reason.COMMIT_UNKNOWN,
                        plain.sqlState(),
                        "the connection broke while the transaction was committing: " + plain.getMessage(),
                        "whether it is committed, only the database knows; running the command again is safe",
                        e);
            default -> plain;
        };
    }

    static DbException opening(Path file, DbException e) {
        String what =
                switch (e.reason()) {
                    case NOT_A_DATABASE -> "not a SQLite database: " + file;
                    case CORRUPT -> "damaged database: " + file;
                    case BUSY -> "locked by another process: " + file;
                    default -> "cannot open " + file + ": " + e.getMessage();
                };
        return new DbException(e.reason(), e.sqlState(), what, e.hint(), e);
    }

    private static DbException postgresql(SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        return new DbException(postgresqlReason(state), state, oneLine(e) + " (" + state + ")", null, e);
    }

    private static Reason postgresqlReason(String state) {
        return switch (state) {
            case "08001" -> Reason.UNREACHABLE;
            case "28000", "28P01", "3D000", "08004" -> Reason.LOGIN_REFUSED;
            case "53300" -> Reason.TOO_MANY_CONNECTIONS;
            case "40001", "40P01" -> Reason.CONFLICT;
            case "55P03" -> Reason.BUSY;
            case "57014" -> Reason.TIMED_OUT;
            case "23505" -> Reason.DUPLICATE;
            case "42501" -> Reason.NO_PRIVILEGE;
            case "42P01", "42703", "42883", "42704", "3F000" -> Reason.NO_SUCH_OBJECT;
            case "25006" -> Reason.READ_ONLY;
            case "53100", "53200" -> Reason.FULL;
            case "40000", "25P02" -> Reason.NOT_COMMITTED;
            case "57P01", "57P02", "57P03" -> Reason.CONNECTION_LOST;
            default ->
                switch (state.length() < 2 ? "" : state.substring(0, 2)) {
                    case "08" -> Reason.CONNECTION_LOST;
                    case "22", "23" -> Reason.BAD_VALUE;
                    case "XX" -> Reason.CORRUPT;
                    default -> Reason.OTHER;
                };
        };
    }

    private static DbException sqlite(SQLException e) {
        SQLiteErrorCode code = SQLiteErrorCode.getErrorCode(e.getErrorCode() & PRIMARY_CODE);
        return new DbException(sqliteReason(e.getErrorCode(), code), code.name(), oneLine(e), null, e);
    }

    private static Reason sqliteReason(int extended, SQLiteErrorCode code) {
        if (extended == SQLiteErrorCode.SQLITE_BUSY_SNAPSHOT.code) {
            return Reason.CONFLICT;
        }
        return switch (code) {
            case SQLITE_BUSY, SQLITE_LOCKED -> Reason.BUSY;
            case SQLITE_INTERRUPT -> Reason.TIMED_OUT;
            case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH -> Reason.READ_ONLY;
            case SQLITE_FULL -> Reason.FULL;
            case SQLITE_CORRUPT -> Reason.CORRUPT;
            case SQLITE_NOTADB -> Reason.NOT_A_DATABASE;
            case SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_TOOBIG -> Reason.BAD_VALUE;
            default -> Reason.OTHER;
        };
    }

    static String oneLine(SQLException e) {
        String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return message.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .findFirst()
                .orElse(message);
    }
}
