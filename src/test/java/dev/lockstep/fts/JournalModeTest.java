package dev.lockstep.fts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.fts.deferral.Deferral;
import dev.lockstep.fts.deferral.Restoration;
import dev.lockstep.fts.ledger.DeferralMode;
import dev.lockstep.support.LockstepException;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Restoring by the keys that a journal noted ends where making the index anew ends, for every kind of index. */
class JournalModeTest {
    private static final String FILL = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 600)"
            + " insert into note (id, code, title, body) select i, 'Code-' || i || iif(i % 9, '', '\"x'), 'Title ' || i,"
            + " iif(i % 5, 'body of ' || i, null) from n";

    private static final List<String> CHANGES = List.of(
            "update note set body = 'changed once' where id % 20 = 3",
            "update note set body = 'changed twice', title = upper(title) where id % 40 = 3",
            "delete from note where id % 25 = 7",
            "insert into note (id, code, title, body) values (1000, 'Code-1000', 'A ''new'' one', x'616263')",
            "insert or replace into note (id, code, title, body) values (30, 'Code-30', 'replaced by number', 'r')",
            "insert or replace into note (id, code, title, body) values (2000, 'Code-33', 'replaced by code', 'r')",
            "update or replace note set code = 'Code-44' where id = 45",
            "update note set id = 5000 where id = 50",
            "update note set id = 5001, code = 'moved' where id = 51",
            "delete from note where id = 1000",
            "insert into note (id, code, title, body) values (52, 'Code-52', 'upserted', '')"
                    + " on conflict (id) do update set title = excluded.title");

    /**
     * An index.
     *
     * @param base the definition of note
     * @param insert what a trigger does on insert; on update it follows the delete
     * @param delete what a trigger does on delete
     * @param state what tells two contents of it apart
     */
    record Case(String name, String base, String index, String insert, String delete, String state) {
        @Override
        public String toString() {
            return name;
        }
    }

    @TempDir
    private Path dir;

    static Stream<Case> cases() {
        String byId = "note (id integer primary key, code text unique, title, body)";
        String byCode = "note (id integer unique, code varchar(20) not null primary key, title, body)";
        String rows = "select group_concat(quote(code) || quote(title) || quote(body), '|') from"
                + " (select code, title, body from f order by 1, 2, 3)";
        String terms =
                "select group_concat(hits, '|') from (select doc || ' ' || term || ' ' || \"offset\" || ' ' || col as hits"
                        + " from vocabulary order by 1)";
        String insert = "insert into f (rowid, code, title, body) values (new.id, new.code, new.title, new.body);";
        String forget =
                "insert into f (f, rowid, code, title, body) values ('delete', old.id, old.code, old.title, old.body);";
        String plain = "insert into f (code, title, body) values (new.code, new.title, new.body);";
        return Stream.of(
                new Case(
                        "own content by number",
                        byId,
                        "fts5(code, title, body, prefix='2 3')",
                        insert,
                        "delete from f where rowid = old.id;",
                        rows),
                new Case(
                        "own content by key",
                        byCode,
                        "fts5(title, body, code)",
                        plain,
                        "delete from f where code = old.code;",
                        rows),
                new Case(
                        "own content by key that is not indexed",
                        byCode,
                        "fts5(title, code unindexed, body)",
                        plain,
                        "delete from f where code = old.code;",
                        rows),
                new Case(
                        "own content by key, no positions",
                        byCode,
                        "fts5(code, title, body, detail=none, columnsize=0, tokenize='trigram')",
                        plain,
                        "delete from f where code = old.code;",
                        rows),
                new Case(
                        "own content by two columns without rowid",
                        "note (id integer, code text, title, body, unique (code), unique (id), primary key (code, id)) without rowid",
                        "fts5(code, title, body, id)",
                        "insert into f (code, title, body, id) values (new.code, new.title, new.body, new.id);",
                        "delete from f where code = old.code and id = old.id;",
                        rows),
                new Case(
                        "own content, some rows only",
                        byCode,
                        "fts5(code, title, body)",
                        "insert into f (code, title, body) select new.code, upper(new.title), new.body where new.body is not null;",
                        "delete from f where code = old.code;",
                        rows),
                new Case(
                        "external content",
                        byId,
                        "fts5(title, body, content='note', content_rowid='id', columnsize=0)",
                        insert.replace("new.code, ", "").replace("code, ", ""),
                        forget.replace("old.code, ", "").replace("code, ", ""),
                        terms),
                new Case(
                        "external content by rowid",
                        byId,
                        "fts5(code, title, body, content=note)",
                        insert,
                        forget,
                        terms),
                new Case("contentless", byId, "fts5(code, title, body, content='')", insert, forget, terms),
                new Case(
                        "contentless, computed",
                        byId,
                        "fts5(code, title, body, content='')",
                        "insert into f (rowid, code, title, body) select new.id, new.code, lower(new.title), new.body"
                                + " where new.body is not null;",
                        "insert into f (f, rowid, code, title, body) select 'delete', old.id, old.code, lower(old.title), old.body"
                                + " where old.body is not null;",
                        terms),
                new Case(
                        "contentless with delete",
                        byId,
                        "fts5(code, title, body, content='', contentless_delete=1)",
                        insert,
                        "delete from f where rowid = old.id;",
                        terms));
    }

    private Engine database(Case index) throws SQLException {
        Path file = TestSqlite.create(
                dir.resolve("a.db"),
                "create table " + index.base,
                "create virtual table f using " + index.index,
                "create virtual table vocabulary using fts5vocab(f, instance)",
                "create trigger f_i after insert on note begin " + index.insert + " end",
                "create trigger f_d after delete on note begin " + index.delete + " end",
                "create trigger f_u after update on note begin " + index.delete + " " + index.insert + " end",
                FILL);
        return new Engine(file, Engine.NONE);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void changedRowsAloneAreBroughtIntoStep(Case index) throws Exception {
        Engine engine = database(index);
        String master = TestSqlite.schema(engine.file());
        assertThat(engine.defer().tables()).extracting(Deferral.Table::mode).containsOnly(DeferralMode.JOURNAL);
        TestSqlite.create(engine.file(), CHANGES.toArray(String[]::new));
        Engine anew = new Engine(Files.copy(engine.file(), dir.resolve("b.db")), Engine.NONE);
        TestSqlite.create(anew.file(), "update lockstep_fts_deferral set journal = null");

        Restoration.Outcome journaled = engine.restore();
        Restoration.Outcome rebuilt = anew.restore();

        assertThat(journaled.notices())
                .allSatisfy(notice -> assertThat(notice.message()).contains("were replaced"));
        assertThat(journaled.tables()).extracting(Restoration.Table::proof).containsOnly("changed");
        assertThat(rebuilt.tables()).extracting(Restoration.Table::proof).doesNotContain("changed");
        assertThat(journaled.tables().get(0).reindexed()).isBetween(40L, 80L);
        for (Engine each : List.of(engine, anew)) {
            assertThat(TestSqlite.schema(each.file())).isEqualTo(master);
            assertThat(TestSqlite.ask(each.file(), "pragma integrity_check")).isEqualTo("ok");
        }
        if (!index.index.contains("detail=none") || index.state.contains("from f ")) {
            assertThat(TestSqlite.ask(engine.file(), index.state))
                    .isNotEmpty()
                    .isEqualTo(TestSqlite.ask(anew.file(), index.state));
        }
        String kept = index.index.contains("content='',") || index.index.contains("content=''")
                ? ""
                : ", rank) values ('integrity-check', 1)";
        if (!kept.isEmpty()) {
            TestSqlite.create(engine.file(), "insert into f (f" + kept);
        }
    }

    @Test
    void manyChangesAreCheaperToMakeAnew() throws SQLException {
        Engine engine = database(cases().toList().get(1));
        engine.defer();
        TestSqlite.create(engine.file(), "update note set body = 'all'");

        Restoration.Outcome outcome = engine.restore();

        assertThat(outcome.tables()).extracting(Restoration.Table::proof).containsOnly("whole");
        assertThat(outcome.tables()).extracting(Restoration.Table::reindexed).containsOnly(600L);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "drop trigger lockstep_journal_1_update                 | is gone",
                "drop table lockstep_journal; drop table lockstep_journal_1 | its journal is gone",
                "delete from lockstep_journal_1; update lockstep_journal set acknowledged = 5 | another hand",
            })
    void whatTheJournalMissedIsFoundByMakingTheIndexAnew(String damage, String notice) throws SQLException {
        Engine engine = database(cases().toList().get(1));
        engine.defer();
        TestSqlite.create(
                engine.file(),
                damage.contains("drop table")
                        ? new String[] {
                            "drop trigger lockstep_journal_1_insert",
                            "drop trigger lockstep_journal_1_update",
                            "drop trigger lockstep_journal_1_delete",
                        }
                        : new String[0]);
        if (damage.contains("drop table")) {
            TestSqlite.create(
                    engine.file(),
                    "drop trigger if exists lockstep_journal_1_replace",
                    "drop trigger if exists lockstep_journal_1_update_1");
        }
        TestSqlite.create(engine.file(), damage.split(";"));
        TestSqlite.create(engine.file(), "update note set body = 'unnoted' where id = 5");

        Restoration.Outcome outcome = engine.restore();

        assertThat(outcome.notices()).singleElement().satisfies(made -> {
            assertThat(made.code()).isEqualTo("made-anew");
            assertThat(made.message()).contains(notice);
        });
        assertThat(TestSqlite.ask(engine.file(), "select body from f where code = 'Code-5'"))
                .isEqualTo("unnoted");
    }

    @Test
    void anIndexThatHasNoKeyOfItsBaseIsMadeAnewAndTheJournalIsRefused() throws SQLException {
        Path file = TestSqlite.create(
                dir.resolve("c.db"),
                "create table t (id integer primary key, a)",
                "create virtual table f using fts5(a)",
                "create trigger f_i after insert on t begin insert into f (a) values (new.a); end");
        Engine engine = new Engine(file, Engine.NONE);

        assertThatThrownBy(() -> engine.in(DeferralMode.JOURNAL).defer())
                .isInstanceOfSatisfying(
                        LockstepException.class, e -> assertThat(e.code()).isEqualTo("no-journal"));
        assertThat(engine.defer().tables()).extracting(Deferral.Table::mode).containsOnly(DeferralMode.REBUILD);
    }

    @Test
    void anIndexThatHadDriftedIsMadeAnew() throws SQLException {
        Engine engine = database(cases().toList().get(1));
        TestSqlite.create(engine.file(), "delete from f where code = (select max(code) from f)");

        assertThat(engine.defer().tables()).extracting(Deferral.Table::mode).containsOnly(DeferralMode.REBUILD);
        engine.restore();

        assertThat(TestSqlite.ask(engine.file(), "select count(*) from f")).isEqualTo("600");
    }
}
