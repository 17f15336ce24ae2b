package dev.lockstep.realm.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.db.Db;
import dev.lockstep.realm.Boxel;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.realm.invalidate.RealmInvalidator;
import dev.lockstep.realm.invalidate.RealmInvalidator.Durability;
import dev.lockstep.realm.log.Sequencer;
import dev.lockstep.realm.log.Sequencer.Outcome;
import dev.lockstep.testing.BoxelTables;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.transpile.schema.CacheSchema;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** What a program calls does what an invalidation does, when its transaction commits and not before. */
@ExtendWith(PostgresExtension.class)
class OutboxTest {
    private static final String REALM = "http://x.test/a/";

    private static final List<String> INVALIDATED = List.of(
            "",
            "one.gts",
            "two",
            "my card.gts",
            "é.ts",
            "realm.json",
            "card.json",
            "sub/dir/none.d.ts",
            "one.gts,other",
            "http://x.test/a/one.gts",
            "a%23b.gts");

    private static final Map<String, String> REFUSED = Map.of(
            "select lockstep_invalidate('http://u:S3CR3T@h/')", "no realm has the URL \"http://***@h/\"",
            "select lockstep_invalidate(null)", "no realm has the URL null",
            "select lockstep_invalidate('http://h/', E'a\\nb')", "no file of a realm has the path \"a\\nb\"",
            "select lockstep_invalidate_many('http://h/', null)", "no list of paths",
            "select lockstep_invalidate_many('http://h/', array['a', null])", "no file of a realm has the path null",
            "select lockstep_broadcast('http://h/', array['*'])", "no file of a realm has the path \"*\"");

    private static final String LOG = "select string_agg(path, ', ' order by path) from lockstep_inval_log";

    private static final String CACHED = """
            insert into module_transpile_cache (realm_url, canonical_path, body, dependency_keys, generation, created_at)
            select realm, realm || name, 'body', cast(imports as jsonb), generation, 1
              from unnest(array['http://x.test/a/', 'http://x.test/b/']) as realm
             cross join (values ('one.gts', '[]', 7), ('two.gts', '["one"]', 3), ('my%20card.gts', '["two"]', 1),
                                ('%C3%A9.ts', null, 9), ('other.js', '["nothing"]', 2)) as a (name, imports, generation)
            """;

    private static final String DEFINED = """
            insert into modules (url, cache_scope, auth_user_id, resolved_realm_url, deps, file_alias)
            select 'http://x.test/a/' || name || '.gts', 'public', '', 'http://x.test/a/', cast(deps as jsonb),
                   'http://x.test/a/' || name
              from (values ('one', '[]'), ('two', '["http://x.test/a/one"]'), ('other', '[]')) as m (name, deps)
            """;

    private static final String STATE = """
            select coalesce((select string_agg(concat_ws(' ', realm_url, canonical_path, generation, body), ', ' order by realm_url, canonical_path)
                               from module_transpile_cache), '')
                   || ' / ' || coalesce((select string_agg(realm_url || ' ' || floor, ', ' order by realm_url)
                                           from lockstep_realm_floor), '')
                   || ' / ' || coalesce((select string_agg(url, ', ' order by url) from modules), '')
            """;

    @Test
    void itForgetsAndTellsWhatAnInvalidationDoes(TestDatabase database) throws SQLException {
        try (Db db = Boxel.open(database)) {
            database.execute(BoxelTables.MODULES);
            db.transact(CacheSchema::install);
            OutboxSchema.install(db);
            for (String typed : INVALIDATED) {
                List<String> paths = typed.isEmpty() ? List.of() : List.of(typed.split(",", -1));
                List<String> direct = heard(database, () -> new RealmInvalidator(db, Durability.LOG)
                        .invalidate(List.of(new RealmUrl(REALM)), paths));
                String state = database.ask(STATE);
                String log = database.ask(LOG);

                List<String> told = heard(database, () -> {
                    db.run(tx -> Outbox.put(tx, Outbox.Call.INVALIDATE, List.of(new RealmUrl(REALM)), paths));
                    assertThat(new Sequencer().step(db).outcome()).isEqualTo(Outcome.MOVED);
                });

                assertThat(told).as(typed).containsExactlyInAnyOrderElementsOf(direct);
                assertThat(channels(told)).as(typed).isEqualTo(channels(direct));
                assertThat(database.ask(STATE)).as(typed).isEqualTo(state);
                assertThat(database.ask(LOG)).as(typed).isEqualTo(log);
            }
        }
    }

    private interface Act {
        void run() throws SQLException;
    }

    private static void forgetAll(TestDatabase database) throws SQLException {
        database.execute(
                "truncate module_transpile_cache, lockstep_realm_floor, modules, lockstep_inval_log",
                "update lockstep_inval_head set seq = 0");
    }

    /** What is notified, a channel and a payload each, in order. */
    private static List<String> heard(TestDatabase database, Act act) throws SQLException {
        forgetAll(database);
        database.execute(CACHED, DEFINED);
        try (Connection ear = database.connect();
                Statement statement = ear.createStatement()) {
            for (String channel : List.of("realm_file_changes", "module_cache_invalidated", "realm_index_updated")) {
                statement.execute("listen " + channel);
            }
            act.run();
            List<String> heard = new ArrayList<>();
            for (PGNotification one : ear.unwrap(PGConnection.class).getNotifications(5_000)) {
                heard.add(one.getName() + " " + sorted(one.getParameter()));
            }
            return heard;
        }
    }

    /** The order of modules within a payload says nothing. */
    private static String sorted(String payload) {
        return payload.startsWith("{\"k\":\"module\"")
                ? payload.chars().sorted().mapToObj(Character::toString).reduce("", String::concat)
                : payload;
    }

