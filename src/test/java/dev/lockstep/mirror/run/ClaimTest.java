package dev.lockstep.mirror.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.TargetSources;
import dev.lockstep.db.lock.SessionLock;
import dev.lockstep.db.open.Databases;
import dev.lockstep.db.open.Targets;
import dev.lockstep.mirror.TestMirror;
import dev.lockstep.mirror.TestMirror.Kind;
import dev.lockstep.support.Environment;
import dev.lockstep.testing.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** By what a run is seen to be alive from another machine. */
class ClaimTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path dir;

    @ParameterizedTest
    @EnumSource(names = {"POSTGRESQL", "MARIADB", "MYSQL"})
    void aRunIsSeenAgainOnceTheServerHasNoticedThatItsFirstConnectionIsGone(Kind kind) throws Exception {
        try (TestMirror mirror = new TestMirror(kind, dir, "create table t (id integer primary key)");
                Databases databases = new Databases(new Environment(mirror.environment()));
                Db late = open(databases, mirror);
                MirrorRun run = MirrorRun.begin(
                        new MirrorConnection(() -> open(databases, mirror), PATIENCE, message -> {}),
                        "a source",
                        "somebody elsewhere",
                        RunClaim.Policy.RESPECT)) {
            SessionLock lock = lock(run);
            late.run(tx -> lock.end(tx, lock.holder(tx).orElseThrow()));
            // It stands in for the first connection, which the server still takes for alive.
            Await.until("the lock to be free", PATIENCE, () -> lock.tryTake(late));
            run.write(tx -> null);
            lock.release(late);
            assertThat(holder(late, lock)).isEmpty();

            run.write(tx -> null);

            assertThat(holder(late, lock)).isPresent();
        }
    }

    private static Db open(Databases databases, TestMirror mirror) {
        TargetSources sources = TargetSources.of(databases.environment()).inPrivate();
        return databases.open(
                Targets.resolve(mirror.environment().get("LOCKSTEP_TO"), sources),
                Session.of("lockstep test", Session.Use.WRITE));
    }

    private static SessionLock lock(MirrorRun run) {
        return run.read(tx -> {
            long fence = run.ledger().run(tx).orElseThrow().fence();
            return run.engine()
                    .lock(RunClaim.lockName(run.ledger(), run.engine().place(tx), fence));
        });
    }

    private static Optional<Long> holder(Db db, SessionLock lock) {
        return db.read(lock::holder);
    }
}
