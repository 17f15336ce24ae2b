package dev.lockstep.db.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.db.DbException;
import dev.lockstep.db.DbException.Reason;
import dev.lockstep.db.listen.ListenEvent.Gap;
import dev.lockstep.db.listen.ListenEvent.GapReason;
import dev.lockstep.db.listen.ListenEvent.Lost;
import dev.lockstep.db.listen.ListenEvent.Notification;
import dev.lockstep.db.listen.PgListener.OnLoss;
import dev.lockstep.testing.Await;
import dev.lockstep.testing.FaultProxy;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestPostgres;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A listener that is cut off notices, comes back, and says so. */
@ExtendWith(PostgresExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class PgListenerFaultTest {
    private static final PgListener.Options QUICK = new PgListener.Options(
            Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1), 10_000, OnLoss.RECONNECT);

    private enum Cut {
        RESET(GapReason.CLOSED),
        FINISHED(GapReason.CLOSED),
        HALF_CLOSED(GapReason.CLOSED),
        FROZEN(GapReason.SILENT);

        private final GapReason reason;

        Cut(GapReason reason) {
            this.reason = reason;
        }

        void befall(FaultProxy proxy) {
            switch (this) {
                case RESET -> proxy.reset();
                case FINISHED -> proxy.finish();
                case HALF_CLOSED -> proxy.halfClose();
                case FROZEN -> proxy.freezeExisting();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBrokenConnectionIsAGapAndThenAllIsNormal(Cut cut, TestDatabase database) throws Exception {
        try (FaultProxy proxy = FaultProxy.before(database);
                PgListener listener = listener(database.through(proxy.port()), QUICK)) {
            TestSubscription subscription = TestSubscription.on(listener, "a");

            for (int i = 0; i < 3; i++) {
                cut.befall(proxy);
                assertThat(subscription.next(Gap.class).reason()).isEqualTo(cut.reason);
                database.execute("notify a, '" + i + "'");
                assertThat(subscription.hear(1)).containsExactly("a " + i);
            }
        }
    }

    @Test
    void aFrozenLinkIsNoticedByItsSilence(TestDatabase database) throws Exception {
        try (FaultProxy proxy = FaultProxy.before(database);
                PgListener listener = listener(database.through(proxy.port()), PgListener.Options.DEFAULT)) {
            TestSubscription subscription = TestSubscription.on(listener, "a");
            proxy.freezeExisting();

            Gap gap = subscription.next(Gap.class);

            assertThat(gap.reason()).isEqualTo(GapReason.SILENT);
            assertThat(gap.downFor()).isBetween(Duration.ofSeconds(8), Duration.ofMinutes(1));
        }
    }

    @Test
    void aLinkThatFreezesInTheMiddleOfANotificationIsNoticedToo(TestDatabase database) throws Exception {
        try (FaultProxy proxy = FaultProxy.before(database);
                PgListener listener = listener(database.through(proxy.port()), QUICK)) {
            TestSubscription subscription = TestSubscription.on(listener, "a");
            proxy.slow(100);
            database.execute("select pg_notify('a', repeat('x', 7000))");
            assertThat(subscription.next()).isInstanceOf(Lost.class);
            proxy.pass();

            assertThat(subscription.next(Gap.class).reason()).isEqualTo(GapReason.SILENT);
            database.execute("notify a, '1'");
            assertThat(subscription.hear(1)).containsExactly("a 1");
        }
    }

    @Test
    void whatIsSentWhileItIsAwayIsCoveredByTheGap(TestDatabase database) throws Exception {
        try (FaultProxy proxy = FaultProxy.before(database);
                PgListener listener = listener(database.through(proxy.port()), QUICK)) {
            TestSubscription subscription = TestSubscription.on(listener, "a");
            proxy.refuse();
            proxy.reset();
            assertThat(subscription.next()).isInstanceOf(Lost.class);
            int before = proxy.accepted();
            database.execute("notify a, 'missed'");
            Await.until("three more attempts", TestSubscription.PATIENCE, () -> proxy.accepted() >= before + 3);

            proxy.pass();

            assertThat(subscription.next(Gap.class).reason()).isEqualTo(GapReason.CLOSED);
            database.execute("notify a, '1'");
            assertThat(subscription.hear(1)).containsExactly("a 1");
        }
    }

    @Test
    void aBackendThatIsTerminatedIsAGapForEverySubscription(TestDatabase database) throws Exception {
        try (PgListener listener = listener(database, QUICK)) {
            TestSubscription a = TestSubscription.on(listener, "a");
            TestSubscription b = TestSubscription.on(listener, "b");

            assertThat(database.terminateAll()).isOne();

            assertThat(a.next(Gap.class).reason()).isEqualTo(GapReason.TERMINATED);
            assertThat(b.next(Gap.class).reason()).isEqualTo(GapReason.TERMINATED);
            database.execute("notify a, '1'", "notify b, '2'");
            assertThat(a.hear(1)).containsExactly("a 1");
            assertThat(b.hear(1)).containsExactly("b 2");
        }
    }

    @Test
    void whoSubscribesWhileTheServerIsAwayHearsWhenItIsBack() throws Exception {
        try (TestPostgres server = TestPostgres.start();
                TestDatabase database = server.createDatabase();
                PgListener listener = listener(database, QUICK)) {
            TestSubscription early = TestSubscription.on(listener, "a");
            server.stop();
            assertThat(early.next()).isInstanceOf(Lost.class);
            TestSubscription late = TestSubscription.of(listener, "b");
            server.go();

            assertThat(early.next(Gap.class).reason()).isEqualTo(GapReason.TERMINATED);
            assertThat(late.next(ListenEvent.Ready.class).channels()).containsExactly(new Channel("b"));
            database.execute("notify a, '1'", "notify b, '2'");
            assertThat(early.hear(1)).containsExactly("a 1");
            assertThat(late.hear(1)).containsExactly("b 2");
        }
    }

    @Test
    void withoutReconnectTheErrorEndsIt(TestDatabase database) throws Exception {
        try (PgListener listener = listener(database, QUICK.with(OnLoss.END))) {
            TestSubscription subscription = TestSubscription.on(listener, "a");
            database.execute("notify a, '1'");
            assertThat(subscription.hear(1)).containsExactly("a 1");

            database.terminateAll();

            assertThatThrownBy(subscription::next).isInstanceOfSatisfying(DbException.class, e -> assertThat(e.reason())
                    .isEqualTo(Reason.CONNECTION_LOST));
            assertThat(subscription.subscription().isOpen()).isFalse();
        }
    }

    @Test
    void aFirstConnectionThatFailsEndsAllWhoWaitAndALaterOneMaySucceed(TestDatabase database) throws Exception {
        try (FaultProxy proxy = FaultProxy.before(database);
                PgListener listener = listener(database.through(proxy.port()), QUICK)) {
            proxy.refuse();
            TestSubscription first = TestSubscription.of(listener, "a");
            TestSubscription second = TestSubscription.of(listener, "a");
            assertThatThrownBy(first::next).isInstanceOf(DbException.class);
            assertThatThrownBy(second::next).isInstanceOf(DbException.class);

            proxy.pass();

            Await.until("the loop to have ended", TestSubscription.PATIENCE, () -> {
                TestSubscription again = TestSubscription.of(listener, "a");
                try {
                    again.awaitReady();
                    return true;
                } catch (DbException e) {
                    return false;
                }
            });
        }
    }

    @Test
    void aSubscriberThatSleepsHoldsUpNobodyAndMissesNothing(TestDatabase database) throws Exception {
        try (PgListener listener = listener(database, PgListener.Options.DEFAULT)) {
            TestSubscription sleeping = TestSubscription.on(listener, "a");

            database.execute("select pg_notify('a', i || repeat('x', 7000)) from generate_series(1, 5000) as i");

            Await.until("the server's queue to be empty", TestSubscription.PATIENCE, () -> database.ask(
                            "select pg_notification_queue_usage() = 0")
                    .equals("t"));
            for (int i = 1; i <= 5_000; i++) {
                assertThat(sleeping.next(Notification.class).payload()).startsWith(i + "x");
            }
            assertThat(sleeping.isSilent()).isTrue();
        }
    }

    @Test
    void whatASubscriberDoesNotTakeBecomesOneGap(TestDatabase database) throws Exception {
        try (PgListener listener = listener(database, QUICK.withQueueLimit(10))) {
            TestSubscription slow = TestSubscription.on(listener, "a", "done");
            TestSubscription other = TestSubscription.on(listener, "done");

            database.execute("select pg_notify('a', i::text) from generate_series(1, 15) as i", "notify done");
            assertThat(other.hear(1)).containsExactly("done ");

            assertThat(slow.next()).isEqualTo(new Gap(GapReason.OVERFLOW, Duration.ZERO));
            assertThat(slow.hear(5)).containsExactly("a 12", "a 13", "a 14", "a 15", "done ");
        }
    }

    private static PgListener listener(TestDatabase database, PgListener.Options options) {
        return new PgListener(database::connect, options);
    }
}
