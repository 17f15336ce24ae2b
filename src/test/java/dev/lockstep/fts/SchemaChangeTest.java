package dev.lockstep.fts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.cli.hint.Hints;
import dev.lockstep.fts.deferral.FtsStatus;
import dev.lockstep.support.LockstepException;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A schema that changed while the triggers were away: refused, and not a byte of the database is different. */
class SchemaChangeTest {
    private static final String CHANGES = """
            alter table note rename column body to content        | column body of note is gone
            alter table note rename column id to other            | column id of note is gone
            drop table note                                       | no table note any more
            alter table note rename to memo                       | no table note any more
            drop table note; create view note as select 1 as id, 2 as title, 3 as body, 4 as extra | note
            drop table f                                          | f
            alter table f rename to g                             | f
            drop table f; create table f (title, body)            | f
            drop table f; create virtual table f using fts5(body, title) | f was defined anew
            drop table f; create virtual table f using fts4(title, body) | f
            drop table note; create table note (id integer primary key, body, title, extra) | another order
            drop table note; create table note (id integer primary key, title integer, body, extra) | column title of note was
            create trigger note_ai after insert on note begin insert into f (title) values (new.title); end | note_ai
            create trigger note_ai after insert on elsewhere begin select 1; end | note_ai
            create trigger fresh after insert on note begin insert into f (title) values (new.title); end | fresh
            create trigger broken after insert on note begin insert into nowhere values (1); end | nowhere
            """;

    @TempDir
    private Path dir;

    private Path file;

    @BeforeEach
    void makeDatabase() throws SQLException {
        file = TestSqlite.create(
                dir.resolve("schema.db"),
                "create table elsewhere (a)",
                "create table note (id integer primary key, title, body, extra)");
    }

    private void index(String definition) throws SQLException {
        String insert = "insert into f (rowid, title, body) values (new.id, new.title, new.body);";
        String delete = definition.contains("content=")
                ? "insert into f (f, rowid, title, body) values ('delete', old.id, old.title, old.body);"
                : "delete from f where rowid = old.id;";
        TestSqlite.create(
                file,
                definition,
                "create trigger note_ai after insert on note begin " + insert + " end",
                "create trigger note_ad after delete on note begin " + delete + " end",
                "create trigger note_au after update of title, body on note begin " + delete + insert + " end",
                "insert into note (title, body) values ('one', 'text'), ('two', null)");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = CHANGES)
    void isRefusedForAnIndexOfItsOwnContent(String change, String why) throws Exception {
        index("create virtual table f using fts5(title, body)");
        isRefused(change, why);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = CHANGES)
    void isRefusedForAnIndexOfExternalContent(String change, String why) throws Exception {
        index("create virtual table f using fts5(title, body, content=note, content_rowid=id)");
        isRefused(change, why);
    }

    private void isRefused(String change, String why) throws SQLException, IOException {
        Engine engine = new Engine(file, Engine.NONE);
        engine.defer();
        TestSqlite.create(file, statements(change));
        String schema = TestSqlite.schema(file);
        byte[] bytes = Files.readAllBytes(file);

        assertThatThrownBy(engine::restore)
                .isInstanceOfSatisfying(
                        LockstepException.class, e -> assertThat(e.kind()).isEqualTo(LockstepException.Kind.REFUSED))
                .hasMessageContaining(why);

        assertThat(TestSqlite.schema(file)).isEqualTo(schema);
        assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
        assertThat(engine.status().isKept()).isFalse();
    }

    /** A trigger's own statements follow one that ends in a semicolon and a blank. */
    private static String[] statements(String change) {
        return change.startsWith("create trigger") ? new String[] {change} : change.split("; ", -1);
    }

