package dev.lockstep.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.audit.AuditDatabase.Kind;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Queries as logs print them get an index that the engine makes when it is pasted, and only one that is not there. */
class PastedQueryTest {
    @TempDir
    Path dir;

    @RegisterExtension
    final AuditDatabase.OfTest databases = new AuditDatabase.OfTest();

    private AuditDatabase empty(Kind kind) throws Exception {
        AuditDatabase database = databases.create(kind, dir.resolve("e.db"));
        database.execute("drop table audit");
        return database;
    }

    private static Map<?, ?> suggestion(AuditDatabase database, String query) {
        LockstepRun run = database.run("suggest", "--json", "--query", query);
        assertThat(run.exit()).as("%s", run).isZero();
        return (Map<?, ?>) ((List<?>) run.data().get("suggestions")).get(0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select * from audit where generation = -7 and type = ? order by id",
                "SELECT a.* FROM audit AS a WHERE a.generation = $1 AND (a.type = $2::text) ORDER BY a.id DESC LIMIT $3",
                "(0.003) select id from audit where generation = %s and type = %(kind)s order by 1; args=(7, 'x')",
                "prisma:query SELECT `id` FROM audit WHERE generation = cast(? as int) AND type = 'x' ORDER BY id",
                "2026-01-01T00:00:00.0Z 12 Query select * from audit where generation = 1 and type = 'x' order by id",
                "explain select * from audit /* here */ where 7 = generation and type in (:type) order by id;",
                "select exists(select 1 from audit where generation = ? and type = ? order by id) as found"
            })
    void parametersAliasesCastsAndWhatALogAddsAreRead(String query) throws Exception {
        AuditDatabase database = databases.create(Kind.SQLITE, dir.resolve("a.db"));
        assertThat(suggestion(database, query).get("columns")).isEqualTo(List.of("generation", "type", "id"));
    }

    @ParameterizedTest
    @EnumSource
    void whatIsProposedIsMadeWhenItIsPastedAndServesAfterwards(Kind kind) throws Exception {
        AuditDatabase database = databases.create(kind, dir.resolve("a.db"));
        String query = "select * from audit where type = ? and generation between ? and ? and author is null";
        Object made = suggestion(database, query).get("index");
        database.execute(made.toString());
        assertThat(suggestion(database, query).get("existing").toString()).startsWith("audit_");
        assertThat(suggestion(database, "select * from audit where author is null and type = 'x'")
                        .get("existing"))
                .as("other order, fewer columns")
                .isNotNull();
        assertThat(suggestion(database, "select * from audit where id = 7 order by type")
                        .get("existing"))
                .isEqualTo("PRIMARY KEY");
    }

    @Test
    void theIndexOfATableThatIsNamedWithItsSchemaIsMadeWhenItIsPasted() throws Exception {
        AuditDatabase database = databases.create(Kind.SQLITE, dir.resolve("a.db"));
        String query = "select * from main.audit where main.audit.author = 'x'";
        database.execute(suggestion(database, query).get("index").toString());
        assertThat(suggestion(database, query).get("existing")).isEqualTo("audit_author");
    }

