package dev.lockstep.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.lockstep.api.InvalidationSender;
import io.micrometer.core.instrument.MeterRegistry;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.actuate.health.HealthEndpoint;
import org.springframework.boot.actuate.health.Status;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.stereotype.Service;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** An application that has the starter and a PostgreSQL, and nothing to say about either but the URL. */
@SpringBootTest
@DirtiesContext
class LockstepStarterTest {
    private static final String REALM = "http://localhost:4201/luke/";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final EmbeddedPostgres POSTGRES = started();

    /** What an application writes. */
    @SpringBootApplication
    @EnableCaching
    static class Application {
        @Service
        static class Cards {
            // Of the class: what Spring injects is a proxy, which has fields of its own.
            private static final AtomicInteger LOADS = new AtomicInteger();
            private static volatile CountDownLatch reading = new CountDownLatch(0);
            private static volatile CountDownLatch mayEnd = new CountDownLatch(0);

            @Cacheable(cacheNames = "realms", keyGenerator = "realmKeyGenerator", sync = true)
            public String load(String realm, String path) {
                return path + " " + LOADS.incrementAndGet();
            }

            @Cacheable(cacheNames = "realms", keyGenerator = "realmKeyGenerator")
            public String loadSlowly(String realm, String path) throws InterruptedException {
                String read = path + " " + LOADS.incrementAndGet();
                reading.countDown();
                mayEnd.await();
                return read;
            }
        }
    }

    @Autowired
    private Application.Cards cards;

    @Autowired
    private InvalidationSender sender;

    @Autowired
    private HealthEndpoint health;

    @Autowired
    private MeterRegistry figures;

    @Autowired
    private HikariDataSource pool;

    @Autowired
    private LockstepListener listener;

    private static EmbeddedPostgres started() {
        try {
            return EmbeddedPostgres.builder().start();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @DynamicPropertySource
    static void whereItIs(DynamicPropertyRegistry registry) {
        registry.add("spring.datasource.url", () -> POSTGRES.getJdbcUrl("postgres", "postgres"));
    }

    @AfterAll
    static void stop() throws IOException {
        POSTGRES.close();
    }

    @Test
    void aValueIsLoadedOnceUntilItsFileChanges() throws Exception {
        String first = cards.load(REALM, "cards/person");
        String other = cards.load(REALM, "cards/pet");
        assertThat(cards.load(REALM, "cards/person")).isEqualTo(first);

        sender.invalidate(REALM, "cards/person.gts");
        Awaitility.await().atMost(PATIENCE).until(() -> !cards.load(REALM, "cards/person").equals(first));
        assertThat(cards.load(REALM, "cards/pet")).isEqualTo(other);

        sender.invalidate(REALM);
        Awaitility.await().atMost(PATIENCE).until(() -> !cards.load(REALM, "cards/pet").equals(other));
        assertThat(figures.counter("lockstep.invalidations", "kind", "realm").count()).isPositive();
    }

    @Test
    void whatWasReadBeforeAnInvalidationIsNotTakenInAfterIt() throws Exception {
        Application.Cards.reading = new CountDownLatch(1);
        Application.Cards.mayEnd = new CountDownLatch(1);
        double heard = figures.counter("lockstep.invalidations", "kind", "realm").count();
        AtomicInteger done = new AtomicInteger();
        Thread slow = new Thread(() -> {
            try {
                cards.loadSlowly(REALM, "cards/slow");
                done.incrementAndGet();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        slow.start();
        assertThat(Application.Cards.reading.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        sender.invalidate(REALM);
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> figures.counter("lockstep.invalidations", "kind", "realm").count() > heard);
        Application.Cards.mayEnd.countDown();
        slow.join();

        assertThat(done).hasValue(1);
        int loads = Application.Cards.LOADS.get();
        cards.loadSlowly(REALM, "cards/slow");
        assertThat(Application.Cards.LOADS).hasValue(loads + 1);
    }

    @Test
    void itsHealthIsThatOfTheListener() {
        assertThat(health.healthForPath("lockstep").getStatus()).isEqualTo(Status.UP);
        listener.stop();
        assertThat(health.healthForPath("lockstep").getStatus()).isEqualTo(Status.DOWN);
        Awaitility.await().atMost(PATIENCE).until(() -> pool.getHikariPoolMXBean().getActiveConnections() == 0);
        listener.start();
        assertThat(health.healthForPath("lockstep").getStatus()).isEqualTo(Status.UP);
    }
}