    private static List<String> channels(List<String> heard) {
        return heard.stream().map(one -> one.substring(0, one.indexOf(' '))).toList();
    }

    @Test
    void whatIsRolledBackWasNeverSaid(TestDatabase database) throws SQLException {
        try (Db db = Boxel.open(database);
                Connection application = database.connect();
                Statement statement = application.createStatement()) {
            db.transact(CacheSchema::install);
            OutboxSchema.install(db);
            application.setAutoCommit(false);
            statement.execute("select lockstep_invalidate('http://x.test/a/', 'a.gts')");
            statement.execute("savepoint s");
            statement.execute("set constraints all immediate");
            statement.execute("select lockstep_invalidate('http://x.test/b/')");
            statement.execute("rollback to s");
            statement.execute("select lockstep_invalidate('http://x.test/c/')");
            application.rollback();

            assertThat(new Sequencer().step(db).outcome()).isEqualTo(Outcome.NOTHING);
            assertThat(database.ask("select count(*) from module_transpile_cache"))
                    .isEqualTo("0");
        }
    }

    /** Neither those who call, for the same file and its realm, nor those who sequence. */
    @Test
    void whoHasCalledAndStaysOpenIsInNobodysWay(TestDatabase database) throws SQLException {
        try (Db db = Boxel.open(database);
                Connection open = database.connect();
                Connection other = database.connect();
                Statement held = open.createStatement();
                Statement statement = other.createStatement()) {
            db.transact(CacheSchema::install);
            OutboxSchema.install(db);
            open.setAutoCommit(false);
            held.execute(
                    "select lockstep_invalidate('http://x.test/a/', 'a.gts'), lockstep_invalidate('http://x.test/a/')");
            statement.execute("set statement_timeout = '20s'");
            statement.execute("select lockstep_invalidate('http://x.test/a/', 'a.gts')");
            statement.execute("select lockstep_invalidate('http://x.test/a/')");
            Sequencer sequencer = new Sequencer();
            assertThat(sequencer.step(db).rows()).isEqualTo(2);
            assertThat(sequencer.step(db).rows()).isZero();

            open.commit();

            assertThat(sequencer.step(db).rows()).isEqualTo(2);
            assertThat(database.ask("select string_agg(seq || path, ' ' order by seq) from lockstep_inval_log"))
                    .isEqualTo("1a.gts 2* 3a.gts 4*");
        }
    }

    /** Its snapshot keeps every dead row of the outbox; a step reads none of them. */
    @Test
    void anOldTransactionElsewhereMakesNoStepReadMore(TestDatabase database) throws SQLException {
        try (Db db = Boxel.open(database);
                Connection old = database.connect();
                Statement statement = old.createStatement()) {
            OutboxSchema.install(db);
            old.setAutoCommit(false);
            old.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            statement.execute("select pg_current_xact_id(), count(*) from lockstep_inval_outbox");
            Sequencer sequencer = new Sequencer();
            for (int i = 0; i < 20; i++) {
                database.execute("do $$ begin for i in 1..200 loop"
                        + " perform lockstep_invalidate('http://x.test/a/', i || '.json'); end loop; end $$");
                assertThat(sequencer.step(db).rows()).isEqualTo(200);
            }
            database.execute("select lockstep_invalidate('http://x.test/a/', 'last.json')");
            assertThat(pagesRead(database, "0")).isGreaterThan(50);
            assertThat(pagesRead(database, database.ask("select upto from lockstep_sequencer")))
                    .isLessThan(20);
            assertThat(sequencer.step(db).rows()).isEqualTo(1);
        }
    }

    /** How many pages it takes to find what is due from a transaction on. */
    private static long pagesRead(TestDatabase database, String from) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("set enable_seqscan = off");
            statement.execute("set enable_bitmapscan = off");
            try (ResultSet rs = statement.executeQuery("""
                    explain (analyze, buffers)
                    select n from lockstep_inval_outbox where xact >= '%s' order by xact, n limit 2000
                    """.formatted(from))) {
                rs.next();
                rs.next();
                Matcher pages = Pattern.compile("(?:hit|read)=([0-9]+)").matcher(rs.getString(1));
                long sum = 0;
                while (pages.find()) {
                    sum += Long.parseLong(pages.group(1));
                }
                return sum;
            }
        }
    }

    @Test
    void aNameThatNobodyCanHaveIsRefusedInALine(TestDatabase database) throws SQLException {
        try (Db db = Boxel.open(database)) {
            OutboxSchema.install(db);
            REFUSED.forEach((call, message) -> assertThatThrownBy(() -> database.execute(call))
                    .hasMessageContaining(message)
                    .hasMessageNotContaining("S3CR3T"));
            assertThat(database.ask("select count(*) from lockstep_inval_outbox"))
                    .isEqualTo("0");
        }
    }

    /** A role that may execute them, and has nothing else; not even of what it could make for them to stumble over. */
    @Test
    void whatASequencerOfAnotherServerHasLeftBehindIsMoved(TestDatabase database) throws SQLException {
        try (Db db = Boxel.open(database)) {
            OutboxSchema.install(db);
            new Sequencer().step(db);
            database.execute(
                    "update lockstep_sequencer set upto = '9000000000', pending = '{1,2}'",
                    "select lockstep_invalidate('http://x.test/a/')");
            assertThat(new Sequencer().step(db).rows()).isEqualTo(1);
            Sequencer running = new Sequencer();
            running.step(db);
            database.execute(
                    "update lockstep_sequencer set upto = '9000000000', seen_at = null",
                    "select lockstep_invalidate('http://x.test/a/')");
            assertThat(running.step(db).rows()).isEqualTo(1);
        }
    }
}
