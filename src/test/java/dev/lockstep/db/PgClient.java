package dev.lockstep.db;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.libpq.TargetSources;
import dev.lockstep.db.open.Databases;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import dev.lockstep.testing.TestDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Somebody who connects to PostgreSQL.
 *
 * @param variables their environment, which may be changed between two connections
 */
public record PgClient(Map<String, String> variables) {
    public static final Session SESSION = Session.of("lockstep test", Session.Use.WRITE);

    /** One whose environment says all that leads to a test's database. */
    public static PgClient of(TestDatabase database, Path home) {
        Map<String, String> variables = new HashMap<>(database.environment());
        variables.put("HOME", home.toString());
        return new PgClient(variables);
    }

    /**
     * Finds the target.
     *
     * @param url null for what the environment says
     */
    public PgTarget target(String url) {
        return PgTarget.resolve(
                url, TargetSources.of(new Environment(variables)).called("--pg", "--password-file"));
    }

    public Db open(String url, Session session) {
        return new Databases(new Environment(variables)).postgres(target(url), session);
    }

    public LockstepException refused(String url) {
        return catchThrowableOfType(
                LockstepException.class, () -> open(url, SESSION).close());
    }

    public static String ask(Db db, String sql) {
        return db.autocommit(tx -> tx.only(sql)).text(0);
    }

    /** A port of this machine at which nobody listens. */
    public static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
