package dev.lockstep.realm.invalidate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.Db;
import dev.lockstep.realm.Boxel;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.testing.BoxelTables;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PostgresExtension.class)
class DefinitionsTest {
    private static final String REALM = "http://x.test/r/";
    private static final String OTHER = "http://x.test/s/";
    private static final String LEFT =
            "select string_agg(replace(url, 'http://x.test/', ''), ' ' order by url) from modules";

    /** leaf <- middle <- deep; loop <-> back; a stranger; a neighbour in another realm that imports the leaf. */
    @BeforeEach
    void fill(TestDatabase database) throws SQLException {
        database.execute(BoxelTables.MODULES);
        insert(database, REALM, "leaf", "[]");
        insert(database, REALM, "middle", "[\"http://x.test/r/leaf\", \"http://elsewhere.test/thing\"]");
        insert(database, REALM, "deep", "[\"http://x.test/r/middle\"]");
        insert(database, REALM, "loop", "[\"http://x.test/r/back\"]");
        insert(database, REALM, "back", "[\"http://x.test/r/loop\"]");
        insert(database, REALM, "stranger", "null");
        insert(database, OTHER, "neighbour", "[\"http://x.test/r/leaf\"]");
    }

    private static void insert(TestDatabase database, String realm, String name, String deps) throws SQLException {
        database.execute("""
                insert into modules (url, cache_scope, auth_user_id, resolved_realm_url, deps, file_alias)
                select '%1$s%2$s.gts', scope, case scope when 'public' then '' else '@me:host' end, '%1$s', '%3$s', '%1$s%2$s'
                  from unnest(array['public', 'realm-auth']) as scope
                """.formatted(realm, name, deps));
    }

    private static Definitions.Cleared clear(TestDatabase database, String... modules) {
        try (Db db = Boxel.open(database)) {
            return db.transact(tx -> Definitions.modules(tx, new RealmUrl(REALM), List.of(modules)));
        }
    }

    @Test
    void aModuleGoesWithAllThatDependsOnItInItsRealm(TestDatabase database) throws SQLException {
        Definitions.Cleared cleared = clear(database, REALM + "leaf.gts");

        assertThat(cleared.deleted()).isEqualTo(6);
        assertThat(cleared.payloads())
                .containsExactly("{\"k\":\"module\",\"r\":\"http://x.test/r/\",\"m\":[\"http://x.test/r/leaf.gts\","
                        + "\"http://x.test/r/leaf\",\"http://x.test/r/leaf.js\",\"http://x.test/r/leaf.gjs\","
                        + "\"http://x.test/r/leaf.ts\",\"http://x.test/r/deep.gts\",\"http://x.test/r/deep\","
                        + "\"http://x.test/r/middle.gts\",\"http://x.test/r/middle\"]}");
        assertThat(database.ask(LEFT))
                .isEqualTo("r/back.gts r/back.gts r/loop.gts r/loop.gts r/stranger.gts r/stranger.gts"
                        + " s/neighbour.gts s/neighbour.gts");
    }

    @Test
    void aNameWithoutExtensionMeansEachFileItMayMean(TestDatabase database) throws SQLException {
        assertThat(clear(database, REALM + "deep").deleted()).isEqualTo(2);
        assertThat(database.ask(LEFT)).doesNotContain("deep");
    }

    /** Error rows outlive what caused them; whatever is right stays. */
    @Test
    void errorsGoAloneAndAreToldByRealm(TestDatabase database) throws SQLException {
        database.execute(
                "update modules set error_doc = '{\"message\": \"boom\"}' where url in ('" + REALM + "leaf.gts', '"
                        + REALM + "back.gts')",
                "update modules set error_doc = 'null' where url = '" + REALM + "middle.gts'");
        try (Db db = Boxel.open(database)) {
            Definitions.Cleared planned = db.transact(tx -> Definitions.planErrors(tx, Optional.empty()));
            Definitions.Cleared other =
                    db.transact(tx -> Definitions.errors(tx, Optional.of(new RealmUrl("http://x.test/s/"))));
            Definitions.Cleared cleared = db.transact(tx -> Definitions.errors(tx, Optional.of(new RealmUrl(REALM))));

            assertThat(other.deleted()).isZero();
            assertThat(other.payloads()).isEmpty();
            assertThat(cleared).isEqualTo(planned);
            assertThat(cleared.deleted()).isEqualTo(4);
            assertThat(cleared.payloads())
                    .containsExactly("{\"k\":\"module\",\"r\":\"http://x.test/r/\",\"m\":[\"http://x.test/r/back.gts\","
                            + "\"http://x.test/r/leaf.gts\"]}");
        }
        assertThat(database.ask(LEFT)).contains("middle.gts").doesNotContain("leaf.gts", "back.gts");
    }

    @Test
    void aCircleOfModulesGoesAsOne(TestDatabase database) {
        assertThat(clear(database, REALM + "loop.gts").deleted()).isEqualTo(4);
    }

    @Test
    void aModuleThatIsNotStoredIsAnnouncedAllTheSame(TestDatabase database) {
        Definitions.Cleared cleared = clear(database, REALM + "unknown.gts");

        assertThat(cleared.deleted()).isZero();
        assertThat(cleared.payloads()).singleElement().asString().contains("unknown.gts");
    }

    @Test
    void aRealmAndAllRealmsAreForgottenWhole(TestDatabase database) throws SQLException {
        try (Db db = Boxel.open(database)) {
            Definitions.Cleared realm = db.transact(tx -> Definitions.realm(tx, new RealmUrl(REALM)));
            Definitions.Cleared all = db.transact(Definitions::all);

            assertThat(realm.deleted()).isEqualTo(12);
            assertThat(realm.payloads()).containsExactly("{\"k\":\"realm\",\"r\":\"http://x.test/r/\"}");
            assertThat(all.deleted()).isEqualTo(2);
            assertThat(all.payloads()).containsExactly("{\"k\":\"global\"}");
        }
        assertThat(database.ask("select count(*) from modules")).isEqualTo("0");
    }
}
