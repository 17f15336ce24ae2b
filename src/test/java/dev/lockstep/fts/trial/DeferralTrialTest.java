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

    @ParameterizedTest
    @MethodSource("dev.lockstep.fts.trial.IrreproducibleShapes#all")
    void whatARebuildWouldNotMakeIsRefusedAndNothingChanges(IrreproducibleShapes.Shape shape) throws SQLException {
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

    @ParameterizedTest
    @ValueSource(strings = {"id unindexed, body", "body"})
    void anIndexThatHasDriftedIsToBlameAndNotItsTriggers(String columns) throws SQLException {
        String number = columns.equals("body") ? "rowid" : "id";
        Path file = TestSqlite.create(
                dir.resolve("a.db"),
                "create table n (id integer primary key, body text)",
                "create virtual table f using fts5(" + columns + ")",
                "create trigger ai after insert on n begin insert into f (" + number
                        + ", body) values (new.id, new.body); end",
                "create trigger au after update on n begin update f set body = new.body where " + number
                        + " = old.id; end",
                "create trigger ad after delete on n begin delete from f where " + number + " = old.id; end",
                ROWS,
                "delete from f where rowid = 20");
        String schema = TestSqlite.schema(file);
        Engine engine = new Engine(file, Engine.NONE);

        assertThatThrownBy(engine::defer).isInstanceOfSatisfying(LockstepException.class, e -> {
            assertThat(e.code()).isEqualTo("index-drifted");
            assertThat(e).hasMessageContaining("f has drifted").message().doesNotContain("(au)");
        });
        assertThat(TestSqlite.schema(file)).isEqualTo(schema);

        TestSqlite.create(
                file,
                "insert into f (rowid, " + columns.replace(" unindexed", "") + ") select 20, "
                        + columns.replace(" unindexed", "") + " from n where id = 20");
        assertThat(engine.defer().tables()).isNotEmpty();
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
