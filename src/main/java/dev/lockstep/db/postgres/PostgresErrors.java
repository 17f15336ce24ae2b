package dev.lockstep.db.postgres;

import dev.lockstep.db.DbException;
import dev.lockstep.db.DbException.Reason;
import dev.lockstep.db.SqlErrors;
import dev.lockstep.support.LockstepException;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.util.Optional;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Classifies what PostgreSQL says, by SQLSTATE (its appendix A). */
public final class PostgresErrors {
    /** What refuses a statement that would leave out rows, because {@code row_security} is off. */
    private static final String ROW_SECURITY = "check_enable_rls";

    private static final String NO_SCHEMA = "RangeVarGetCreationNamespace";

    private PostgresErrors() {}

    public static DbException of(SQLException thrown) {
        SQLException e = thrown;
        if (thrown instanceof BatchUpdateException && thrown.getNextException() != null) {
            // Its own message shows the values of a row; the server's is the next one.
            e = thrown.getNextException();
        }
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        String what = SqlErrors.oneLine(e) + " (" + state + ")";
        if (ROW_SECURITY.equals(routine(e))) {
            return new DbException(
                    LockstepException.Kind.REFUSED,
                    Reason.NO_PRIVILEGE,
                    state,
                    "row security may hide rows from this role, and then less is done than is said: " + what,
                    "a role with BYPASSRLS sees all rows; so does the table's owner, unless row security is forced",
                    thrown);
        }
        if (NO_SCHEMA.equals(routine(e))) {
            return new DbException(
                    Reason.NO_SUCH_OBJECT,
                    state,
                    what,
                    "search_path names no schema that is there: set the role's, or this connection's:"
                            + " PGOPTIONS='-c search_path=public'",
                    thrown);
        }
        return SqlErrors.server(reason(state), state, what, thrown)
                .naming(said(e).map(ServerErrorMessage::getConstraint).orElse(null));
    }

    /** Which of its routines PostgreSQL names as the one that refused, where one SQLSTATE stands for several reasons. */
    static String routine(SQLException e) {
        return said(e).map(ServerErrorMessage::getRoutine).orElse(null);
    }

    private static Optional<ServerErrorMessage> said(SQLException e) {
        return e instanceof PSQLException own ? Optional.ofNullable(own.getServerErrorMessage()) : Optional.empty();
    }

    private static Reason reason(String state) {
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
            case "40000", SqlErrors.FAILED_TRANSACTION -> Reason.NOT_COMMITTED;
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
}
