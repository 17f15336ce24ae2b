package dev.lockstep.realm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

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
}
