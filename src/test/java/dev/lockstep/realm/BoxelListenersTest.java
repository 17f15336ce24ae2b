package dev.lockstep.realm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.Db;
import dev.lockstep.realm.invalidate.Definitions;
import dev.lockstep.realm.invalidate.RealmInvalidator;
import dev.lockstep.realm.invalidate.RealmInvalidator.Durability;
import dev.lockstep.realm.log.RealmListener;
import dev.lockstep.testing.Await;
import dev.lockstep.testing.BoxelTables;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.transpile.service.LocalCache;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What Boxel's own tests of its two listeners try, one by one; parsing is for {@link FileChangeTest} and {@link DefinitionChangeTest}. */
@ExtendWith(PostgresExtension.class)
class BoxelListenersTest {
    private static final String FILES = FileChange.CHANNEL.name();
    private static final String DEFINITIONS = DefinitionChange.CHANNEL.name();
    private static final String R = "http://localhost:4201/luke/";
    private static final String END = "http://the.end/";

    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

    private final RealmHandler files = new RealmHandler() {
        @Override
        public void path(RealmUrl realm, String path) {
            told.add("path " + realm + " " + path);
        }

        @Override
        public void realm(RealmUrl realm) {
            told.add("realm " + realm);
        }

        @Override
        public void gap(String why) {
            told.add("gap");
        }
    };

    private final DefinitionHandler definitions = new DefinitionHandler() {
        @Override
        public void module(String realm, String module) {
            told.add("module " + realm + " " + module);
        }

        @Override
        public void realm(String realm) {
            told.add("realm " + realm);
        }

        @Override
        public void everything() {
            told.add("everything");
        }
    };

    private static void send(TestDatabase database, String channel, String... payloads) throws SQLException {
        try (Connection connection = database.connect();
                PreparedStatement statement = connection.prepareStatement("select pg_notify(?, ?)")) {
            for (String payload : payloads) {
                statement.setString(1, channel);
                statement.setString(2, payload);
                statement.execute();
            }
        }
    }

    /** All that is told until the last notification, which everything sent before comes before. */
    private List<String> toldUntilTheEnd() throws InterruptedException {
        List<String> all = new ArrayList<>();
        while (true) {
            String next = told.poll(30, TimeUnit.SECONDS);
            assertThat(next).as("after %s", all).isNotNull();
            if (next.equals("realm " + END)) {
                return all;
            }
            all.add(next);
        }
    }

    private List<String> heardOfFiles(TestDatabase database, String... payloads) throws Exception {
        try (RealmListener listener =
                RealmListener.listening(Boxel.databases(database), Boxel.target(database), files)) {
            listener.awaitReady();
            send(database, FILES, payloads);
            send(database, FILES, END + ":*");
            return toldUntilTheEnd();
        }
    }

    private List<String> heardOfDefinitions(TestDatabase database, String... payloads) throws Exception {
        try (RealmListener listener =
                RealmListener.definitions(Boxel.databases(database), Boxel.target(database), definitions)) {
            listener.awaitReady();
            send(database, DEFINITIONS, payloads);
            send(database, DEFINITIONS, "{\"k\":\"realm\",\"r\":\"" + END + "\"}");
            return toldUntilTheEnd();
        }
    }

    @Test
    void aPathIsDispatchedAsAPath(TestDatabase database) throws Exception {
        assertThat(heardOfFiles(database, R + ":cards/person.gts")).containsExactly("path " + R + " cards/person.gts");
    }

    @Test
    void theWildcardClearsTheRealmOnceAndNoPath(TestDatabase database) throws Exception {
        assertThat(heardOfFiles(database, R + ":*")).containsExactly("realm " + R);
    }

    @Test
    void aRealmThatIsNotMountedIsDropped(TestDatabase database) throws Exception {
        LocalCache<String> cache = new LocalCache<>(1_000, String::length);
        try (RealmListener listener =
                RealmListener.listening(Boxel.databases(database), Boxel.target(database), RealmHandler.of(cache))) {
            listener.awaitReady();
            cache.get(R, "a.gts", () -> new LocalCache.Loaded<>("a.gts", "mine"));
            cache.get(R, "b.gts", () -> new LocalCache.Loaded<>("b.gts", "mine too"));
            send(database, FILES, "http://elsewhere.test/:a.gts", "http://elsewhere.test/:*", R + ":b.gts");
            Await.until("b to be forgotten", Duration.ofSeconds(30), () -> cache.get(R, "b.gts") == null);

            assertThat(cache.get(R, "a.gts")).isNotNull();
        }
    }

