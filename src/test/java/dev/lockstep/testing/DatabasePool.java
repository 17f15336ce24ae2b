package dev.lockstep.testing;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
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
              if current_setting('server_version_num')::int >= 150000 then
                create schema public authorization pg_database_owner;
                grant usage on schema public to public;
              else
                create schema public;
                grant all on schema public to public;
              end if;
              comment on schema public is 'standard public schema';
            end
            $$
            """;

    /**
     * Makes an expression of how many rows each of a database's own catalogs has, and of who has rights there; without
     * statistics, which come by themselves, schemas, of which sessions leave some, and what the first public schema was made with.
     */
    private static final String COUNT_CATALOGS = """
            select 'concat_ws('' '', ' || string_agg(format('(select concat(count(*), %s) from %I)',
                                                                   coalesce('sum(hashtext(' || attname || '::text))', 'null'),
                                                                   relname),
                                                            ', ' order by relname) || ')'
              from pg_class
              left join pg_attribute on attrelid = pg_class.oid and atttypid = 'aclitem[]'::regtype and not attisdropped
             where relnamespace = 'pg_catalog'::regnamespace
               and relkind = 'r'
               and not relisshared
               and has_table_privilege(pg_class.oid, 'select')
               and relname not in ('pg_namespace', 'pg_statistic', 'pg_statistic_ext_data', 'pg_init_privs')
            """;

    /** Its schemas but for those of sessions, and what the server knows of it. */
    private static final String OF_THE_SERVER = """
            select concat_ws(' ',
                     (select string_agg(nspname || nspowner || coalesce(nspacl::text, ''), ',' order by nspname)
                        from pg_namespace where nspname !~ '^pg_(toast_)?temp_'),
                     datconnlimit, datallowconn, datistemplate, datacl, datdba, dattablespace,
                     (select count(*) from pg_db_role_setting where setdatabase = pg_database.oid),
                     (select count(*) from pg_shdescription
                       where classoid = 'pg_database'::regclass and objoid = pg_database.oid),
                     (select count(*) from pg_shseclabel
                       where classoid = 'pg_database'::regclass and objoid = pg_database.oid),
                     (select count(*) from pg_subscription where subdbid = pg_database.oid),
                     (select count(*) from pg_prepared_xacts where database = datname),
                     (select count(*) from pg_replication_slots where database = datname))
              from pg_database where datname = current_database()
            """;

    private final ServerAddress admin;
    private final ServerAddress tester;
    private final Deque<String> free = new ConcurrentLinkedDeque<>();
    private final Set<String> lent = ConcurrentHashMap.newKeySet();
    private final Map<String, Integer> uses = new ConcurrentHashMap<>();
    private volatile String question;

    /** What a new one answers to the question. */
    private volatile String fresh;

    DatabasePool(ServerAddress admin, ServerAddress tester) {
        this.admin = admin;
        this.tester = tester;
    }

    /** The name of one that is empty, and that nobody else has. */
    String lend() {
        String one = free.poll();
        String name = one == null ? create() : one;
        lent.add(name);
        return name;
    }

    private String create() {
        String name = tester.user() + "_" + NUMBERS.incrementAndGet();
        try {
            Statements.execute(connect(admin), "create database %s owner %s".formatted(name, tester.user()));
            synchronized (this) {
                if (fresh == null) {
                    askForTheFirstTime(name);
                }
            }
            return name;
        } catch (SQLException e) {
            throw new IllegalStateException("cannot prepare the tests' PostgreSQL", e);
        }
    }

    private void askForTheFirstTime(String name) throws SQLException {
        try (Connection connection = connect(admin.withDatabase(name))) {
            question = "select " + ask(connection, COUNT_CATALOGS) + " || ' ' || (" + OF_THE_SERVER + ")";
            fresh = ask(connection, question);
        }
    }

    /** Takes one back to which nobody is connected. */
    void takeBack(String name) {
        giveUp(name);
        if (uses.merge(name, 1, Integer::sum) < USES && isEmptied(name)) {
            free.push(name);
        } else {
            dropDatabase(name);
        }
    }

    /** Drops one that is lent. */
    void drop(String name) {
        giveUp(name);
        dropDatabase(name);
    }

    private void giveUp(String name) {
        if (!lent.remove(name)) {
            throw new IllegalStateException(name + " is given back, and was not lent");
        }
    }

    private void dropDatabase(String name) {
        try {
            Statements.execute(connect(admin), "drop database " + name + " with (force)");
        } catch (SQLException e) {
            throw new IllegalStateException("cannot drop " + name, e);
        }
    }

    /** Drops those that nobody has. */
    void close() {
        free.forEach(this::dropDatabase);
        free.clear();
    }

    private boolean isEmptied(String name) {
        try (Connection connection = connect(admin.withDatabase(name));
                Statement statement = connection.createStatement()) {
            statement.execute(EMPTY);
            return ask(connection, question).equals(fresh);
        } catch (SQLException cannotBe) {
            // Too many tables for one transaction's locks, or nobody may connect: it is dropped.
            return false;
        }
    }

    private static String ask(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rs = statement.executeQuery(sql)) {
            rs.next();
            return rs.getString(1);
        }
    }

    private static Connection connect(ServerAddress address) throws SQLException {
        return TestPostgres.connect(address, TestPostgres.ADMINISTRATION);
    }
}
