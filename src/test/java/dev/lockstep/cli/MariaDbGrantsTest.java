package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.MariaDbDatabase;
import dev.lockstep.testing.MariaDbExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Of MariaDB: an audit log and a mirror. */
@ExtendWith(MariaDbExtension.class)
class MariaDbGrantsTest extends GrantsConformance {
    private MariaDbDatabase database;
    private String user;

    @BeforeEach
    void given(MariaDbDatabase fresh) {
        database = fresh;
        user = fresh.user();
    }

    @Override
    Connection connect() throws SQLException {
        return database.connect();
    }

    @Override
    Connection connectAsAdministrator() throws SQLException {
        return database.connectAsAdministrator();
    }

    @Override
    Map<String, String> login(String name, String password) {
        user = name;
        return Map.of("MYSQL_PWD", password);
    }

    @Override
    String url() {
        return "mariadb://" + user + "@" + database.host() + ":" + database.port() + "/" + database.name()
                + "?sslmode=disable";
    }

    @Override
    String topic() {
        return "grants-mariadb";
    }

    @Override
    List<String> newUser(String name, String password, String role) {
        return List.of(
                "create user " + name + " identified by '" + password + "'",
                "grant " + role + " to " + name,
                "set default role " + role + " for " + name);
    }

    @Override
    List<String> gone(String role) {
        return List.of(role.endsWith("_user") ? "drop user " + role : "drop role " + role);
    }

    static Stream<GrantedPart> parts() {
        return Stream.of(GrantedPart.AUDIT_LOG, GrantedPart.MIRROR);
    }

    @ParameterizedTest
    @MethodSource("parts")
    void aRoleTakesWhatItIsGrantedAndNoLess(GrantedPart part) throws Exception {
        own(AUDIT.replace('"', '`').formatted("integer auto_increment", "datetime"));
        makeTables(Map.of("MYSQL_PWD", database.password()));

        takesWhatItIsGrantedAndNoLess(part, List.of());
    }

    @ParameterizedTest
    @MethodSource("parts")
    void whoMayDoNothingIsShownWhatToGrant(GrantedPart part) throws Exception {
        own(AUDIT.replace('"', '`').formatted("integer auto_increment", "datetime"));
        makeTables(Map.of("MYSQL_PWD", database.password()));

        whoMayDoNothingIsShownTheScript(part);
    }

    @Test
    void aBackfillOfAnUnchangedSourceTakesNoMore() throws Exception {
        own(AUDIT.replace('"', '`').formatted("integer auto_increment", "datetime"));
        makeTables(Map.of("MYSQL_PWD", database.password()));

        anUnchangedSourceTakesNoMoreThanIsGranted();
    }

    @Test
    void everyRoleIsTried() {
        assertThat(roles())
                .containsExactlyInAnyOrderElementsOf(
                        parts().map(GrantedPart::role).toList());
    }
}
