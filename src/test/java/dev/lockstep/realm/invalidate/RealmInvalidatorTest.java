package dev.lockstep.realm.invalidate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.Session;
import dev.lockstep.realm.Boxel;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.realm.invalidate.RealmInvalidator.Durability;
import dev.lockstep.realm.invalidate.RealmInvalidator.Invalidation;
import dev.lockstep.realm.invalidate.RealmInvalidator.Layer;
import dev.lockstep.realm.log.InvalidationLog;
import dev.lockstep.testing.BoxelTables;
import dev.lockstep.testing.Fault;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.Sweep;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.transpile.schema.CacheSchema;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PostgresExtension.class)
class RealmInvalidatorTest {
    private static final RealmUrl A = new RealmUrl("http://x.test/a/");
    private static final RealmUrl B = new RealmUrl("http://x.test/b/");

    private static void artifacts(TestDatabase database) throws SQLException {
        database.execute("""
                insert into module_transpile_cache (realm_url, canonical_path, body, headers, generation)
                select realm, realm || name, 'body', '{}', 7
                  from unnest(array['http://x.test/a/', 'http://x.test/b/']) as realm
                 cross join unnest(array['one.gts', 'two.gts']) as name
                """);
    }

    private static void definitions(TestDatabase database) throws SQLException {
        database.execute(BoxelTables.MODULES, """
                insert into modules (url, cache_scope, auth_user_id, resolved_realm_url, deps, file_alias)
                select 'http://x.test/a/' || name || '.gts', 'public', '', 'http://x.test/a/', '[]',
                       'http://x.test/a/' || name
                  from unnest(array['one', 'two']) as name
                """);
    }

    private static void install(TestDatabase database) {
        try (Db db = Boxel.open(database)) {
            db.transact(CacheSchema::install);
        }
    }

    private static Invalidation invalidate(TestDatabase database, Durability durability, String... paths) {
        try (Db db = Boxel.open(database)) {
            return new RealmInvalidator(db, durability).invalidate(List.of(A), List.of(paths));
        }
    }

    /** One imports what is invalidated, one imports that; before lockstep's parts are there, and after. */
    @Test
    void whatImportsAPathIsForgottenWithIt(TestDatabase database) throws SQLException {
        database.execute(BoxelTables.TRANSPILE_CACHE);
        for (String install : List.of("before", "after")) {
            artifacts(database);
            database.execute("update module_transpile_cache set dependency_keys = '[\"lib/a b\"]'"
                    + " where canonical_path like '%one.gts'");
            database.execute("update module_transpile_cache set dependency_keys = '[\"one\"]'"
                    + " where canonical_path like '%two.gts'");

            Invalidation done = invalidate(database, Durability.NOTIFY, "lib/a%20b.gts");

            assertThat(done.dependents())
                    .as(install)
                    .containsExactly("http://x.test/a/one.gts", "http://x.test/a/two.gts");
            assertThat(done.payloads())
                    .startsWith("http://x.test/a/:lib/a b.gts", "http://x.test/a/:one.gts", "http://x.test/a/:two.gts");
            assertThat(live(database)).isEqualTo("http://x.test/b/one.gts http://x.test/b/two.gts");
            database.execute("truncate module_transpile_cache");
            install(database);
        }
    }

    private static String live(TestDatabase database) throws SQLException {
        return database.ask("""
                select string_agg(canonical_path, ' ' order by canonical_path)
                  from module_transpile_cache
                 where body is not null
                """);
    }

    @Test
    void aRealmIsForgottenInAllLayersAtOnce(TestDatabase database) throws SQLException {
        install(database);
        artifacts(database);
        definitions(database);

        Invalidation done = invalidate(database, Durability.LOG);

        assertThat(done.tombstoned()).isEqualTo(2);
        assertThat(done.definitionsDeleted()).isEqualTo(2);
        assertThat(done.payloads())
                .containsExactly(
                        "http://x.test/a/:*", "{\"k\":\"realm\",\"r\":\"http://x.test/a/\"}", "http://x.test/a/");
        assertThat(done.position())
                .hasValueSatisfying(at -> assertThat(at.seq()).isOne());
        assertThat(done.absent()).isEmpty();
        assertThat(live(database)).isEqualTo("http://x.test/b/one.gts http://x.test/b/two.gts");
    }

