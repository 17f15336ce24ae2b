package dev.lockstep.realm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.realm.DefinitionChange.Scope;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Payloads and chunks as Boxel makes them; and where Boxel's would be refused by PostgreSQL, others that say no less. */
class DefinitionChangeTest {
    private static final RealmUrl REALM = new RealmUrl("http://x.test/r/");

    @Test
    void payloadsAreThoseOfBoxel() {
        assertThat(DefinitionChange.all()).isEqualTo("{\"k\":\"global\"}");
        assertThat(DefinitionChange.realm(REALM)).isEqualTo("{\"k\":\"realm\",\"r\":\"http://x.test/r/\"}");
        assertThat(DefinitionChange.modules(REALM, List.of("http://x.test/r/a", "http://x.test/r/b.gts")))
                .containsExactly(
                        "{\"k\":\"module\",\"r\":\"http://x.test/r/\",\"m\":[\"http://x.test/r/a\",\"http://x.test/r/b.gts\"]}");
    }

    @Test
    void threeHundredModulesGoInTwoChunks() {
        List<String> modules = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            modules.add("http://x.test/r/cards/module-%04d.gts".formatted(i));
        }

        List<String> payloads = DefinitionChange.modules(REALM, modules);

        assertThat(payloads).extracting(String::length).containsExactly(6963, 5123);
        assertThat(payloads.get(0)).contains("module-0172").doesNotContain("module-0173");
    }

    @Test
    void aModuleTooLongForANotificationBecomesItsRealm() {
        String tooLong = REALM + "a".repeat(8200);

        assertThat(DefinitionChange.modules(REALM, List.of(tooLong, REALM + "b")))
                .containsExactly(DefinitionChange.realm(REALM));
    }

    @Test
    void aModuleBeyondTheBudgetThatStillFitsGoesAlone() {
        String big = REALM + "a".repeat(7500);

        assertThat(DefinitionChange.modules(REALM, List.of(REALM + "b", big, REALM + "c")))
                .hasSize(3);
    }

    @Test
    void chunksAreCountedInBytes() {
        List<String> modules = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            modules.add(REALM + "€".repeat(30) + i);
        }

        assertThat(DefinitionChange.modules(REALM, modules))
                .hasSizeGreaterThan(4)
                .allSatisfy(payload -> assertThat(payload.getBytes(StandardCharsets.UTF_8).length)
                        .isLessThanOrEqualTo(7000));
    }

    @Test
    void aRealmTooLongForANotificationBecomesAllRealms() {
        RealmUrl longRealm = new RealmUrl("http://x.test/" + "r".repeat(7980) + "/");

        assertThat(DefinitionChange.realm(longRealm)).isEqualTo(DefinitionChange.all());
    }

    @Test
    void oneModuleParses() {
        assertThat(DefinitionChange.parse("{\"k\":\"module\",\"r\":\"http://h/\",\"m\":[\"http://h/a.gts\"]}"))
                .contains(new DefinitionChange(Scope.MODULE, "http://h/", List.of("http://h/a.gts")));
    }

    @Test
    void manyModulesParseAndFurtherKeysAreNoHindrance() {
        assertThat(DefinitionChange.parse(
                        "{\"x\":[1,{}],\"m\":[\"http://h/a\",\"http://h/b\"],\"r\":\"http://h/\",\"k\":\"module\"}"))
                .contains(new DefinitionChange(Scope.MODULE, "http://h/", List.of("http://h/a", "http://h/b")));
    }

    @Test
    void aRealmParses() {
        assertThat(DefinitionChange.parse("{\"k\":\"realm\",\"r\":\"http://h/\"}"))
                .contains(new DefinitionChange(Scope.REALM, "http://h/", List.of()));
    }

    @Test
    void allRealmsParse() {
        assertThat(DefinitionChange.parse("{\"k\":\"global\"}"))
                .contains(new DefinitionChange(Scope.GLOBAL, "", List.of()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "no JSON",
                "{\"k\":\"module\"",
                "\"module\"",
                "[\"module\"]",
                "null",
                "{\"k\":\"other\",\"r\":\"http://h/\"}",
                "{\"k\":7}",
                "{\"r\":\"http://h/\"}",
                "{\"k\":\"module\",\"r\":\"\",\"m\":[\"http://h/a\"]}",
                "{\"k\":\"module\",\"m\":[\"http://h/a\"]}",
                "{\"k\":\"module\",\"r\":\"http://h/\",\"m\":[]}",
                "{\"k\":\"module\",\"r\":\"http://h/\",\"m\":\"http://h/a\"}",
                "{\"k\":\"module\",\"r\":\"http://h/\"}",
                "{\"k\":\"module\",\"r\":\"http://h/\",\"m\":[\"http://h/a\",7]}",
                "{\"k\":\"module\",\"r\":\"http://h/\",\"m\":[\"http://h/a\",\"\"]}",
                "{\"k\":\"realm\"}",
                "{\"k\":\"realm\",\"r\":\"\"}",
                "{\"k\":\"realm\",\"r\":7}",
            })
    void whatIsMalformedInAnyPartIsRejectedWhole(String payload) {
        assertThat(DefinitionChange.parse(payload)).isEmpty();
    }

    @Test
    void whatIsWrittenIsWhatIsRead() {
        RealmUrl realm = new RealmUrl("http://h/é/");
        List<String> modules = List.of("http://h/é/a\"b.gts", "http://h/é/c");

        assertThat(DefinitionChange.modules(realm, modules)).singleElement().satisfies(payload -> assertThat(
                        DefinitionChange.parse(payload))
                .contains(new DefinitionChange(Scope.MODULE, realm.value(), modules)));
        assertThat(DefinitionChange.parse(DefinitionChange.realm(realm)))
                .contains(new DefinitionChange(Scope.REALM, realm.value(), List.of()));
        assertThat(DefinitionChange.parse(DefinitionChange.all()).map(DefinitionChange::scope))
                .contains(Scope.GLOBAL);
    }
}
