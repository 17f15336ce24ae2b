package dev.lockstep.realm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.db.Db;
import dev.lockstep.db.Trouble;
import dev.lockstep.realm.FeedEvent.Changed;
import dev.lockstep.realm.FeedEvent.Lost;
import dev.lockstep.realm.FeedEvent.Malformed;
import dev.lockstep.realm.FeedEvent.Ready;
import dev.lockstep.realm.FeedEvent.Resync;
import dev.lockstep.realm.FeedEvent.ResyncReason;
import dev.lockstep.realm.InvalidationFeed.Emitters;
import dev.lockstep.testing.Await;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@ExtendWith(PostgresExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class InvalidationFeedTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final RealmUrl REALM = new RealmUrl("http://localhost:4201/luke/");

    @BeforeEach
    void makeTheLog(TestDatabase database) {
        try (Db db = Boxel.open(database)) {
            InvalidationLog.prepare(db);
            InvalidationLog.prepare(db);
        }
    }

    private static void emit(TestDatabase database, String... paths) {
        try (Db db = Boxel.open(database)) {
            emit(db, paths);
        }
    }

    private static void emit(Db db, String... paths) {
        List<FileChange> changes = new ArrayList<>();
        List<String> payloads = new ArrayList<>();
        for (String path : paths) {
            changes.add(FileChange.file(REALM, path));
            payloads.add(REALM + ":" + path);
        }
        db.run(tx -> {
            InvalidationLog.append(tx, changes, Optional.empty());
            Notifications.send(tx, FileChange.CHANNEL, payloads);
        });
    }

    private static InvalidationFeed feed(TestDatabase database, Optional<String> name, Emitters emitters) {
        return InvalidationFeed.listening(Boxel.databases(database), Boxel.target(database), name, emitters);
    }

    private static InvalidationFeed named(TestDatabase database, String name) {
        return feed(database, Optional.of(name), Emitters.ALL_USE_THE_LOG);
    }

    private static FeedEvent next(InvalidationFeed feed) throws InterruptedException {
        FeedEvent event = feed.next(PATIENCE).orElseThrow(() -> new AssertionError("no event"));
        return event instanceof Lost ? next(feed) : event;
    }

    private static List<Long> sequence(InvalidationFeed feed, int count) throws InterruptedException {
        List<Long> seqs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            assertThat(next(feed))
                    .isInstanceOfSatisfying(
                            Changed.class, changed -> seqs.add(changed.seq().orElseThrow()));
        }
        return seqs;
    }

    private static void assertChanged(FeedEvent event, String path, OptionalLong seq) {
        assertThat(event).isInstanceOfSatisfying(Changed.class, changed -> {
            assertThat(changed.change()).isEqualTo(FileChange.file(REALM, path));
            assertThat(changed.seq()).isEqualTo(seq);
        });
    }

    private static void assertSilent(InvalidationFeed feed) throws InterruptedException {
        assertThat(feed.next(Duration.ofMillis(300))).isEmpty();
    }

    @Test
    void whatIsEmittedIsToldInOrder(TestDatabase database) throws InterruptedException {
        emit(database, "before");
        try (InvalidationFeed feed = named(database, "one")) {
            assertThat(next(feed)).isInstanceOf(Ready.class);
            emit(database, "a", "b");

            assertChanged(next(feed), "a", OptionalLong.of(2));
            assertChanged(next(feed), "b", OptionalLong.of(3));
            assertSilent(feed);
        }
    }

    @Test
    void aNameGoesOnWhereItsLastRunEnded(TestDatabase database) throws InterruptedException {
        try (InvalidationFeed feed = named(database, "one")) {
            next(feed);
            emit(database, "a", "b", "c");
            assertThat(sequence(feed, 2)).containsExactly(1L, 2L);
            // The third is not asked for, so the second was never applied.
        }
        emit(database, "d");

        try (InvalidationFeed feed = named(database, "one")) {
            next(feed);
            assertThat(sequence(feed, 3)).containsExactly(2L, 3L, 4L);
            feed.applied();
        }
        try (InvalidationFeed feed = named(database, "one")) {
            next(feed);
            assertSilent(feed);
        }
    }

    @Test
    void aLostConnectionCostsNothing(TestDatabase database) throws Exception {
        try (InvalidationFeed feed = named(database, "one");
                Db db = Boxel.open(database)) {
            next(feed);
            for (int i = 0; i < 5; i++) {
                for (TestDatabase.Backend backend : database.backends()) {
                    if (backend.applicationName().contains("listener")) {
                        database.terminate(backend);
                    }
                }
                emit(db, "x" + i, "y" + i);
                assertThat(sequence(feed, 2)).containsExactly(2L * i + 1, 2L * i + 2);
            }
            assertSilent(feed);
        }
    }

    @Test
    void aMillionAreReadPageByPage(TestDatabase database) throws InterruptedException {
        try (InvalidationFeed feed = named(database, "one")) {
            next(feed);
        }
        String[] paths = LongStream.range(0, 2_500).mapToObj(i -> "p" + i).toArray(String[]::new);
        emit(database, paths);

        try (InvalidationFeed feed = named(database, "one")) {
            next(feed);
            assertThat(sequence(feed, 2_500))
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, 2_500).boxed().toList());
            assertSilent(feed);
        }
    }

    @Test
    void aRolledBackEmitterLeavesNoHole(TestDatabase database) throws InterruptedException {
        try (InvalidationFeed feed = named(database, "one");
                Db db = Boxel.open(database)) {
            next(feed);
            assertThatThrownBy(() -> db.run(tx -> {
                        InvalidationLog.append(tx, List.of(FileChange.wildcard(REALM)), Optional.empty());
                        throw new Trouble("no", null);
                    }))
                    .hasMessage("no");
            emit(db, "a");

            assertThat(sequence(feed, 1)).containsExactly(1L);
        }
    }

    @Test
    void whatAForeignEmitterSaysIsTold(TestDatabase database) throws Exception {
        try (InvalidationFeed feed = named(database, "one")) {
            next(feed);
            emit(database, "a");
            assertThat(sequence(feed, 1)).containsExactly(1L);
            database.execute(
                    "select pg_notify('realm_file_changes', 'http://localhost:4201/luke/:a')",
                    "select pg_notify('realm_file_changes', 'nonsense')");

            assertChanged(next(feed), "a", OptionalLong.empty());
            assertThat(next(feed)).isInstanceOfSatisfying(Malformed.class, e -> assertThat(e.payload())
                    .isEqualTo("nonsense"));
            assertSilent(feed);
        }
    }

    @Test
    void aPrunedLogMeansOneResync(TestDatabase database) throws Exception {
        try (InvalidationFeed feed = named(database, "one")) {
            next(feed);
        }
        emit(database, "a", "b", "c");
        database.execute("update lockstep_listener set seen_at = now() - interval '2 days'");
        try (Db db = Boxel.open(database)) {
            int pruned = db.transact(tx -> InvalidationLog.prune(tx, 1));
            assertThat(pruned).isEqualTo(2);
        }

        try (InvalidationFeed feed = named(database, "one")) {
            next(feed);
            assertThat(next(feed)).isInstanceOfSatisfying(Resync.class, e -> assertThat(e.reason())
                    .isEqualTo(ResyncReason.PRUNED));
            emit(database, "d");
            assertThat(sequence(feed, 1)).containsExactly(4L);
        }
    }

    @Test
    void whatAListenerStillNeedsIsNotPruned(TestDatabase database) throws Exception {
        try (InvalidationFeed feed = named(database, "one");
                Db db = Boxel.open(database)) {
            next(feed);
            emit(db, "a", "b", "c");
            int pruned = db.transact(tx -> InvalidationLog.prune(tx, 0));

            assertThat(pruned).isZero();
            assertThat(sequence(feed, 3)).containsExactly(1L, 2L, 3L);
        }
    }

    @Test
    void anotherLogMeansOneResync(TestDatabase database) throws Exception {
        try (InvalidationFeed feed = named(database, "one")) {
            next(feed);
            emit(database, "a");
            sequence(feed, 1);
            database.execute(
                    "update lockstep_inval_head set epoch = '00000000-0000-0000-0000-000000000001', seq = 0",
                    "delete from lockstep_inval_log",
                    "select pg_notify('realm_file_changes', 'http://localhost:4201/luke/:*')");

            assertThat(next(feed)).isInstanceOfSatisfying(Resync.class, e -> assertThat(e.reason())
                    .isEqualTo(ResyncReason.OTHER_LOG));
            emit(database, "b");
            assertThat(sequence(feed, 1)).containsExactly(1L);
        }
    }

    @Test
    void aLogThatWentBackMeansOneResync(TestDatabase database) throws Exception {
        try (InvalidationFeed feed = named(database, "one")) {
            next(feed);
            emit(database, "a", "b");
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
    void amongForeignEmittersAGapMeansOneResync(TestDatabase database) throws Exception {
        try (InvalidationFeed feed = feed(database, Optional.empty(), Emitters.SOME_DO_NOT)) {
            next(feed);
            database.terminateAll();

            assertThat(next(feed)).isInstanceOfSatisfying(Resync.class, e -> assertThat(e.reason())
                    .isEqualTo(ResyncReason.FOREIGN_EMITTERS));
            emit(database, "a");
            assertThat(sequence(feed, 1)).containsExactly(1L);
            assertSilent(feed);
        }
    }

    @Test
    void aNameIsHeldByOneRunAtATime(TestDatabase database) throws Exception {
        InvalidationFeed first = named(database, "one");
        next(first);
        try (InvalidationFeed second = named(database, "one")) {
            assertThatThrownBy(() -> next(second)).isInstanceOfSatisfying(Trouble.class, e -> {
                assertThat(e.kind()).isEqualTo(Trouble.Kind.REFUSED);
                assertThat(e)
                        .hasMessageContaining(
                                "process " + ProcessHandle.current().pid());
            });
        }
        first.close();
        try (InvalidationFeed second = named(database, "one")) {
            assertThat(next(second)).isInstanceOf(Ready.class);
        }
    }

    @Test
    void aRunWhoseConnectionIsGoneLosesTheName(TestDatabase database) throws Exception {
        try (InvalidationFeed first = named(database, "one")) {
            next(first);
            database.execute("update lockstep_listener set pid = 1");
            try (InvalidationFeed second = named(database, "one")) {
                assertThat(next(second)).isInstanceOf(Ready.class);
                assertThatThrownBy(() -> first.next(PATIENCE))
                        .isInstanceOfSatisfying(
                                Trouble.class, e -> assertThat(e.code()).isEqualTo("listener-taken"));
            }
        } catch (Trouble e) {
            assertThat(e.code())
                    .as("of the first, which cannot say where it is")
                    .isEqualTo("listener-taken");
        }
    }

    @Test
    void pollingNeedsNoNotification(TestDatabase database) throws Exception {
        try (InvalidationFeed feed = InvalidationFeed.polling(
                Boxel.databases(database), Boxel.target(database), Optional.empty(), Duration.ofMillis(20))) {
            assertThat(next(feed)).isInstanceOf(Ready.class);
            try (Db db = Boxel.open(database)) {
                db.run(tx -> InvalidationLog.append(tx, List.of(FileChange.wildcard(REALM)), Optional.empty()));
            }
            assertThat(sequence(feed, 1)).containsExactly(1L);
        }
    }

    @Test
    void anIdIsLoggedOnce(TestDatabase database) {
        UUID id = UUID.randomUUID();
        List<FileChange> changes = List.of(FileChange.file(REALM, "a"), FileChange.file(REALM, "b"));
        List<FileChange> others = List.of(FileChange.file(REALM, "a"));
        try (Db db = Boxel.open(database)) {
            InvalidationLog.Entry first = db.transact(tx -> InvalidationLog.append(tx, changes, Optional.of(id)));
            InvalidationLog.Entry again = db.transact(tx -> InvalidationLog.append(tx, changes, Optional.of(id)));

            assertThat(first.appended()).isEqualTo(InvalidationLog.Appended.ADDED);
            assertThat(again.appended()).isEqualTo(InvalidationLog.Appended.KNOWN);
            assertThat(again.position()).isEqualTo(first.position());
            assertThatThrownBy(() -> db.transact(tx -> InvalidationLog.append(tx, others, Optional.of(id))))
                    .isInstanceOfSatisfying(
                            Trouble.class, e -> assertThat(e.code()).isEqualTo("id-used"));
        }
    }

    @Test
    void whoWaitsLearnsWhoHasNotAppliedIt(TestDatabase database) throws Exception {
        try (InvalidationFeed feed = named(database, "slow");
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

    @Test
    void aDatabaseWithoutALogSaysSo(TestDatabase database) throws SQLException {
        database.execute("drop table lockstep_inval_head, lockstep_inval_log, lockstep_listener");

        try (InvalidationFeed feed = feed(database, Optional.empty(), Emitters.ALL_USE_THE_LOG)) {
            assertThatThrownBy(() -> next(feed)).isInstanceOfSatisfying(Trouble.class, e -> assertThat(e.code())
                    .isEqualTo("no-log"));
        }
    }
}