    @Test
    void aPathIsForgottenInAllLayersAtOnce(TestDatabase database) throws SQLException {
        install(database);
        artifacts(database);
        definitions(database);

        Invalidation done = invalidate(database, Durability.NOTIFY, "one.gts", "data.json");

        assertThat(done.tombstoned()).isGreaterThanOrEqualTo(2);
        assertThat(done.definitionsDeleted()).isOne();
        assertThat(done.payloads())
                .hasSize(3)
                .contains("http://x.test/a/:one.gts", "http://x.test/a/:data.json")
                .noneMatch(payload -> payload.startsWith("{") && payload.contains("data"));
        assertThat(done.position()).isEmpty();
        assertThat(live(database)).doesNotContain("a/one.gts").contains("a/two.gts");
    }

    @Test
    void aNameWithoutExtensionIsTheSameBeforeAndAfterThePreparation(TestDatabase database) throws SQLException {
        database.execute(BoxelTables.TRANSPILE_CACHE);
        artifacts(database);
        assertThat(invalidate(database, Durability.NOTIFY, "one").payloads()).contains("http://x.test/a/:one.gts");
        assertThat(live(database)).doesNotContain("a/one.gts").contains("a/two.gts");

        install(database);
        assertThat(invalidate(database, Durability.NOTIFY, "http://x.test/a/two")
                        .payloads())
                .contains("http://x.test/a/:two.gts");
        assertThat(live(database)).isEqualTo("http://x.test/b/one.gts http://x.test/b/two.gts");
    }

    @Test
    void theFileThatHoldsTheRealmsInfoMakesReplicasForgetTheInfo(TestDatabase database) {
        assertThat(invalidate(database, Durability.NOTIFY, "realm.json").payloads())
                .containsExactly("http://x.test/a/:realm.json", "http://x.test/a/");
        assertThat(invalidate(database, Durability.NOTIFY, "one.gts").payloads())
                .containsExactly("http://x.test/a/:one.gts");
    }

    @Test
    void whatMayBeAModuleMintsTheRealmsLoaderEpoch(TestDatabase database) throws SQLException {
        database.execute("""
                create table realm_generations (
                    realm_url varchar not null, current_generation integer not null, loader_epoch varchar,
                    constraint realm_generations_pkey primary key (realm_url))
                """, "insert into realm_generations values ('http://x.test/a/', 7, 'old')");

        invalidate(database, Durability.NOTIFY, "data.json");
        assertThat(database.ask("select loader_epoch from realm_generations")).isEqualTo("old");
        invalidate(database, Durability.NOTIFY, "one.gts");
        assertThat(database.ask("select current_generation || ' ' || (loader_epoch <> 'old') from realm_generations"))
                .isEqualTo("7 true");
    }

    @Test
    void aDatabaseWithNeitherCacheStillTellsEverybody(TestDatabase database) {
        Invalidation done = invalidate(database, Durability.NOTIFY);

        assertThat(done.absent()).containsExactlyInAnyOrder(Layer.TRANSPILE_CACHE, Layer.DEFINITIONS);
        assertThat(done.payloads()).containsExactly("http://x.test/a/:*", "http://x.test/a/");
    }

    @Test
    void aDatabaseThatLacksOneCacheForgetsTheOther(TestDatabase database) throws SQLException {
        definitions(database);
        assertThat(invalidate(database, Durability.NOTIFY).definitionsDeleted()).isEqualTo(2);

        database.execute("drop table modules", BoxelTables.TRANSPILE_CACHE);
        artifacts(database);
        Invalidation done = invalidate(database, Durability.NOTIFY);

        assertThat(done.absent()).containsExactly(Layer.DEFINITIONS);
        assertThat(done.tombstoned()).isEqualTo(2);
        assertThat(live(database)).doesNotContain("/a/");
    }

