package dev.lockstep.realm.invalidate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.DbException.Reason;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.libpq.TargetSources;
import dev.lockstep.db.listen.ListenSession;
import dev.lockstep.db.open.Databases;
import dev.lockstep.realm.FileChange;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.LockstepException.Kind;
import dev.lockstep.testing.Fault;
import dev.lockstep.testing.Fault.Mode;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TransactionPooler;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

@ExtendWith(PostgresExtension.class)
class BroadcastTest {
    private static final RealmUrl REALM = new RealmUrl("http://localhost:4201/luke/my-realm/");
    private static final RealmUrl OTHER = new RealmUrl("http://localhost:4201/luke/other/");
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private TestDatabase database;
    private Connection replica;

    @BeforeEach
    void listen(TestDatabase given) throws SQLException {
        database = given;
        replica = given.connect();
        try (Statement statement = replica.createStatement()) {
            statement.execute("listen realm_file_changes");
        }
    }

    @AfterEach
    void close() throws SQLException {
        replica.close();
    }

    @Test
    void anotherConnectionGetsExactlyTheWildcard() throws SQLException {
        Duration echo = send(Broadcast.plan(List.of(REALM), List.of()));

        assertThat(received()).containsExactly("http://localhost:4201/luke/my-realm/:*");
        assertThat(echo).isPositive().isLessThan(PATIENCE);
    }

    @Test
    void aPathIsOnePayloadForEachRealm() throws SQLException {
        send(Broadcast.plan(List.of(REALM, OTHER), List.of("cards/person.gts", "é.json")));

        assertThat(received())
                .containsExactly(
                        REALM + ":cards/person.gts", REALM + ":é.json", OTHER + ":cards/person.gts", OTHER + ":é.json");
    }

    @Test
    void whatIsNamedTwiceIsSentOnce() throws SQLException {
        Broadcast.Plan plan = Broadcast.plan(List.of(REALM, REALM), List.of("a.gts", "b.gts", "a.gts"));

        assertThat(plan.collapsed()).isEqualTo(4);
        send(plan);
        assertThat(received()).containsExactly(REALM + ":a.gts", REALM + ":b.gts");
    }

    @Test
    void aPathTooLongForANotificationBecomesTheWildcardOfItsRealm() throws SQLException {
        int room = FileChange.MAX_PAYLOAD_BYTES - REALM.value().length() - 1;
        String fits = "x".repeat(room - 4) + ".gts";
        String euros = "€".repeat(room / 3 + 1);

        Broadcast.Plan plan = Broadcast.plan(List.of(REALM), List.of(fits, "x" + fits, euros));

        assertThat(plan.widened()).containsExactly(new FileChange(REALM, "x" + fits), new FileChange(REALM, euros));
        assertThat(plan.collapsed()).isZero();
        send(plan);
        assertThat(received()).containsExactly(REALM + ":" + fits, REALM + ":*");
    }

    @Test
    void aRealmTooLongIsRefusedBeforeAnythingIsSent() {
        RealmUrl tooLong = new RealmUrl("http://h/" + "x".repeat(8_000) + "/");

        assertThatThrownBy(() -> Broadcast.plan(List.of(REALM, tooLong), List.of()))
                .isInstanceOfSatisfying(
                        LockstepException.class, e -> assertThat(e.kind()).isEqualTo(Kind.USAGE));
    }

    @Test
    void tenThousandPathsAreOneTransactionAndKeepTheirOrder() throws SQLException {
        List<String> paths =
                IntStream.range(0, 10_000).mapToObj(i -> "cards/" + i + ".gts").toList();

        send(Broadcast.plan(List.of(REALM), paths));

        assertThat(received())
                .containsExactlyElementsOf(
                        paths.stream().map(path -> REALM + ":" + path).toList());
    }

    @Test
    void behindATransactionPoolerTheEchoIsMissedAndSaysWhy() throws SQLException {
        try (TransactionPooler pooler = TransactionPooler.before(database, TransactionPooler.Mode.TRANSACTION)) {
            assertThatThrownBy(() -> send(
                            database.through(pooler.port()),
                            Fault.none(),
                            Broadcast.plan(List.of(REALM), List.of()),
                            Duration.ofMillis(200)))
                    .isInstanceOfSatisfying(LockstepException.class, e -> {
                        assertThat(e.kind()).isEqualTo(Kind.TIMEOUT);
                        assertThat(e.code()).isEqualTo("no-echo");
                        assertThat(e.hint()).contains("a pooler stands between");
                    });
        }
        assertThat(received()).containsExactly(REALM + ":*");
    }

    @ParameterizedTest
    @EnumSource(names = {"THROW_BEFORE", "THROW_AFTER", "CLOSE"})
    void whicheverCallFailsAllIsSentOrNothingAndOnlyALostCommitIsUnknown(Mode mode) throws SQLException {
        Broadcast.Plan plan = Broadcast.plan(List.of(REALM), List.of("a.gts", "b.gts", "c.gts"));
        boolean faulty = true;
        for (int call = 1; faulty; call++) {
            Fault fault = Fault.at(call, mode);
            int expected;
            try {
                send(database, fault, plan, PATIENCE);
                expected = 3;
            } catch (DbException e) {
                boolean lostAnswer = mode == Mode.THROW_AFTER && e.reason() == Reason.COMMIT_UNKNOWN;
                expected = lostAnswer ? 3 : 0;
            }
            faulty = fault.hit();
            assertThat(received()).as(fault.toString()).hasSize(expected);
        }
    }

    private Duration send(Broadcast.Plan plan) {
        return send(database, Fault.none(), plan, PATIENCE);
    }

    private static Duration send(TestDatabase database, Fault fault, Broadcast.Plan plan, Duration patience) {
        Databases databases = new Databases(new Environment(database.environment()), fault::around);
        PgTarget target = PgTarget.resolve(null, TargetSources.of(databases.environment()));
        try (ListenSession ear = databases.listenSession(target, Session.of("ear", Session.Use.LISTEN));
                Db emitter = databases.postgres(target, Session.of("mouth", Session.Use.WRITE))) {
            return new Broadcast(emitter, ear).send(plan, patience);
        }
    }

    /** What the replica has got so far; whatever is committed before a statement of its own comes before its answer. */
    private List<String> received() throws SQLException {
        try (Statement statement = replica.createStatement()) {
            statement.execute("select 1");
        }
        List<String> payloads = new ArrayList<>();
        for (PGNotification notification : replica.unwrap(PGConnection.class).getNotifications()) {
            payloads.add(notification.getParameter());
        }
        return payloads;
    }
}