    /** CADT notes no columns, so that only the triggers themselves can tell. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            alter table units rename column unitOwner to keeper | unitOwner
            alter table units drop column unitTags              | unitTags
            drop table units_fts                                | units_fts
            drop table units                                    | units
            alter table projects rename to undertakings         | projects
            """)
    void isRefusedWhenTheApplicationDeferred(String change, String why) throws SQLException {
        Engine engine = new Engine(CadtDatabase.create(dir.resolve("cadt.db"), 3), Engine.CADT);
        Upstream.ensureDeferred(engine.file());
        TestSqlite.create(engine.file(), change);
        String schema = TestSqlite.schema(engine.file());

        assertThatThrownBy(engine::restore)
                .isInstanceOfSatisfying(
                        LockstepException.class, e -> assertThat(e.kind()).isEqualTo(LockstepException.Kind.REFUSED))
                .hasMessageContaining(why);

        assertThat(TestSqlite.schema(engine.file())).isEqualTo(schema);
        assertThat(CadtDatabase.meta(engine.file(), CadtDatabase.FLAG)).isEqualTo("1");
    }

    @ParameterizedTest
    @ValueSource(strings = {Engine.CADT, Engine.NONE})
    void doesNotConcernTheIndexOfAnotherTable(String profile) throws SQLException {
        Engine engine = new Engine(CadtDatabase.create(dir.resolve("cadt.db"), 3), profile);
        engine.defer();
        TestSqlite.create(engine.file(), "alter table units drop column unitTags");

        assertThat(engine.restore("projects").changed()).isTrue();

        assertThatThrownBy(() -> engine.restore("units")).hasMessageContaining("unitTags");
        assertThat(CadtDatabase.liveTriggers(engine.file())).contains("project_insert_fts");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            journal | create virtual table f using fts5(title, body)
            rebuild | create virtual table f using fts5(title, body)
            journal | create virtual table f using fts5(title, body, content=note, content_rowid=id)
            rebuild | create virtual table f using fts5(title, body, content=note, content_rowid=id)
            """)
    void isOfNoConcernWhereNoTriggerAsksForIt(String mode, String definition) throws SQLException {
        index(definition);
        for (String change : List.of(
                "alter table note add column more",
                "alter table note add column another text not null default 'x'",
                "create index note_title on note (title desc)",
                "alter table note rename column extra to other",
                "create trigger fresh after insert on note begin insert into elsewhere values (new.id); end",
                "alter table note drop column more",
                "create view shown as select * from note")) {
            assertThat(fts("defer", "--mode", mode).exit()).isZero();
            TestSqlite.create(
                    file,
                    change,
                    "insert into note (title, body) values ('new', 'words')",
                    "delete from note where id = (select min(id) from note)");

            LockstepRun restored = fts("restore");

            assertThat(restored.exit()).as("%s: %s", change, restored).isZero();
            assertThat(fts("check", "--deep").exit()).as(change).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "insert into f (rowid, title, body) select id, title, body from (select * from note where id = new.id)",
                "insert into f (rowid, title, body) select new.id, new.title, (select extra from note where id = new.id)",
            })
    void isOfConcernWhereATriggerAsksForEveryColumnOrThatOne(String insert) throws SQLException {
        TestSqlite.create(
                file,
                "create virtual table f using fts5(title, body)",
                "create trigger note_ai after insert on note begin " + insert + "; end");
        TestSqlite.create(
                file,
                "create table other (id integer primary key, a)",
                "create trigger note_ad after delete on note begin delete from f where rowid = old.id; end");
        LockstepRun deferred = fts("defer", "--mode", "rebuild");
        if (deferred.exit() == 6 || deferred.exit() == 2) {
            assertThat(insert).as("refused from the first").contains("*");
            return;
        }
        TestSqlite.create(file, "alter table note rename column extra to more");

        assertThat(fts("restore").exit()).isEqualTo(6);
    }

    private LockstepRun fts(String command, String... more) {
        List<String> words = new ArrayList<>(List.of("fts", command, "--db", file.toString()));
        words.addAll(List.of(more));
        return LockstepRun.of(Map.of(), words.toArray(String[]::new));
    }

    @Test
    void aChangeThatIsMeantIsAcceptedByTheStatementThatTheHintSays() throws SQLException {
        index("create virtual table f using fts5(title, body)");
        Engine engine = new Engine(file, Engine.NONE);
        engine.defer();
        TestSqlite.create(file, "drop table note", "create table note (id integer primary key, body, title, extra)");

        assertThatThrownBy(engine::restore).isInstanceOfSatisfying(LockstepException.class, e -> {
            int sql = Hints.of(e).indexOf("update lockstep_fts_deferral");
            assertThat(sql).isPositive();
            assertThat(run(Hints.of(e).substring(sql))).isTrue();
        });

        assertThat(engine.restore().tables()).hasSize(1);
        assertThat(engine.status().isKept()).isTrue();
    }

    private boolean run(String sql) {
        try {
            TestSqlite.create(file, sql.split("; "));
            return true;
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    @Test
    void triggersThatAreStoredWithThoseOfAnIndexThatIsGoneAreRestoredFirst() throws SQLException {
        Engine engine = new Engine(CadtDatabase.create(dir.resolve("cadt.db"), 3), Engine.CADT);
        engine.defer();
        TestSqlite.create(engine.file(), "drop table units_fts");

        assertThatThrownBy(engine::restore).isInstanceOfSatisfying(LockstepException.class, e -> {
            assertThat(Hints.of(e))
                    .contains(
                            "first 'lockstep fts restore --table projects_fts', then give the triggers up: create table");
            assertThat(engine.restore("projects_fts").tables()).hasSize(1);
            file = engine.file();
            assertThat(run(Hints.of(e).substring(Hints.of(e).indexOf("create table"))))
                    .isTrue();
        });

        assertThat(CadtDatabase.liveTriggers(engine.file()))
                .isEqualTo("project_insert_fts,project_delete_fts,project_update_fts");
        assertThat(CadtDatabase.meta(engine.file(), CadtDatabase.FLAG)).isNull();
    }

    @Test
    void triggersOfAnIndexThatIsGoneForGoodAreGivenUpByTheStatementThatTheHintSays() throws SQLException {
        index("create virtual table f using fts5(title, body)");
        Engine engine = new Engine(file, Engine.NONE);
        engine.defer();
        TestSqlite.create(file, "drop table f");
        assertThat(engine.status().tables())
                .extracting(FtsStatus.Table::kind)
                .containsExactly(java.util.Optional.empty());

        assertThatThrownBy(engine::restore).isInstanceOfSatisfying(LockstepException.class, e -> {
            int sql = Hints.of(e).indexOf("create table");
            assertThat(sql).isPositive();
            assertThat(run(Hints.of(e).substring(sql))).isTrue();
        });

        assertThat(TestSqlite.ask(file, "select ddl_json from lockstep_fts_given_up"))
                .as("what was stored is kept")
                .contains("CREATE TRIGGER note_ai");
        assertThat(engine.status().tables()).isEqualTo(List.of());
        assertThat(engine.restore().leftovers()).as("what its journal left").isPositive();
        assertThat(engine.restore().changed()).isFalse();
    }
}
