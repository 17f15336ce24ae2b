package dev.lockstep.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.mirror.TestMirror.Kind;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.RunningLockstep;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** A table that lockstep makes is given what the source's has beside its columns, and grows with it. */
class SchemaCopyTest {
    private static final String[] SOURCE = {
        "create table cat (id integer primary key autoincrement, name varchar(20) not null unique default 'x',"
                + " parent integer references cat (id) on delete set null, active boolean default 1, price real default -1.5,"
                + " made timestamp default current_timestamp, odd text default (lower('A')))",
        "create index cat_parent on cat (parent desc)",
        "create unique index cat_pair on cat (name, price)",
        "create index cat_active on cat (name) where active = 1 and price is not null",
        "create index cat_low on cat (lower(name), parent)",
        "create index cat_odd on cat (name || 'x')",
        "insert into cat (id, name, parent) values (1, 'a', null), (2, 'b', 1), (7, 'c', 1)",
        "delete from cat where id = 7",
        "create table item (id integer primary key, cat_id integer not null references cat, n integer not null default 0,"
                + " unique (cat_id, n))",
        "insert into item values (1, 1, 1), (5, 1, 2)"
    };

    @TempDir
    private Path dir;

    @Test
    void postgresqlIsGivenAllThatTranslates() throws SQLException {
        try (TestMirror mirror = new TestMirror(Kind.POSTGRESQL, dir, SOURCE)) {
            assertThat(mirror.run("mirror", "plan").stdout())
                    .contains("after the rows: create unique index \"cat_pair\" on \"cat\" (\"name\", \"price\");")
                    .contains("not mirrored: index cat_odd: its expression is not translated")
                    .doesNotContain("not mirrored: index cat_low");
            create(mirror);
            assertThat(mirror.ask(
                            "select string_agg(indexname, ' ' order by indexname) from pg_indexes where schemaname ="
                                    + " 'public' and tablename in ('cat', 'item')"))
                    .isEqualTo(
                            "cat_active cat_low cat_name_key cat_pair cat_parent cat_pkey item_cat_id_n_key item_pkey");
            assertThat(mirror.ask("insert into cat (name) values ('new') returning concat_ws(' ', id, active, price)"))
                    .isEqualTo("8 t -1.5");
            assertThat(mirror.ask("insert into item (cat_id) values (1) returning concat_ws(' ', id, n)"))
                    .isEqualTo("6 0");
            goesOn(mirror);
        }
    }

    @Test
    void aRoleThatMaySuspendForeignKeysMakesThem() throws SQLException {
        try (TestMirror mirror = new TestMirror(Kind.POSTGRESQL, dir, SOURCE)) {
            mirror.sql("insert into item values (9, 77, 1)");
            LockstepRun run = mirror.runAsSuperuser("mirror", "backfill", "--create");
            assertThat(run.exit()).as(run.toString()).isZero();
            assertThat(run.stderr()).contains("foreign key item (cat_id) is made, and not validated");
            assertThat(mirror.ask("select string_agg(conname || ' ' || convalidated, ' ' order by conname) from"
                            + " pg_constraint where contype = 'f'"))
                    .isEqualTo("cat_parent_fkey true item_cat_id_fkey false");
            mirror.sql("delete from item where id = 9", "update item set cat_id = 2", "delete from cat where id = 1");
            LockstepRun again = mirror.runAsSuperuser("mirror", "backfill");
            assertThat(again.exit()).as(again.toString()).isZero();
            assertThat(mirror.run("mirror", "verify").exit()).isZero();
        }
    }

