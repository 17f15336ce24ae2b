package dev.lockstep.realm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.Db;
import dev.lockstep.realm.log.FeedEvent;
import dev.lockstep.realm.log.FeedEvent.Changed;
import dev.lockstep.realm.log.FeedEvent.Lost;
import dev.lockstep.realm.log.InvalidationFeed;
import dev.lockstep.realm.log.InvalidationFeed.Emitters;
import dev.lockstep.realm.log.InvalidationLog;
import dev.lockstep.testing.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A database with the log of invalidations, those who emit, and what a feed tells of it. */
public record DurableLog(TestDatabase database) {
    public static final Duration PATIENCE = Duration.ofSeconds(20);
    public static final RealmUrl REALM = new RealmUrl("http://localhost:4201/luke/");

    public static DurableLog in(TestDatabase database) {
        try (Db db = Boxel.open(database)) {
            InvalidationLog.prepare(db);
            InvalidationLog.prepare(db);
        }
        return new DurableLog(database);
    }

    public void emit(String... paths) {
        try (Db db = Boxel.open(database)) {
            emit(db, paths);
        }
    }

    public static void emit(Db db, String... paths) {
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

    public InvalidationFeed feed(Optional<String> name, Emitters emitters) {
        return InvalidationFeed.listening(Boxel.databases(database), Boxel.target(database), name, emitters);
    }

    public InvalidationFeed named(String name) {
        return feed(Optional.of(name), Emitters.ALL_USE_THE_LOG);
    }

    /** The next event that is no lost connection. */
    public static FeedEvent next(InvalidationFeed feed) throws InterruptedException {
        FeedEvent event = feed.next(PATIENCE).orElseThrow(() -> new AssertionError("no event"));
        return event instanceof Lost ? next(feed) : event;
    }

    /** The numbers of the next so many changes. */
    public static List<Long> sequence(InvalidationFeed feed, int count) throws InterruptedException {
        List<Long> seqs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            assertThat(next(feed))
                    .isInstanceOfSatisfying(
                            Changed.class, changed -> seqs.add(changed.seq().orElseThrow()));
        }
        return seqs;
    }

    public static void assertChanged(FeedEvent event, String path, OptionalLong seq) {
        assertThat(event).isInstanceOfSatisfying(Changed.class, changed -> {
            assertThat(changed.change()).isEqualTo(FileChange.file(REALM, path));
            assertThat(changed.seq()).isEqualTo(seq);
        });
    }

    public static void assertSilent(InvalidationFeed feed) throws InterruptedException {
        assertThat(feed.next(Duration.ofMillis(300))).isEmpty();
    }
}
