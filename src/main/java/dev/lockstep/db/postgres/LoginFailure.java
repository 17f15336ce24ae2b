package dev.lockstep.db.postgres;

import dev.lockstep.db.DbException;
import dev.lockstep.db.DbException.Reason;
import dev.lockstep.db.LoginTimeout;
import dev.lockstep.db.NetworkFailure;
import dev.lockstep.db.SqlErrors;
import dev.lockstep.db.libpq.Host;
import dev.lockstep.db.libpq.Parameter;
import dev.lockstep.db.libpq.PgTarget;
import java.io.IOException;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.util.LinkedHashSet;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.postgresql.ssl.MakeSSL;
import org.postgresql.util.PSQLException;

/** Gathers why no host of a target would have us, and puts it into one error. */
final class LoginFailure {
    /** The server is starting up or shutting down: the only refusal after which libpq tries the next host. */
    private static final String NOT_NOW = "57P03";

    private static final String UNREACHABLE = "08001";

    private final PgTarget target;
    private final Set<String> hosts = new LinkedHashSet<>();
    private final Set<String> reasons = new LinkedHashSet<>();
    private SQLException first;
    private SQLException last;
    private Host lastHost;

    LoginFailure(PgTarget target) {
        this.target = target;
    }

    void add(Host host, SQLException e) {
        hosts.add(host.toString());
        reasons.add(reason(e));
        if (first == null) {
            first = e;
        } else {
            first.addSuppressed(e);
        }
        last = e;
        lastHost = host;
    }

    /** Whether another address, or another host, may still do: this one did not answer, or not now. */
    static boolean passing(SQLException e) {
        if (refusal(e) != null) {
            return NOT_NOW.equals(e.getSQLState());
        }
        return e instanceof SQLTimeoutException
                || e instanceof WrongKind
                || (e.getCause() instanceof IOException && !(e.getCause() instanceof SSLException));
    }

    DbException toException() {
        String state = last.getSQLState() == null ? UNREACHABLE : last.getSQLState();
        String what = "cannot connect to " + String.join(", ", hosts) + " as " + target.user() + ": "
                + String.join("; ", reasons) + " (" + state + ")";
        return new DbException(kind(state), state, what, hint(state), first);
    }

    private Reason kind(String state) {
        return switch (state) {
            case "53300" -> Reason.TOO_MANY_CONNECTIONS;
            case "57014" -> Reason.TIMED_OUT;
            // Ended while it was logging in: by an administrator, a crash, or a limit of idle time.
            case NOT_NOW, "57P01", "57P02", "57P05" -> Reason.UNREACHABLE;
            default -> passing(last) ? Reason.UNREACHABLE : Reason.LOGIN_REFUSED;
        };
    }

    private String hint(String state) {
        String provenance = target.provenance();
        return switch (state) {
            case "53300" -> "try again later, or " + moreConnections();
            case "28P01", "28000" -> provenance + ", password " + lastHost.passwordOrigin();
            case "3D000" -> provenance + ", database " + target.parameters().origin(Parameter.DBNAME);
            case "08004" ->
                provenance + ", password " + lastHost.passwordOrigin() + ", sslmode "
                        + target.parameters().origin(Parameter.SSLMODE);
            case "08006" ->
                provenance + ", sslmode " + target.parameters().origin(Parameter.SSLMODE) + ", root certificate "
                        + target.parameters().origin(Parameter.SSLROOTCERT);
            case "08P01" ->
                provenance + "; "
                        + (refusal(last) == null ? "is it PostgreSQL?" : "a pooler? Connect to PostgreSQL itself");
            default -> last instanceof SQLTimeoutException ? provenance + LoginTimeout.LONGER : provenance;
        };
    }

    /** Whose limit it is. */
    private String moreConnections() {
        return switch (String.valueOf(PostgresErrors.routine(last))) {
            case "InitializeSessionUserId" -> "raise the role's own limit: alter role … connection limit";
            case "CheckMyDatabase" -> "raise the database's own limit: alter database … connection limit";
            default -> "raise max_connections";
        };
    }

    private static String refusal(SQLException e) {
        return e instanceof PSQLException p && p.getServerErrorMessage() != null
                ? p.getServerErrorMessage().getMessage()
                : null;
    }

    private static String reason(SQLException e) {
        String refusal = refusal(e);
        if (refusal != null) {
            return refusal;
        }
        return isOtherName(e)
                ? "TLS: the server's certificate is for another host"
                : NetworkFailure.of(e).orElseGet(() -> SqlErrors.oneLine(e));
    }

    /** The driver has one SQLSTATE for all that breaks a connection; only where it was thrown says that it is the name. */
    private static boolean isOtherName(SQLException e) {
        StackTraceElement[] thrown = e.getStackTrace();
        return thrown.length > 0
                && thrown[0].getClassName().equals(MakeSSL.class.getName())
                && thrown[0].getMethodName().equals("verifyPeerName");
    }

    /** The server is not what {@code target_session_attrs} asks for. */
    static final class WrongKind extends SQLException {
        private static final long serialVersionUID = 1;

        WrongKind(SessionAttributes wanted) {
            super(wanted.mismatch(), UNREACHABLE);
        }
    }
}