    @Test
    void aTableWithACollationOfTheApplicationGetsItsIndexByRule() throws Exception {
        AuditDatabase database = databases.create(Kind.SQLITE, dir.resolve("a.db"));
        TestSqlite.create(
                dir.resolve("a.db"),
                "create table t (a text, b text)",
                "pragma writable_schema = on",
                "update sqlite_master set sql = 'create table t (a text, b text collate icu)' where name = 't'");
        Map<?, ?> suggestion = suggestion(database, "select * from t where a = ? and b = ?");
        assertThat(suggestion.get("columns")).isEqualTo(List.of("a", "b"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            MARIADB    | select * from audit where author = 'it\\'s \\\\' and type = "a \\"b" order by id
            POSTGRESQL | select * from audit where author = E'it\\'s \\\\' and type = 'a \\' order by id
            """)
    void textsWithBackslashesEndWhereTheEngineEndsThem(Kind kind, String query) throws Exception {
        AuditDatabase database = databases.create(kind, dir.resolve("a.db"));
        assertThat(suggestion(database, query).get("columns")).isEqualTo(List.of("author", "type", "id"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "not comment",
                "type = all(?)",
                "date(comment) = '2026-01-01'",
                "type like '%x'",
                "exists (select 1)"
            })
    void whatNoIndexServesIsNamedAndNotCounted(String condition) throws Exception {
        AuditDatabase database = databases.create(Kind.SQLITE, dir.resolve("a.db"));
        Map<?, ?> suggestion =
                suggestion(database, "select * from audit where generation = 1 and " + condition + " order by id");
        assertThat(suggestion.get("columns")).isEqualTo(List.of("generation", "id"));
        assertThat(suggestion.get("notes").toString()).contains("no index serves " + condition);
    }

    @Test
    void whatBeginsAlikeIsARangeWhereTheIndexIsInThatOrder() throws Exception {
        AuditDatabase sqlite = databases.create(Kind.SQLITE, dir.resolve("a.db"));
        assertThat(suggestion(sqlite, "select * from audit where type glob 'ab*'")
                        .get("columns"))
                .isEqualTo(List.of("type"));
        assertThat(sqlite.run("suggest", "--query", "select * from audit where type like 'ab%'")
                        .stderr())
                .contains("collate nocase");
        AuditDatabase maria = databases.create(Kind.MARIADB, dir.resolve("b.db"));
        assertThat(suggestion(maria, "select * from audit where type like 'ab%'")
                        .get("columns"))
                .isEqualTo(List.of("type"));
    }

    @ParameterizedTest
    @EnumSource(names = {"SQLITE", "POSTGRESQL"})
    void anIndexOfTheRowsThatAreNullServesAQueryForThose(Kind kind) throws Exception {
        AuditDatabase database = databases.create(kind, dir.resolve("a.db"));
        database.execute("create index live on audit (type, id) where (comment is null)");
        String query = "select * from audit where type = 'x' and comment is null order by id";
        assertThat(suggestion(database, query).get("existing")).isEqualTo("live");
        assertThat(suggestion(database, "select * from audit where type = 'x' order by id")
                        .get("existing"))
                .isNull();
    }

    @Test
    void onlyTheBeginningOfALongTextIsProposedToMariaDb() throws Exception {
        AuditDatabase database = databases.create(Kind.MARIADB, dir.resolve("a.db"));
        database.execute("alter table audit modify `change` longtext, modify author varchar(3000)");
        String query = "select * from audit where `change` = ? and author = ? order by id";
        database.execute(suggestion(database, query).get("index").toString());
        assertThat(suggestion(database, query).get("existing")).isNotNull();
    }

    @Test
    void postgresKeepsTheSchemaAndTheCaseAndNamesAView() throws Exception {
        AuditDatabase database = databases.create(Kind.POSTGRESQL, dir.resolve("a.db"));
        database.execute(
                "create schema hist",
                "create table hist.\"Log\" (\"itemId\" int, at timestamptz)",
                "create view seen as select * from audit");
        assertThat(suggestion(database, "select * from hist.log where ITEMID = 1 order by at")
                        .get("index")
                        .toString())
                .endsWith("on \"hist\".\"Log\" (\"itemId\", \"at\")");
        assertThat(database.run("suggest", "--query", "select * from seen where id > 1")
                        .stderr())
                .contains("seen is a view");
        assertThat(database.run("suggest", "--query", "select * from log where at > 1")
                        .stderr())
                .contains("name it with its schema");
    }

    @ParameterizedTest
    @EnumSource
    void checkEndsWithNothingToSayOfATableWhoseColumnsAreNullOrThatIsEmpty(Kind kind) throws Exception {
        AuditDatabase database = databases.create(kind, dir.resolve("a.db"));
        database.run("apply");
        LockstepRun empty = database.run("check");
        assertThat(empty.exit()).as("%s", empty).isZero();
        assertThat(empty.stdout()).contains("no row has a value in ");
    }

    @Test
    void aPartitionedTableIsIndexedByPartitionsAndLeftoversGo() throws Exception {
        AuditDatabase database = empty(Kind.POSTGRESQL);
        database.execute(
                "create table audit (id bigint, \"orgUid\" text, \"registryId\" text, \"rootHash\" text, type text,"
                        + " change text, \"table\" text, \"onchainConfirmationTimeStamp\" text, \"createdAt\" timestamptz,"
                        + " \"updatedAt\" timestamptz, comment text, author text, generation int) partition by hash (id)",
                "create table audit_0 partition of audit for values with (modulus 2, remainder 0)",
                "create table audit_1 partition of audit for values with (modulus 2, remainder 1)",
                "create index stray_ccnew on audit_1 (type)");
        database.administer("update pg_index set indisvalid = false where indexrelid = 'stray_ccnew'::regclass");
        assertThat(database.run("check").exit()).isEqualTo(3);
        assertThat(database.run("apply").exit()).isZero();
        LockstepRun check = database.run("check");
        assertThat(check.exit()).as("%s", check).isZero();
        assertThat(check.stdout()).contains("partition public.audit_0: present");
        assertThat(database.ask("select count(*) from pg_class where relname = 'stray_ccnew'"))
                .isEqualTo("0");
    }

    @Test
    void theBeginningOfALongTextIsIndexedAndFoundAgainInMariaDb() throws Exception {
        AuditDatabase database = databases.create(Kind.MARIADB, dir.resolve("a.db"));
        database.execute("alter table audit modify registryId longtext");
        assertThat(database.run("apply").exit()).isZero();
        LockstepRun check = database.run("check");
        assertThat(check.exit()).as("%s", check).isZero();
        assertThat(database.run("apply").stdout()).doesNotContain("created");
    }

    @ParameterizedTest
    @EnumSource(names = {"POSTGRESQL", "MARIADB"})
    void timesOfAnotherApplicationAreStoredInItsColumnsAndKnownAgain(Kind kind) throws Exception {
        AuditDatabase database = empty(kind);
        String type = kind == Kind.POSTGRESQL ? "timestamptz" : "datetime(6)";
        database.execute("create table versions (id integer, item varchar(20), version integer, at " + type + ", seen "
                + type + ")");
        Path profile = Files.writeString(dir.resolve("v.json"), """
                {"name": "v", "description": "Versions.", "audit": {"table": "versions",
                  "columns": {"registry": "item", "generation": "version", "timestamp": "at"},
                  "indexes": [], "queries": []}}
                """);
        Path rows = Files.writeString(dir.resolve("v.ndjson"), """
                {"id": 1, "item": "a", "version": 0, "at": "2026-01-01T00:00:00Z", "seen": "2026-01-01T01:00:00+01:00"}
                """);
        String[] more = {rows.toString(), "--profile", profile.toString()};
        LockstepRun first = database.run("write", more);
        assertThat(first.exit()).as("%s", first).isZero();
        assertThat(database.run("write", more).stdout()).contains("1 there already");
        assertThat(database.run("latest", "--registry", "a", "--profile", profile.toString())
                        .stdout())
                .contains("at: 2026-01-01 00:00:00");
    }

    @ParameterizedTest
    @EnumSource
    void aTableOfAnotherApplicationIsWrittenOnceAndRead(Kind kind) throws Exception {
        AuditDatabase database = empty(kind);
        database.execute(
                "create table versions (id integer, item_id bigint, version integer, event varchar(20), at varchar(40))");
        Path profile = Files.writeString(dir.resolve("v.json"), """
                {"name": "v", "description": "Versions.", "audit": {"table": "versions",
                  "columns": {"registry": "item_id", "generation": "version", "timestamp": "at"},
                  "indexes": [], "queries": []}}
                """);
        Path rows = Files.writeString(dir.resolve("v.ndjson"), """
                {"id": 1, "item_id": 7, "version": 0, "event": "create", "at": "2026-01-01"}
                {"id": 2, "item_id": 7, "version": 1, "event": "update", "at": "2026-01-02"}
                """);
        String[] more = {rows.toString(), "--profile", profile.toString()};
        assertThat(database.run("write", more).exit()).isZero();
        assertThat(database.run("write", more).stdout()).contains("2 there already");
        LockstepRun latest = database.run("latest", "--registry", "7", "--profile", profile.toString());
        assertThat(latest.exit()).as("%s", latest).isZero();
        assertThat(latest.stdout()).contains("event: update");
    }
}
