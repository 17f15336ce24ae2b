package dev.lockstep.fts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.fts.deferral.Deferral;
import dev.lockstep.fts.deferral.FtsStatus;
import dev.lockstep.fts.deferral.Restoration;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Notice;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kind of FTS5 table, with the options that change how it keeps itself. */
class KindsTest {
    private static final String NOTE =
            "create table note (id integer primary key, title text collate nocase, body, lang)";

    private static final String ROWS = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 50)"
            + " insert into note (id, title, body, lang) select i * 3, 'Title ' || i, iif(i % 5, 'body of ' || i, null),"
            + " iif(i % 2, 'en', 'de') from n";

    private static final List<String> CHANGES = List.of(
            "update note set body = 'changed', title = upper(title) where id % 2 = 0",
            "delete from note where id % 7 = 0",
            "insert into note (id, title, body, lang) values (1000, 'A ''new'' one', x'616263', 'en'), (-5, null, 1.5, 'de')");

    /**
     * An index over notes.
     *
     * @param triggers its triggers' bodies on insert, delete and update
     * @param same what gives 0 if it holds what it ought to
     */
    record Case(String name, String index, List<String> triggers, String proof, String same) {
        @Override
        public String toString() {
            return name;
        }
    }

    @TempDir
    private Path dir;

    static Stream<Case> cases() {
        String own = "select count(*) from (select * from (select title, body from note order by 1, 2)"
                + " except select title, body from f)";
        String command = "insert into f (f, rowid, title, body) values ('delete', old.id, old.title, old.body);";
        String insert = "insert into f (rowid, title, body) values (new.id, new.title, new.body);";
        String byCommand = "select count(*) from f where f match 'changed' and rowid not in (select id from note)";
        String found = "select (select count(*) from note where body = 'changed')"
                + " - (select count(*) from f where f match 'changed')";
        return Stream.of(
                new Case(
                        "own content, no row number",
                        "create virtual table f using fts5(title, body)",
                        List.of(
                                "insert into f (title, body) values (new.title, new.body);",
                                "delete from f where title is old.title and body is old.body;"),
                        "whole",
                        own),
                new Case(
                        "own content, row number and options",
                        "create virtual table f using fts5(title, body unindexed, tokenize = 'porter unicode61', prefix='2 3',"
                                + " detail=column, columnsize=0)",
                        List.of(
                                "delete from f where rowid = new.id; insert into f (rowid, title, body) select new.id,"
                                        + " new.title, new.body where new.id is not null;",
                                "delete from f where rowid = old.id;"),
                        "whole",
                        own),
                new Case(
                        "external content",
                        "create virtual table f using fts5(title, body, content='note', content_rowid='id')",
                        List.of(insert, command),
                        "whole",
                        found),
                new Case(
                        "external content of a view",
                        "create virtual table f using fts5(title, body, content = \"note_view\", content_rowid=id)",
                        List.of(insert, command),
                        "whole",
                        found),
                new Case(
                        "contentless",
                        "create virtual table f using fts5(title, body, content='')",
                        List.of(insert, command),
                        "rows",
                        byCommand),
                new Case(
                        "contentless with deletion",
                        "create virtual table f using fts5(title, body, content='', contentless_delete=1)",
                        List.of(insert, "delete from f where rowid = old.id;"),
                        "rows",
                        found),
                new Case(
                        "contentless without sizes",
                        "create virtual table f using fts5(title, body, content='', columnsize=0)",
                        List.of(insert, command),
                        "none",
                        found));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isRebuiltAndProvenInItsOwnWayAndKeepsItsDefinitionAndConfiguration(Case given) throws SQLException {
        Path file = make(given);
        TestSqlite.create(file, "insert into f (f, rank) values ('rank', 'bm25(10.0, 5.0)')");
        TestSqlite.create(file, "insert into f (f, rank) values ('automerge', 7)");
        String master = CadtDatabase.masterInOrder(file);
        String config = TestSqlite.ask(file, "select group_concat(k || v) from f_config");
        Engine engine = new Engine(file, Engine.NONE);

        engine.defer();
        TestSqlite.create(file, CHANGES.toArray(String[]::new));
        Restoration.Outcome outcome = engine.restore();

        assertThat(outcome.tables()).extracting(Restoration.Table::proof).containsExactly(given.proof());
        assertThat(outcome.tables().get(0).reindexed())
                .isEqualTo(Long.parseLong(TestSqlite.ask(file, "select count(*) from note")));
        assertThat(TestSqlite.ask(file, given.same())).isEqualTo("0");
        assertThat(TestSqlite.ask(file, "select count(*) from f where f match 'new'"))
                .isEqualTo("1");
        assertThat(CadtDatabase.masterInOrder(file)).isEqualTo(master);
        assertThat(TestSqlite.ask(file, "select group_concat(k || v) from f_config"))
                .isEqualTo(config);
        TestSqlite.create(file, "insert into f (f) values ('integrity-check')");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isKeptByItsTriggersAfterwards(Case given) throws SQLException {
        Path file = make(given);
        Engine engine = new Engine(file, Engine.NONE);
        engine.defer();
        engine.restore();

        TestSqlite.create(file, CHANGES.toArray(String[]::new));

        assertThat(TestSqlite.ask(file, given.same())).isEqualTo("0");
        TestSqlite.create(file, "insert into f (f) values ('integrity-check')");
    }

    private Path make(Case given) throws SQLException {
        String insert = given.triggers().get(0);
        String delete = given.triggers().get(1);
        return TestSqlite.create(
                dir.resolve("kinds.db"),
                NOTE,
                "create view note_view as select id, title, body from note",
                given.index(),
                "create trigger f_ai after insert on note begin " + insert + " end",
                "create trigger f_ad after delete on note begin " + delete + " end",
                "create trigger f_au after update on note begin " + delete + insert + " end",
                ROWS);
    }

    @Test
    void anExternalIndexThatIsStaleEvenThoughItsTriggersAreLiveIsSaidToBeSoAndCured() throws SQLException {
        Path file = make(cases().toList().get(2));
        TestSqlite.create(file, "drop trigger f_ad", "delete from note where id = 3");
        Engine engine = new Engine(file, Engine.NONE);

        Deferral.Outcome outcome = engine.defer();

        assertThat(outcome.notices()).extracting(Notice::code).contains("drifted", "reads-may-fail");
        engine.restore();
        TestSqlite.create(file, "insert into f (f, rank) values ('integrity-check', 1)");
    }

    @Test
    void severalBasesAndABaseWithoutRowidFeedOneIndex() throws SQLException {
        Path file = TestSqlite.create(
                dir.resolve("several.db"),
                "create table post (slug text primary key, txt text) without rowid",
                "create table comment (txt text, spam integer)",
                "create virtual table f using fts5(kind, txt)",
                "create trigger p after insert on post begin insert into f values ('post', new.txt); end",
                "create trigger c after insert on comment when new.spam is not 1 begin"
                        + " insert into f (txt, kind) values (new.txt, 'comment'), (upper(new.txt), 'loud'); end",
                "insert into post values ('a', 'first'), ('b', 'first')",
                "insert into comment values ('one', 0), ('two', 1), ('three', null)");
        String before = TestSqlite.ask(file, "select group_concat(kind || txt) from (select * from f order by 1, 2)");
        Engine engine = new Engine(file, Engine.NONE);

        engine.defer();
        TestSqlite.create(file, "delete from f");
        Restoration.Outcome outcome = engine.restore();

        assertThat(outcome.tables().get(0).reindexed()).isEqualTo(6);
        assertThat(TestSqlite.ask(file, "select group_concat(kind || txt) from (select * from f order by 1, 2)"))
                .isEqualTo(before);
    }

    @Test
    void indexesThatShareATriggerGoAndComeTogether() throws SQLException {
        Path file = TestSqlite.create(
                dir.resolve("shared.db"),
                "create table t (a)",
                "create virtual table f using fts5(a)",
                "create virtual table g using fts5(a)",
                "create trigger both after insert on t begin insert into f values (new.a); insert into g values (new.a); end",
                "insert into t values ('x')");
        String master = CadtDatabase.masterInOrder(file);
        Engine engine = new Engine(file, Engine.NONE);

        assertThat(engine.defer("f").tables()).extracting(Deferral.Table::fts).containsExactly("f", "g");
        TestSqlite.create(file, "insert into t values ('y')");
        assertThat(engine.restore("g").tables())
                .extracting(Restoration.Table::fts)
                .containsExactlyInAnyOrder("f", "g");

        assertThat(CadtDatabase.masterInOrder(file)).isEqualTo(master);
        assertThat(TestSqlite.ask(file, "select count(*) from f, g where f match 'y' and g match 'y'"))
                .isEqualTo("1");
    }

    @Test
    void triggersOnViewsAreReportedAndStay() throws SQLException {
        Path file = TestSqlite.create(
                dir.resolve("view.db"),
                "create table t (a)",
                "create view v as select a from t",
                "create virtual table f using fts5(a)",
                "create trigger on_view instead of insert on v begin insert into f values (new.a); end");
        Engine engine = new Engine(file, Engine.NONE);

        assertThat(engine.status().notices()).extracting(Notice::code).containsExactly("left-alone");
        assertThat(engine.status().isKept()).isTrue();
        assertThatThrownBy(engine::defer).isInstanceOfSatisfying(LockstepException.class, e -> assertThat(e.code())
                .isEqualTo("no-triggers"));
        assertThat(CadtDatabase.liveTriggers(file)).isEqualTo("on_view");
    }

    @Test
    void temporaryTriggersAreReportedAndStay() throws SQLException {
        Path file =
                TestSqlite.create(dir.resolve("temp.db"), "create table t (a)", "create virtual table f using fts5(a)");
        Engine engine = new Engine(file, Engine.NONE);

        List<Notice> notices = engine.with(db -> {
            db.autocommit(tx -> {
                tx.execute("create temp trigger fleeting after insert on t begin insert into f values (new.a); end");
                return null;
            });
            return FtsStatus.read(db, engine.loaded(), List.of()).notices();
        });

        assertThat(notices)
                .extracting(Notice::message)
                .singleElement()
                .asString()
                .contains("fleeting", "temporary");
    }
}
