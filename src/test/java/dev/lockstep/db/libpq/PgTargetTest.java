package dev.lockstep.db.libpq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PgTargetTest {
    private static final String SYSTEM_USER = System.getProperty("user.name");

    @TempDir
    Path home;

    private final Map<String, String> variables = new HashMap<>();
    private Optional<String> profileUrl = Optional.empty();
    private Optional<Path> passwordFile = Optional.empty();

    private PgTarget resolve(String url) {
        variables.put("HOME", home.toString());
        variables.put("PGSYSCONFDIR", home.toString());
        return PgTarget.resolve(
                url,
                TargetSources.of(new Environment(variables))
                        .called("--pg", "--password-file")
                        .withProfileUrl(profileUrl)
                        .withPasswordFile(passwordFile));
    }

    private Path file(String name, String content, String mode) throws IOException {
        Path file = home.resolve(name);
        Files.writeString(file, content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        return file;
    }

    private List<String> passwords(PgTarget target) {
        List<String> passwords = new ArrayList<>();
        for (Host host : target.hosts()) {
            passwords.add(host.password().map(Secret::reveal).orElse("none"));
        }
        return passwords;
    }

    @Test
    void withNothingSetAnywhereItIsTheEmbeddedServer() {
        variables.put("PGSSLMODE", "require");
        variables.put("PGAPPNAME", "x");

        assertThat(resolve(null).embedded()).isTrue();
        assertThat(resolve("embedded").embedded()).isTrue();
        assertThat(resolve(null)).hasToString("embedded");
        variables.put("LOCKSTEP_PG", "embedded");
        variables.put("PGHOST", "db9");
        assertThat(resolve(null).embedded()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "PGHOST, db9, db9:5432/SYSTEM as SYSTEM",
        "PGHOSTADDR, 10.0.0.7, 10.0.0.7:5432/SYSTEM as SYSTEM",
        "PGPORT, 6543, localhost:6543/SYSTEM as SYSTEM",
        "PGUSER, bob, localhost:5432/bob as bob",
        "PGDATABASE, app, localhost:5432/app as SYSTEM",
        "PGPASSWORD, pw, localhost:5432/SYSTEM as SYSTEM",
        "LOCKSTEP_PG, postgresql://, localhost:5432/SYSTEM as SYSTEM",
        "LOCKSTEP_PG, 'host=db9 user=bob', db9:5432/bob as bob",
    })
    void oneVariableIsEnoughAndTheRestIsLibpqsDefault(String variable, String value, String target) {
        variables.put(variable, value);

        assertThat(resolve(null)).hasToString(target.replace("SYSTEM", SYSTEM_USER));
    }

    @Test
    void eachParameterComesFromTheFirstPlaceThatHasIt() throws IOException {
        file(".pg_service.conf", "[prod]\nhost=from-service\nport=2\ndbname=from-service\n", "rw-r--r--");
        variables.put("PGHOST", "from-variable");
        variables.put("PGPORT", "3");
        variables.put("PGDATABASE", "from-variable");
        variables.put("PGUSER", "from-variable");

        assertThat(resolve(null)).hasToString("from-variable:3/from-variable as from-variable");
        variables.put("PGSERVICE", "prod");
        assertThat(resolve(null)).hasToString("from-service:2/from-service as from-variable");
        profileUrl = Optional.of("host=from-profile");
        assertThat(resolve(null)).hasToString("from-profile:2/from-service as from-variable");
        variables.put("LOCKSTEP_PG", "postgresql://from-lockstep/?service=prod");
        assertThat(resolve(null)).hasToString("from-lockstep:2/from-service as from-variable");
        PgTarget target = resolve("service=prod dbname=from-option");
        assertThat(target).hasToString("from-service:2/from-option as from-variable");
        assertThat(target.provenance()).isEqualTo("host from service prod, user from PGUSER");
    }

    @Test
    void aStringReplacesAWeakerStringWholeSoThatNoPasswordGoesToAnotherServer() {
        variables.put("LOCKSTEP_PG", "postgresql://bob:pw@staging/app");

        PgTarget target = resolve("postgresql://prod");

        assertThat(target).hasToString("prod:5432/" + SYSTEM_USER + " as " + SYSTEM_USER);
        assertThat(passwords(target)).containsExactly("none");
    }

    @Test
    void aParameterThatIsSetToNothingHidesTheVariableAndTakesTheDefault() {
        variables.put("PGHOST", "db9");
        variables.put("PGPORT", "6543");

        assertThat(resolve("host='' port='' user=bob")).hasToString("localhost:5432/bob as bob");
    }

    @ParameterizedTest
    @CsvSource(delimiterString = " -> ", quoteCharacter = '"', textBlock = """
            host=a,b,c port=1,2,3 -> a:1,b:2,c:3
            host=a,b port=7 -> a:7,b:7
            host=a,b -> a:5432,b:5432
            host=a,b port=,2 -> a:5432,b:2
            host=a,,c -> a:5432,localhost:5432,c:5432
            hostaddr=10.0.0.1,::1 -> 10.0.0.1:5432,[::1]:5432
            host=a,b hostaddr=10.0.0.1,10.0.0.2 -> a:5432,b:5432
            postgresql://[::1]:7 -> [::1]:7
            jdbc:postgresql://a:1,b:2/ -> a:1,b:2
            """)
    void severalHostsAreTriedInTheirOrder(String text, String hosts) {
        assertThat(resolve(text)).hasToString(hosts + "/" + SYSTEM_USER + " as " + SYSTEM_USER);
    }

    @ParameterizedTest
    @CsvSource(delimiterString = " -> ", quoteCharacter = '"', textBlock = """
            host=/run/postgresql -> /run/postgresql/.s.PGSQL.5432
            host=/srv/pg port=7 -> /srv/pg/.s.PGSQL.7
            postgresql://%2Ftmp/app -> /tmp/.s.PGSQL.5432
            postgresql:///app?host=/tmp&port=7 -> /tmp/.s.PGSQL.7
            host=/tmp hostaddr=10.0.0.1 -> none
            host=localhost -> none
            """)
    void aHostThatIsAFolderIsAUnixSocket(String text, String file) {
        assertThat(resolve(text).hosts().get(0).unixSocket().map(Path::toString).orElse("none"))
                .isEqualTo(file);
    }

    @Test
    void aSocketInTheUsualFolderIsLocalhostToThePasswordFile() throws IOException {
        file(".pgpass", "localhost:*:*:*:hidden-usual-1\n/srv/pg:*:*:*:hidden-other-1\n", "rw-------");

        assertThat(passwords(resolve("host=/run/postgresql,/var/run/postgresql,/tmp,/srv/pg,/srv")))
                .containsExactly("hidden-usual-1", "hidden-usual-1", "hidden-usual-1", "hidden-other-1", "none");
    }

    @ParameterizedTest
    @CsvSource(delimiterString = " -> ", quoteCharacter = '"', textBlock = """
            port=abc -> port from --pg must be a number
            port=0 -> port from --pg must be a number
            port=65536 -> port from --pg must be a number
            postgresql://db9:canary/app -> port from --pg must be a number
            host=a,b port=1,2,3 -> port from --pg must be one port
            host=a,b hostaddr=10.0.0.1 -> hostaddr from --pg must name as many
            host=@abstract -> Unix socket
            sslmode=canary -> sslmode from --pg may only be disable, allow, prefer, require, verify-ca, verify-full
            sslmode='' -> sslmode from --pg may only be
            target_session_attrs=canary -> target_session_attrs from --pg may only be any, read-write
            client_encoding=klingon -> client_encoding from --pg is no encoding that PostgreSQL knows
            replication=database -> replication from --pg may only be
            sslcrl=/canary -> sslcrl from --pg cannot be set
            ssl_min_protocol_version=TLSv1.4 -> ssl_min_protocol_version from --pg may only be
            postgresql://a%0Ab/ -> host from --pg must not hold a control character
            service=nowhere -> no service 'nowhere'
            """)
    void aWrongValueIsAUsageErrorThatNamesTheParameterAndItsPlace(String text, String message) {
        assertThatThrownBy(() -> resolve(text))
                .isInstanceOfSatisfying(LockstepException.class, e -> {
                    assertThat(e.kind()).isEqualTo(LockstepException.Kind.USAGE);
                    assertThat(e.getMessage() + e.hint()).doesNotContain("canary");
                })
                .hasMessageContaining(message);
    }

    @Test
    void aWrongVariableIsNamed() {
        variables.put("PGHOST", "db9");
        variables.put("PGSSLMODE", "bogus");
        assertThatThrownBy(() -> resolve(null)).hasMessageStartingWith("sslmode from PGSSLMODE may only be");

        variables.put("PGSSLMODE", "require");
        variables.put("PGPORT", "x");
        assertThatThrownBy(() -> resolve(null)).hasMessageStartingWith("port from PGPORT must be");
    }

    @Test
    void thePasswordIsLookedUpForEachHostUnderItsOwnNameAndPort() throws IOException {
        file(".pgpass", "a:1:app:bob:S3CR3T-a\nb:2:app:bob:S3CR3T-b\n*:*:app:bob:S3CR3T-c\n", "rw-------");

        assertThat(passwords(resolve("host=a,b,c port=1,2,3 dbname=app user=bob")))
                .containsExactly("S3CR3T-a", "S3CR3T-b", "S3CR3T-c");
        assertThat(passwords(resolve("host=a,b hostaddr=10.0.0.1,10.0.0.2 port=1,2 dbname=app user=bob")))
                .containsExactly("S3CR3T-a", "S3CR3T-b");
        assertThat(passwords(resolve("host=a,b port=1,2 dbname=else user=bob"))).containsExactly("none", "none");
    }

    @Test
    void passwordsHaveAnOrderToo() throws IOException {
        file(".pgpass", "*:*:*:*:from-pgpass\n", "rw-------");
        assertThat(passwords(resolve("host=a"))).containsExactly("from-pgpass");

        variables.put(
                "PGPASSFILE",
                file("other", "*:*:*:*:from-passfile\n", "rw-------").toString());
        assertThat(passwords(resolve("host=a"))).containsExactly("from-passfile");

        variables.put("PGPASSWORD", "from-variable");
        assertThat(passwords(resolve("host=a"))).containsExactly("from-variable");

        file(".pg_service.conf", "[prod]\npassword=from-service\n", "rw-------");
        assertThat(passwords(resolve("service=prod"))).containsExactly("from-service");

        passwordFile = Optional.of(file("asked", "from-option\n", "rw-------"));
        assertThat(passwords(resolve("service=prod"))).containsExactly("from-option");
    }

    @Test
    void aPasswordFileThatOthersMayReadIsNotUsedAndTheTargetWarns() throws IOException {
        Path file = file(".pgpass", "*:*:*:*:pw\n", "rw-r--r--");

        PgTarget target = resolve("host=a");

        assertThat(passwords(target)).containsExactly("none");
        assertThat(target.warnings()).singleElement().asString().contains(file.toString(), "group or world access");
    }

    @Test
    void theApplicationsOwnUrlMayComeWithItsTuning() {
        PgTarget target = resolve("jdbc:postgresql://db9/app?user=bob&reWriteBatchedInserts=true");

        assertThat(target).hasToString("db9:5432/app as bob");
        assertThat(target.warnings()).singleElement().asString().contains("reWriteBatchedInserts");
    }

    @Test
    void thePasswordFileThatWasAskedForMustBeOnesOwn() throws IOException {
        passwordFile = Optional.of(file("asked", "pw", "rw-r--r--"));

        assertThatThrownBy(() -> resolve("host=a"))
                .isInstanceOfSatisfying(
                        LockstepException.class, e -> assertThat(e.kind()).isEqualTo(LockstepException.Kind.REFUSED));
    }

    @ParameterizedTest
    @ValueSource(strings = {"postgresql://bob:S3CR3T-url@db9", "host=db9 password=S3CR3T-url"})
    void aPasswordIsRefusedOnTheCommandLineAndInAProfileButNotInTheEnvironment(String text) {
        assertThatThrownBy(() -> resolve(text))
                .isInstanceOfSatisfying(
                        LockstepException.class, e -> assertThat(e.kind()).isEqualTo(LockstepException.Kind.USAGE))
                .hasMessageStartingWith("--pg: a password must not stand here");
        profileUrl = Optional.of(text);
        assertThatThrownBy(() -> resolve(null)).hasMessageStartingWith("the profile: a password must not stand here");

        variables.put("LOCKSTEP_PG", text);
        assertThat(passwords(resolve(null))).containsExactly("S3CR3T-url");
    }

    @Test
    void anotherOptionHasItsOwnNameAndVariable() {
        variables.put("LOCKSTEP_TO", "host=mirror");
        TargetSources sources = TargetSources.of(new Environment(variables))
                .called("--to", "--password-file")
                .withVariable("LOCKSTEP_TO");

        assertThat(PgTarget.resolve(null, sources).provenance()).startsWith("host from LOCKSTEP_TO,");
        assertThatThrownBy(() -> PgTarget.resolve("nonsense", sources)).hasMessageStartingWith("--to: ");
    }
}