    @Test
    void aMalformedPayloadIsLookedUpNowhere(TestDatabase database) throws Exception {
        assertThat(heardOfFiles(database, "garbage", R, "http://localhost:4201", R + ":", ":*"))
                .isEmpty();
    }

    @Test
    void anEmptyPayloadIsIgnored(TestDatabase database) throws Exception {
        assertThat(heardOfFiles(database, "")).isEmpty();
        assertThat(heardOfDefinitions(database, "")).isEmpty();
    }

    @Test
    void fourKindsOfFileChangeMakeTheRoundTrip(TestDatabase database) throws Exception {
        RealmUrl other = new RealmUrl("https://example.com/");
        try (RealmListener listener =
                        RealmListener.listening(Boxel.databases(database), Boxel.target(database), files);
                Db db = Boxel.open(database)) {
            listener.awaitReady();
            RealmInvalidator invalidator = new RealmInvalidator(db, Durability.NOTIFY);
            invalidator.invalidate(List.of(new RealmUrl(R)), List.of("person.gts"));
            invalidator.invalidate(List.of(new RealmUrl(R)), List.of("a/b/é.json"));
            invalidator.invalidate(List.of(new RealmUrl(R)), List.of());
            invalidator.invalidate(List.of(other), List.of("index.json"));
            send(database, FILES, END + ":*");

            assertThat(toldUntilTheEnd())
                    .containsExactly(
                            "path " + R + " person.gts",
                            "path " + R + " a/b/é.json",
                            "realm " + R,
                            "path " + other + " index.json");
        }
    }

    @Test
    void eachModuleIsDispatchedByItself(TestDatabase database) throws Exception {
        assertThat(heardOfDefinitions(
                        database,
                        "{\"k\":\"module\",\"r\":\"http://h/\",\"m\":[\"http://h/a\"]}",
                        "{\"k\":\"module\",\"r\":\"http://h/\",\"m\":[\"http://h/b\",\"http://h/c\"]}"))
                .containsExactly(
                        "module http://h/ http://h/a", "module http://h/ http://h/b", "module http://h/ http://h/c");
    }

    @Test
    void aRealmAndAllRealmsAreDispatchedAsSuch(TestDatabase database) throws Exception {
        assertThat(heardOfDefinitions(database, "{\"k\":\"realm\",\"r\":\"http://h/\"}", "{\"k\":\"global\"}"))
                .containsExactly("realm http://h/", "everything");
    }

    @Test
    void ofAMalformedPayloadNothingIsDispatched(TestDatabase database) throws Exception {
        assertThat(heardOfDefinitions(
                        database,
                        "garbage",
                        "{\"k\":\"other\"}",
                        "{\"k\":\"module\",\"r\":\"http://h/\",\"m\":[\"http://h/a\",null]}"))
                .isEmpty();
    }

    /** An emitter that listens hears itself: what it is told again is harmless. */
    @Test
    void clearingOnOneReplicaReachesItAndTheOtherExactly(TestDatabase database) throws Exception {
        database.execute(BoxelTables.MODULES);
        RealmUrl realm = new RealmUrl(R);
        try (RealmListener here =
                        RealmListener.definitions(Boxel.databases(database), Boxel.target(database), definitions);
                RealmListener there =
                        RealmListener.definitions(Boxel.databases(database), Boxel.target(database), definitions);
                Db db = Boxel.open(database)) {
            here.awaitReady();
            there.awaitReady();

            db.run(tx -> Definitions.modules(tx, realm, List.of(R + "a.gts")));
            db.run(tx -> Definitions.realm(tx, realm));
            db.run(Definitions::all);

            List<String> all = new ArrayList<>();
            for (int i = 0; i < 14; i++) {
                all.add(told.poll(30, TimeUnit.SECONDS));
            }
            assertThat(all)
                    .filteredOn(("module " + R + " " + R + "a.gts")::equals)
                    .hasSize(2);
            assertThat(all).filteredOn(("realm " + R)::equals).hasSize(2);
            assertThat(all).filteredOn("everything"::equals).hasSize(2);
            assertThat(all).filteredOn(each -> each.startsWith("module ")).hasSize(10);
        }
        assertThat(told).isEmpty();
    }

    @Test
    void aLostConnectionMeansThatNoDefinitionMayBeTrue(TestDatabase database) throws Exception {
        try (RealmListener listener =
                RealmListener.definitions(Boxel.databases(database), Boxel.target(database), definitions)) {
            listener.awaitReady();
            database.terminateAll();

            assertThat(told.poll(30, TimeUnit.SECONDS)).isEqualTo("everything");
        }
    }
}
