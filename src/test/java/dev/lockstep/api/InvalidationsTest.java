package dev.lockstep.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.lockstep.support.Json;
import dev.lockstep.support.LockstepException;
import dev.lockstep.testing.Await;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.RunningLockstep;
import dev.lockstep.testing.TestDatabase;
import java.net.URI;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A cache of a Java program that is kept in step with realms, and who tells it. */
@ExtendWith(PostgresExtension.class)
class InvalidationsTest {
    private static final String REALM = "http://localhost:4201/luke/";
    private static final String PATH = "cards/person.gts";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static HikariDataSource pool(TestDatabase database) {
        return new HikariDataSource(Pools.config(database, 6));
    }

    private static RealmCache<String> cache() throws InterruptedException {
        RealmCache<String> cache = new RealmCache<>(1_000, String::length);
        assertThat(cache.get(REALM, PATH, () -> "old")).isEqualTo("old");
        return cache;
    }

    private static void awaitEmpty(RealmCache<String> cache) {
        Await.until("the cache to forget", PATIENCE, () -> cache.get(REALM, PATH) == null);
    }

    @Test
    void whatIsSentIsForgotten(TestDatabase database) throws Exception {
        RealmCache<String> cache = cache();
        try (Invalidations heard = Invalidations.listen(database.url()).into(cache)) {
            InvalidationSender sender = InvalidationSender.on(database.url());

            assertThat(sender.broadcast(REALM, PATH)).isPositive();
            awaitEmpty(cache);
            cache.get(REALM, PATH, () -> "old");
            sender.invalidate(REALM);
            awaitEmpty(cache);
        }
    }

    @Test
    void aPoolLendsTheConnectionsAndGetsThemBackDeaf(TestDatabase database) throws Exception {
        try (HikariDataSource pool = pool(database)) {
            InvalidationSender.on(pool).invalidate(REALM);
            RealmCache<String> cache = cache();
            try (Invalidations heard =
                    Invalidations.listen(pool).named("replica-1").into(cache)) {
                InvalidationSender.on(pool).invalidate(REALM, PATH);
                awaitEmpty(cache);
                cache.get(REALM, PATH, () -> "old");
                assertThat(database.terminateAll()).isPositive();
                InvalidationSender.on(database.url()).invalidate(REALM, PATH);
                awaitEmpty(cache);
            }
            RealmCache<String> later = cache();
            InvalidationSender.on(database.url()).invalidate(REALM, PATH);
            try (Invalidations heard =
                    Invalidations.listen(pool).named("replica-1").into(later)) {
                awaitEmpty(later);
            }

            assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
            int idle = pool.getHikariPoolMXBean().getIdleConnections();
            List<Connection> all = new ArrayList<>();
            for (int i = 0; i < idle; i++) {
                Connection connection = pool.getConnection();
                all.add(connection);
                try (Statement statement = connection.createStatement();
                        ResultSet rs = statement.executeQuery("select count(*) from pg_listening_channels()")) {
                    rs.next();
                    assertThat(rs.getInt(1)).isZero();
                }
            }
            for (Connection connection : all) {
                connection.close();
            }
        }
    }

    @Test
    void aRelayTellsTheSameWithoutASessionOfTheDatabase(TestDatabase database) throws Exception {
        InvalidationSender.on(database.url()).invalidate(REALM);
        try (RunningLockstep relay = RunningLockstep.start(
                Map.of("LOCKSTEP_PG", database.url()), "realm", "relay", "--listen", "127.0.0.1:0", "-o", "jsonl")) {
            relay.awaitStdout("\n");
            String ready = relay.stdout().lines().findFirst().orElseThrow();
            URI url = URI.create((String) ((Map<?, ?>) Json.parse(ready)).get("url"));
            RealmCache<String> cache = cache();
            try (Invalidations heard = Invalidations.relayed(url).realms(REALM).into(cache)) {
                InvalidationSender.on(database.url()).invalidate(REALM, PATH);
                awaitEmpty(cache);
                assertThat(heard.isListening()).isTrue();
            }
            assertThatThrownBy(() ->
                            Invalidations.relayed(url.resolve("/elsewhere")).into(cache))
                    .isInstanceOfSatisfying(
                            LockstepException.class, e -> assertThat(e.code()).isEqualTo("no-relay"));
        }
    }

    @Test
    void aListenerThatCannotBeginSaysSoAndIsClosed(TestDatabase database) {
        TestDatabase nobody = database.as("nobody_of_that_name", "s3cret-Passw0rd");

        assertThatThrownBy(() -> Invalidations.listen(nobody.url()).into(cache()))
                .isInstanceOfSatisfying(LockstepException.class, e -> {
                    assertThat(e.kind()).isEqualTo(LockstepException.Kind.UNREACHABLE);
                    assertThat(e.code()).isEqualTo("login-refused");
                });
    }

    @Test
    void aLockIsHeldAloneAndAnInterruptLeavesTheQueue(TestDatabase database) throws Exception {
        try (HikariDataSource pool = pool(database)) {
            try (RealmLock held = RealmLock.on(pool).take(REALM, Duration.ZERO)) {
                held.check();
                assertThatThrownBy(() -> RealmLock.on(pool).take(REALM, Duration.ofMillis(100)))
                        .isInstanceOfSatisfying(LockstepException.class, e -> assertThat(e.code())
                                .isEqualTo("realm-locked"));
                AtomicReference<Throwable> ended = new AtomicReference<>();
                Thread waiting = new Thread(() -> {
                    try (RealmLock never = RealmLock.on(pool).take(REALM, List.of(PATH), Duration.ofHours(1))) {
                        ended.set(new AssertionError("it is taken"));
                    } catch (InterruptedException | RuntimeException e) {
                        ended.set(e);
                    }
                });
                waiting.start();
                Await.until("it to queue", PATIENCE, () -> !"0"
                        .equals(database.ask("select count(*) from pg_locks where not granted")));
                waiting.interrupt();
                waiting.join();
                assertThat(ended.get()).isInstanceOf(InterruptedException.class);
                held.check();
            }
            assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
            assertThat(database.ask("select count(*) from pg_locks where locktype = 'advisory'"))
                    .isEqualTo("0");
            try (RealmLock again = RealmLock.on(database.url()).take(REALM, Duration.ZERO)) {
                again.check();
            }
        }
    }
}
