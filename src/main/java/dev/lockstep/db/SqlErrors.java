package dev.lockstep.db;

import dev.lockstep.db.DbException.Reason;
import java.nio.file.Path;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.util.Optional;
import java.util.Set;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Classifies what drivers throw, once, here: PostgreSQL by SQLSTATE (its appendix A), SQLite by its result code,
 * MariaDB and MySQL by their error number, for their SQLSTATEs are too few. */
final class SqlErrors {
    private static final int PRIMARY_CODE = 0xff;
    private static final String FAILED_TRANSACTION = "25P02";

    /** What refuses a statement that would leave out rows, because {@code row_security} is off. */
    private static final String ROW_SECURITY = "check_enable_rls";

    /** The class of warnings in the standard; the driver tells none. */
    private static final String WARNING = "01000";

    /** Warnings by which a value is not, or may not be, what was sent: cut off, rounded, out of range, not to be converted. */
    private static final Set<Integer> VALUE_WARNINGS = Set.of(
            1048, 1062, 1263, 1264, 1265, 1292, 1300, 1364, 1365, 1366, 1367, 1406, 1411, 1441, 1452, 1690, 1916, 1918,
            1977, 3140, 3156, 3751, 3819, 4025);

    /** Warnings of what is out of date or of how a statement is replicated or run, which change nothing that is stored. */
    private static final Set<Integer> IDLE_WARNINGS = Set.of(1287, 1592, 1618, 1681, 1831, 3090, 3135, 3719, 3778);

    private SqlErrors() {}

    static DbException of(Engine engine, SQLException e) {
        return switch (engine) {
            case POSTGRESQL -> postgresql(e);
            case SQLITE -> sqlite(e);
            case MARIADB -> mariaDb(e);
        };
    }

    /** The transaction that was to be committed had failed, and whoever ran it went on regardless. */
    static DbException notCommitted() {
        return new DbException(
                Reason.NOT_COMMITTED,
                FAILED_TRANSACTION,
                "nothing was committed: a statement of the transaction had failed (" + FAILED_TRANSACTION + ")",
                null,
                null);
    }

    /** A connection that breaks here leaves the outcome open. */
    static DbException atCommit(Engine engine, SQLException e) {
        DbException plain = of(engine, e);
        return switch (plain.reason()) {
            case CONNECTION_LOST, UNREACHABLE ->
                new DbException(
                        Reason.COMMIT_UNKNOWN,
                        plain.sqlState(),
                        "the connection broke while the transaction was committing: " + plain.getMessage(),
                        "whether it is committed, only the database knows; running the command again is safe",
                        e);
            default -> plain;
        };
    }

    /**
     * What MariaDB has let pass with warnings, and should not have: a value that is not there as it was sent; else whatever it
     * warns of and is not known to say nothing of what was stored, which is a statement's trouble and no row's.
     *
     * @return empty if all of them may be passed over
     */
    static Optional<DbException> warned(SQLWarning first) {
        DbException trouble = null;
        for (SQLWarning warning = first; warning != null; warning = warning.getNextWarning()) {
            int number = warning.getErrorCode();
            String what = "the server warns: " + oneLine(warning) + " (" + number + ", " + WARNING + ")";
            if (VALUE_WARNINGS.contains(number)) {
                return Optional.of(new DbException(
                        Reason.BAD_VALUE,
                        WARNING,
                        what,
                        "a value would not be there as it was sent, so nothing of the transaction is kept",
                        warning));
            }
            if (trouble == null && !IDLE_WARNINGS.contains(number)) {
                trouble = new DbException(
                        Reason.OTHER,
                        WARNING,
                        what,
                        "that is about the statement and not about a row, and nothing of the transaction is kept",
                        warning);
            }
        }
        return Optional.ofNullable(trouble);
    }

