package dev.lockstep.fts.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.fts.CadtDatabase;
import dev.lockstep.fts.Engine;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Notice;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Triggers are deferred only if a rebuild makes of an index what they make of it; and what else they do goes on. */
class DeferralTrialTest {
    private static final String ROWS =
            "with recursive n(i) as (select 1 union all select i + 1 from n where i < 20) insert into n (id, body)"
                    + " select i, 'word' || i from n";

    @TempDir
    private Path dir;

    /** A schema whose index depends on more than the rows that are there. */
    record Shape(String name, List<String> statements) {
        static Shape of(String name, String... statements) {
            return new Shape(name, List.of(statements));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static final String INSERT =
            "create trigger ai after insert on n begin insert into f (rowid, body)" + " values (new.id, new.body); end";
    private static final String UPDATE =
            "create trigger au after update of body on n begin update f set body = new.body"
                    + " where rowid = old.id; end";
    private static final String DELETE =
            "create trigger ad after delete on n begin delete from f where rowid = old.id; end";

    static Stream<Shape> irreproducible() {
        String table =
                "create table n (id integer primary key, body text, deleted integer not null default 0, kind text)";
        String own = "create virtual table f using fts5(body)";
        return Stream.of(
                Shape.of(
                        "letters are made small at first, and kept later",
                        table,
                        own,
                        INSERT.replace("new.body)", "lower(new.body))"),
                        UPDATE,
                        DELETE),
                Shape.of(
                        "blanks around are taken away at first, and kept later",
                        table,
                        own,
                        INSERT.replace("new.body)", "trim(new.body))"),
                        UPDATE,
                        DELETE),
                Shape.of(
                        "what is only kept is not followed",
                        table,
                        "create virtual table f using fts5(body, kind unindexed)",
                        INSERT.replace("body)", "body, kind)").replace("new.body, kind", "new.body, new.kind"),
                        UPDATE,
                        DELETE),
                Shape.of(
                        "an update trigger takes deleted rows out",
                        table,
                        own,
                        INSERT,
                        UPDATE,
                        DELETE,
                        "create trigger asoft after update of deleted on n when new.deleted = 1 begin"
                                + " delete from f where rowid = old.id; end"),
                Shape.of(
                        "an update trigger takes deleted rows out, and few rows are in the index",
                        table.replace("kind text", "kind text default 'x'"),
                        own,
                        INSERT.replace("insert on n", "insert on n when new.kind is null"),
                        "create trigger au after update of body, kind on n begin delete from f where rowid = old.id;"
                                + " insert into f (rowid, body) select new.id, new.body where new.kind is null; end",
                        DELETE,
                        "create trigger asoft after update of deleted on n when new.deleted = 1 begin"
                                + " delete from f where rowid = old.id; end"),
                Shape.of(
                        "an update brings rows in that another condition leaves out",
                        table,
                        own,
                        INSERT.replace("insert on n", "insert on n when new.kind is null and new.deleted = 0"),
                        "create trigger au after update on n begin delete from f where rowid = old.id;"
                                + " insert into f (rowid, body) select new.id, new.body where new.kind is null and"
                                + " new.deleted = 0 or old.deleted = 1 and new.deleted = 0; end",
                        DELETE),
                Shape.of(
                        "an insert fails on text that an update takes",
                        table,
                        own,
                        INSERT.replace("new.body)", "new.body || json_extract(new.kind, '$.k'))"),
                        "create trigger au after update of body on n begin update f set body = new.body || ''"
                                + " where rowid = old.id; end",
                        DELETE),
                Shape.of(
                        "an update trigger takes rows of one kind out",
                        table,
                        own,
                        INSERT,
                        UPDATE,
                        DELETE,
                        "create trigger akind after update on n when new.kind = 'archived' begin"
                                + " delete from f where rowid = old.id; end"),
                Shape.of(
                        "an update trigger follows another column",
                        "create table n (id integer primary key, body text, subject text)",
                        own,
                        INSERT,
                        "create trigger au after update of subject on n begin update f set body = new.body"
                                + " where rowid = old.id; end"),
                Shape.of(
                        "a delete trigger that keeps some",
                        table,
                        own,
                        INSERT,
                        UPDATE,
                        "create trigger ad after delete on n when old.deleted = 0 begin"
                                + " delete from f where rowid = old.id; end"),
                Shape.of(
                        "an update writes other text than an insert",
                        table,
                        own,
                        INSERT,
                        "create trigger au after update on n begin update f set body = new.body || ' ' || new.kind"
                                + " where rowid = old.id; end",
                        DELETE),
                Shape.of(
                        "external content whose update indexes what the insert leaves out",
                        "create table n (id integer primary key, body text, hidden text)",
                        "create virtual table f using fts5(body, content='n', content_rowid='id')",
                        "create trigger ai after insert on n when new.hidden is null begin"
                                + " insert into f (rowid, body) values (new.id, new.body); end",
                        "create trigger au after update on n begin insert into f (f, rowid, body) select 'delete',"
                                + " old.id, old.body where old.hidden is null; insert into f (rowid, body) values (new.id,"
                                + " new.body); end"));
    }

    @ParameterizedTest
    @MethodSource("irreproducible")
    void whatARebuildWouldNotMakeIsRefusedAndNothingChanges(Shape shape) throws SQLException {
        List<String> statements = new ArrayList<>(shape.statements());
        statements.add(ROWS);
        Path file = TestSqlite.create(dir.resolve("a.db"), statements.toArray(String[]::new));
        String before =
                TestSqlite.ask(file, "select group_concat(block) from (select hex(block) as block from f_data)");
        Engine engine = new Engine(file, Engine.NONE);

        assertThatThrownBy(() -> engine.defer()).isInstanceOfSatisfying(LockstepException.class, e -> {
            assertThat(e.kind()).isEqualTo(LockstepException.Kind.USAGE);
            assertThat(e.code()).isEqualTo("not-reproducible");
        });

        assertThat(TestSqlite.ask(file, "select count(*) from n")).isEqualTo("20");
        assertThat(TestSqlite.ask(file, "select group_concat(block) from (select hex(block) as block from f_data)"))
                .isEqualTo(before);
        assertThat(TestSqlite.schema(file)).doesNotContain("lockstep");
    }

    @Test
    void textThatOnlyTheIndexHasIsNotGivenUp() throws SQLException {
        Path file = TestSqlite.create(
                dir.resolve("a.db"),
                "create table n (id integer primary key, title text)",
                "create virtual table f using fts5(title, body)",
                "create trigger ai after insert on n begin insert into f (rowid, title) values (new.id, new.title);"
                        + " end",
                "create trigger au after update on n begin update f set title = new.title where rowid = new.id; end",
                "insert into n values (1, 'one'), (2, 'two')",
                "update f set body = 'extracted' where rowid = 2");

        assertThatThrownBy(() -> new Engine(file, Engine.NONE).defer())
                .isInstanceOfSatisfying(
                        LockstepException.class, e -> assertThat(e.code()).isEqualTo("own-text"));
        TestSqlite.create(
                file, "update f set body = null", "insert into f (rowid, title) values (77, 'an attachment')");
        assertThatThrownBy(() -> new Engine(file, Engine.NONE).defer())
                .isInstanceOfSatisfying(
                        LockstepException.class, e -> assertThat(e.code()).isEqualTo("own-text"));
    }

    @Test
    void externalContentOfWhichTriggersChooseIsRestoredAsTheyChoose() throws SQLException {
        Path file = TestSqlite.create(
                dir.resolve("a.db"),
                "create table n (id integer primary key, body text, deleted_at text)",
                "create virtual table f using fts5(body, content='n', content_rowid='id')",
                "create trigger ai after insert on n when new.deleted_at is null begin"
                        + " insert into f (rowid, body) values (new.id, lower(new.body)); end",
                "create trigger ad after delete on n when old.deleted_at is null begin"
                        + " insert into f (f, rowid, body) values ('delete', old.id, lower(old.body)); end",
                "create trigger au after update on n begin insert into f (f, rowid, body) select 'delete', old.id,"
                        + " lower(old.body) where old.deleted_at is null; insert into f (rowid, body) select new.id,"
                        + " lower(new.body) where new.deleted_at is null; end",
                ROWS,
                "update n set deleted_at = '2025' where id < 5");
        Engine engine = new Engine(file, Engine.NONE);

        engine.defer();
        TestSqlite.create(file, "update n set deleted_at = '2026' where id = 10", "delete from n where id = 11");
        engine.restore();

        assertThat(TestSqlite.ask(file, "select count(*) from f_docsize")).isEqualTo("14");
        assertThat(TestSqlite.ask(file, "select count(*) from f where f match 'word10 OR word11 OR word3'"))
                .isEqualTo("0");
        TestSqlite.create(file, "delete from n");
        assertThat(TestSqlite.ask(file, "select count(*) from f_docsize")).isEqualTo("0");
    }

    @Test
    void whatElseATriggerDoesGoesOnAndItComesBackAsItWas() throws SQLException {
        Path file = TestSqlite.create(
                dir.resolve("a.db"),
                "create table n (id integer primary key, body text)",
                "create table reactions (message integer)",
                "create table log (what text)",
                "create virtual table f using fts5(body)",
                "create trigger first after delete on n begin insert into log values ('first ' || old.id); end",
                "create trigger ai after insert on n begin select raise(abort, 'empty') where new.body = '';"
                        + " insert into f (rowid, body) values (new.id, new.body); end",
                "create trigger ad after delete on n begin delete from f where rowid = old.id; delete from reactions"
                        + " where message = old.id; insert into log values ('ad ' || old.id); end",
                "create trigger last after delete on n begin insert into log values ('last ' || old.id); end",
                ROWS,
                "insert into reactions select id from n");
        String master = CadtDatabase.masterInOrder(file);
        Engine engine = new Engine(file, Engine.NONE);

        engine.defer();
        TestSqlite.create(file, "delete from n where id = 3");
        assertThatThrownBy(() -> TestSqlite.create(file, "insert into n values (50, '')"))
                .hasMessageContaining("empty");
        assertThat(TestSqlite.ask(file, "select group_concat(what) from log")).isEqualTo("last 3,ad 3,first 3");
        assertThat(TestSqlite.ask(file, "select count(*) from reactions")).isEqualTo("19");
        engine.restore();

        assertThat(CadtDatabase.masterInOrder(file)).isEqualTo(master);
        TestSqlite.create(file, "delete from log", "delete from n where id = 4");
        assertThat(TestSqlite.ask(file, "select group_concat(what) from log")).isEqualTo("last 4,ad 4,first 4");
        assertThat(TestSqlite.ask(file, "select count(*) from f")).isEqualTo("18");
    }

    @Test
    void aTriggerWhoseRestReadsTheIndexIsRefused() throws SQLException {
        Path file = TestSqlite.create(
                dir.resolve("a.db"),
                "create table n (id integer primary key, body text)",
                "create table sizes (rows integer)",
                "create virtual table f using fts5(body)",
                "create trigger ai after insert on n begin insert into f (rowid, body) values (new.id, new.body);"
                        + " insert into sizes select count(*) from f; end",
                ROWS);

        assertThatThrownBy(() -> new Engine(file, Engine.NONE).defer())
                .isInstanceOfSatisfying(LockstepException.class, e -> {
                    assertThat(e.kind()).isEqualTo(LockstepException.Kind.REFUSED);
                    assertThat(e.getMessage()).contains("ai", "sizes");
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update f set body = new.body where id = old.id",
                "update f set body = new.body where id = new.id",
                "delete from f where id = new.id; insert into f (body, id) values (new.body, new.id)"
            })
    void aKeyThatTriggersDoNotFollowIsNamed(String followed) throws SQLException {
        Path file = keyed(followed);

        assertThat(new Engine(file, Engine.NONE).defer().notices())
                .extracting(Notice::code)
                .containsExactly("key-kept");
    }

    @Test
    void aKeyThatTriggersFollowIsNotMentioned() throws SQLException {
        Path file = keyed("update f set id = new.id, body = new.body where id = old.id");

        assertThat(new Engine(file, Engine.NONE).defer().notices()).isEmpty();
    }

    private Path keyed(String followed) throws SQLException {
        Path file = dir.resolve("keyed.db");
        TestSqlite.create(
                file,
                "create table n (id text primary key, body text)",
                "create virtual table f using fts5(body, id unindexed)",
                "create trigger ai after insert on n begin insert into f (body, id) values (new.body, new.id); end",
                "create trigger au after update on n begin " + followed + "; end",
                "create trigger ad after delete on n begin delete from f where id = old.id; end",
                "insert into n values ('a', 'one'), ('b', 'two')");
        return file;
    }
}
