package dev.lockstep.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.LockstepRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever stands where an index should be, {@code audit apply} ends with the right one or says why not. */
class IndexStatesTest {
    private static final String NAME = "audit_registry_id_generation";

    @TempDir
    Path dir;

    @RegisterExtension
    final AuditDatabase.OfTest databases = new AuditDatabase.OfTest();

    private AuditDatabase database;

    private AuditDatabase given(AuditDatabase.Kind kind) throws SQLException {
        database = databases.create(kind, dir.resolve("audit.db")).fill();
        return database;
    }

    private static List<String> states(LockstepRun run) {
        List<String> states = new ArrayList<>();
        for (Object index : (List<?>) run.data().get("indexes")) {
            states.add((String) ((Map<?, ?>) index).get("state"));
        }
        return states;
    }

    private void assertInOrder() {
        LockstepRun check = database.run("check", "--json");
        assertThat(check.exit()).as(check.stdout()).isZero();
        assertThat(states(check)).containsExactly("present", "present", "present");
    }

    @ParameterizedTest
    @EnumSource
    void whatIsMissingIsMadeAndASecondRunDoesNothing(AuditDatabase.Kind kind) throws SQLException {
        given(kind);
        LockstepRun before = database.run("check", "--json");
        assertThat(before.exit()).isEqualTo(3);
        assertThat(states(before)).containsOnly("missing");

        LockstepRun planned = database.run("apply", "--json", "-n");
        assertThat(states(planned)).containsOnly("missing");
        LockstepRun first = database.run("apply", "--json");
        LockstepRun second = database.run("apply", "--json");

        assertThat(states(first)).containsOnly("created");
        assertThat(first.envelope().get("changed")).isEqualTo(true);
        assertThat(states(second)).containsOnly("present");
        assertThat(second.envelope().get("changed")).isEqualTo(false);
        assertInOrder();
    }

    @ParameterizedTest
    @EnumSource
    void theOtherQueriesOfThePlannerAreTold(AuditDatabase.Kind kind) throws SQLException {
        given(kind).run("apply");

        Map<?, ?> data = (Map<?, ?>) database.run("check", "--json").envelope().get("data");
        for (Object index : (List<?>) data.get("indexes")) {
            Map<?, ?> query = (Map<?, ?>) ((List<?>) ((Map<?, ?>) index).get("queries")).get(0);
            assertThat(query.get("usable")).isEqualTo(true);
            assertThat((String) query.get("plan")).isNotEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "SQLITE, 'generation, \"registryId\"'",
        "SQLITE, \"registryId\"",
        "SQLITE, '\"registryId\", generation desc'",
        "SQLITE, '\"registryId\" collate nocase, generation'",
        "SQLITE, '\"registryId\", generation) where (generation > 0'",
        "SQLITE, 'lower(\"registryId\"), generation'",
        "POSTGRESQL, 'generation, \"registryId\"'",
        "POSTGRESQL, '\"registryId\"'",
        "POSTGRESQL, '\"registryId\", generation desc'",
        "POSTGRESQL, '\"registryId\" collate \"C\", generation'",
        "POSTGRESQL, '\"registryId\", generation) where (generation > 0'",
        "POSTGRESQL, 'lower(\"registryId\"), generation'",
        "POSTGRESQL, '\"registryId\") include (generation'",
        "MARIADB, 'generation, \"registryId\"'",
        "MARIADB, '\"registryId\"'",
        "MARIADB, '\"registryId\", generation desc'",
        "MARIADB, '\"registryId\"(10), generation'"
    })
    void anIndexOverSomethingElseIsRefusedWithBothDefinitionsAndReplacedOnRequest(
            AuditDatabase.Kind kind, String columns) throws SQLException {

        given(kind).execute("create index " + NAME + " on audit (" + columns + ")");

        LockstepRun check = database.run("check", "--json");
        assertThat(check.exit()).isEqualTo(3);
        assertThat(states(check)).containsExactly("different", "missing", "missing");
        LockstepRun refused = database.run("apply");
        assertThat(refused.exit()).isEqualTo(6);
        assertThat(refused.stderr())
                .contains("index " + NAME + " is ")
                .contains(database.quoted(
                        "wanted is create index `" + NAME + "` on `audit` (`registryId`, `generation`)"))
                .contains("--replace");
        assertThat(states(database.run("check", "--json")))
                .as("nothing was changed")
                .containsExactly("different", "missing", "missing");

        assertThat(database.run("apply", "--replace").exit()).isZero();
        assertInOrder();
    }

    @ParameterizedTest
    @EnumSource
    void anotherUniquenessIsAnotherIndex(AuditDatabase.Kind kind) throws SQLException {
        given(kind).execute("create unique index " + NAME + " on audit (\"registryId\", generation, id)");
        assertThat(database.run("apply").exit()).isEqualTo(6);
    }

    @Test
    void anotherMethodIsAnotherIndex() throws SQLException {
        given(AuditDatabase.Kind.POSTGRESQL).execute("create index " + NAME + " on audit using hash (\"registryId\")");

        LockstepRun refused = database.run("apply");

        assertThat(refused.exit()).isEqualTo(6);
        assertThat(refused.stderr()).contains("USING hash");
    }

