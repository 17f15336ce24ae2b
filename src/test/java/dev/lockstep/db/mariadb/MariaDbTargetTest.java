package dev.lockstep.db.mariadb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.db.DbTarget;
import dev.lockstep.db.Engine;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.libpq.TargetSources;
import dev.lockstep.db.open.Targets;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MariaDbTargetTest {
    private static final String SYSTEM_USER = System.getProperty("user.name");

    @TempDir
    Path home;

    private final Map<String, String> variables = new HashMap<>();

    private DbTarget resolve(String url) {
        return resolve(url, Optional.empty());
    }

    private DbTarget resolve(String url, Optional<Path> passwordFile) {
        variables.put("HOME", home.toString());
        return Targets.resolve(
                url,
                TargetSources.of(new Environment(variables))
                        .called("--to", "--password-file")
                        .withVariable("LOCKSTEP_TO")
                        .withPasswordFile(passwordFile));
    }

    private MariaDbTarget mariaDb(String url) {
        return (MariaDbTarget) resolve(url);
    }

    private static Optional<String> password(DbTarget target) {
        return ((MariaDbTarget) target).password().map(Secret::reveal);
    }

    private Path file(String name, String content, String mode) throws IOException {
        Path file = Files.writeString(home.resolve(name), content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    @ParameterizedTest
    @CsvSource({
        "mariadb://bob@db9:3307/app, db9:3307/app as bob",
        "mysql://bob@db9/app, db9:3306/app as bob",
        "mariadb://b%40b@[::1]:1/a%2Fb?sslmode=verify-full, [::1]:1/a/b as b@b"
    })
    void aUrlNamesServerDatabaseAndUser(String url, String shown) {
        assertThat(resolve(url)).hasToString(shown);
        assertThat(resolve(url).engine()).isEqualTo(Engine.MARIADB);
    }

    @Test
    void whatTheUrlLeavesOpenComesFromTheOptionFileAndTheEnvironment() throws IOException {
        assertThat(resolve("mariadb:///app")).hasToString("localhost:3306/app as " + SYSTEM_USER);

        variables.put("MYSQL_HOST", "db8");
        variables.put("MYSQL_TCP_PORT", "3308");
        assertThat(resolve("mariadb:///app")).hasToString("db8:3308/app as " + SYSTEM_USER);

        file(".my.cnf", "[mysqld]\nport=1\n[client]\n# c\nhost = db7\nport=3309\nuser='bob'\n", "rw-r--r--");
        assertThat(resolve("mariadb:///app")).hasToString("db7:3309/app as bob");
        assertThat(mariaDb("mariadb:///app").provenance()).startsWith("host from ~/.my.cnf, user from ~/.my.cnf");
        assertThat(resolve("mariadb://ann@db9:1/app")).hasToString("db9:1/app as ann");
    }

    @Test
    void thePasswordComesFromTheFirstOfItsPlaces() throws IOException {
        assertThat(password(resolve("mariadb://bob@h/app"))).isEmpty();
        variables.put("MYSQL_PWD", "S3CR3T-variable");
        assertThat(password(resolve("mariadb://bob@h/app"))).contains("S3CR3T-variable");
        Path options = file(".my.cnf", "[client]\npassword = \"S3CR3T-\\\"file\"\n", "rw-------");
        assertThat(password(resolve("mariadb://bob@h/app"))).contains("S3CR3T-\"file");
        variables.put("LOCKSTEP_TO", "mariadb://bob:S3CR3T-url@h/app");
        assertThat(password(resolve(null))).contains("S3CR3T-url");
        Path own = file("own", "S3CR3T-own\n", "rw-------");
        assertThat(password(resolve(null, Optional.of(own)))).contains("S3CR3T-own");

        Files.setPosixFilePermissions(options, PosixFilePermissions.fromString("rw-r--r--"));
        DbTarget loose = resolve("mariadb://bob@h/app");
        assertThat(password(loose)).contains("S3CR3T-variable");
        assertThat(loose.warnings()).singleElement().asString().contains("others may read it");
    }

    @Test
    void aPasswordInSightIsRefusedAndNotShown() {
        assertThatThrownBy(() -> resolve("mariadb://bob:S3CR3T-x@h/app"))
                .isInstanceOfSatisfying(LockstepException.class, e -> {
                    assertThat(e.kind()).isEqualTo(LockstepException.Kind.USAGE);
                    assertThat(e.hint()).contains("MYSQL_PWD");
                })
                .message()
                .doesNotContain("S3CR3T");
    }

    @ParameterizedTest
    @CsvSource({
        "disable, DISABLE",
        "prefer, PREFER",
        "require, REQUIRE",
        "verify-ca, VERIFY_CA",
        "verify-full, VERIFY_FULL"
    })
    void theModesOfTlsAreThoseOfPostgres(String mode, MariaDbTarget.Tls tls) {
        assertThat(mariaDb("mariadb://h/app?sslmode=" + mode).encryption()).isEqualTo(tls);
    }

    @Test
    void theOptionFileKnowsTlsInItsOwnWords() throws IOException {
        assertThat(mariaDb("mariadb://h/app").encryption()).isEqualTo(MariaDbTarget.Tls.PREFER);
        file(".my.cnf", "[client]\nssl-mode=VERIFY_IDENTITY\nssl_ca=/ca.pem\n", "rw-------");
        assertThat(mariaDb("mariadb://h/app").encryption()).isEqualTo(MariaDbTarget.Tls.VERIFY_FULL);
        assertThat(mariaDb("mariadb://h/app").rootCertificate()).contains("/ca.pem");
        file(".my.cnf", "[client]\nssl-verify-server-cert\n", "rw-------");
        assertThat(mariaDb("mariadb://h/app").encryption()).isEqualTo(MariaDbTarget.Tls.VERIFY_FULL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mariadb://h",
                "mariadb://h/",
                "mariadb://h:x/app",
                "mariadb://h:70000/app",
                "mariadb://h,i/app",
                "mariadb://%2Frun%2Fmysqld/app",
                "mariadb://h/app?sslmode=bogus",
                "mariadb://h/app?allowLocalInfile=true",
                "mariadb://h/app?sslMode=trust",
                "mariadb://h/app?x",
                "mariadb://h/a%0Ab",
                "sqlite:",
                "oracle://h/app",
                "h",
                ""
            })
    void whatCannotBeMeantIsAMistakeOfUse(String url) {
        assertThatThrownBy(() -> resolve(url)).isInstanceOfSatisfying(LockstepException.class, e -> assertThat(e.kind())
                .isEqualTo(LockstepException.Kind.USAGE));
    }

    @Test
    void nothingNamedIsSaid() {
        assertThatThrownBy(() -> resolve(null)).hasMessage("no database named");
    }

    @Test
    void aTargetMayBeOfAnyEngine() {
        assertThat(resolve("postgresql://bob@db9/app"))
                .isInstanceOf(PgTarget.class)
                .hasToString("db9:5432/app as bob");
        assertThat(resolve("jdbc:postgresql://db9/app")).isInstanceOf(PgTarget.class);
        assertThat(resolve("host=db9 dbname=app user=bob")).hasToString("db9:5432/app as bob");
        assertThat(resolve("embedded").engine()).isEqualTo(Engine.POSTGRESQL);
        assertThat(resolve("sqlite:a:b.db").engine()).isEqualTo(Engine.SQLITE);
        assertThat(resolve("sqlite:a:b.db")).hasToString("a:b.db");
    }
}
