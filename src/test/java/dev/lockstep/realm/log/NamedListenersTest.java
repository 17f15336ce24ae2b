package dev.lockstep.realm.log;

import static dev.lockstep.realm.DurableLog.PATIENCE;
import static dev.lockstep.realm.DurableLog.emit;
import static dev.lockstep.realm.DurableLog.next;
import static dev.lockstep.realm.DurableLog.sequence;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.db.Db;
import dev.lockstep.realm.Boxel;
import dev.lockstep.realm.DurableLog;
import dev.lockstep.realm.log.FeedEvent.Ready;
import dev.lockstep.support.LockstepException;
import dev.lockstep.testing.Await;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A name is one run's at a time, and what it has applied is known. */
@ExtendWith(PostgresExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class NamedListenersTest {
    private DurableLog log;

    @BeforeEach
    void makeTheLog(TestDatabase database) {
        log = DurableLog.in(database);
    }

    @Test
    void aNameIsHeldByOneRunAtATime(TestDatabase database) throws Exception {
        InvalidationFeed first = log.named("one");
        next(first);
        try (InvalidationFeed second = log.named("one")) {
            assertThatThrownBy(() -> next(second)).isInstanceOfSatisfying(LockstepException.class, e -> {
                assertThat(e.kind()).isEqualTo(LockstepException.Kind.REFUSED);
                assertThat(e)
                        .hasMessageContaining(
                                "process " + ProcessHandle.current().pid());
            });
        }
        first.close();
        try (InvalidationFeed second = log.named("one")) {
            assertThat(next(second)).isInstanceOf(Ready.class);
        }
    }

    @Test
    void aRunWhoseConnectionIsGoneLosesTheName(TestDatabase database) throws Exception {
        try (InvalidationFeed first = log.named("one")) {
            next(first);
            database.execute("update lockstep_listener set pid = 1");
            try (InvalidationFeed second = log.named("one")) {
                assertThat(next(second)).isInstanceOf(Ready.class);
                assertThatThrownBy(() -> first.next(PATIENCE))
                        .isInstanceOfSatisfying(LockstepException.class, e -> assertThat(e.code())
                                .isEqualTo("listener-taken"));
            }
        } catch (LockstepException e) {
            assertThat(e.code())
                    .as("of the first, which cannot say where it is")
                    .isEqualTo("listener-taken");
        }
    }

    @Test
    void whoWaitsLearnsWhoHasNotAppliedIt(TestDatabase database) throws Exception {
        try (InvalidationFeed feed = log.named("slow");
                Db db = Boxel.open(database)) {
            next(feed);
            emit(db, "a");
            LogPosition position = db.autocommit(InvalidationLog::head).orElseThrow();

            assertThat(NamedListeners.await(db, position, Duration.ofMillis(50)))
                    .containsExactly("slow");
            sequence(feed, 1);
            feed.applied();
            Await.until("the listener to say so", PATIENCE, () -> {
                feed.next(Duration.ofMillis(10));
                return NamedListeners.await(db, position, Duration.ZERO).isEmpty();
            });

            List<NamedListeners.Listener> all = db.autocommit(NamedListeners::all);
            assertThat(all).singleElement().satisfies(listener -> {
                assertThat(listener.name()).isEqualTo("slow");
                assertThat(listener.lag()).contains(0L);
                assertThat(listener.state()).isEqualTo(NamedListeners.State.LIVE);
            });
        }
    }
}
