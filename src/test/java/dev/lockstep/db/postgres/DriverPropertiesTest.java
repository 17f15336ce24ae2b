package dev.lockstep.db.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.Host;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.libpq.TargetSources;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Secret;
import dev.lockstep.testing.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DriverPropertiesTest {
    private static final Session SESSION = Session.of("lockstep test", Session.Use.WRITE);

    @TempDir
    Path home;

    private final Map<String, String> variables = new HashMap<>();

    private Path certificate(String name) throws Exception {
        TestCertificates certificates = new TestCertificates(home);
        certificates.make("made", "CN=somebody");
        return Files.copy(certificates.certificate("made"), home.resolve(name));
    }

    private DriverProperties properties(String url, Session session) {
        variables.put("HOME", home.toString());
        return new DriverProperties(
                PgTarget.resolve(
                        url, TargetSources.of(new Environment(variables)).called("--pg", "--password-file")),
                session);
    }

    private Properties of(String url, Session session) {
        return properties(url, session)
                .of(new Host("db9", Optional.empty(), 5432, Optional.empty(), ""), Optional.empty());
    }

    private Properties of(String url) {
        return of(url, SESSION);
    }

    @ParameterizedTest
    @CsvSource(delimiterString = " -> ", quoteCharacter = '"', textBlock = """
            user=bob -> user -> bob
            dbname=app -> PGDBNAME -> app
            user=bob -> PGDBNAME -> bob
            user=bob -> ApplicationName -> lockstep test
            application_name=mine -> ApplicationName -> mine
            fallback_application_name=other -> ApplicationName -> other
            user=bob -> connectTimeout -> 5
            connect_timeout=3 -> connectTimeout -> 3
            connect_timeout=0 -> connectTimeout -> 0
            connect_timeout=-1 -> connectTimeout -> 0
            user=bob -> tcpKeepAlive -> true
            keepalives=0 -> tcpKeepAlive -> false
            keepalives_idle=30 -> lockstep.keepalives_idle -> 30
            keepalives_idle=30 -> socketFactory -> dev.lockstep.db.postgres.PgSockets
            user=bob -> sslmode -> prefer
            sslmode=disable -> sslmode -> disable
            sslmode=allow -> sslmode -> allow
            sslmode=require -> sslmode -> require
            user=bob -> sslcert -> ""
            sslcert=/c sslkey=/k -> sslcert -> /c
            sslcert=/c sslkey=/k -> sslkey -> /k
            sslcert=/c sslcertmode=disable -> sslcert -> ""
            sslnegotiation=direct -> sslNegotiation -> direct
            sslrootcert=system -> sslmode -> verify-full
            sslrootcert=system -> sslfactory -> org.postgresql.ssl.DefaultJavaSSLFactory
            channel_binding=require -> channelBinding -> require
            require_auth=scram-sha-256 -> requireAuth -> scram-sha-256
            user=bob -> gssEncMode -> disable
            gssencmode=require -> gssEncMode -> require
            krbsrvname=pg -> kerberosServerName -> pg
            options='-c geqo=off' -> options -> -c geqo=off
            """)
    void aParameterOfLibpqBecomesAPropertyOfTheDriver(String conninfo, String property, String value) {
        assertThat(of(conninfo).getProperty(property)).isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource({
        "PGAPPNAME, mine, ApplicationName, mine",
        "PGCONNECT_TIMEOUT, 3, connectTimeout, 3",
        "PGSSLMODE, require, sslmode, require",
        "PGREQUIRESSL, 1, sslmode, require",
        "PGSSLROOTCERT, system, sslmode, verify-full",
        "PGSSLCERT, /c, sslcert, /c",
        "PGSSLKEY, /k, sslkey, /k",
        "PGSSLNEGOTIATION, direct, sslNegotiation, direct",
        "PGCHANNELBINDING, require, channelBinding, require",
        "PGREQUIREAUTH, none, requireAuth, none",
        "PGGSSENCMODE, prefer, gssEncMode, prefer",
        "PGKRBSRVNAME, pg, kerberosServerName, pg",
        "PGOPTIONS, -c geqo=off, options, -c geqo=off",
        "PGUSER, bob, user, bob",
        "PGDATABASE, app, PGDBNAME, app",
    })
    void aVariableOfLibpqDoesTheSame(String variable, String value, String property, String result) {
        variables.put(variable, value);

        assertThat(of("host=db9").getProperty(property)).isEqualTo(result);
    }

    @Test
    void theFirstPacketHoldsNothingThatAPoolerMayRefuseButTheUsersOwnOptions() {
        Session limited = SESSION.withStatementTimeout(Duration.ofSeconds(30)).withLockTimeout(Duration.ofMillis(1500));

        assertThat(of("options='-c geqo=off'", limited)).containsEntry("options", "-c geqo=off");
        assertThat(of("user=bob", limited)).doesNotContainKey("options");
        assertThat(of("user=bob", Session.of("x", Session.Use.READ))).doesNotContainKey("options");
    }

    @Test
    void anAnswerMayTakeAsLongAsAStatementAndTenSecondsMoreAndANotificationForever() {
        Duration limit = Duration.ofSeconds(30);

        assertThat(properties("user=bob", SESSION.withStatementTimeout(limit)).answerTimeout())
                .isEqualTo(Duration.ofSeconds(40));
        assertThat(properties("user=bob", SESSION).answerTimeout()).isZero();
        assertThat(properties("user=bob", Session.of("x", Session.Use.LISTEN).withStatementTimeout(limit))
                        .answerTimeout())
                .isZero();
    }

    @Test
    void aLoginMayTakeEightSecondsOrWhatTheUserSays() {
        assertThat(properties("user=bob", SESSION).loginTimeout()).isEqualTo(Duration.ofSeconds(8));
        assertThat(properties("connect_timeout=20", SESSION).loginTimeout()).isEqualTo(Duration.ofSeconds(20));
        assertThat(properties("connect_timeout=0", SESSION).loginTimeout()).isZero();
        assertThatThrownBy(() -> properties("connect_timeout=2s", SESSION))
                .hasMessage("connect_timeout from --pg must be a whole number");
    }

    @Test
    void requireChecksTheCertificateAsSoonAsThereIsARootCertificate() throws Exception {
        Files.createDirectory(home.resolve(".postgresql"));
        Path root = certificate(".postgresql/root.crt");

        assertThat(of("sslmode=require"))
                .containsEntry("sslmode", "verify-ca")
                .containsEntry("sslrootcert", root.toString());
        assertThat(of("sslmode=verify-full")).containsEntry("sslrootcert", root.toString());
        assertThat(of("sslmode=prefer")).containsEntry("sslmode", "prefer");
    }

    @Test
    void theClientsCertificateIsFoundUnderHome() throws Exception {
        Files.createDirectory(home.resolve(".postgresql"));
        Path certificate = certificate(".postgresql/postgresql.crt");
        Path key = Files.move(key("", "rw-------"), home.resolve(".postgresql/postgresql.key"));

        assertThat(of("user=bob"))
                .containsEntry("sslcert", certificate.toString())
                .containsEntry("sslkey", key.toString());
    }

    @Test
    void aKeyThatOthersMayReadIsRefused() throws IOException {
        Path key = key("anything", "rw-r--r--");

        assertThatThrownBy(() -> of("sslkey=" + key)).isInstanceOfSatisfying(LockstepException.class, e -> {
            assertThat(e.kind()).isEqualTo(LockstepException.Kind.REFUSED);
            assertThat(e.hint()).isEqualTo("chmod 600 " + key);
        });
        assertThat(of("sslmode=disable sslkey=" + key)).doesNotContainKey("sslkey");
    }

    private Path key(String content, String mode) throws IOException {
        Path key = home.resolve("client.key");
        Files.writeString(key, content);
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString(mode));
        return key;
    }

    @ParameterizedTest
    @ValueSource(strings = {"sslmode=verify-ca", "sslmode=verify-full sslrootcert=/nowhere/root.crt"})
    void aModeThatVerifiesNeedsARootCertificate(String conninfo) {
        assertThatThrownBy(() -> of(conninfo))
                .isInstanceOfSatisfying(
                        LockstepException.class, e -> assertThat(e.kind()).isEqualTo(LockstepException.Kind.USAGE))
                .hasMessageContaining("root.crt");
    }

    @Test
    void theSystemsCertificatesAreOfNoUseWithoutVerification() {
        assertThatThrownBy(() -> of("sslrootcert=system sslmode=require"))
                .hasMessage("sslmode from --pg must be verify-full with sslrootcert=system");
    }

    @Test
    void thePasswordAndAnotherAddressBelongToOneHostOnly() {
        DriverProperties properties = properties("user=bob", SESSION);
        Optional<Secret> password = Optional.of(Secret.of("pw-of-a-host"));

        Properties first = properties.of(new Host("a", Optional.empty(), 1, password, ""), Optional.of("10.0.0.1"));
        Properties second = properties.of(new Host("b", Optional.empty(), 1, Optional.empty(), ""), Optional.empty());

        assertThat(first).containsEntry("password", "pw-of-a-host").containsEntry(PgSockets.ADDRESS, "10.0.0.1");
        assertThat(second).doesNotContainKeys("password", PgSockets.ADDRESS, "socketFactory");
    }
}
