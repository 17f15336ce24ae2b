package dev.lockstep.fts.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.fts.Engine;
import dev.lockstep.fts.schema.FtsCatalog;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.support.LockstepException;
import dev.lockstep.testing.CadtSample;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Files;
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

/** What belongs into an index is read out of its insert triggers, or not at all. */
class ExpectedContentTest {
    @TempDir
    private Path dir;

    private Engine engine(String head, String body) throws SQLException {
        Path file = TestSqlite.create(
                dir.resolve("truth.db"),
                "create table t (id integer primary key, a text unique, b text collate nocase, n integer, text text)",
                "create table other (id integer, name text)",
                "insert into other values (1, 'one'), (2, 'two')",
                "create virtual table f using fts5(x, y)",
                "create trigger t_ai " + head + " on t begin " + body + " end",
                "insert into t (a, b, n, text) values ('a', 'B', 1, 'q'), ('b', 'b', 2, null), (null, '', -3, 'r'),"
                        + " ('d', null, null, '')");
        return new Engine(file, Engine.NONE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "insert into f values (new.a, new.b);",
                "insert into f (y) values (new.a);",
                "insert into f (y, x) values (coalesce(new.a, '-') || ', ' || new.n, (new.b));",
                "insert into f (x) select new.a;",
                "insert into f (x) select new.a as y where new.n > 0 and new.b is not null;",
                "replace into f (rowid, x) values (new.id * 2, new.b);",
                "insert or ignore into f (x, y) values (case when new.n > 1 then 'many' else 'one' end, new.rowid);",
                "insert into f (x) values ((select name from other where id = new.n));",
                "insert into f (x) values ((select o.\"name\" from other as o where o.id = new.n));",
                "insert into f (x, y) values (\"no such column\", 'it''s');",
                "insert into f (x) values (new.\"text\" -- a comment, with a comma )\n || new.[a]);",
                "insert into f (x, y) values (new.a, 1), (new.b, 2);",
                "insert into f (x) values (new.a); insert into f (x) values (upper(new.a));",
                "insert into other values (new.n, 'delete from f'); insert into f (x) values (new.a);",
                "delete from f where x = new.a; insert into f (x) values (new.a);",
                "delete from f where new.id = rowid; insert into f (rowid, x) values (new.id, new.b);",
                "insert into f (x) values (new.a); insert into f (f) values ('optimize');",
                "insert into f (x) values (datetime(new.n, 'unixepoch'));",
            })
    void theTriggersOwnExpressionsOverTheBaseGiveWhatTheTriggerWrote(String body) throws SQLException {
        Engine engine = engine("after insert", body);
        String before = index(engine);
        engine.defer();
        TestSqlite.create(engine.file(), "delete from f", "insert into f values ('stale', 'stale')");

        engine.restore();

        assertThat(index(engine)).isEqualTo(before);
    }

    @Test
    void theConditionOfATriggerIsObeyed() throws SQLException {
        Engine engine = engine("after insert", "insert into f (x) select new.a where new.n > 0;");
        TestSqlite.create(
                engine.file(),
                "create trigger second after insert on t when new.b = 'B' or new.n < 0 begin"
                        + " insert into f (y) select new.b where new.n < 3; end",
                "delete from t",
                "delete from f",
                "insert into t (a, b, n) values ('w', 'b', 2), ('v', 'B', 9), ('u', 'c', -1), ('s', 'B', 0), ('r', 'd', 1)");
        String before = index(engine);
        engine.defer();
        TestSqlite.create(engine.file(), "delete from f");

        engine.restore();

        assertThat(index(engine)).isEqualTo(before);
    }

