package dev.lockstep.db.libpq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServiceFileTest {
    @TempDir
    Path dir;

    private Environment environment;

    @BeforeEach
    void home() {
        environment = new Environment(Map.of(
                "HOME", dir.toString(), "PGSYSCONFDIR", dir.resolve("etc").toString()));
    }

    private static Optional<Map<Parameter, String>> section(String service, String content) {
        return ServiceFile.section(service, Path.of("f"), content.lines().toList());
    }

    @Test
    void aSectionIsReadAsLibpqReadsIt() {
        String content = """
                # production
                host=before-any-section
                [staging]
                host=db1
                this would be an error in our section
                [prod]

                  # indented, too
                  host=db9 \t
                port=6543
                application_name='quotes stay'
                options=-c geqo=off -c x=y
                host=second counts not
                [prod]
                host=nor does this
                """;

        assertThat(section("prod", content))
                .contains(Map.of(
                        Parameter.HOST, "db9",
                        Parameter.PORT, "6543",
                        Parameter.APPLICATION_NAME, "'quotes stay'",
                        Parameter.OPTIONS, "-c geqo=off -c x=y"));
        assertThat(section("pro", content)).isEmpty();
        assertThat(section("prod", "[prod]")).contains(Map.of());
    }

    @ParameterizedTest
    @CsvSource(delimiterString = " -> ", textBlock = """
            host -> f, line 2: a line without '='
            host = db9 -> f, line 2: unknown keyword
            hosts=db9 -> did you mean host=
            password:canary -> f, line 2: a line without '='
            canary=x -> f, line 2: unknown keyword
            service=other -> cannot refer to another service
            ldap://server/ou=canary -> f, line 2: unknown keyword
            """)
    void aLineThatIsWrongIsNamedAndNotShown(String line, String message) {
        assertThatThrownBy(() -> section("prod", "[prod]\n" + line))
                .isInstanceOfSatisfying(LockstepException.class, e -> {
                    assertThat(e.kind()).isEqualTo(LockstepException.Kind.USAGE);
                    assertThat(e.getMessage() + " " + e.hint())
                            .contains(message)
                            .doesNotContain("canary");
                });
    }

    @Test
    void theUsersFileComesBeforeTheSystems() throws IOException {
        Files.createDirectory(dir.resolve("etc"));
        Files.writeString(dir.resolve("etc/pg_service.conf"), "[prod]\nhost=system\n[shared]\nhost=shared\n");
        Files.writeString(dir.resolve(".pg_service.conf"), "[prod]\nhost=user\n");
        Files.writeString(dir.resolve("own.conf"), "[prod]\nhost=own\n");
        Optional<String> own = Optional.of(dir.resolve("own.conf").toString());

        assertThat(ServiceFile.find("prod", Optional.empty(), environment)).containsEntry(Parameter.HOST, "user");
        assertThat(ServiceFile.find("prod", own, environment)).containsEntry(Parameter.HOST, "own");
        assertThat(ServiceFile.find("shared", own, environment)).containsEntry(Parameter.HOST, "shared");
    }

    @Test
    void aServiceThatNobodyKnowsIsAUsageErrorThatSaysWhereItWasLookedFor() {
        assertThatThrownBy(() -> ServiceFile.find("prod", Optional.empty(), environment))
                .isInstanceOfSatisfying(
                        LockstepException.class, e -> assertThat(e.kind()).isEqualTo(LockstepException.Kind.USAGE))
                .hasMessageContaining("'prod'")
                .hasMessageContaining(dir.resolve(".pg_service.conf").toString())
                .hasMessageContaining(dir.resolve("etc").toString());
    }

    @Property
    void aSectionSaysWhatWasPutIntoIt(
            @ForAll @Size(max = 5) Map<Parameter, @CharRange(from = '!', to = '~') @StringLength(max = 12) String> parameters) {
        parameters.remove(Parameter.SERVICE);
        parameters.remove(Parameter.SERVICEFILE);
        StringBuilder content = new StringBuilder("[other]\nhost=x\n[a service]\n");
        parameters.forEach((parameter, value) ->
                content.append(parameter.keyword()).append('=').append(value).append('\n'));

        assertThat(section("a service", content + "[more]\n")).contains(parameters);
    }

    @Test
    void aServiceFileThatCannotBeReadIsAUsageError() {
        assertThatThrownBy(() -> ServiceFile.find("prod", Optional.of(dir.toString()), environment))
                .isInstanceOfSatisfying(
                        LockstepException.class, e -> assertThat(e.kind()).isEqualTo(LockstepException.Kind.USAGE))
                .hasMessageContaining(dir.toString());
    }
}
