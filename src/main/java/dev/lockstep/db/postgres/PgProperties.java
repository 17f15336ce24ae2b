package dev.lockstep.db.postgres;

import dev.lockstep.db.PgSession;
import dev.lockstep.db.libpq.PgHost;
import dev.lockstep.db.libpq.PgParameter;
import dev.lockstep.db.libpq.PgSettings;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.support.Trouble;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/** The driver's properties for one target and session: libpq's parameters in the driver's words, and our defaults. */
final class PgProperties {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration LOGIN_TIMEOUT = Duration.ofSeconds(8);

    /** Lets the driver send everything in the first packet, which saves a round trip. */
    private static final String OLDEST_SERVER = "12";

    private final PgSettings settings;
    private final PgSession session;
    private final Properties common = new Properties();

    /** @throws Trouble usage: a file that the target names is missing */
    PgProperties(PgTarget target, PgSession session) {
        this.settings = target.settings();
        this.session = session;
        common.setProperty("user", target.user());
        common.setProperty("PGDBNAME", target.database());
        common.setProperty("assumeMinServerVersion", OLDEST_SERVER);
        common.setProperty("gssEncMode", "disable");
        for (PgParameter parameter : PgParameter.values()) {
            if (parameter.driverProperty() != null) {
                settings.text(parameter).ifPresent(v -> common.setProperty(parameter.driverProperty(), v));
            }
        }
        common.setProperty("ApplicationName", applicationName());
        network();
        settings.text(PgParameter.OPTIONS).ifPresent(options -> common.setProperty("options", options));
        if (!target.hosts().stream().allMatch(host -> host.unixSocket().isPresent())) {
            new PgEncryption(settings, target.home()).addTo(common);
        }
    }

    private String applicationName() {
        return settings.text(PgParameter.APPLICATION_NAME)
                .or(() -> settings.text(PgParameter.FALLBACK_APPLICATION_NAME))
                .orElse(session.application());
    }

    private void network() {
        common.setProperty("connectTimeout", Long.toString(connectTimeout().toSeconds()));
        common.setProperty("socketTimeout", Long.toString(loginTimeout().toSeconds()));
        boolean keepAlive = !settings.text(PgParameter.KEEPALIVES).equals(Optional.of("0"));
        common.setProperty("tcpKeepAlive", Boolean.toString(keepAlive));
        keepAlive(PgParameter.KEEPALIVES_IDLE, PgSockets.KEEPALIVES_IDLE);
        keepAlive(PgParameter.KEEPALIVES_INTERVAL, PgSockets.KEEPALIVES_INTERVAL);
        keepAlive(PgParameter.KEEPALIVES_COUNT, PgSockets.KEEPALIVES_COUNT);
    }

    private void keepAlive(PgParameter parameter, String property) {
        settings.number(parameter).filter(n -> n > 0).ifPresent(n -> {
            common.setProperty(property, n.toString());
            common.setProperty("socketFactory", PgSockets.class.getName());
        });
    }

    /** @param address another address than the one that the host's name leads to */
    Properties of(PgHost host, Optional<String> address) {
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
        settings.text(PgParameter.REQUIREPEER).ifPresent(user -> properties.setProperty(PgSockets.PEER, user));
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
        return settings.number(PgParameter.CONNECT_TIMEOUT).map(seconds -> Duration.ofSeconds(Math.max(0, seconds)));
    }

    /** How long an answer may take once the session is there; zero: any time. */
    Duration answerTimeout() {
        boolean unlimited = session.use() == PgSession.Use.LISTEN
                || session.statementTimeout().isZero();
        return unlimited ? Duration.ZERO : session.statementTimeout().plus(session.grace());
    }

    List<PgServerKind> kinds() {
        return PgServerKind.inOrder(
                settings.text(PgParameter.TARGET_SESSION_ATTRS).orElse("any"));
    }

    boolean anyOrder() {
        return settings.text(PgParameter.LOAD_BALANCE_HOSTS).equals(Optional.of("random"));
    }
}
