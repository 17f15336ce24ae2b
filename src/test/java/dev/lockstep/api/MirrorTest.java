package dev.lockstep.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.lockstep.support.LockstepException;
import dev.lockstep.testing.Await;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/** A mirror as a Java program has it. */
@ExtendWith(PostgresExtension.class)
class MirrorTest {
    /** All that a session may have been given that outlasts a transaction. */
    private static final String SESSION = """
            select coalesce(string_agg(name || '=' || setting, chr(10) order by name), '')
              from pg_settings
             where name not in ('transaction_isolation', 'transaction_read_only', 'transaction_deferrable')
            """;

    private static final String LOCKS =
            "select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()";

    @TempDir
    Path dir;

    private Path notes;

    @BeforeEach
    void aFile() throws SQLException {
        notes = TestSqlite.create(
                dir.resolve("notes.db"),
                "create table note (id integer primary key, body text not null)",
                "create table tag (name text primary key)",
                "insert into note values (1, 'one'), (2, 'two')",
                "insert into tag values ('a')");
    }

    private static HikariDataSource pool(TestDatabase database, int size) {
        HikariConfig config = Pools.config(database, size);
        config.setConnectionInitSql("set search_path to public; set lock_timeout to '7s'");
        config.setIsolateInternalQueries(true);
        config.setAutoCommit(false);
        config.setTransactionIsolation("TRANSACTION_SERIALIZABLE");
        return new HikariDataSource(config);
    }

