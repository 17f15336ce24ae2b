package dev.lockstep.db.listen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.support.LockstepException;
import dev.lockstep.support.LockstepException.Kind;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TransactionPooler;
import dev.lockstep.testing.TransactionPooler.Mode;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PostgresExtension.class)
class PgListenerPoolerTest {
    @Test
    void aTransactionPoolerIsRefused(TestDatabase database) {
        try (TransactionPooler pooler = TransactionPooler.before(database, Mode.TRANSACTION);
                PgListener listener = listener(database.through(pooler.port()))) {
            TestSubscription subscription = TestSubscription.of(listener, "a");

            assertThatThrownBy(subscription::next).isInstanceOfSatisfying(LockstepException.class, e -> {
                assertThat(e.kind()).isEqualTo(Kind.REFUSED);
                assertThat(e.code()).isEqualTo("transaction-pooler");
            });
        }
    }

    @Test
    void nobodyWaitsForANotificationFromAServerThatServesOthersMeanwhile(TestDatabase database) {
        Duration forEver = Duration.ofDays(1);
        PgListener.Options options = new PgListener.Options(forEver, forEver, forEver, 10, PgListener.OnLoss.RECONNECT);
        try (TransactionPooler pooler = TransactionPooler.before(database, Mode.TRANSACTION);
                PgListener listener = new PgListener(database.through(pooler.port())::connect, options)) {
            TestSubscription subscription = TestSubscription.of(listener, "a");

            assertThatThrownBy(subscription::next).isInstanceOf(LockstepException.class);
        }
    }

    @Test
    void aSessionPoolerIsAsGoodAsNone(TestDatabase database) throws Exception {
        try (TransactionPooler pooler = TransactionPooler.before(database, Mode.SESSION);
                PgListener listener = listener(database.through(pooler.port()))) {
            TestSubscription subscription = TestSubscription.on(listener, "a");

            database.execute("notify a, '1'");

            assertThat(subscription.hear(1)).containsExactly("a 1");
        }
    }

    @Test
    void withoutAPoolerNothingIsAsked(TestDatabase database) throws Exception {
        try (TransactionPooler pooler = TransactionPooler.before(database, Mode.SESSION);
                PgListener pooled = listener(database.through(pooler.port()));
                PgListener direct = listener(database)) {
            TestSubscription.on(pooled, "a");
            TestSubscription.on(direct, "a");

            assertThat(database.backends())
                    .extracting(backend -> backend.query().strip().replaceAll("_\\w+", "_..."))
                    .containsExactlyInAnyOrder("unlisten \"lockstep_...\"", "listen \"a\"");
        }
    }

    private static PgListener listener(TestDatabase database) {
        return new PgListener(database::connect, PgListener.Options.DEFAULT);
    }
}