    @Test
    void boxelsOwnTableGetsBoxelsOwnTombstones(TestDatabase database) throws SQLException {
        database.execute(BoxelTables.TRANSPILE_CACHE);
        artifacts(database);

        invalidate(database, Durability.NOTIFY, "one.gts", "new.gts");

        assertThat(database.ask("""
                select string_agg(canonical_path || ' ' || generation, ', ' order by canonical_path)
                  from module_transpile_cache
                 where body is null
                """)).isEqualTo("http://x.test/a/new.gts 1, http://x.test/a/one.gts 8");
    }

    /** Also in an order of its own, so that those who fill it again do not cross. */
    private static final String REFILL = """
            insert into modules (url, cache_scope, auth_user_id, resolved_realm_url, deps, file_alias)
            select realm || name || '.gts', 'public', '', realm, '[]', realm || name
              from unnest(array['http://x.test/a/', 'http://x.test/b/']) as realm
             cross join unnest(array['one', 'two']) as name
             order by md5(realm || name || '.gts')
                on conflict do nothing
            """;

    /** Two realms in both orders, wildcards, paths and all definitions, from eight threads: nobody may be the victim of a deadlock. */
    @Test
    void manyAtATimeNeverCross(TestDatabase database) throws Exception {
        install(database);
        artifacts(database);
        definitions(database);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<Integer>> running = new ArrayList<>();
            for (int thread = 0; thread < 8; thread++) {
                List<RealmUrl> realms = thread % 2 == 0 ? List.of(A, B) : List.of(B, A);
                List<String> paths = thread % 3 == 0 ? List.of() : List.of("two.gts", "one.gts");
                running.add(threads.submit((Callable<Integer>) () -> {
                    try (Db db = Boxel.open(database)) {
                        for (int i = 0; i < 25; i++) {
                            db.run(tx -> tx.update(REFILL));
                            new RealmInvalidator(db, Durability.LOG).invalidate(realms, paths);
                            db.run(Definitions::all);
                        }
                    }
                    return 25;
                }));
            }
            for (Future<Integer> each : running) {
                assertThat(each.get()).isEqualTo(25);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(database.ask("select deadlocks from pg_stat_database where datname = current_database()"))
                .isEqualTo("0");
        assertThat(database.ask("select count(*) = max(seq) and min(seq) = 1 from lockstep_inval_log"))
                .isEqualTo("t");
    }

    /** Broken at any call, what is invalidated and what is said agree. */
    @Test
    void brokenAnywhereItIsDoneWholeOrNotAtAll(TestDatabase database) throws Exception {
        install(database);
        definitions(database);
        try (Db db = Boxel.open(database)) {
            InvalidationLog.prepare(db);
        }
        int runs = Sweep.<TestDatabase>startingFrom(run -> {
                    database.execute(
                            "truncate module_transpile_cache, lockstep_inval_log",
                            "update lockstep_inval_head set seq = 0");
                    artifacts(database);
                    return database;
                })
                .running((start, fault) -> {
                    try (Db db = new dev.lockstep.db.open.Databases(
                                    new dev.lockstep.support.Environment(start.environment()), fault::around)
                            .postgres(Boxel.target(start), Session.of("lockstep test", Session.Use.WRITE))) {
                        new RealmInvalidator(db, Durability.LOG).invalidate(List.of(A), List.of("one.gts"));
                    }
                })
                .recovering(start -> {})
                .checking(start -> {
                    boolean logged = !"0".equals(start.ask("select count(*) from lockstep_inval_log"));
                    assertThat(live(start).contains("/a/one.gts"))
                            .as("logged: %s", logged)
                            .isEqualTo(!logged);
                })
                .run(Fault.Mode.THROW_BEFORE, Fault.Mode.THROW_AFTER, Fault.Mode.CLOSE);
        assertThat(runs).isGreaterThan(10);
    }

    @Test
    void aReadOnlyServerIsSaidToBeOne(TestDatabase database) throws SQLException {
        database.execute("alter database " + database.name() + " set default_transaction_read_only = on");

        assertThatThrownBy(() -> invalidate(database, Durability.LOG))
                .satisfies(e -> assertThat(e instanceof DbException
                                || "no-log".equals(((dev.lockstep.support.LockstepException) e).code()))
                        .isTrue());
    }
}
