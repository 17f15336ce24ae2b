package dev.lockstep.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A database that can be made as new is lent again; one that a test has changed for good is not. */
@ExtendWith(PostgresExtension.class)
class DatabasePoolTest {
    private ServerAddress admin;
    private DatabasePool pool;
    private String lent;

    @BeforeEach
    void lendOne(TestDatabase any) {
        admin = TestPostgres.shared().administrator();
        pool = new DatabasePool(admin, admin.withLogin(any.user(), any.password()));
        lent = pool.lend();
    }

    @AfterEach
    void dropAll() {
        pool.takeBack(lent);
        pool.close();
    }

    private void execute(String... statements) throws SQLException {
        Statements.execute(TestPostgres.connect(admin.withDatabase(lent), TestPostgres.ADMINISTRATION), statements);
    }

    private String next() {
        pool.takeBack(lent);
        lent = pool.lend();
        return lent;
    }

    @Test
    void whatLiesInASchemaIsTakenAway() throws SQLException {
        String first = lent;
        for (String sql : List.of(
                "select 1",
                "create table t (id bigserial primary key, body text); insert into t values (1, 'a'); analyze",
                "create table t (a int, b int); create statistics s on a, b from t; insert into t values (1, 1); analyze t",
                "create table t (a int); create policy p on t; create rule r as on insert to t do nothing",
                "create temporary table t (id int)",
                "create schema s; create view s.v as select 1 as one; create domain s.d as text",
                "create sequence q; comment on sequence q is 'mine'",
                "create type e as enum ('a'); create function f() returns e language sql as 'select null::e'",
                "create text search configuration c (copy = simple);"
                        + " create text search dictionary d (template = simple)",
                "create collation c from \"C\"; create operator |+| (rightarg = int, function = int4abs)",
                "create publication p for all tables",
                "create function f() returns event_trigger language plpgsql as 'begin end';"
                        + " create event trigger e on sql_drop execute function f()",
                "drop schema public cascade",
                "comment on schema public is 'changed'",
                "grant create on schema public to public",
                "create table t (id int); grant select on t to public")) {
            execute(sql);

            assertThat(next()).as(sql).isEqualTo(first);
        }
        execute("create table t ()", "create sequence q", "create type e as ()", "create schema s");
    }

    @Test
    void whatLiesElsewhereIsAReasonToDropIt() throws SQLException {
        for (String sql : List.of(
                "alter database DATABASE set search_path = other",
                "alter database DATABASE connection limit 7",
                "alter database DATABASE owner to current_user",
                "alter role current_user in database DATABASE set lock_timeout = 7",
                "grant create on database DATABASE to public",
                "revoke connect on database DATABASE from public",
                "comment on database DATABASE is 'changed'",
                "comment on function now() is null",
                "revoke execute on function pg_ls_dir(text) from public; grant execute on function now() to current_user",
                "grant select on pg_authid to public",
                "grant select (rolpassword) on pg_authid to public",
                "revoke usage on language sql from public",
                "alter default privileges grant select on tables to public",
                "alter default privileges in schema pg_catalog grant select on tables to public",
                "select lo_create(7)",
                "create foreign data wrapper w",
                "create foreign data wrapper w; create server s foreign data wrapper w;"
                        + " create user mapping for public server s",
                "create access method m type index handler bthandler",
                "create cast (text as point) with inout",
                "create table pg_catalog.t (id int)",
                "create function pg_catalog.f() returns int language sql as 'select 1'",
                "drop extension plpgsql")) {
            String changed = lent;
            execute("set allow_system_table_mods = on", sql.replace("DATABASE", changed));

            assertThat(next()).as(sql).isNotEqualTo(changed);
            assertThat(Statements.ask(
                            TestPostgres.connect(admin, TestPostgres.ADMINISTRATION),
                            "select count(*) from pg_database where datname = '" + changed + "'"))
                    .isEqualTo("0");
        }
    }

    @Test
    void noneIsLentToTwo() {
        String other = pool.lend();
        assertThat(other).isNotEqualTo(lent);
        pool.takeBack(other);

        assertThatThrownBy(() -> pool.takeBack(other)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> pool.drop(other)).isInstanceOf(IllegalStateException.class);
    }
}