    @Test
    void aRoleThatMayNotMakesThemWithoutTheirActions() throws SQLException {
        try (TestMirror mirror = new TestMirror(
                Kind.POSTGRESQL,
                dir,
                "create table a (id integer primary key, own integer references a (id))",
                "create table b (id integer primary key, a integer references a (id) on delete cascade)",
                "create table c (id integer primary key, d integer references d (id))",
                "create table d (id integer primary key, c integer references c (id))",
                "insert into a values (1, null), (2, 1)",
                "insert into b values (1, 1), (2, 2)")) {
            LockstepRun run = mirror.run("mirror", "backfill", "--create");
            assertThat(run.exit()).as(run.toString()).isZero();
            assertThat(run.stderr()).contains("foreign key b (a) is made, without on delete cascade");
            assertThat(mirror.ask("select string_agg(conname || ' ' || convalidated, ' ' order by conname) from"
                            + " pg_constraint where contype = 'f'"))
                    .isEqualTo("a_own_fkey true b_a_fkey true");
            assertThat(mirror.run("mirror", "plan").stdout()).contains("refer to each other in a circle");
            try (RunningLockstep follow = FollowTest.follow(mirror)) {
                follow.awaitStdout("following 4 tables");
                mirror.sql("insert into b values (9, 9)", "insert into a values (9, 9)");
                FollowTest.awaitEqual(mirror, "b");
                mirror.sql("delete from a where id = 9", "delete from b where id = 9");
                FollowTest.awaitEqual(mirror, "a");
                FollowTest.awaitEqual(mirror, "b");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"MARIADB", "MYSQL"})
    void mariaDbIsGivenAllThatTranslates(Kind kind) throws SQLException {
        try (TestMirror mirror = new TestMirror(kind, dir, SOURCE)) {
            assertThat(mirror.run("mirror", "plan").stdout())
                    .contains("not mirrored: index cat_active: MariaDB has no partial indexes");
            create(mirror);
            mirror.execute("insert into cat (name) values ('new')");
            assertThat(mirror.ask("select concat_ws(' ', id, active, price) from cat where name = 'new'"))
                    .isEqualTo("8 1 -1.5");
            mirror.execute("insert into item (cat_id) values (1)");
            assertThat(mirror.ask("select concat_ws(' ', id, n) from item order by id desc limit 1"))
                    .isEqualTo("6 0");
            goesOn(mirror);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"MARIADB", "MYSQL"})
    void aTextIsGivenTheLengthThatItsKeyNeeds(Kind kind) throws SQLException {
        try (TestMirror mirror = new TestMirror(
                kind,
                dir,
                "create table \"User\" (\"Id\" text primary key, mail text unique, flag boolean default 'f', no text default null)",
                "create table \"order\" (id integer primary key, \"user\" text references \"User\", note text)",
                "insert into \"User\" values ('a', 'a@b', 't', null)",
                "insert into \"order\" values (9223372036854775807, 'a', 'n')")) {
            LockstepRun run = mirror.run("mirror", "backfill", "--create");
            assertThat(run.exit()).as(run.toString()).isZero();
            assertThat(run.stderr()).doesNotContain("not mirrored", "not made");
            assertThat(mirror.ask("select group_concat(constraint_name order by constraint_name) from"
                            + " information_schema.table_constraints where table_schema = database()"
                            + " and constraint_type in ('UNIQUE', 'FOREIGN KEY') and table_name in ('User', 'order')"))
                    .isEqualTo("order_user_fkey,User_mail_key");
            mirror.execute("insert into \"User\" (\"Id\") values ('b')");
            assertThat(mirror.ask("select flag from \"User\" where \"Id\" = 'b'"))
                    .isEqualTo("0");
        }
    }

    @Test
    void sqliteIsGivenTheIndexes() throws SQLException {
        try (TestMirror mirror = new TestMirror(Kind.SQLITE, dir, SOURCE)) {
            create(mirror);
            assertThat(mirror.ask("select count(*) from sqlite_master where type = 'index' and name like 'cat%'"))
                    .isEqualTo("5");
            goesOn(mirror);
        }
    }

    private static void create(TestMirror mirror) {
        LockstepRun run = mirror.run("mirror", "backfill", "--create");
        assertThat(run.exit()).as(run.toString()).isZero();
        assertThat(run.stderr()).contains("not mirrored: ").doesNotContain("is not made");
        LockstepRun again = mirror.run("mirror", "backfill", "--create");
        assertThat(again.exit()).as(again.toString()).isZero();
        assertThat(again.stdout()).contains("cat: 2 read, 0 inserted, 0 updated, 0 deleted, 2 unchanged");
    }

    /** Values change places that are unique, and rows that are referred to. */
    private static void goesOn(TestMirror mirror) throws SQLException {
        mirror.sql(
                "update cat set name = case name when 'a' then 'b' else 'a' end || '2'",
                "update cat set name = case name when 'a2' then 'b' else 'a' end",
                "update item set n = n + 10",
                "update item set n = case n when 11 then 2 else 1 end",
                "insert into item values (4, 2, 1)");
        LockstepRun run = mirror.run("mirror", "backfill");
        assertThat(run.exit()).as(run.toString()).isZero();
        assertThat(mirror.run("mirror", "verify").exit()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void aColumnThatAnUpgradeAddedIsAdded(Kind kind) throws SQLException {
        try (TestMirror mirror = new TestMirror(kind, dir, SOURCE)) {
            create(mirror);
            mirror.sql(
                    "alter table item add column mail text default 'none'", "update item set mail = 'm' where id = 1");
            LockstepRun verify = mirror.run("mirror", "verify");
            assertThat(verify.exit()).isEqualTo(3);
            assertThat(verify.stdout()).contains("item: the mirror lacks columns of the source");
            assertThat(mirror.run("mirror", "plan").stdout()).contains("TO BE ADDED: alter table");
            LockstepRun run = mirror.run("mirror", "backfill");
            assertThat(run.exit()).as(run.toString()).isZero();
            assertThat(run.stderr()).contains("item: the source has a column more: alter table");
            assertThat(mirror.ask("select count(*) from item where mail in ('m', 'none')"))
                    .isEqualTo("2");
            assertThat(mirror.run("mirror", "verify").exit()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "SQLITE")
    void toATableOfTheApplicationsNothingIsAdded(Kind kind) throws SQLException {
        try (TestMirror mirror = new TestMirror(kind, dir, SOURCE)) {
            mirror.execute("create table item (id bigint primary key, cat_id bigint, n bigint)");
            LockstepRun run = mirror.run("mirror", "backfill", "--create", "--table", "item");
            assertThat(run.exit()).as(run.toString()).isZero();
            assertThat(run.stderr()).contains("1 unique key");
            mirror.sql("alter table item add column mail text");
            LockstepRun refused = mirror.run("mirror", "backfill", "--table", "item");
            assertThat(refused.exit()).isEqualTo(2);
            assertThat(refused.stderr())
                    .contains("the mirror has no column mail, and lockstep has not made", "alter table");
        }
    }
}