    static DbException opening(Path file, DbException e) {
        String what =
                switch (e.reason()) {
                    case NOT_A_DATABASE -> "not a SQLite database, or encrypted, or of a later format: " + file;
                    case CORRUPT -> "damaged database: " + file;
                    case BUSY -> "locked by another process: " + file;
                    // Even a reader of a file in WAL mode writes beside it.
                    case READ_ONLY ->
                        "cannot read " + file + ": it is in WAL mode, and its directory cannot be written";
                    case HALF_WRITTEN -> "a writer died, and its work must be rolled back first: " + file;
                    default -> "cannot open " + file + ": " + e.getMessage();
                };
        // What SQLite cannot compile a query of the schema for is a schema of no format that it knows.
        Reason reason = e.sqlState().equals("SQLITE_ERROR") ? Reason.NOT_A_DATABASE : e.reason();
        return new DbException(reason, e.sqlState(), what, e.hint(), e);
    }

    private static DbException postgresql(SQLException thrown) {
        SQLException e = thrown;
        if (thrown instanceof BatchUpdateException && thrown.getNextException() != null) {
            // Its own message shows the values of a row; the server's is the next one.
            e = thrown.getNextException();
        }
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        String what = oneLine(e) + " (" + state + ")";
        if (ROW_SECURITY.equals(routine(e))) {
            return new DbException(
                    Trouble.Kind.REFUSED,
                    Reason.NO_PRIVILEGE,
                    state,
                    "row security may hide rows from this role, and then less is done than is said: " + what,
                    "a role with BYPASSRLS sees all rows; so does the table's owner, unless row security is forced",
                    thrown);
        }
        return server(postgresqlReason(state), state, what, thrown);
    }

    /** Which of its routines PostgreSQL names as the one that refused, where one SQLSTATE stands for several reasons. */
    static String routine(SQLException e) {
        ServerErrorMessage message = e instanceof PSQLException own ? own.getServerErrorMessage() : null;
        return message == null ? null : message.getRoutine();
    }

    /** What a server said. One that takes no writes is not a server to work with. */
    private static DbException server(Reason reason, String state, String what, SQLException e) {
        Trouble.Kind kind = reason == Reason.READ_ONLY ? Trouble.Kind.REFUSED : reason.kind();
        return new DbException(kind, reason, state, what, serverHint(reason), e);
    }

