package dev.lockstep.db.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.db.listen.ListenEvent.Notification;
import dev.lockstep.db.listen.ListenEvent.Ready;
import dev.lockstep.support.LockstepException;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(PostgresExtension.class)
class PgListenerTest {
    private TestDatabase database;
    private PgListener listener;

    @BeforeEach
    void open(TestDatabase given) {
        database = given;
        listener = new PgListener(database::connect, PgListener.Options.DEFAULT);
    }

    @AfterEach
    void close() {
        listener.close();
    }

    @Test
    void aSubscriberReceives() throws Exception {
        TestSubscription subscription = TestSubscription.on(listener, "a");

        database.execute("notify a, 'hello'", "notify a");

        assertThat(subscription.hear(2)).containsExactly("a hello", "a ");
    }

    @Test
    void twoOnOneChannelBothReceive() throws Exception {
        TestSubscription first = TestSubscription.on(listener, "a");
        TestSubscription second = TestSubscription.on(listener, "a");

        database.execute("notify a, '1'");

        assertThat(first.hear(1)).containsExactly("a 1");
        assertThat(second.hear(1)).containsExactly("a 1");
        assertThat(database.backends()).hasSize(1);
    }

    @Test
    void channelsAreIsolated() throws Exception {
        TestSubscription a = TestSubscription.on(listener, "a");
        TestSubscription both = TestSubscription.on(listener, "a", "b");

        database.execute("notify b, '1'", "notify a, '2'");

        assertThat(both.hear(2)).containsExactly("b 1", "a 2");
        assertThat(a.hear(1)).containsExactly("a 2");
        assertThat(a.isSilent()).isTrue();
    }

    @Test
    void oneWhoLeavesLeavesTheOther() throws Exception {
        TestSubscription leaving = TestSubscription.on(listener, "a");
        TestSubscription staying = TestSubscription.on(listener, "a");

        leaving.subscription().close();
        database.execute("notify a, '1'");

        assertThat(staying.hear(1)).containsExactly("a 1");
        assertThat(leaving.isSilent()).isTrue();
        assertThat(leaving.subscription().isOpen()).isFalse();
    }

    @Test
    void whoSubscribesAfterTheLastHasLeftReceivesAndTheOldOneIsSilent() throws Exception {
        TestSubscription old = TestSubscription.on(listener, "a");
        old.subscription().close();
        TestSubscription.on(listener, "b");

        TestSubscription renewed = TestSubscription.on(listener, "a");
        database.execute("notify a, '1'");

        assertThat(renewed.hear(1)).containsExactly("a 1");
        assertThat(old.isSilent()).isTrue();
    }

    @Test
    void leavingTwiceIsLeavingOnce() throws Exception {
        TestSubscription leaving = TestSubscription.on(listener, "a");
        TestSubscription staying = TestSubscription.on(listener, "a");

        leaving.subscription().close();
        leaving.subscription().close();
        database.execute("notify a, '1'");

        assertThat(staying.hear(1)).containsExactly("a 1");
    }

    @Test
    void twoWhoAreTheFirstAtOnceBothReceive() throws Exception {
        TestSubscription one = TestSubscription.of(listener, "a");
        TestSubscription other = TestSubscription.of(listener, "b", "a");
        one.awaitReady();
        other.awaitReady();

        database.execute("notify a, '1'");

        assertThat(one.hear(1)).containsExactly("a 1");
        assertThat(other.hear(1)).containsExactly("a 1");
    }

    @Test
    void subscribingTwiceGivesTwoSubscriptions() throws Exception {
        Set<Channel> channels = Set.of(new Channel("a"));
        TestSubscription first = new TestSubscription(listener.subscribe(channels));
        TestSubscription second = new TestSubscription(listener.subscribe(channels));
        first.awaitReady();
        second.awaitReady();
        first.subscription().close();

        database.execute("notify a, '1'");

        assertThat(second.hear(1)).containsExactly("a 1");
    }

    @Test
    void aSubscriberThatFailsDoesNotDisturbItsSibling() throws Exception {
        TestSubscription failing = TestSubscription.on(listener, "a");
        TestSubscription sibling = TestSubscription.on(listener, "a");
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread handler = new Thread(() -> {
            throw new IllegalStateException("handling " + failing.subscription().channels());
        });
        handler.setUncaughtExceptionHandler((thread, e) -> thrown.set(e));
        handler.start();
        handler.join();

        database.execute("notify a, '1'", "notify a, '2'");

        assertThat(sibling.hear(2)).containsExactly("a 1", "a 2");
        assertThat(thrown).hasValueMatching(e -> e instanceof IllegalStateException);
    }

    @Test
    void readyMeansThatListenIsCommitted() throws Exception {
        TestSubscription subscription = TestSubscription.of(listener, "a");

        assertThat(subscription.next()).isEqualTo(new Ready(Set.of(new Channel("a"))));

        assertThat(database.backends()).singleElement().satisfies(backend -> {
            assertThat(backend.query().strip()).isEqualTo("listen \"a\"");
            assertThat(backend.state()).isEqualTo("idle");
        });
    }

    @Test
    void aChannelIsHeardInExactlyItsOwnSpelling() throws Exception {
        TestSubscription subscription = TestSubscription.on(listener, "MixedCase");

        database.execute("select pg_notify('mixedcase', '1')", "select pg_notify('MixedCase', '2')");

        assertThat(subscription.hear(1)).containsExactly("MixedCase 2");
    }

    @Test
    void theSenderIsNamed() throws Exception {
        TestSubscription subscription = TestSubscription.on(listener, "a");

        String pid = database.ask("select pg_backend_pid() from pg_notify('a', 'x')");

        assertThat(subscription.next(Notification.class).senderPid()).hasToString(pid);
    }

    @Test
    void readyComesBeforeAnyNotification() throws Exception {
        TestSubscription.on(listener, "a");
        TestSubscription early = TestSubscription.of(listener, "a", "b");
        database.execute("notify a, 'perhaps'");
        ListenEvent first = early.next();

        assertThat(first).isInstanceOf(Ready.class);
    }

    @Test
    void closingWakesWhoWaits() throws Exception {
        TestSubscription subscription = TestSubscription.on(listener, "a");
        AtomicReference<Optional<ListenEvent>> heard = new AtomicReference<>();
        Thread waiting = new Thread(() -> {
            try {
                heard.set(subscription.subscription().next(Duration.ofDays(1_000_000)));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        waiting.start();

        listener.close();
        waiting.join(TestSubscription.PATIENCE.toMillis());

        assertThat(heard).hasValue(Optional.empty());
        assertThatThrownBy(() -> TestSubscription.of(listener, "a")).isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a-b", "a b", "a\"b", "a\0", "é", "a;", "a.b"})
    void aNameThatNeedsEscapingIsNoChannel(String name) {
        assertThatThrownBy(() -> new Channel(name))
                .isInstanceOfSatisfying(
                        LockstepException.class, e -> assertThat(e.kind()).isEqualTo(LockstepException.Kind.USAGE));
    }

    @Test
    void aChannelHasAtMost63Characters() throws Exception {
        assertThatThrownBy(() -> new Channel("x".repeat(64))).isInstanceOf(LockstepException.class);
        String longest = "x".repeat(63);
        TestSubscription subscription = TestSubscription.on(listener, longest);

        database.execute("select pg_notify('" + longest + "', '1')");

        assertThat(subscription.hear(1)).containsExactly(longest + " 1");
    }
}
