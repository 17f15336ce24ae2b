package dev.lockstep.db;

import java.io.EOFException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateExpiredException;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** Why a server could not be reached, where the network or TLS is why. */
public final class NetworkFailure {
    private NetworkFailure() {}

    /** What the network, or TLS, did not do; empty if that is not why. */
    public static Optional<String> of(SQLException e) {
        String known = null;
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            String closer = known(cause);
            known = closer == null ? known : closer;
        }
        return Optional.ofNullable(known);
    }

    private static String known(Throwable cause) {
        if (cause instanceof UnknownHostException) {
            return "no such host";
        }
        if (cause instanceof SocketTimeoutException) {
            return "no answer";
        }
        if (cause instanceof EOFException) {
            return "the server closed the connection";
        }
        if (cause instanceof CertificateExpiredException) {
            return "TLS: the server's certificate has expired";
        }
        if (cause instanceof CertPathBuilderException || cause instanceof CertPathValidatorException) {
            return "TLS: no trusted root certificate vouches for the server's certificate";
        }
        if (cause instanceof SSLException) {
            return "TLS: " + cause.getMessage();
        }
        return cause instanceof SocketException && cause.getMessage() != null
                ? cause.getMessage().toLowerCase(Locale.ROOT)
                : null;
    }
}
