package dev.lockstep.db.mariadb;

import dev.lockstep.db.DbException;
import dev.lockstep.db.DbException.Reason;
import dev.lockstep.db.SqlErrors;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.util.Optional;
import java.util.Set;

/** Classifies what MariaDB and MySQL say, by error number: their SQLSTATEs are too few. */
public final class MariaDbErrors {
    /** The class of warnings in the standard; the driver tells none. */
    private static final String WARNING = "01000";

    /** Warnings by which a value is not, or may not be, what was sent: cut off, rounded, out of range, not to be converted. */
    private static final Set<Integer> VALUE_WARNINGS = Set.of(
            1048, 1062, 1263, 1264, 1265, 1292, 1300, 1364, 1365, 1366, 1367, 1406, 1411, 1441, 1452, 1690, 1916, 1918,
            1977, 3140, 3156, 3751, 3819, 4025);

    /** Warnings of what is out of date or of how a statement is replicated or run, which change nothing that is stored. */
    private static final Set<Integer> IDLE_WARNINGS = Set.of(1287, 1592, 1618, 1681, 1831, 3090, 3135, 3719, 3778);

    private MariaDbErrors() {}

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
            String what = "the server warns: " + SqlErrors.oneLine(warning) + " (" + number + ", " + WARNING + ")";
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

    public static DbException of(SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        String shown = e.getErrorCode() > 0 ? e.getErrorCode() + ", " + state : state;
        return SqlErrors.server(reason(e.getErrorCode(), state), state, SqlErrors.oneLine(e) + " (" + shown + ")", e);
    }

    /** Why nobody was let in; a server that does not answer has no number for it. */
    static Reason login(SQLException e) {
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
    private static Reason reason(int number, String state) {
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
            default -> reason(state);
        };
    }

    private static Reason reason(String state) {
        return switch (state.length() < 2 ? "" : state.substring(0, 2)) {
            case "08" -> Reason.CONNECTION_LOST;
            case "22", "23" -> Reason.BAD_VALUE;
            default -> Reason.OTHER;
        };
    }
}
