package dev.lockstep.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.audit.AuditDatabase.Kind;
import dev.lockstep.testing.LockstepRun;
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
import org.junit.jupiter.params.provider.ValueSource;

/** {@code audit suggest} names the index that serves a query, and changes nothing. */
class SuggestTest {
    /** HypoPG's functions, and an index that they pretend to imagine. */
    private static final List<String> HYPOTHETICAL = List.of(
            "create unique index imagined on audit (\"registryId\", generation, id)",
            """
            create function hypopg_create_index(sql text, out indexrelid oid, out indexname text) returns setof record
                language sql as $$ select c.oid, c.relname::text from pg_class c where c.relname = 'imagined' $$""",
            "create function hypopg_drop_index(id oid) returns bool language sql as $$ select true $$");

    @TempDir
    Path dir;

    @RegisterExtension
    final AuditDatabase.OfTest databases = new AuditDatabase.OfTest();

    private AuditDatabase database;

    private AuditDatabase given(Kind kind) throws SQLException {
        database = databases.create(kind, dir.resolve("a.db")).fill();
        return database;
    }

    private List<Map<?, ?>> suggestions(String... more) {
        LockstepRun run = database.run("suggest", withJson(more));
        assertThat(run.exit()).as("%s", run).isZero();
        List<Map<?, ?>> suggestions = new ArrayList<>();
        ((List<?>) run.data().get("suggestions")).forEach(one -> suggestions.add((Map<?, ?>) one));
        return suggestions;
    }

    private static String[] withJson(String... more) {
        List<String> words = new ArrayList<>(List.of(more));
        words.add("--json");
        return words.toArray(String[]::new);
    }

    private static String ddl(Kind kind, String name, String first, String second) {
        String concurrently = kind == Kind.POSTGRESQL ? "concurrently " : "";
        String unless = kind == Kind.MYSQL ? "" : "if not exists ";
        String ddl =
                "create index %s%s`%s` on `audit` (`%s`, `%s`)".formatted(concurrently, unless, name, first, second);
        return kind.isMariaDb() ? ddl : ddl.replace('`', '"');
    }

    @ParameterizedTest
    @EnumSource
    void theHotQueriesOfTheProfileWantTheIndexesThatApplyMakes(Kind kind) throws SQLException {
        given(kind);
        List<Map<?, ?>> before = suggestions();

        assertThat(before)
                .extracting(one -> one.get("index").toString())
                .containsExactly(
                        ddl(kind, "audit_registry_id_generation", "registryId", "generation"),
                        ddl(kind, "audit_org_uid_generation", "orgUid", "generation"),
                        ddl(kind, "audit_org_uid_onchain_timestamp", "orgUid", "onchainConfirmationTimeStamp"));
        assertThat(before).allSatisfy(one -> assertThat(one.get("existing")).isNull());
        if (kind == Kind.SQLITE) {
            assertThat(before.get(0).get("tried").toString()).startsWith("tried");
            assertThat(before.get(0).get("plan"))
                    .isEqualTo("SEARCH audit USING INDEX audit_registry_id_generation (registryId=?)");
        } else {
            assertThat(before.get(0).get("tried").toString()).startsWith("by rule");
        }
        assertThat(database.run("check").stdout()).as("nothing was made").contains("missing");

        database.run("apply");
        assertThat(suggestions())
                .extracting(one -> one.get("existing"))
                .isEqualTo(List.of(
                        "audit_registry_id_generation", "audit_org_uid_generation", "audit_org_uid_onchain_timestamp"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "select * from audit where type = 'x' and orgUid = ? order by createdAt desc, id desc limit 5 |"
                        + " type, orgUid, createdAt, id",
                "SELECT id FROM \"audit\" AS_IT WHERE 1 |",
                "select id, generation from audit where orgUid = 'it''s' and generation > 7 order by generation |"
                        + " orgUid, generation",
                "select * from audit where orgUid = ? and generation >= ? and generation < ? | orgUid, generation",
                "select * from audit where orgUid = ? and generation > 3 order by createdAt; | orgUid, generation",
                "select * from audit where orgUid = ? order by generation desc, id asc | orgUid",
                "select * from audit order by generation desc limit 10 | generation",
                "select * from audit where generation > 5 | generation",
                "select count(*) from audit |",
                "select * from audit where orgUid = ? or type = ? |",
                "select * from audit where orgUid like 'a%' |",
                "select * from audit a join b on a.id = b.id where orgUid = ? |",
                "select * from audit where generation > 1 and id > 2 |",
                "select * from audit |",
                "delete from audit where orgUid = ? |",
                "select * from audit where orgUid = 'open |",
                "select * from audit where orgUID_ = ? |",
                "select * from nowhere where a = ? |"
            })
    void aQueryGetsColumnsThatAreEqualThenItsOrderOrElseARefusal(String query, String columns) throws SQLException {
        given(Kind.SQLITE);

        LockstepRun run = database.run("suggest", "--query", query, "--json");

        if (columns == null) {
            assertThat(run.exit()).as("%s", run).isEqualTo(2);
            assertThat(run.stderr()).containsAnyOf("cannot suggest", "has no column", "there is no table");
        } else {
            Map<?, ?> one = suggestions("--query", query).get(0);
            assertThat(one.get("columns")).isEqualTo(List.of(columns.split(", ", -1)));
            assertThat(one.get("reason").toString()).isNotEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"orgUid, generation", "\"orgUid\", \"generation\""})
    void anIndexOfAnotherNameOverTheSameColumnsServes(String columns) throws SQLException {
        given(Kind.SQLITE).execute("create index mine on audit (" + columns + ")");
        Map<?, ?> one = suggestions("--query", "select * from audit where orgUid = ? order by generation desc limit 1")
                .get(0);
        assertThat(one.get("existing")).isEqualTo("mine");
    }

    @Test
    void withHypoPgThePlannerOfPostgresIsAsked() throws SQLException {
        given(Kind.POSTGRESQL).execute(HYPOTHETICAL.toArray(String[]::new));
        // The planner uses it all the same; whoever looks for a whole index passes it by.
        database.administer("update pg_index set indisready = false where indexrelid = 'imagined'::regclass");

        Map<?, ?> one = suggestions().get(0);

        assertThat(one.get("tried").toString()).startsWith("tried");
        assertThat(one.get("plan").toString()).contains("using imagined on (");
        assertThat(one.get("existing")).isNull();
    }
}
