package dev.lockstep.testing;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Empty PostgreSQL databases, one for each test: to make one and to drop it costs more than most tests. One that a test has left
 * is emptied and lent again, if its catalogs then count as much as those of a new one; else it is dropped.
 */
final class DatabasePool {
    /** After so many tests its catalogs hold more dead rows than living ones. */
    private static final int USES = 40;

    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private static final String EMPTY = """
            do $$
            declare
              gone text;
            begin
              for gone in
                select format('drop event trigger %I', evtname) from pg_event_trigger
                union all
                select format('drop publication %I', pubname) from pg_publication
                union all
                select format('drop extension %I cascade', extname) from pg_extension where extname <> 'plpgsql'
                union all
                select format('drop schema %I cascade', nspname)
                  from pg_namespace
                 where nspname !~ '^pg_' and nspname <> 'information_schema'
              loop
                execute gone;
              end loop;
              create schema public authorization pg_database_owner;
              grant usage on schema public to public;
            end
            $$
            """;

    /** What a test may have made, changed or left, and where emptying would not reach it. */
    private static final String STATE = """
            select concat_ws(' ',
                     (select count(*) from pg_class), (select count(*) from pg_proc), (select count(*) from pg_type),
                     (select count(*) from pg_operator), (select count(*) from pg_cast), (select count(*) from pg_collation),
                     (select count(*) from pg_extension), (select count(*) from pg_event_trigger),
                     (select count(*) from pg_publication), (select count(*) from pg_language),
                     (select count(*) from pg_foreign_data_wrapper), (select count(*) from pg_foreign_server),
                     (select count(*) from pg_largeobject_metadata), (select count(*) from pg_default_acl),
                     (select count(*) from pg_ts_config), (select count(*) from pg_index where not indisvalid),
                     (select string_agg(nspname || coalesce(nspacl::text, ''), ',' order by nspname)
                        from pg_namespace where nspname !~ '^pg_(toast_)?temp_'),
                     (select concat(datconnlimit, datallowconn, datistemplate, datacl, datdba)
                        from pg_database where datname = current_database()),
                     (select count(*) from pg_db_role_setting
                       where setdatabase in (select oid from pg_database where datname = current_database())),
                     (select count(*) from pg_prepared_xacts where database = current_database()),
                     (select count(*) from pg_replication_slots where database = current_database()))
            """;

    private final ServerAddress admin;
    private final ServerAddress tester;
    private final Deque<String> free = new ArrayDeque<>();
    private final Map<String, Integer> uses = new HashMap<>();
    private String fresh;

    DatabasePool(ServerAddress admin, ServerAddress tester) {
        this.admin = admin;
        this.tester = tester;
    }

    /** The name of one that is empty, and that nobody else has. */
    String lend() {
        synchronized (this) {
            if (!free.isEmpty()) {
                return free.pop();
            }
        }
        String name = tester.user() + "_" + NUMBERS.incrementAndGet();
        try {
            execute(admin, "create database %s owner %s".formatted(name, tester.user()));
            synchronized (this) {
                if (fresh == null) {
                    fresh = state(name);
                }
            }
            return name;
        } catch (SQLException e) {
            throw new IllegalStateException("cannot prepare the tests' PostgreSQL", e);
        }
    }

    /** Takes one back to which nobody is connected. */
    void takeBack(String name) {
        synchronized (this) {
            if (uses.merge(name, 1, Integer::sum) < USES && isEmptied(name)) {
                free.push(name);
                return;
            }
        }
        drop(name);
    }

    void drop(String name) {
        try {
            execute(admin, "drop database " + name + " with (force)");
        } catch (SQLException e) {
            throw new IllegalStateException("cannot drop " + name, e);
        }
    }

    /** Drops those that nobody has. */
    synchronized void close() {
        free.forEach(this::drop);
        free.clear();
    }

    private boolean isEmptied(String name) {
        try {
            execute(admin.withDatabase(name), EMPTY);
            return state(name).equals(fresh);
        } catch (SQLException cannotBe) {
            // Too many tables for one transaction's locks, or nobody may connect: it is dropped.
            return false;
        }
    }

    private String state(String name) throws SQLException {
        try (Connection connection = TestPostgres.connect(admin.withDatabase(name), TestPostgres.ADMINISTRATION);
                Statement statement = connection.createStatement();
                ResultSet rs = statement.executeQuery(STATE)) {
            rs.next();
            return rs.getString(1);
        }
    }

    private static void execute(ServerAddress address, String sql) throws SQLException {
        try (Connection connection = TestPostgres.connect(address, TestPostgres.ADMINISTRATION);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