    private static String index(Engine engine) throws SQLException {
        return TestSqlite.ask(
                engine.file(),
                "select group_concat(quote(x) || typeof(x) || quote(y) || typeof(y), char(10))"
                        + " from (select x, y from f order by 1, 2)");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            after insert  | insert into f (x) select name from other where id = new.n;          | what a query finds
            after insert  | insert into f (x) select new.a union select new.b;                  | what a query finds
            after insert  | insert into f (x) select distinct new.a;                            | what a query finds
            after insert  | insert into f (x) select count(*) from other;                       | what a query finds
            after insert  | insert into f (x) values (random());                                | random
            after insert  | insert into f (x) values (current_timestamp);                       | current_timestamp
            after insert  | insert into f (x) values (datetime());                              | datetime
            after insert  | insert into f (x) values (strftime('%s', 'now'));                   | 'now'
            after insert  | insert into f (x) values (last_insert_rowid());                     | last_insert_rowid
            after insert  | insert into f (x) values ("text");                                  | is text in the trigger
            after insert  | insert into f (x) values (new.a); update f set y = 1;               | also updates
            after insert  | insert into f (x) values (new.a); delete from f where x = 'z';      | also deletes
            after insert  | delete from f; insert into f (x) values (new.a);                    | also deletes
            after insert  | delete from f where x = new.b; insert into f (x) values (new.b);    | also deletes
            after insert  | delete from f where x = new.a; insert into f (x) values (new.b);    | also deletes
            after insert  | delete from f where rowid = new.n; insert into f (x) values (new.a); | also deletes
            before insert | insert into f (x) values (new.a);                                   | before the row is there
            insert        | insert into f (x) values (new.a);                                   | before the row is there
            after update  | insert into f (x) values (new.a);                                   | none that inserts
            """)
    void whatIsNoQueryOverTheBaseIsRefusedWhenDeferring(String head, String body, String why) throws SQLException {
        Engine engine = engine(head, body);
        String schema = TestSqlite.schema(engine.file());

        assertThatThrownBy(engine::defer)
                .isInstanceOfSatisfying(LockstepException.class, e -> {
                    assertThat(e.kind()).isEqualTo(LockstepException.Kind.USAGE);
                    assertThat(e.code()).isEqualTo("no-mapping");
                })
                .hasMessageContaining(why);

        assertThat(TestSqlite.schema(engine.file())).isEqualTo(schema);
    }

    @Test
    void aContentlessIndexNeedsRowNumbers() throws SQLException {
        Path file = TestSqlite.create(
                dir.resolve("contentless.db"),
                "create table t (a)",
                "create virtual table f using fts5(a, content='')",
                "create trigger t_ai after insert on t begin insert into f values (new.a); end");

        assertThatThrownBy(() -> new Engine(file, Engine.NONE).defer()).hasMessageContaining("rowid");
    }

    /** Each of these is a difference that FTS5's own integrity-check passes. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "delete from f where rowid = 2",
                "insert into f (x, y) values ('a', 'B')",
                "update f set y = null where rowid = 1",
                "update f set y = 'b' where rowid = 1",
                "update f set x = 'A' where rowid = 1",
                "update f set x = '' where x is null",
                "update t set a = 'other' where id = 1",
                "update t set b = 'b' where b = 'B'",
                "delete from t where id = 4",
                "insert into t (a) values ('unseen')",
            })
    void anyDriftIsSeenWithAndWithoutRowNumbers(String drift) throws SQLException {
        Engine engine = engine("after insert", "insert into f values (new.a, new.b);");
        TestSqlite.create(
                engine.file(),
                "create table e (c)",
                "create trigger e_ai after insert on e begin insert into f (x) values (new.c); end");
        assertThat(comparison(engine, "t").isEqual()).isTrue();
        assertThat(comparison(engine, "both").isEqual()).isTrue();

        TestSqlite.create(
                engine.file(),
                "drop trigger t_ai",
                drift,
                "create trigger t_ai after insert on t begin insert into f values (new.a, new.b); end");

        assertThat(comparison(engine, "t").isEqual()).isFalse();
        assertThat(comparison(engine, "both").isEqual()).isFalse();
        TestSqlite.create(engine.file(), "insert into f (f, rank) values ('integrity-check', 1)");
    }

    @Test
    void aDuplicateThatReplacesAnotherDuplicateIsSeen() throws SQLException {
        Engine engine = engine("after insert", "insert into f (x, y) values (new.b, new.b);");
        TestSqlite.create(
                engine.file(),
                "create table e (c)",
                "create trigger e_ai after insert on e begin insert into f (x, y) values (new.c, new.c); end",
                "insert into e values ('p'), ('p'), ('q')");
        assertThat(comparison(engine, "both").isEqual()).isTrue();

        TestSqlite.create(engine.file(), "update f set x = 'q', y = 'q' where rowid = (select max(rowid) - 1 from f)");

        assertThat(comparison(engine, "both").isEqual()).isFalse();
    }

    /** @param which {@code t}: by row number; {@code both}: a second base, which leaves row numbers unknown */
    private static ContentComparison comparison(Engine engine, String which) {
        return engine.with(db -> db.read(tx -> {
            FtsCatalog catalog = FtsCatalog.read(tx);
            FtsTable table = catalog.table("f").orElseThrow();
            var writers = catalog.writers("f").stream()
                    .filter(trigger -> which.equals("both") || trigger.isOn(which))
                    .toList();
            ExpectedContent expected = ExpectedContentReader.of(tx, table, writers);
            assertThat(expected.isNumbered()).isEqualTo(!which.equals("both"));
            return ContentComparison.ofText(tx, expected, table);
        }));
    }

    @Test
    void aProfileSaysWhatTheTriggersDoNot() throws Exception {
        Path file = TestSqlite.create(
                dir.resolve("told.db"),
                "create table t (id integer primary key, a)",
                "create virtual table f using fts5(id unindexed, a)",
                "create trigger i after insert on t begin insert into f values (new.id, iif(random(), new.a, '')); end",
                "insert into t values (1, 'one'), (2, 'two')");
        Path profile = Files.writeString(dir.resolve("told.json"), """
                {"name": "told", "description": "An index whose trigger is no query",
                 "fts": {"tables": [{"fts": "f", "base": "t",
                                     "fill": ["insert into f (id, a)", "values (new.id, new.a)"],
                                     "triggers": [{"name": "i", "sql": ["create trigger i after insert on t begin",
                                       "insert into f values (new.id, iif(random(), new.a, '')); end"]}]}]}}
                """);
        String told = profile.toString();
        String schema = TestSqlite.schema(file);
        assertThat(fts("defer", "--db", file.toString()).exit()).isEqualTo(2);

        assertThat(fts("defer", "--db", file.toString(), "--profile", told).exit())
                .isZero();
        TestSqlite.create(file, "update t set a = 'changed' where id = 2", "insert into t values (3, 'three')");
        assertThat(fts("restore", "--db", file.toString(), "--profile", told).exit())
                .isZero();
        assertThat(TestSqlite.schema(file)).isEqualTo(schema);
        assertThat(TestSqlite.ask(file, "select group_concat(a) from f")).isEqualTo("one,changed,three");

        TestSqlite.create(file, "drop trigger i", "insert into t values (4, 'four')");
        LockstepRun differs = fts("check", "--deep", "--db", file.toString(), "--profile", told);
        assertThat(differs.exit()).isEqualTo(3);
        assertThat(differs.stdout()).contains("untriggered", "missing 4");
        assertThat(fts("rebuild", "-y", "--db", file.toString(), "--profile", told)
                        .stdout())
                .isEqualTo("rebuilt f: 4 rows\n");
    }

    @Test
    void whereAllTriggersAreLostTheProfilesSayWhatBelongsIntoTheIndex() throws SQLException {
        Path file = CadtSample.V1.create(dir.resolve("lost.db"), new CadtSample.Size(5, 5, 0));
        TestSqlite.create(
                file,
                "drop trigger unit_insert_fts",
                "drop trigger unit_update_fts",
                "drop trigger unit_delete_fts",
                "delete from units where rowid = 2");

        assertThat(fts("check", "--deep", "--table", "units_fts", "--db", file.toString())
                        .stdout())
                .contains("cannot be compared");
        assertThat(fts("check", "--deep", "--db", file.toString(), "--profile", "cadt-v1")
                        .stdout())
                .contains("units_fts: differs (every row); untriggered", "1 orphan");
    }

    private static LockstepRun fts(String... words) {
        List<String> command = new ArrayList<>(List.of("fts"));
        command.addAll(List.of(words));
        return LockstepRun.of(Map.of(), command.toArray(String[]::new));
    }
}
