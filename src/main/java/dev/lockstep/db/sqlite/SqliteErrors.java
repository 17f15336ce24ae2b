package dev.lockstep.db.sqlite;

import dev.lockstep.db.DbException;
import dev.lockstep.db.DbException.Reason;
import dev.lockstep.db.DbRemedy;
import dev.lockstep.db.SqlErrors;
import dev.lockstep.support.Remedy;
import java.nio.file.Path;
import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Classifies what SQLite says, by its result code (<a href="https://sqlite.org/rescode.html">Result and Error Codes</a>). */
final class SqliteErrors {
    private static final int PRIMARY_CODE = 0xff;

    private SqliteErrors() {}

    /** What SQLite itself said, which its driver puts in parentheses behind its own words: it names the entry of a schema. */
    private static String detail(DbException e) {
        String said = e.getMessage();
        int from = said.indexOf(" (");
        return said.endsWith(")") && from >= 0 ? ": " + said.substring(from + 2, said.length() - 1) : "";
    }

    static DbException opening(Path file, DbException e) {
        String what =
                switch (e.reason()) {
                    case NOT_A_DATABASE -> "not a SQLite database, or encrypted, or of a later format: " + file;
                    case CORRUPT -> "damaged database: " + file + detail(e);
                    case BUSY -> "locked by another process: " + file;
                    // Even a reader of a file in WAL mode writes beside it.
                    case READ_ONLY ->
                        "cannot read " + file + ": it is in WAL mode, and its directory cannot be written";
                    case HALF_WRITTEN -> "a writer died, and its work must be rolled back first: " + file;
                    default -> "cannot open " + file + ": " + e.getMessage();
                };
        // What SQLite cannot compile a query of the schema for is a schema of no format that it knows.
        Reason reason = e.sqlState().equals("SQLITE_ERROR") ? Reason.NOT_A_DATABASE : e.reason();
        return new DbException(reason, e.sqlState(), what, e.hint(), e)
                .advising(e.remedy().orElse(null));
    }

    static DbException of(SQLException e) {
        // The driver's exception cuts its own error code down to the primary one.
        int extended = e instanceof SQLiteException exact ? exact.getResultCode().code : e.getErrorCode();
        SQLiteErrorCode code = SQLiteErrorCode.getErrorCode(extended & PRIMARY_CODE);
        Reason reason = reason(extended, code);
        return new DbException(reason, code.name(), SqlErrors.oneLine(e), hint(reason), e)
                .advising(remedy(extended, reason));
    }

    /** What a virtual table says of itself is no damage of the file; null where the hint says what to do. */
    private static Remedy remedy(int extended, Reason reason) {
        if (SQLiteErrorCode.getErrorCode(extended) == SQLiteErrorCode.SQLITE_CORRUPT_VTAB) {
            return DbRemedy.FIND_THE_DAMAGED_INDEX.of();
        }
        return reason == Reason.BUSY ? DbRemedy.AWAIT_THE_WRITER.of() : null;
    }

    private static String hint(Reason reason) {
        return switch (reason) {
            case FULL -> "nothing of this transaction was kept; make room on the disk, and run it again";
            case READ_ONLY -> "the file, or the directory that it is in, cannot be written by this user";
            case CORRUPT -> "sqlite3 FILE 'pragma quick_check' says where; its .recover saves what can be read";
            case HALF_WRITTEN -> "every program that opens it for writing does that: sqlite3 FILE .tables";
            default -> null;
        };
    }

    private static Reason reason(int extended, SQLiteErrorCode code) {
        return switch (SQLiteErrorCode.getErrorCode(extended)) {
            case SQLITE_BUSY_SNAPSHOT -> Reason.CONFLICT;
            case SQLITE_READONLY_ROLLBACK, SQLITE_READONLY_RECOVERY, SQLITE_READONLY_CANTINIT -> Reason.HALF_WRITTEN;
            case SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_ROWID, SQLITE_CONSTRAINT_UNIQUE -> Reason.DUPLICATE;
            default ->
                switch (code) {
                    case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL -> Reason.BUSY;
                    case SQLITE_INTERRUPT -> Reason.TIMED_OUT;
                    case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH -> Reason.READ_ONLY;
                    case SQLITE_FULL -> Reason.FULL;
                    case SQLITE_CORRUPT -> Reason.CORRUPT;
                    case SQLITE_NOTADB -> Reason.NOT_A_DATABASE;
                    case SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_TOOBIG -> Reason.BAD_VALUE;
                    default -> Reason.OTHER;
                };
        };
    }
}
