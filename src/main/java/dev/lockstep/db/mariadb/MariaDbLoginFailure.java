package dev.lockstep.db.mariadb;

import dev.lockstep.db.DbException;
import dev.lockstep.db.LoginTimeout;
import dev.lockstep.db.NetworkFailure;
import dev.lockstep.db.SqlErrors;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.util.List;

/** Why a MariaDB or MySQL let nobody in: where the driver speaks of its own settings, in words of ours. */
final class MariaDbLoginFailure {
    /** Its words for a password that it sends to nobody whose certificate it cannot check. */
    private static final List<String> UNKNOWN_CERTIFICATE =
            List.of("Self signed certificates", "certificates are not explicitly passed");

    private static final String NO_PUBLIC_KEY = "RSA public key is not available";

    private final MariaDbTarget target;
    private final SQLException failure;

    MariaDbLoginFailure(MariaDbTarget target, SQLException failure) {
        this.target = target;
        this.failure = failure;
    }

    /** Whether the same would have worked with a server whose certificate nobody checks. */
    static boolean isOfTheCertificate(SQLException e) {
        String message = String.valueOf(e.getMessage());
        return UNKNOWN_CERTIFICATE.stream().anyMatch(message::contains);
    }

    DbException toException() {
        String state = failure.getSQLState() == null ? "08000" : failure.getSQLState();
        return new DbException(
                MariaDbErrors.login(failure),
                state,
                "cannot connect to " + target.at() + " as " + target.user() + ": " + why() + " (" + state + ")",
                hint(),
                failure);
    }

    private String why() {
        if (isOfTheCertificate(failure)) {
            return "nobody whom we know vouches for its certificate";
        }
        if (lacksKey()) {
            return "it takes the password only encrypted, and there is neither TLS nor its public key";
        }
        return NetworkFailure.of(failure).orElseGet(() -> SqlErrors.oneLine(failure));
    }

    private boolean lacksKey() {
        return String.valueOf(failure.getMessage()).contains(NO_PUBLIC_KEY);
    }

    private String hint() {
        if (isOfTheCertificate(failure)) {
            return "sslrootcert=FILE names the certificate that does; with sslmode=require any will do";
        }
        if (lacksKey()) {
            return "sslmode=require if it has TLS; else server_public_key_path=FILE,"
                    + " or get_server_public_key=true on a network that can be trusted";
        }
        return failure instanceof SQLTimeoutException ? target.provenance() + LoginTimeout.LONGER : target.provenance();
    }
}
