package dev.lockstep.realm.outbox;

import static dev.lockstep.realm.DurableLog.next;
import static dev.lockstep.realm.DurableLog.sequence;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.Db;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.open.Databases;
import dev.lockstep.realm.Boxel;
import dev.lockstep.realm.DurableLog;
import dev.lockstep.realm.log.FeedEvent;
import dev.lockstep.realm.log.FeedEvent.Changed;
import dev.lockstep.realm.log.FeedEvent.Resync;
import dev.lockstep.realm.log.FeedEvent.ResyncReason;
import dev.lockstep.realm.log.InvalidationFeed;
import dev.lockstep.realm.log.InvalidationFeed.Emitters;
import dev.lockstep.realm.log.Sequencer;
import dev.lockstep.realm.log.Sequencer.Outcome;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A step that the server loses in a crash, when its numbers are told already: every kind of listener comes to know. */
@ExtendWith(PostgresExtension.class)
class LostStepTest {
    private enum Kind {
        NAMED {
            @Override
            InvalidationFeed open(Databases databases, PgTarget target) {
                return InvalidationFeed.listening(databases, target, Optional.of("one"), Emitters.ALL_USE_THE_LOG);
            }
        },
        LISTENING {
            @Override
            InvalidationFeed open(Databases databases, PgTarget target) {
                return InvalidationFeed.listening(databases, target, Optional.empty(), Emitters.ALL_USE_THE_LOG);
            }
        },
        OVER_ONE_SESSION {
            @Override
            InvalidationFeed open(Databases databases, PgTarget target) {
                return InvalidationFeed.overOneSession(databases, target, Optional.empty(), Emitters.ALL_USE_THE_LOG);
            }
        },
        POLLING {
            @Override
            InvalidationFeed open(Databases databases, PgTarget target) {
                return InvalidationFeed.polling(databases, target, Optional.empty(), Duration.ofMillis(20));
            }
        };

        abstract InvalidationFeed open(Databases databases, PgTarget target);
    }

    /** As if they had never been in the log. */
    private static final String TAKE_BACK = """
            with lost as (
                   delete from lockstep_inval_log
                    where seq > ?
                returning id, channel, realm_url, path)
            insert into lockstep_inval_outbox (id, channel, realm_url, paths, forgets)
            select id, channel, realm_url, array[path], true
              from lost
            """;

    private static final String POKE = "select pg_notify('realm_file_changes', 'http://localhost:4201/luke/:*')";

    @ParameterizedTest
    @EnumSource
    void theLogEndsBeforeWhatWasTold(Kind kind, TestDatabase database) throws Exception {
        try (InvalidationFeed feed = opened(kind, database)) {
            take(database, "b.gts", "c.gts");
            assertThat(sequence(feed, 2)).containsExactly(2L, 3L);
            lose(database, 1);
            database.execute(POKE);

            assertResync(next(feed), ResyncReason.BEHIND_LISTENER, 1);
            step(database);
            assertThat(numbered(feed)).isEqualTo(2);
            assertThat(numbered(feed)).isEqualTo(3);
        }
    }

    /** The second one comes while everything is dropped for the first. */
    @ParameterizedTest
    @EnumSource
    void theNumbersAreOthersAlreadyAndOnceMore(Kind kind, TestDatabase database) throws Exception {
        try (InvalidationFeed feed = opened(kind, database)) {
            take(database, "b.gts", "c.gts");
            assertThat(sequence(feed, 2)).containsExactly(2L, 3L);
            for (int i = 0; i < 2; i++) {
                lose(database, 1);
                step(database);

                assertResync(next(feed), ResyncReason.REWOUND, 3);
            }
            take(database, "d.gts");
            assertThat(numbered(feed)).isEqualTo(4);
        }
    }

    private static void take(TestDatabase database, String... paths) {
        try (Db db = Boxel.open(database)) {
            db.run(tx -> Outbox.put(tx, Outbox.Call.INVALIDATE, List.of(DurableLog.REALM), List.of(paths)));
        }
        step(database);
    }

    private static void step(TestDatabase database) {
        try (Db db = Boxel.open(database)) {
            assertThat(new Sequencer().step(db).outcome()).isEqualTo(Outcome.MOVED);
        }
    }

    private static void lose(TestDatabase database, long upTo) {
        try (Db db = Boxel.open(database)) {
            db.run(tx -> {
                tx.update(TAKE_BACK, upTo);
                tx.update("update lockstep_inval_head set seq = ?", upTo);
            });
        }
    }

    /** Which has heard of one. */
    private static InvalidationFeed opened(Kind kind, TestDatabase database) throws InterruptedException {
        try (Db db = Boxel.open(database)) {
            OutboxSchema.install(db);
        }
        InvalidationFeed feed = kind.open(Boxel.databases(database), Boxel.target(database));
        next(feed);
        take(database, "a.gts");
        assertThat(sequence(feed, 1)).containsExactly(1L);
        return feed;
    }

    private static void assertResync(FeedEvent event, ResyncReason reason, long now) {
        assertThat(event).isInstanceOfSatisfying(Resync.class, resync -> {
            assertThat(resync.reason()).isEqualTo(reason);
            assertThat(resync.now().seq()).isEqualTo(now);
        });
    }

    /** The number of the next change that has one: a notification may come behind the resync that covers it. */
    private static long numbered(InvalidationFeed feed) throws InterruptedException {
        while (true) {
            FeedEvent event = next(feed);
            assertThat(event).isInstanceOf(Changed.class);
            if (((Changed) event).seq().isPresent()) {
                return ((Changed) event).seq().getAsLong();
            }
        }
    }
}