    private static String serverHint(Reason reason) {
        return switch (reason) {
            case FULL -> "nothing of this transaction was kept; make room on the server, and run it again";
            case READ_ONLY ->
                "the server, the database or the role is set to take no writes: default_transaction_read_only of"
                        + " PostgreSQL, read_only of MariaDB; a replica is, too";
            case NO_PRIVILEGE ->
                "the owner of the object, or an administrator, gives the privilege with GRANT; which are needed say"
                        + " 'lockstep help grants-postgresql' and 'lockstep help grants-mariadb'";
            default -> null;
        };
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
            case "40000", FAILED_TRANSACTION -> Reason.NOT_COMMITTED;
            // The server ends the session: somebody terminated it, it shut down, or it was idle for too long.
            case "57P01", "57P02", "57P03", "57P04", "57P05", "25P03", "25P04" -> Reason.CONNECTION_LOST;
            case "XX001", "XX002" -> Reason.CORRUPT;
            default ->
                switch (state.length() < 2 ? "" : state.substring(0, 2)) {
                    case "08" -> Reason.CONNECTION_LOST;
                    case "22", "23" -> Reason.BAD_VALUE;
                    default -> Reason.OTHER;
                };
        };
    }

    private static DbException sqlite(SQLException e) {
        // The driver's exception cuts its own error code down to the primary one.
        int extended = e instanceof SQLiteException exact ? exact.getResultCode().code : e.getErrorCode();
        SQLiteErrorCode code = SQLiteErrorCode.getErrorCode(extended & PRIMARY_CODE);
        Reason reason = sqliteReason(extended, code);
        return new DbException(reason, code.name(), oneLine(e), sqliteHint(reason), e);
    }

    private static String sqliteHint(Reason reason) {
        return switch (reason) {
            case BUSY ->
                "another process is writing: 'fuser -v' of the file names it; --lock-timeout waits longer for it";
            case FULL -> "nothing of this transaction was kept; make room on the disk, and run it again";
            case READ_ONLY -> "the file, or the directory that it is in, cannot be written by this user";
            case CORRUPT -> "sqlite3 FILE 'pragma quick_check' says where; its .recover saves what can be read";
            case HALF_WRITTEN -> "every program that opens it for writing does that: sqlite3 FILE .tables";
            default -> null;
        };
    }

    private static Reason sqliteReason(int extended, SQLiteErrorCode code) {
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

    private static DbException mariaDb(SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        String shown = e.getErrorCode() > 0 ? e.getErrorCode() + ", " + state : state;
        return server(mariaDbReason(e.getErrorCode(), state), state, oneLine(e) + " (" + shown + ")", e);
    }

    /** Why nobody was let in; a server that does not answer has no number for it. */
    static Reason mariaDbLogin(SQLException e) {
        return switch (e.getErrorCode()) {
            case 1040, 1203, 1226 -> Reason.TOO_MANY_CONNECTIONS;
            case 1044, 1045, 1049, 1130, 1251, 1524, 1698, 1862, 2061, 4151 -> Reason.LOGIN_REFUSED;
            default -> {
                boolean refused = "28000".equals(e.getSQLState()) || "42000".equals(e.getSQLState());
                yield refused ? Reason.LOGIN_REFUSED : Reason.UNREACHABLE;
            }
        };
    }

    /** The numbers are those of the servers' lists of errors; both use the same below 1900. */
    private static Reason mariaDbReason(int number, String state) {
        return switch (number) {
            case 1040, 1203, 1226 -> Reason.TOO_MANY_CONNECTIONS;
            // A deadlock, or a row that changed after the snapshot.
            case 1213, 1020, 1614 -> Reason.CONFLICT;
            case 1205, 3572 -> Reason.BUSY;
            // Interrupted by KILL QUERY, by max_statement_time, by max_execution_time.
            case 1317, 1969, 3024 -> Reason.TIMED_OUT;
            case 1022, 1062, 1169, 1586, 1859 -> Reason.DUPLICATE;
            case 1044, 1142, 1143, 1227, 1370, 1410 -> Reason.NO_PRIVILEGE;
            case 1049, 1051, 1054, 1091, 1146, 1176, 1305 -> Reason.NO_SUCH_OBJECT;
            case 1290, 1792, 1836 -> Reason.READ_ONLY;
            case 1021, 1037, 1041, 1114 -> Reason.FULL;
            case 1034, 1035, 1194, 1195, 1712 -> Reason.CORRUPT;
            // A name that means two columns: its SQLSTATE is that of a constraint.
            case 1052 -> Reason.OTHER;
            case 1053, 1077, 1079, 1152, 1159, 1160, 1161, 1184, 1927, 4031 -> Reason.CONNECTION_LOST;
            case 1153, 1265, 1292, 1364, 1366, 1406, 3819, 4025 -> Reason.BAD_VALUE;
            default -> mariaDbReason(state);
        };
    }

    private static Reason mariaDbReason(String state) {
        return switch (state.length() < 2 ? "" : state.substring(0, 2)) {
            case "08" -> Reason.CONNECTION_LOST;
            case "22", "23" -> Reason.BAD_VALUE;
            default -> Reason.OTHER;
        };
    }

    static String oneLine(SQLException e) {
        String message = e.getMessage() == null ? "the driver does not say why" : e.getMessage();
        // MariaDB's driver puts the number of the connection before what the server says.
        int end = message.startsWith("(conn=") ? message.indexOf(") ") : -1;
        message = end < 0 ? message : message.substring(end + 2);
        return message.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .findFirst()
                .orElse(message);
    }
}
