package dev.lockstep.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.mirror.TestMirror.Kind;
import dev.lockstep.testing.LockstepRun;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Tables that the application has made on the new server keep what they are, and take the source's rows. */
class ApplicationTablesTest {
    private static final String[] SOURCE = {
        "create table kinds (id char(36) primary key, code char(4), state varchar(9), doc text, at time, raw blob)",
        "insert into kinds values ('9B2E0F0A-51D5-4F0B-8E2C-0123456789AB', 'ab', 'open', '{\"b\": [1, 2.50, \"x\\u00e9\"], \"a\": null}',"
                + " '10:11:12.123456', x'00112233')",
        "insert into kinds values ('00000000-0000-0000-0000-00000000000A', 'abcd', 'it''s', '17', '23:59:59', x'44556677')",
        "insert into kinds values ('00000000-0000-0000-0000-00000000000B', null, null, null, null, null)"
    };

    @TempDir
    private Path dir;

    @Test
    void postgresqlsOwnTypesTakeWhatTheTextsMean() throws SQLException {
        try (TestMirror mirror = new TestMirror(Kind.POSTGRESQL, dir, SOURCE)) {
            mirror.sql(
                    "alter table kinds add column span text",
                    "alter table kinds add column name text",
                    "alter table kinds add column js text",
                    "update kinds set span = case code when 'ab' then '1 day, 2:03:04.5' when 'abcd' then 'P1Y2M3DT4H5M6S' end,"
                            + " name = code, js = doc");
            mirror.execute(
                    "create type state as enum ('open', 'it''s')",
                    "create extension citext",
                    "create domain code as char(4) check (value <> 'zz')",
                    "create table kinds (id uuid primary key, code code, state state, doc jsonb, at time, raw bytea,"
                            + " span interval, name citext, js json)");
            copies(mirror, "3 read, 3 inserted");
            assertThat(mirror.ask("select doc::text from kinds where code = 'ab'"))
                    .isEqualTo("{\"a\": null, \"b\": [1, 2.50, \"xé\"]}");
            assertThat(mirror.ask("select span = '14 mons 3 days 04:05:06' from kinds where code = 'abcd'"))
                    .isEqualTo("t");
            finds(mirror, "update kinds set doc = '{\"a\": 1}' where code = 'ab'");
            finds(mirror, "update kinds set span = '24 hours' where code = 'ab'");
            finds(mirror, "update kinds set state = 'open' where code = 'abcd'");
            finds(mirror, "update kinds set at = '10:11:12' where code = 'ab'");
            finds(mirror, "update kinds set name = 'AB' where code = 'ab'");
            finds(mirror, "update kinds set js = '{}' where code = 'ab'");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"MARIADB", "MYSQL"})
    void mariaDbsOwnTypesTakeWhatTheTextsMean(Kind kind) throws SQLException {
        try (TestMirror mirror = new TestMirror(kind, dir, SOURCE)) {
            mirror.execute("create table kinds (id char(36) character set utf8mb4 primary key, code char(4),"
                    + " state enum('open', 'it''s'), doc json, at time(6), raw binary(4))");
            copies(mirror, "3 read, 3 inserted");
            finds(mirror, "update kinds set doc = '{\"a\": 1}' where code = 'ab'");
            finds(mirror, "update kinds set at = '-10:11:12' where code = 'ab'");
            finds(mirror, "update kinds set state = 'open' where code = 'abcd'");
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "SQLITE")
    void aValueThatTheTypeWouldChangeIsNamedBeforeAnythingIsWritten(Kind kind) throws SQLException {
        boolean postgres = kind == Kind.POSTGRESQL;
        try (TestMirror mirror = new TestMirror(
                kind,
                dir,
                "create table a (id integer primary key, v char(4))",
                "insert into a values (1, 'ab ')",
                "create table b (id integer primary key, v text)",
                "insert into b values (1, 'Open')",
                "create table c (id integer primary key, v text)",
                "insert into c values (1, '{\"a\": 1, \"a\": 2}')",
                "create table d (id integer primary key, v text)",
                "insert into d values (1, '25:61:00')")) {
            if (postgres) {
                mirror.execute("create type state as enum ('open')");
            }
            mirror.execute(
                    "create table a (id bigint primary key, v char(4))",
                    "create table b (id bigint primary key, v " + (postgres ? "state" : "enum('open')") + ")",
                    "create table c (id bigint primary key, v " + (postgres ? "jsonb" : "json") + ")",
                    "create table d (id bigint primary key, v time)");
            LockstepRun plan = mirror.run("mirror", "plan");
            assertThat(plan.exit()).as(plan.toString()).isEqualTo(3);
            assertThat(plan.stdout())
                    .contains("a blank at the end", "none of the values of", "no time that is written HH:MM:SS");
            if (kind != Kind.MARIADB) {
                // To MariaDB it is a text, which it keeps.
                assertThat(plan.stdout()).contains("a name twice");
            }
            assertThat(mirror.run("mirror", "backfill").exit()).isEqualTo(7 - (kind == Kind.MARIADB ? 0 : 1));
            assertThat(mirror.ask("select count(*) from b")).isEqualTo("0");
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "SQLITE")
    void foreignKeysThatMayBeSuspendedAreInNobodysWay(Kind kind) throws SQLException {
        try (TestMirror mirror = tree(kind)) {
            LockstepRun first = mirror.runAsSuperuser("mirror", "backfill");
            assertThat(first.exit()).as(first.toString()).isZero();
            assertThat(first.stderr()).contains("foreign keys are not checked while rows are written");
            mirror.sql(
                    "delete from cat where id = 1",
                    "update item set cat_id = 2",
                    "update cat set parent = null",
                    "insert into item values (9, 7, 1)");
            LockstepRun again = mirror.runAsSuperuser("mirror", "backfill");
            assertThat(again.exit()).as(again.toString()).isZero();
            assertThat(again.stderr()).contains("item: 1 rows refer to no row of cat");
            assertThat(mirror.ask("select count(*) from item")).isEqualTo("3");
            assertThat(mirror.run("mirror", "verify").exit()).isZero();
        }
    }

    @Test
    void aRoleThatMayNotSuspendThemWritesInTheirOrder() throws SQLException {
        try (TestMirror mirror = tree(Kind.POSTGRESQL)) {
            LockstepRun run = mirror.run("mirror", "backfill");
            assertThat(run.exit()).isEqualTo(2);
            assertThat(run.stderr()).contains("on delete cascade", "this role may not suspend it");
            mirror.execute(
                    "alter table item drop constraint item_cat",
                    "alter table item add constraint item_cat foreign key (cat_id) references cat");
            run = mirror.run("mirror", "backfill");
            assertThat(run.exit()).as(run.toString()).isZero();
            // A row that must go is referred to until another has come.
            mirror.sql(
                    "insert into cat values (5, 'e', null)",
                    "update item set cat_id = 5",
                    "update cat set parent = null",
                    "delete from cat where id < 5");
            run = mirror.run("mirror", "backfill");
            assertThat(run.exit()).as(run.toString()).isZero();
            assertThat(run.stdout()).contains("cat: 1 read, 1 inserted, 0 updated, 3 deleted");
            assertThat(mirror.run("mirror", "verify").exit()).isZero();

            mirror.sql("insert into item values (9, 7, 1)");
            run = mirror.run("mirror", "backfill");
            assertThat(run.exit()).isEqualTo(7);
            assertThat(run.stdout()).contains("item, key 9").contains("foreign key constraint \"item_cat\"");
        }
    }

    private TestMirror tree(Kind kind) throws SQLException {
        TestMirror mirror = new TestMirror(
                kind,
                dir,
                "create table item (id integer primary key, cat_id integer not null references cat(id), ok boolean not null)",
                "create table cat (id integer primary key, name text not null, parent integer references cat(id))",
                "insert into cat values (1, 'a', 2), (2, 'b', 1), (3, 'c', null)",
                "insert into item values (1, 1, 1), (2, 2, 0)");
        mirror.execute(
                "create table cat (id bigint primary key, name text not null, parent bigint,"
                        + " constraint cat_parent foreign key (parent) references cat (id))",
                "create table item (id bigint primary key, cat_id bigint not null, ok boolean not null,"
                        + " constraint item_cat foreign key (cat_id) references cat (id) on delete cascade)");
        return mirror;
    }

    private static void copies(TestMirror mirror, String said) {
        LockstepRun run = mirror.run("mirror", "backfill");
        assertThat(run.exit()).as(run.toString()).isZero();
        assertThat(run.stdout() + run.stderr()).contains(said);
        LockstepRun verify = mirror.run("mirror", "verify");
        assertThat(verify.exit()).as(verify.toString()).isZero();
        assertThat(mirror.run("mirror", "backfill", "--recheck").stdout())
                .contains(" 0 inserted, 0 updated, 0 deleted");
    }

    /** Whatever somebody else writes is found, and put right. */
    private static void finds(TestMirror mirror, String statement) throws SQLException {
        mirror.execute(statement);
        assertThat(mirror.run("mirror", "verify").exit()).as(statement).isEqualTo(3);
        LockstepRun run = mirror.run("mirror", "backfill");
        assertThat(run.stdout()).as(statement).contains(" 1 updated");
        assertThat(mirror.run("mirror", "verify").exit()).as(statement).isZero();
    }
}
