package dev.lockstep.realm.log;

import static dev.lockstep.realm.DurableLog.REALM;
import static dev.lockstep.realm.DurableLog.assertChanged;
import static dev.lockstep.realm.DurableLog.assertSilent;
import static dev.lockstep.realm.DurableLog.emit;
import static dev.lockstep.realm.DurableLog.next;
import static dev.lockstep.realm.DurableLog.sequence;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.db.Db;
import dev.lockstep.realm.Boxel;
import dev.lockstep.realm.DurableLog;
import dev.lockstep.realm.FileChange;
import dev.lockstep.realm.log.FeedEvent.Malformed;
import dev.lockstep.realm.log.FeedEvent.Ready;
import dev.lockstep.realm.log.InvalidationFeed.Emitters;
import dev.lockstep.support.LockstepException;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
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

/** Whoever has a cursor is told each change once, in the order of commits, however often the connection is lost. */
@ExtendWith(PostgresExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class InvalidationFeedTest {
    private DurableLog log;

    @BeforeEach
    void makeTheLog(TestDatabase database) {
        log = DurableLog.in(database);
    }

    @Test
    void whatIsEmittedIsToldInOrder(TestDatabase database) throws InterruptedException {
        log.emit("before");
        try (InvalidationFeed feed = log.named("one")) {
            assertThat(next(feed)).isInstanceOf(Ready.class);
            log.emit("a", "b");

            assertChanged(next(feed), "a", OptionalLong.of(2));
            assertChanged(next(feed), "b", OptionalLong.of(3));
            assertSilent(feed);
        }
    }

    @Test
    void aNameGoesOnWhereItsLastRunEnded(TestDatabase database) throws InterruptedException {
        try (InvalidationFeed feed = log.named("one")) {
            next(feed);
            log.emit("a", "b", "c");
            assertThat(sequence(feed, 2)).containsExactly(1L, 2L);
            // The third is not asked for, so the second was never applied.
        }
        log.emit("d");

        try (InvalidationFeed feed = log.named("one")) {
            next(feed);
            assertThat(sequence(feed, 3)).containsExactly(2L, 3L, 4L);
            feed.applied();
        }
        try (InvalidationFeed feed = log.named("one")) {
            next(feed);
            assertSilent(feed);
        }
    }

    @Test
    void aLostConnectionCostsNothing(TestDatabase database) throws Exception {
        try (InvalidationFeed feed = log.named("one");
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
        try (InvalidationFeed feed = log.named("one")) {
            next(feed);
        }
        String[] paths = LongStream.range(0, 2_500).mapToObj(i -> "p" + i).toArray(String[]::new);
        log.emit(paths);

        try (InvalidationFeed feed = log.named("one")) {
            next(feed);
            assertThat(sequence(feed, 2_500))
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, 2_500).boxed().toList());
            assertSilent(feed);
        }
    }

    @Test
    void aRolledBackEmitterLeavesNoHole(TestDatabase database) throws InterruptedException {
        try (InvalidationFeed feed = log.named("one");
                Db db = Boxel.open(database)) {
            next(feed);
            assertThatThrownBy(() -> db.run(tx -> {
                        InvalidationLog.append(tx, List.of(FileChange.wildcard(REALM)), Optional.empty());
                        throw new LockstepException("no", null);
                    }))
                    .hasMessage("no");
            emit(db, "a");

            assertThat(sequence(feed, 1)).containsExactly(1L);
        }
    }

    @Test
    void whatAForeignEmitterSaysIsTold(TestDatabase database) throws Exception {
        try (InvalidationFeed feed = log.named("one")) {
            next(feed);
            log.emit("a");
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
    void aDatabaseWithoutALogSaysSo(TestDatabase database) throws SQLException {
        database.execute("drop table lockstep_inval_head, lockstep_inval_log, lockstep_listener");

        try (InvalidationFeed feed = log.feed(Optional.empty(), Emitters.ALL_USE_THE_LOG)) {
            assertThatThrownBy(() -> next(feed))
                    .isInstanceOfSatisfying(
                            LockstepException.class, e -> assertThat(e.code()).isEqualTo("no-log"));
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
                            LockstepException.class, e -> assertThat(e.code()).isEqualTo("id-used"));
        }
    }
}
