package dev.lockstep.realm;

import static dev.lockstep.realm.DurableLog.assertChanged;
import static dev.lockstep.realm.DurableLog.assertSilent;
import static dev.lockstep.realm.DurableLog.emit;
import static dev.lockstep.realm.DurableLog.next;
import static dev.lockstep.realm.DurableLog.sequence;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.Db;
import dev.lockstep.realm.log.FeedEvent;
import dev.lockstep.realm.log.FeedEvent.Resync;
import dev.lockstep.realm.log.FeedEvent.ResyncReason;
import dev.lockstep.realm.log.InvalidationFeed;
import dev.lockstep.realm.log.InvalidationFeed.Emitters;
import dev.lockstep.realm.log.LogRetention;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Where what was missed cannot be told, that is: once. */
@ExtendWith(PostgresExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class FeedResyncTest {
    private DurableLog log;

    @BeforeEach
    void makeTheLog(TestDatabase database) {
        log = DurableLog.in(database);
    }

    @Test
    void aPrunedLogMeansOneResync(TestDatabase database) throws Exception {
        try (InvalidationFeed feed = log.named("one")) {
            next(feed);
        }
        log.emit("a", "b", "c");
        database.execute("update lockstep_listener set seen_at = now() - interval '2 days'");
        try (Db db = Boxel.open(database)) {
            int pruned = db.transact(tx -> LogRetention.prune(tx, 1));
            assertThat(pruned).isEqualTo(2);
        }

        try (InvalidationFeed feed = log.named("one")) {
            next(feed);
            assertThat(next(feed)).isInstanceOfSatisfying(Resync.class, e -> assertThat(e.reason())
                    .isEqualTo(ResyncReason.PRUNED));
            log.emit("d");
            assertThat(sequence(feed, 1)).containsExactly(4L);
        }
    }

    @Test
    void whatAListenerStillNeedsIsNotPruned(TestDatabase database) throws Exception {
        try (InvalidationFeed feed = log.named("one");
                Db db = Boxel.open(database)) {
            next(feed);
            emit(db, "a", "b", "c");
            int pruned = db.transact(tx -> LogRetention.prune(tx, 0));

            assertThat(pruned).isZero();
            assertThat(sequence(feed, 3)).containsExactly(1L, 2L, 3L);
        }
    }

    @Test
    void anotherLogMeansOneResync(TestDatabase database) throws Exception {
        try (InvalidationFeed feed = log.named("one")) {
            next(feed);
            log.emit("a");
            sequence(feed, 1);
            database.execute(
                    "update lockstep_inval_head set epoch = '00000000-0000-0000-0000-000000000001', seq = 0",
                    "delete from lockstep_inval_log",
                    "select pg_notify('realm_file_changes', 'http://localhost:4201/luke/:*')");

            assertThat(next(feed)).isInstanceOfSatisfying(Resync.class, e -> assertThat(e.reason())
                    .isEqualTo(ResyncReason.OTHER_LOG));
            log.emit("b");
            assertThat(sequence(feed, 1)).containsExactly(1L);
        }
    }

    @Test
    void aLogThatWentBackMeansOneResync(TestDatabase database) throws Exception {
        try (InvalidationFeed feed = log.named("one")) {
            next(feed);
            log.emit("a", "b");
            sequence(feed, 2);
            database.execute(
                    "update lockstep_inval_head set seq = 0",
                    "delete from lockstep_inval_log",
                    "select pg_notify('realm_file_changes', 'http://localhost:4201/luke/:*')");

            assertThat(next(feed)).isInstanceOfSatisfying(Resync.class, e -> assertThat(e.reason())
                    .isEqualTo(ResyncReason.BEHIND_LISTENER));
        }
    }

    @Test
    void aNumberThatWasGivenOutAgainMeansOneResync(TestDatabase database) throws Exception {
        try (InvalidationFeed feed = log.named("one")) {
            next(feed);
            log.emit("a", "b");
            sequence(feed, 2);
            database.execute("update lockstep_inval_log set at = clock_timestamp(), path = 'other' where seq = 2");
            log.emit("c");

            assertThat(next(feed)).isInstanceOfSatisfying(Resync.class, e -> assertThat(e.reason())
                    .isEqualTo(ResyncReason.REWOUND));
            log.emit("d");
            // The notification of c may come behind: everything was dropped, so it says nothing new.
            FeedEvent event = next(feed);
            while (event instanceof FeedEvent.Changed late && late.seq().isEmpty()) {
                event = next(feed);
            }
            assertChanged(event, "d", OptionalLong.of(4));
        }
    }

    @Test
    void amongForeignEmittersAGapMeansOneResync(TestDatabase database) throws Exception {
        try (InvalidationFeed feed = log.feed(Optional.empty(), Emitters.SOME_DO_NOT)) {
            next(feed);
            database.terminateAll();

            assertThat(next(feed)).isInstanceOfSatisfying(Resync.class, e -> assertThat(e.reason())
                    .isEqualTo(ResyncReason.FOREIGN_EMITTERS));
            log.emit("a");
            assertThat(sequence(feed, 1)).containsExactly(1L);
            assertSilent(feed);
        }
    }
}
