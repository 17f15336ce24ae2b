package dev.lockstep.db.postgres;

import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.Host;
import dev.lockstep.db.libpq.Parameter;
import dev.lockstep.db.libpq.ParameterSet;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.support.LockstepException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/** The driver's properties for one target and session: libpq's parameters in the driver's words, and our defaults. */
final class DriverProperties {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration LOGIN_TIMEOUT = Duration.ofSeconds(8);

    /** Lets the driver send everything in the first packet, which saves a round trip. */
    private static final String OLDEST_SERVER = "12";

    private final ParameterSet parameters;
    private final Session session;
    private final Properties common = new Properties();

    /** @throws LockstepException usage: a file that the target names is missing */
    DriverProperties(PgTarget target, Session session) {
        this.parameters = target.parameters();
        this.session = session;
        common.setProperty("user", target.user());
        common.setProperty("PGDBNAME", target.database());
        common.setProperty("assumeMinServerVersion", OLDEST_SERVER);
        common.setProperty("gssEncMode", "disable");
        for (Parameter parameter : Parameter.values()) {
            if (parameter.driverProperty() != null) {
                parameters.text(parameter).ifPresent(v -> common.setProperty(parameter.driverProperty(), v));
            }
        }
        common.setProperty("ApplicationName", applicationName());
        network();
        parameters.text(Parameter.OPTIONS).ifPresent(options -> common.setProperty("options", options));
        if (!target.hosts().stream().allMatch(host -> host.unixSocket().isPresent())) {
            new Tls(parameters, target.home()).addTo(common);
        }
    }

    private String applicationName() {
        return parameters
                .text(Parameter.APPLICATION_NAME)
                .or(() -> parameters.text(Parameter.FALLBACK_APPLICATION_NAME))
                .orElse(session.application());
    }

    private void network() {
        common.setProperty("connectTimeout", Long.toString(connectTimeout().toSeconds()));
        common.setProperty("socketTimeout", Long.toString(loginTimeout().toSeconds()));
        boolean keepAlive = !parameters.text(Parameter.KEEPALIVES).equals(Optional.of("0"));
        common.setProperty("tcpKeepAlive", Boolean.toString(keepAlive));
        keepAlive(Parameter.KEEPALIVES_IDLE, PgSockets.KEEPALIVES_IDLE);
        keepAlive(Parameter.KEEPALIVES_INTERVAL, PgSockets.KEEPALIVES_INTERVAL);
        keepAlive(Parameter.KEEPALIVES_COUNT, PgSockets.KEEPALIVES_COUNT);
    }

    private void keepAlive(Parameter parameter, String property) {
        parameters.number(parameter).filter(n -> n > 0).ifPresent(n -> {
            common.setProperty(property, n.toString());
            common.setProperty("socketFactory", PgSockets.class.getName());
        });
    }

    /** @param address another address than the one that the host's name leads to */
    Properties of(Host host, Optional<String> address) {
        Properties properties = new Properties();
        properties.putAll(common);
        host.password().ifPresent(password -> properties.setProperty("password", password.reveal()));
        host.unixSocket().ifPresent(file -> unix(properties, file));
        address.ifPresent(a -> {
            properties.setProperty("socketFactory", PgSockets.class.getName());
            properties.setProperty(PgSockets.ADDRESS, a);
        });
        return properties;
    }

    /** As in libpq, there is no encryption on a Unix socket, whatever is said of it. */
    private void unix(Properties properties, Path file) {
        properties.setProperty("socketFactory", PgSockets.class.getName());
        properties.setProperty(PgSockets.UNIX, file.toString());
        parameters.text(Parameter.REQUIREPEER).ifPresent(user -> properties.setProperty(PgSockets.PEER, user));
        properties.setProperty("sslmode", "disable");
        properties.remove("sslNegotiation");
    }

    /** How long a TCP connection may take; zero: any time. */
    Duration connectTimeout() {
        return asked().orElse(CONNECT_TIMEOUT);
    }

    /** How long everything may take until the session is there; zero: any time. */
    Duration loginTimeout() {
        return asked().orElse(LOGIN_TIMEOUT);
    }

    private Optional<Duration> asked() {
        return parameters.number(Parameter.CONNECT_TIMEOUT).map(seconds -> Duration.ofSeconds(Math.max(0, seconds)));
    }

    /** How long an answer may take once the session is there; zero: any time. */
    Duration answerTimeout() {
        boolean unlimited = session.use() == Session.Use.LISTEN
                || session.statementTimeout().isZero();
        return unlimited ? Duration.ZERO : session.statementTimeout().plus(session.grace());
    }

    List<SessionAttributes> kinds() {
        return SessionAttributes.inOrder(
                parameters.text(Parameter.TARGET_SESSION_ATTRS).orElse("any"));
    }

    boolean anyOrder() {
        return parameters.text(Parameter.LOAD_BALANCE_HOSTS).equals(Optional.of("random"));
    }
}
