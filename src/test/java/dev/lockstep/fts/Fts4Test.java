package dev.lockstep.fts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Indexes of the older modules, with the triggers that libraries make for them. */
class Fts4Test {
    private static final String ROWS = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 200)"
            + " insert into docs (title, body) select 'title ' || i, 'hello body ' || (i % 50) from n";

    private static final List<String> WORK = List.of(
            "update docs set body = 'changed ' || id where id % 7 = 0",
            "delete from docs where id % 11 = 0",
            "update docs set hidden = 1 where id % 13 = 0",
            "insert into docs (title, body) values ('new', 'fresh words')");

    private static final String TRIGGERS =
            "select group_concat(sql, char(10)) from (select sql from sqlite_master where type = 'trigger' order by rowid)";

    private static final String FOUND = "select (select count(*) from f where f match 'changed') || ' '"
            + " || (select count(*) from f where f match 'fresh') || ' ' || (select count(*) from f where f match 'hello')";

    @TempDir
    private Path dir;

    private Path file;

    private void docs(String index, String when) throws SQLException {
        String on = when.isEmpty() ? "" : "when %s.hidden = 0 ";
        file = TestSqlite.create(
                dir.resolve("t.db"),
                "create table docs (id integer primary key, title text, body text, hidden int default 0)",
                ROWS,
                "create virtual table f using " + index,
                "insert into f (docid, title, body) select id, title, body from docs",
                "create trigger __f_bu before update on docs " + on.formatted("old")
                        + "begin delete from \"f\" where docid = old.id; end",
                "create trigger __f_bd before delete on docs " + on.formatted("old")
                        + "begin delete from \"f\" where docid = old.id; end",
                "create trigger __f_au after update on docs " + on.formatted("new")
                        + "begin insert into \"f\" (docid, title, body) values (new.id, new.title, new.body); end",
                "create trigger __f_ai after insert on docs " + on.formatted("new")
                        + "begin insert into \"f\" (docid, title, body) values (new.id, new.title, new.body); end");
    }

    private LockstepRun fts(String command, String... more) {
        List<String> words = new ArrayList<>(List.of("fts", command, "--db", file.toString()));
        words.addAll(List.of(more));
        return LockstepRun.of(Map.of(), words.toArray(String[]::new));
    }

    private void work() throws SQLException {
        TestSqlite.create(file, WORK.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "fts4(title, body, tokenize=unicode61 \"remove_diacritics=0\", content=\"docs\")",
                "fts4(title, body, content=docs, prefix=\"2,4\", order=desc)",
                "fts4(`title` TEXT NOT NULL, `body` TEXT, content=`docs`, tokenize=porter)",
                "fts4(title, body)",
                "fts4(title, body, notindexed=title, matchinfo=fts3)",
                "fts3(title, body, tokenize porter)"
            })
    void bulkWorkLeavesWhatLiveTriggersLeave(String index) throws SQLException {
        docs(index, "");
        String triggers = TestSqlite.ask(file, TRIGGERS);
        work();
        String live = TestSqlite.ask(file, FOUND);
        docsAnew(index);

        fts("defer").endedWith(0);
        work();
        fts("check", "--deep").endedWith(3);
        fts("restore").endedWith(0);

        assertThat(TestSqlite.ask(file, FOUND)).isEqualTo(live);
        assertThat(TestSqlite.ask(file, TRIGGERS)).isEqualTo(triggers);
        TestSqlite.create(file, "insert into f (f) values ('integrity-check')");
        assertThat(fts("check", "--deep").endedWith(0).stdout()).contains("f: equal");
        fts("status").endedWith(0);
        TestSqlite.create(file, "update docs set body = 'after'", "delete from docs where id > 100");
        fts("check", "--deep").endedWith(0);
    }

    private void docsAnew(String index) throws SQLException {
        boolean gone = file.toFile().delete();
        assertThat(gone).isTrue();
        docs(index, "");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '`', textBlock = """
            new.title || ' ' || new.body; 2
            coalesce(lower(new.title), ''); 0
            """)
    void otherTextThanItsContentHasIsRefusedForDeletionsLeaveWords(String title, int exit) throws SQLException {
        docs("fts4(title, body, content=docs)", "");
        for (String name : List.of("__f_ai", "__f_au")) {
            String sql = TestSqlite.ask(file, "select sql from sqlite_master where name = '" + name + "'");
            TestSqlite.create(
                    file, "drop trigger " + name, sql.replace("(new.id, new.title,", "(new.id, " + title + ","));
        }
        TestSqlite.create(file, "update docs set body = body");

        LockstepRun deferred = fts("defer").endedWith(exit);

        assertThat(deferred.stderr().contains("of which FTS4 leaves words behind"))
                .isEqualTo(exit == 2);
    }

    @Test
    void triggersThatChooseAreFollowed() throws SQLException {
        docs("fts4(title, body, content=docs)", "chosen");

        fts("defer").endedWith(0);
        work();
        fts("restore").endedWith(0);

        assertThat(TestSqlite.ask(file, "select count(*) from f where f match 'title'"))
                .isEqualTo(TestSqlite.ask(file, "select count(*) from docs where hidden = 0 and title like 'title%'"));
        fts("check", "--deep").endedWith(0);
    }

    @Test
    void deletionsAfterTheRowIsGoneAreRefused() throws SQLException {
        docs("fts4(title, body, content=docs)", "");
        TestSqlite.create(
                file,
                "drop trigger __f_bu",
                "create trigger __f_bu after update on docs begin delete from f where docid = old.id; end");

        assertThat(fts("defer").endedWith(2).stderr()).contains("f would not be what its triggers make of it");
    }

    @Test
    void termsThatAreNotThoseOfTheirRowsAreTold() throws SQLException {
        docs("fts4(title, body, content=docs)", "");
        TestSqlite.create(
                file,
                "drop trigger __f_au",
                "drop trigger __f_bu",
                "update docs set body = 'unseen' where id = 5",
                "create trigger __f_bu before update on docs begin delete from f where docid = old.id; end",
                "create trigger __f_au after update on docs begin insert into f (docid, title, body)"
                        + " values (new.id, new.title, new.body); end");

        assertThat(fts("check", "--deep").endedWith(3).stdout()).contains("FTS4's integrity-check fails");
        fts("rebuild", "--yes").endedWith(0);
        fts("check", "--deep").endedWith(0);
        fts("rebuild", "--recreate", "--yes").endedWith(0);
        fts("check", "--deep").endedWith(0);
    }

    @Test
    void anIndexThatNothingCanMakeAnewIsLeftAlone() throws SQLException {
        docs("fts4(title, body, content='')", "");

        assertThat(fts("status").stdout()).contains("fts4 contentless of docs");
        assertThat(fts("defer").endedWith(2).stderr()).contains("takes neither deletions nor 'rebuild'");
        assertThat(fts("rebuild", "--yes").endedWith(2).stderr()).contains("takes neither deletions nor 'rebuild'");
    }

    @Test
    void triggersOnAViewAreNamedWithTheReasonWhyTheyStay() throws SQLException {
        file = TestSqlite.create(
                dir.resolve("v.db"),
                "create table docs (id integer primary key, body text)",
                "create view v as select id, body from docs",
                "create virtual table f using fts5(body, content='')",
                "create trigger vi instead of insert on v begin insert into docs values (new.id, new.body);"
                        + " insert into f (rowid, body) values (new.id, new.body); end");

        assertThat(fts("defer").endedWith(2).stderr())
                .contains("f (contentless) is written by triggers on a view, vi on v")
                .doesNotContain("there is no");
        assertThat(fts("rebuild", "--yes").endedWith(0).stdout())
                .contains("left alone: f (contentless) is written by triggers on a view, vi on v")
                .doesNotContain("there is no");
    }

    @Test
    void oneThatCannotBeOpenedDoesNotKeepTheOthersFromBeingRebuilt() throws SQLException {
        docs("fts4(title, body)", "");
        TestSqlite.create(
                file,
                "create virtual table g using fts5(title)",
                "create trigger gi after insert on docs begin insert into g (rowid, title) values (new.id, new.title); end",
                "pragma writable_schema = on",
                "update sqlite_master set sql = replace(sql, '(title)', '(title, tokenize=nosuch)') where name = 'g'");

        LockstepRun rebuild = fts("rebuild", "--yes").endedWith(7);

        assertThat(rebuild.stdout()).contains("rebuilt f: 200 rows");
        assertThat(rebuild.stderr()).contains("g cannot be opened");
        fts("rebuild", "--yes", "--table", "g").endedWith(6);
    }

    @Test
    void whatBelongsIntoAnIndexMustBeReadableForItToBeActive() throws SQLException {
        docs("fts4(title, body)", "");
        TestSqlite.create(
                file,
                "create virtual table g using fts5(title)",
                "create trigger gi after insert on docs begin insert into g (rowid, title)"
                        + " values (new.id, strip(new.title)); end",
                "create trigger gd after delete on docs begin delete from g where rowid = old.id; end",
                "create trigger gu after update on docs begin update g set title = strip(new.title)"
                        + " where rowid = old.id; end");

        assertThat(fts("status", "--table", "g").endedWith(3).stdout()).contains("g: unreadable", "strip");
    }

    @Test
    void aLostAveragesRecordIsToldAsDamageBeforeADeferral() throws SQLException {
        docs("fts4(title, body)", "");
        TestSqlite.create(
                file,
                "create virtual table g using fts5(title)",
                "create trigger gi after insert on docs begin insert into g (rowid, title) values (new.id, new.title); end",
                "insert into g (rowid, title) select id, title from docs",
                "delete from g_data where id = 1");

        assertThat(fts("defer", "--table", "g").endedWith(6).stderr())
                .contains("g is damaged", "lockstep fts rebuild --table g");
        fts("rebuild", "--yes", "--table", "g").endedWith(0);
        fts("check", "--deep", "--table", "g").endedWith(0);
    }
}
