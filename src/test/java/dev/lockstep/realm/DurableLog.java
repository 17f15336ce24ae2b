package dev.lockstep.realm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.Db;
import dev.lockstep.realm.FeedEvent.Changed;
import dev.lockstep.realm.FeedEvent.Lost;
import dev.lockstep.realm.InvalidationFeed.Emitters;
import dev.lockstep.testing.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A database with the log of invalidations, those who emit, and what a feed tells of it. */
record DurableLog(TestDatabase database) {
    static final Duration PATIENCE = Duration.ofSeconds(20);
    static final RealmUrl REALM = new RealmUrl("http://localhost:4201/luke/");

    static DurableLog in(TestDatabase database) {
        try (Db db = Boxel.open(database)) {
            InvalidationLog.prepare(db);
            InvalidationLog.prepare(db);
        }
        return new DurableLog(database);
    }

    void emit(String... paths) {
        try (Db db = Boxel.open(database)) {
            emit(db, paths);
        }
    }

    static void emit(Db db, String... paths) {
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

    InvalidationFeed feed(Optional<String> name, Emitters emitters) {
        return InvalidationFeed.listening(Boxel.databases(database), Boxel.target(database), name, emitters);
    }

    InvalidationFeed named(String name) {
        return feed(Optional.of(name), Emitters.ALL_USE_THE_LOG);
    }

    /** The next event that is no lost connection. */
    static FeedEvent next(InvalidationFeed feed) throws InterruptedException {
        FeedEvent event = feed.next(PATIENCE).orElseThrow(() -> new AssertionError("no event"));
        return event instanceof Lost ? next(feed) : event;
    }

    /** The numbers of the next so many changes. */
    static List<Long> sequence(InvalidationFeed feed, int count) throws InterruptedException {
        List<Long> seqs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            assertThat(next(feed))
                    .isInstanceOfSatisfying(
                            Changed.class, changed -> seqs.add(changed.seq().orElseThrow()));
        }
        return seqs;
    }

    static void assertChanged(FeedEvent event, String path, OptionalLong seq) {
        assertThat(event).isInstanceOfSatisfying(Changed.class, changed -> {
            assertThat(changed.change()).isEqualTo(FileChange.file(REALM, path));
            assertThat(changed.seq()).isEqualTo(seq);
        });
    }

    static void assertSilent(InvalidationFeed feed) throws InterruptedException {
        assertThat(feed.next(Duration.ofMillis(300))).isEmpty();
    }
}