    @ParameterizedTest
    @CsvSource({"POSTGRESQL, table", "POSTGRESQL, view", "SQLITE, table", "SQLITE, view"})
    void aNameThatIsTakenByAnotherKindOfRelationIsRefused(AuditDatabase.Kind kind, String relation)
            throws SQLException {
        given(kind)
                .execute(
                        relation.equals("view")
                                ? "create view " + NAME + " as select 1 as a"
                                : "create table " + NAME + " (a integer)");

        LockstepRun refused = database.run("apply", "--replace");

        assertThat(refused.exit()).isEqualTo(6);
        assertThat(refused.stderr()).contains("the name " + NAME + " is taken by a " + relation);
        assertThat(states(database.run("check", "--json"))).containsExactly("different", "missing", "missing");
    }

    /** There a table and an index may have the same name, for an index belongs to its table. */
    @Test
    void onMariaDbATableOfThatNameIsNotInTheWay() throws SQLException {
        given(AuditDatabase.Kind.MARIADB).execute("create table " + NAME + " (a integer)");

        assertThat(database.run("apply").exit()).isZero();
        assertInOrder();
    }

    @ParameterizedTest
    @CsvSource({"POSTGRESQL", "MARIADB"})
    void anIndexThatIsNotUsedIsRebuilt(AuditDatabase.Kind kind) throws SQLException {
        given(kind).execute("create index " + NAME + " on audit (\"registryId\", generation)");
        database.administer(
                kind == AuditDatabase.Kind.POSTGRESQL
                        ? "update pg_index set indisvalid = false where indexrelid = '" + NAME + "'::regclass"
                        : "alter table audit alter index " + NAME + " ignored");
        assertThat(states(database.run("check", "--json"))).containsExactly("invalid", "missing", "missing");

        LockstepRun apply = database.run("apply", "--json");

        assertThat(apply.exit()).isZero();
        assertThat(states(apply)).containsOnly("created");
        assertInOrder();
    }

    @Test
    void whatAnInterruptedConcurrentBuildLeftIsRebuilt() throws SQLException {
        given(AuditDatabase.Kind.POSTGRESQL);
        try (java.sql.Connection writer = database.connect();
                java.sql.Statement statement = writer.createStatement()) {
            writer.setAutoCommit(false);
            statement.execute("update audit set comment = 'open' where id = 1");
            LockstepRun late = database.run("apply", "--lock-timeout", "200ms", "--timeout", "1s");
            assertThat(late.exit()).as(late.stderr()).isEqualTo(5);
            assertThat(late.stderr()).contains("held by pid ").contains("update audit set comment");
            writer.rollback();
        }
        assertThat(database.run("apply").exit()).isZero();
        assertInOrder();
    }

    @ParameterizedTest
    @EnumSource
    void anIndexThatIsToBeUniqueNamesTheDuplicates(AuditDatabase.Kind kind) throws Exception {
        given(kind);
        Path profile = Files.writeString(dir.resolve("unique.json"), """
                {"name": "mine", "description": "unique", "audit": {"table": "audit", "columns": {
                   "id": "id", "registry": "registryId", "organisation": "orgUid", "root": "rootHash", "type": "type",
                   "change": "change", "table": "table", "timestamp": "onchainConfirmationTimeStamp",
                   "author": "author", "comment": "comment", "generation": "generation", "created": "createdAt",
                   "updated": "updatedAt"},
                 "indexes": [{"name": "once", "columns": ["type", "generation"], "unique": true}], "queries": []}}
                """);

        LockstepRun refused = database.run("apply", "--profile", profile.toString());

        assertThat(refused.exit()).as(refused.stderr()).isEqualTo(6);
        assertThat(refused.stderr()).contains("(INSERT, 0), (INSERT, 1), (INSERT, 2), (INSERT, 3), (INSERT, 4)");
        assertThat(database.run("check", "--profile", profile.toString()).stdout())
                .contains("once: missing");
    }

    @ParameterizedTest
    @EnumSource
    void aTableWithTheOtherNamesIsToldFromNone(AuditDatabase.Kind kind) throws SQLException {
        given(kind);
        LockstepRun other = database.run("apply", "--profile", "cadt-v2");
        assertThat(other.exit()).isEqualTo(2);
        assertThat(other.stderr())
                .contains("table audit has no column")
                .contains("registry_id")
                .contains("--profile cadt-v1");

        database.execute("drop table audit");
        LockstepRun none = database.run("apply", "--profile", "cadt-v1");
        assertThat(none.exit()).isEqualTo(2);
        assertThat(none.stderr()).contains("there is no table audit");
        assertThat(database.run("apply").exit()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource
    void droppingIsAskedForAndDoneOnce(AuditDatabase.Kind kind) throws SQLException {
        given(kind).run("apply");
        LockstepRun unsure = database.run("drop");
        assertThat(unsure.exit()).isEqualTo(6);
        assertThat(unsure.stderr()).contains("--yes");

        LockstepRun dropped = database.run("drop", "--yes", "--json");
        assertThat(states(dropped)).containsOnly("dropped");
        assertThat(dropped.envelope().get("changed")).isEqualTo(true);
        LockstepRun again = database.run("drop", "--yes", "--json");
        assertThat(states(again)).containsOnly("missing");
        assertThat(again.envelope().get("changed")).isEqualTo(false);
    }
}
