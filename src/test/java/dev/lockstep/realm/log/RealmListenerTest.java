package dev.lockstep.realm.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.libpq.TargetSources;
import dev.lockstep.db.listen.PgListener;
import dev.lockstep.db.open.Databases;
import dev.lockstep.realm.Boxel;
import dev.lockstep.realm.RealmHandler;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.realm.invalidate.RealmInvalidator;
import dev.lockstep.realm.invalidate.RealmInvalidator.Durability;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import dev.lockstep.testing.Await;
import dev.lockstep.testing.FaultProxy;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestPostgres;
import dev.lockstep.transpile.schema.CacheSchema;
import dev.lockstep.transpile.service.LocalCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@ExtendWith(PostgresExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class RealmListenerTest {
    private static final RealmUrl REALM = new RealmUrl("http://localhost:4201/luke/");

    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

    private final RealmHandler handler = new RealmHandler() {
        @Override
        public void path(RealmUrl realm, String path) {
            told.add(path);
        }

        @Override
        public void realm(RealmUrl realm) {
            told.add("*");
        }

        @Override
        public void gap(String why) {
            told.add("gap");
        }
    };

    private static void invalidate(TestDatabase database, String... paths) {
        try (Db db = Boxel.open(database)) {
            new RealmInvalidator(db, Durability.LOG).invalidate(List.of(REALM), List.of(paths));
        }
    }

    private String next() throws InterruptedException {
        return told.poll(30, TimeUnit.SECONDS);
    }

    @Test
    void aHandlerIsToldOfPathsRealmsAndGaps(TestDatabase database) throws Exception {
        try (RealmListener listener =
                RealmListener.listening(Boxel.databases(database), Boxel.target(database), handler)) {
            listener.awaitReady();
            invalidate(database, "a.gts");
            assertThat(next()).isEqualTo("a.gts");
            invalidate(database);
            assertThat(next()).isEqualTo("*");
            database.terminateAll();
            assertThat(next()).isEqualTo("gap");
        }
    }

    /** Each way in which a link can break; the durable listener is told exactly what it has missed, and no more. */
    @Test
    void whateverHappensToItsLinkADurableListenerMissesNothing() throws Exception {
        try (TestPostgres server = TestPostgres.start();
                TestDatabase database = server.createDatabase();
                FaultProxy proxy = FaultProxy.before(database);
                RealmListener listener = RealmListener.durable(
                        Boxel.databases(database), Boxel.target(database.through(proxy.port())), "one", handler)) {
            listener.awaitReady();
            Map<String, Callable<?>> faults = new LinkedHashMap<>();
            faults.put("killed", database::terminateAll);
            faults.put("reset", Executors.callable(proxy::reset));
            faults.put("finished", Executors.callable(proxy::finish));
            faults.put("half closed", Executors.callable(proxy::halfClose));
            faults.put("half open", Executors.callable(proxy::freezeExisting));
            faults.put("slow", Executors.callable(() -> proxy.slow(2_000)));
            faults.put("fast again", Executors.callable(proxy::pass));
            faults.put("restarted", Executors.callable(server::restart));
            for (Map.Entry<String, Callable<?>> fault : faults.entrySet()) {
                fault.getValue().call();
                invalidate(database, fault.getKey() + ".gts");

                assertThat(next()).isEqualTo(fault.getKey() + ".gts");
            }
            invalidate(database, "last.gts");
            assertThat(next()).isEqualTo("last.gts");
        }
    }

    /** What the test above waits for, however slow the machine is. */
    @Test
    void aSilentLinkIsGivenUpWithinTenSeconds() {
        PgListener.Options options = PgListener.Options.DEFAULT;

        assertThat(options.heartbeat().plus(options.patience())).isLessThan(Duration.ofSeconds(10));
        Session log = LogReader.session(LogReader.LOG, Session.Use.WRITE);
        assertThat(InvalidationFeed.SILENCE.plus(log.statementTimeout()).plus(log.grace()))
                .isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void aHandlerThatThrowsEndsItAndIsToldTheSameAgain(TestDatabase database) throws Exception {
        RealmHandler failing = new RealmHandler() {
            @Override
            public void path(RealmUrl realm, String path) {
                throw new IllegalStateException("no");
            }

            @Override
            public void realm(RealmUrl realm) {}

            @Override
            public void gap(String why) {}
        };
        RealmListener first = RealmListener.durable(Boxel.databases(database), Boxel.target(database), "one", failing)
                .awaitReady();
        invalidate(database, "a");
        Await.until("the listener to end", Duration.ofSeconds(30), () -> {
            try (Db db = Boxel.open(database)) {
                return db.autocommit(NamedListeners::all).get(0).state() == NamedListeners.State.GONE;
            }
        });
        assertThatThrownBy(first::close).hasMessage("no");

        try (RealmListener second =
                RealmListener.durable(Boxel.databases(database), Boxel.target(database), "one", handler)) {
            second.awaitReady();
            assertThat(next()).isEqualTo("a");
        }
    }

    @Test
    void aServerThatIsNotThereIsSaidToBeSo() {
        Environment nowhere = new Environment(Map.of("PGHOST", "127.0.0.1", "PGPORT", "1", "HOME", "/nonexistent"));
        PgTarget target = PgTarget.resolve(null, TargetSources.of(nowhere));
        RealmListener listener = RealmListener.listening(new Databases(nowhere), target, handler);

        assertThatThrownBy(listener::awaitReady).isInstanceOf(LockstepException.class);
        assertThatThrownBy(listener::close).isInstanceOf(LockstepException.class);
    }

    @Test
    void aLocalCacheIsKeptInStep(TestDatabase database) throws Exception {
        LocalCache<String> cache = new LocalCache<>(1_000, String::length);
        try (RealmListener listener = RealmListener.durable(
                Boxel.databases(database), Boxel.target(database), "one", RealmHandler.of(cache))) {
            listener.awaitReady();
            cache.get(REALM.value(), "a.gts", () -> new LocalCache.Loaded<>("a.gts", "old"));
            invalidate(database, "a.gts");

            Await.until("the cache to forget", Duration.ofSeconds(30), () -> cache.get(REALM.value(), "a.gts") == null);
        }
    }

    /** The number is that of Boxel's tests; its listeners invalidate the shared layer themselves, once for each replica. */
    @Test
    void s20WhoeverHearsTheWildcardFindsNothingLiveInTheSharedLayer(TestDatabase database) throws Exception {
        try (Db db = Boxel.open(database)) {
            db.run(CacheSchema::install);
        }
        database.execute("insert into module_transpile_cache (realm_url, canonical_path, body, headers)" + " values ('"
                + REALM + "', '" + REALM + "a.gts', 'js', '{}')");
        String live = "select count(*) from module_transpile_cache where body is not null";
        RealmHandler looks = new RealmHandler() {
            @Override
            public void path(RealmUrl realm, String path) {}

            @Override
            public void realm(RealmUrl realm) {
                try (Db db = Boxel.open(database)) {
                    told.add(db.autocommit(tx -> tx.only(live).text("count")));
                }
            }

            @Override
            public void gap(String why) {}
        };
        try (RealmListener listener =
                RealmListener.listening(Boxel.databases(database), Boxel.target(database), looks)) {
            listener.awaitReady();
            assertThat(database.ask(live)).isEqualTo("1");
            try (Db db = Boxel.open(database)) {
                new RealmInvalidator(db, Durability.NOTIFY).invalidate(List.of(REALM), List.of());
            }
            assertThat(next()).isEqualTo("0");
        }
    }

    @Test
    void theExamplesRunAndOneTellsTheOther(TestDatabase database) throws Exception {
        try (Example keeping = new Example("KeepCacheInStep", database.url(), "replica-1")) {
            keeping.awaitOutput("in step");
            try (Example telling = new Example("TellReplicas", database.url(), REALM.value(), "a.gts", "b.gts")) {
                telling.awaitEnd();
            }
            Await.until("the listener to have applied both", Duration.ofSeconds(60), () -> "2"
                    .equals(database.ask("select seq from lockstep_listener where name = 'replica-1'")));

            keeping.awaitEnd();
        }
    }

    /** A program of {@code examples}, run from its source as its comment says. */
    private static final class Example implements AutoCloseable {
        private final Process process;
        private final Path output;

        Example(String name, String... arguments) throws IOException {
            output = Files.createFile(Path.of("target", "example-" + name + "-" + System.nanoTime()));
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:-UsePerfData",
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                    "examples/" + name + ".java"));
            command.addAll(List.of(arguments));
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
        }

        void awaitOutput(String text) {
            Await.until(
                    text, Duration.ofSeconds(60), () -> Files.readString(output).contains(text));
        }

        /** Ends its input, too. */
        void awaitEnd() throws IOException, InterruptedException {
            process.getOutputStream().close();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(Files.readString(output)).isZero();
        }

        @Override
        public void close() throws IOException {
            process.destroyForcibly();
            Files.delete(output);
        }
    }
}
