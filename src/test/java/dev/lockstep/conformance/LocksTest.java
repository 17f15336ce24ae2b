package dev.lockstep.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.Db;
import dev.lockstep.db.lock.SessionLock;
import dev.lockstep.mirror.TestMirror.Kind;
import dev.lockstep.testing.Await;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** A lock that a session takes by its name. */
class LocksTest {
    private static final String NAME = "lockstep conformance";

    @TempDir
    private Path dir;

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "SQLITE")
    void isOneSessionsUntilItGivesItBackAsOftenAsItTookIt(Kind kind) throws Exception {
        try (Subject subject = new Subject(kind, dir);
                Db db = subject.open();
                Db other = subject.open()) {
            SessionLock lock = Subject.lock(db, NAME);
            assertThat(lock.tryTake(db)).isTrue();
            assertThat(lock.tryTake(db)).isTrue();
            assertThat(lock.tryTake(other)).isFalse();
            long session = db.read(subject::session);
            assertThat(other.<Optional<Long>>read(lock::holder)).contains(session);

            lock.release(db);
            assertThat(lock.tryTake(other)).isFalse();
            lock.release(db);
            assertThat(other.<Optional<Long>>read(lock::holder)).isEmpty();
            assertThat(lock.tryTake(other)).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "SQLITE")
    void staysWithItsSessionThroughARollbackAndGoesWithItsEnd(Kind kind) throws Exception {
        try (Subject subject = new Subject(kind, dir);
                Db db = subject.open();
                Db other = subject.open()) {
            SessionLock lock = Subject.lock(db, NAME);
            db.rehearse(tx -> lock.tryTake(db));
            assertThat(lock.tryTake(other)).isFalse();

            other.run(tx -> lock.end(tx, lock.holder(tx).orElseThrow()));

            Await.until("the lock to be free", Subject.PATIENCE, () -> lock.tryTake(other));
        }
    }
}
