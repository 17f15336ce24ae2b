package dev.lockstep.db.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.Session;
import dev.lockstep.db.Session.Use;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.libpq.TargetSources;
import dev.lockstep.db.open.Databases;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import dev.lockstep.testing.Await;
import dev.lockstep.testing.TestCertificates;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TlsTest {
    private static final String ENCRYPTED = "select ssl::text from pg_stat_ssl where pid = pg_backend_pid()";

    @TempDir
    static Path files;

    private static TestCertificates certificates;
    private static TestPostgres server;
    private static TestDatabase database;

    @BeforeAll
    static void aServerWithACertificateForLocalhost() throws Exception {
        server = TestPostgres.start();
        database = server.createDatabase();
        certificates = new TestCertificates(files);
        certificates.make("root", "CN=our root", "-ext", "bc:c", "-startdate", "-1d");
        certificates.make("stranger", "CN=another root", "-ext", "bc:c", "-startdate", "-1d");
        certificates.make("good", "CN=localhost", "-ext", "san=dns:localhost", "-signer", "root", "-startdate", "-1d");
        certificates.make(
                "expired", "CN=localhost", "-ext", "san=dns:localhost", "-signer", "root", "-startdate", "-9d");
        serve("good");
        Await.until("the server to encrypt", Duration.ofSeconds(15), () -> "true".equals(encrypted("sslmode=prefer")));
    }

    @AfterAll
    static void stop() {
        database.close();
        server.close();
    }

    private static void serve(String name) throws SQLException {
        try (Connection admin = database.connectAsAdministrator();
                Statement statement = admin.createStatement()) {
            statement.execute("alter system set ssl_cert_file = '" + certificates.certificate(name) + "'");
            statement.execute("alter system set ssl_key_file = '" + certificates.key(name) + "'");
            statement.execute("alter system set ssl = on");
            statement.execute("select pg_reload_conf()");
        }
    }

    private static String encrypted(String url) {
        Map<String, String> variables = new HashMap<>(database.environment());
        variables.put("HOME", files.toString());
        Environment environment = new Environment(variables);
        PgTarget target = PgTarget.resolve(url, TargetSources.of(environment).called("--pg", "--password-file"));
        try (Db db = new Databases(environment).postgres(target, Session.of("test", Use.WRITE))) {
            return db.autocommit(tx -> tx.only(ENCRYPTED)).text(0);
        }
    }

    private static String root(String name) {
        return " sslrootcert=" + files.resolve(name + ".crt");
    }

    @ParameterizedTest
    @CsvSource({
        "host=localhost sslmode=disable, false",
        "host=localhost sslmode=allow, false",
        "host=localhost sslmode=prefer, true",
        "host=localhost sslmode=require, true",
        "host=127.0.0.1 sslmode=verify-ca sslrootcert=ROOT, true",
        "host=localhost sslmode=verify-full sslrootcert=ROOT, true",
        "host=localhost hostaddr=127.0.0.1 sslmode=verify-full sslrootcert=ROOT, true",
        "host=localhost sslmode=require sslnegotiation=direct, true",
    })
    void aModeEncryptsAsItDoesInPsql(String url, String encrypted) {
        assertThat(encrypted(url.replace(" sslrootcert=ROOT", root("root")))).isEqualTo(encrypted);
    }

    @Test
    void aCertificateForAnotherHostIsSaid() {
        assertThatThrownBy(() -> encrypted("host=127.0.0.1 sslmode=verify-full" + root("root")))
                .isInstanceOfSatisfying(LockstepException.class, e -> {
                    assertThat(e.kind()).isEqualTo(LockstepException.Kind.UNREACHABLE);
                    assertThat(e.hint()).endsWith("sslmode from --pg, root certificate from --pg");
                })
                .hasMessageContaining("TLS: the server's certificate is for another host");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sslmode=verify-full sslrootcert=FILE", "sslmode=require sslcert=FILE sslkey=NONE"})
    void aFileThatHoldsNoCertificateIsNamed(String parameters) throws IOException {
        for (String content :
                List.of("", "nothing", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")) {
            Path file = Files.writeString(files.resolve("root.pem"), content);
            assertThatThrownBy(() -> encrypted("host=localhost "
                            + parameters.replace("FILE", file.toString()).replace("NONE", files.resolve("none") + "")))
                    .isInstanceOfSatisfying(
                            LockstepException.class, e -> assertThat(e.kind()).isEqualTo(LockstepException.Kind.USAGE))
                    .hasMessageContaining(file.toString());
        }
    }

    @Test
    void aCertificateThatNobodyVouchesForIsSaid() {
        assertThatThrownBy(() -> encrypted("host=localhost sslmode=verify-ca" + root("stranger")))
                .isInstanceOfSatisfying(LockstepException.class, e -> assertThat(e.kind())
                        .isEqualTo(LockstepException.Kind.UNREACHABLE))
                .hasMessageContaining("no trusted root certificate vouches for the server's certificate");
    }

    @Test
    void aCertificateThatHasExpiredIsSaid() throws SQLException {
        serve("expired");
        try {
            Await.until("the server to show the expired certificate", Duration.ofSeconds(15), () -> {
                try {
                    encrypted("host=localhost sslmode=verify-full" + root("root"));
                    return false;
                } catch (DbException e) {
                    return e.getMessage().contains("the server's certificate has expired");
                }
            });
        } finally {
            serve("good");
            Await.until("the good certificate", Duration.ofSeconds(15), () -> {
                try {
                    return "true".equals(encrypted("host=localhost sslmode=verify-full" + root("root")));
                } catch (DbException e) {
                    return false;
                }
            });
        }
    }
}