    private static String ask(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rs = statement.executeQuery(sql)) {
            rs.next();
            return rs.getString(1);
        }
    }

    @Test
    void itIsMadeOnceAndKnownToBeEqualAfterwards(TestDatabase database) throws Exception {
        Mirror mirror = Mirror.from(notes).to(database.url());

        MirrorPlan plan = mirror.plan();
        assertThat(plan.fits()).isTrue();
        assertThat(plan.tables()).extracting(MirrorPlan.Table::table).containsExactly("note", "tag");
        assertThat(plan.tables().get(0).ddl().get(0)).startsWith("create table");
        assertThat(database.ask("select count(*) from pg_class where relname in ('note', 'tag')"))
                .isEqualTo("0");

        MirrorCopy copy = mirror.create(Mirror.Create.EVERYTHING).backfill().orThrow();
        assertThat(copy.tables()).extracting(MirrorCopy.Table::inserted).containsExactly(2L, 1L);
        assertThat(mirror.verify().isEqual()).isTrue();
        assertThat(mirror.backfill().tables()).noneMatch(MirrorCopy.Table::changed);

        database.execute("update note set body = 'other' where id = 2", "delete from tag");
        MirrorComparison found = mirror.verify();
        assertThat(found.isEqual()).isFalse();
        assertThat(found.tables().get(0).rows())
                .containsExactly(new MirrorComparison.Row(MirrorComparison.Kind.CHANGED, "2", List.of("body")));
        mirror.backfill().orThrow();
        assertThat(mirror.verify().isEqual()).isTrue();
    }

    @Test
    void onlyWhatIsAskedForIsCopied(TestDatabase database) throws Exception {
        database.execute("create schema copies");

        Mirror.from(notes)
                .to(database.url())
                .tables("note")
                .renamed("note", "notes")
                .where("note", "id > 1")
                .schema("copies")
                .create(Mirror.Create.TABLES)
                .backfill()
                .orThrow();

        assertThat(database.ask("select string_agg(body, ',') from copies.notes"))
                .isEqualTo("two");
        assertThat(database.ask("select to_regclass('copies.tag')")).isNull();
    }

    @Test
    void aPoolGetsItsConnectionsBackAsTheyWere(TestDatabase database) throws Exception {
        try (HikariDataSource pool = pool(database, 1)) {
            String before;
            try (Connection connection = pool.getConnection()) {
                before = ask(connection, SESSION);
                connection.rollback();
            }

            Mirror mirror = Mirror.from(notes).to(pool).create(Mirror.Create.EVERYTHING);
            mirror.backfill().orThrow();
            assertThat(mirror.verify().isEqual()).isTrue();

            assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
            try (Connection connection = pool.getConnection()) {
                assertThat(connection.getAutoCommit()).isFalse();
                assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
                assertThat(ask(connection, SESSION)).isEqualTo(before);
                assertThat(ask(connection, LOCKS)).isEqualTo("0");
                connection.rollback();
            }
        }
    }

    @Test
    void aDataSourceWithoutAPoolAndALoginWithoutAUrlDoAsWell(TestDatabase database) throws Exception {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {database.host()});
        source.setPortNumbers(new int[] {database.port()});
        source.setDatabaseName(database.name());
        source.setUser(database.user());
        source.setPassword(database.password());
        Properties login = new Properties();
        login.setProperty("user", database.user());
        login.setProperty("password", database.password());
        String url = "jdbc:postgresql://%s:%d/%s".formatted(database.host(), database.port(), database.name());

        Mirror.from(notes).to(source).create(Mirror.Create.TABLES).backfill().orThrow();

        assertThat(Mirror.from(notes).to(url, login).verify().isEqual()).isTrue();
    }

    @Test
    void aTableThatFailsIsInTheResultAndThrownOnDemand(TestDatabase database) throws Exception {
        TestSqlite.create(notes, "insert into note values (3, cast(x'ff' as text))");

        MirrorCopy copy = Mirror.from(notes)
                .to(database.url())
                .create(Mirror.Create.TABLES)
                .backfill();

        assertThat(copy.isEqual()).isFalse();
        assertThat(copy.tables()).extracting(MirrorCopy.Table::isEqual).containsExactly(false, true);
        assertThatThrownBy(copy::orThrow)
                .isInstanceOf(LockstepException.class)
                .hasMessageContaining("note, key 3, column body");
    }

    @Test
    void anInterruptEndsACopyAndTheNextOneGoesOn(TestDatabase database) throws Exception {
        Mirror mirror = Mirror.from(notes).to(database.url()).create(Mirror.Create.TABLES);
        mirror.backfill().orThrow();
        TestSqlite.create(notes, "insert into note values (3, 'three')");
        AtomicReference<Object> ended = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try {
                ended.set(mirror.backfill());
            } catch (InterruptedException | RuntimeException e) {
                ended.set(e);
            }
        });
        try (Connection blocker = database.connect()) {
            blocker.setAutoCommit(false);
            ask(blocker, "select count(*) from (select 1 from note for update) as rows");
            blocker.createStatement().execute("lock table note");
            thread.start();
            Await.until("the copy to wait for the table", Duration.ofSeconds(30), () -> database.backends().stream()
                    .anyMatch(backend -> backend.query().contains("note")
                            && backend.applicationName().equals("lockstep-mirror")));
            thread.interrupt();
            thread.join();
            blocker.rollback();
        }

        assertThat(ended.get()).isInstanceOf(InterruptedException.class);
        assertThat(mirror.backfill().orThrow().tables().get(0).inserted()).isEqualTo(1);
        assertThat(mirror.verify().isEqual()).isTrue();
    }

    @Test
    void followingShipsWhatChangesUntilItIsInterrupted(TestDatabase database) throws Exception {
        Map<String, Long> figures = new ConcurrentHashMap<>();
        CountDownLatch ready = new CountDownLatch(1);
        CountDownLatch shipped = new CountDownLatch(1);
        try (HikariDataSource pool = pool(database, 2)) {
            Mirror mirror = Mirror.from(notes)
                    .to(pool)
                    .create(Mirror.Create.TABLES)
                    .metrics(new Metrics() {
                        @Override
                        public void count(String name, long amount, Map<String, String> tags) {
                            figures.merge(name + tags.get("table") + tags.get("change"), amount, Long::sum);
                        }

                        @Override
                        public void time(String name, Duration took, Map<String, String> tags) {}
                    });
            AtomicReference<Throwable> ended = new AtomicReference<>();
            Thread thread = new Thread(() -> {
                try {
                    mirror.follow(new MirrorWatcher() {
                        @Override
                        public void ready() {
                            ready.countDown();
                        }

                        @Override
                        public void shipped(String table, long inserted, long updated, long deleted) {
                            shipped.countDown();
                        }
                    });
                } catch (InterruptedException | RuntimeException e) {
                    ended.set(e);
                }
            });
            thread.start();
            ready.await();
            TestSqlite.create(notes, "update note set body = 'new' where id = 1");
            shipped.await();
            thread.interrupt();
            thread.join();

            assertThat(ended.get()).isInstanceOf(InterruptedException.class).hasNoSuppressedExceptions();
            assertThat(database.ask("select body from note where id = 1")).isEqualTo("new");
            assertThat(figures).containsEntry("lockstep.mirror.rowsnoteupdated", 1L);
            assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
            mirror.unfollow();
            assertThat(TestSqlite.ask(notes, "select count(*) from sqlite_master where type = 'trigger'"))
                    .isEqualTo("0");
        }
    }
}
