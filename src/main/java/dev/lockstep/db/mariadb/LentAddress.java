package dev.lockstep.db.mariadb;

import dev.lockstep.db.libpq.ConnectionString;
import dev.lockstep.db.libpq.ConnectionString.Exposure;
import dev.lockstep.db.libpq.TargetSources;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.PercentEncoding;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import org.mariadb.jdbc.Configuration;
import org.mariadb.jdbc.HostAddress;

/**
 * Where a connection of somebody else's leads to, and as whom. The connection itself is of no use: how its driver reads a
 * {@code tinyint(1)}, a {@code bit} or a {@code year} was settled when it was opened.
 */
public final class LentAddress {
    private static final String ORIGIN = "the data source";

    private LentAddress() {}

    /**
     * The target to open connections of our own to.
     *
     * @throws LockstepException refused: the connection is none of the driver that lockstep works with, or none by TCP
     */
    public static MariaDbTarget of(Connection lent, Environment environment) throws SQLException {
        if (!lent.isWrapperFor(org.mariadb.jdbc.Connection.class)) {
            throw LockstepException.refused(
                    "foreign-driver",
                    "the data source's connections are not those of MariaDB's JDBC driver, but "
                            + lent.getClass().getName(),
                    "give the URL of the database, mariadb://user@host:port/database or mysql://…");
        }
        org.mariadb.jdbc.Connection driver = lent.unwrap(org.mariadb.jdbc.Connection.class);
        Configuration settings = driver.getContext().getConf();
        HostAddress at = driver.getClient().getHostAddress();
        if (at == null || at.host == null) {
            throw LockstepException.refused(
                    "no-tcp", "the data source reaches its server by a socket or a pipe", "give one that does by TCP");
        }
        String url = encoded(settings.user())
                + (settings.password() == null ? "" : ":" + encoded(settings.password()))
                + "@" + (at.host.indexOf(':') < 0 ? at.host : "[" + at.host + "]") + ":" + at.port
                + "/" + encoded(lent.getCatalog())
                + "?sslmode=" + mode(settings)
                + (settings.serverSslCert() == null ? "" : "&sslrootcert=" + encoded(settings.serverSslCert()));
        // What stands in ~/.my.cnf is not the data source's.
        TargetSources alone = TargetSources.of(environment.with(Map.of("HOME", "/")));
        return MariaDbTarget.resolve(new ConnectionString("mariadb://" + url, ORIGIN, Exposure.PRIVATE), url, alone);
    }

    private static String encoded(String text) {
        return text == null ? "" : PercentEncoding.encode(text);
    }

    private static String mode(Configuration settings) {
        return switch (settings.sslMode()) {
            case DISABLE -> "disable";
            case ALLOW -> "prefer";
            case TRUST -> "require";
            case VERIFY_CA -> "verify-ca";
            case VERIFY_FULL -> "verify-full";
        };
    }
}
