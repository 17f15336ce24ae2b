package dev.lockstep.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbTarget;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.TargetSources;
import dev.lockstep.db.open.Databases;
import dev.lockstep.db.open.Targets;
import dev.lockstep.db.sqlite.SqliteFiles;
import dev.lockstep.mirror.TestMirror.Kind;
import dev.lockstep.mirror.copy.Backfill;
import dev.lockstep.mirror.copy.Backfill.Creation;
import dev.lockstep.mirror.follow.Following;
import dev.lockstep.mirror.run.MirrorConnection;
import dev.lockstep.mirror.run.MirrorRun;
import dev.lockstep.mirror.run.RunClaim.Policy;
import dev.lockstep.mirror.source.Selection;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import dev.lockstep.testing.Counts;
import dev.lockstep.testing.Fault;
import dev.lockstep.testing.Fault.Mode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A follower that is broken at its calls to a database. */
class FollowFaultTest {
    private static final Backfill.Options CREATE = new Backfill.Options(
            Creation.CREATE,
            Backfill.Options.DEFAULT.badRows(),
            Backfill.Options.DEFAULT.extras(),
            Backfill.Options.DEFAULT.emptySource(),
            Backfill.Options.DEFAULT.trust(),
            Backfill.Options.DEFAULT.batch(),
            Backfill.Options.DEFAULT.maxDelete(),
            Backfill.Options.DEFAULT.throttle());

    @TempDir
    Path dir;

    @ParameterizedTest
    @MethodSource("dev.lockstep.mirror.TestMirror$Kind#ofLongTests")
    void whatIsAcknowledgedIsInTheMirrorAndTheNextRunEndsEqual(Kind kind) throws Exception {
        int step = Counts.of(kind == Kind.SQLITE ? 4 : 20, 1);
        List<Mode> modes =
                switch (kind) {
                    case POSTGRESQL -> List.of(Mode.THROW_AFTER);
                    case MARIADB, MYSQL -> List.of(Mode.CLOSE);
                    case SQLITE -> List.of(Mode.THROW_BEFORE, Mode.THROW_AFTER);
                };
        try (TestMirror mirror = new TestMirror(kind, dir, "create table many (id integer primary key, name text)")) {
            assertThat(mirror.run("mirror", "backfill", "--create").exit()).isZero();
            assertThat(mirror.run("mirror", "follow", "--install").exit()).isZero();
            Fault none = Fault.none();
            follow(begin(mirror), none);
            assertThat(none.calls()).isGreaterThan(40);

            for (int call = 1 + new Random().nextInt(step); call <= none.calls(); call += step) {
                for (Mode mode : modes) {
                    checkBroken(begin(mirror), Fault.at(call, mode));
                }
            }
        }
    }

    private static void checkBroken(TestMirror mirror, Fault fault) throws SQLException {
        try {
            follow(mirror, fault);
        } catch (LockstepException e) {
            assertThat(fault.hit()).as(e.toString()).isTrue();
        }
        assertThat(FollowCrashTest.unshipped(mirror))
                .as(fault.toString())
                .containsAll(FollowCrashTest.differing(mirror));
        follow(mirror, Fault.none());
        assertThat(mirror.differences("many")).as(fault.toString()).isEmpty();
    }

    /** The same rows on both sides. */
    private static TestMirror begin(TestMirror mirror) throws SQLException {
        String[] rows = {"delete from many", "insert into many values (1, 'a'), (2, 'b'), (3, 'c')"};
        mirror.sql(rows);
        mirror.execute(rows);
        return mirror;
    }

    /** Follows until three changes are in the mirror that were made once it had begun. */
    private static void follow(TestMirror mirror, Fault fault) {
        Environment environment = new Environment(mirror.environment());
        DbTarget target = Targets.resolve(
                null,
                TargetSources.of(environment).called("--to", "--password-file").withVariable("LOCKSTEP_TO"));
        Session session = Session.of("lockstep test", Session.Use.WRITE);
        try (Databases databases = new Databases(environment, fault::around);
                Db source = databases.sqlite(mirror.source, SqliteFiles.Access.WRITE, Duration.ofSeconds(10));
                MirrorConnection link = new MirrorConnection(
                        () -> databases.open(target, session), Duration.ofSeconds(5), message -> {})) {
            MirrorRun run = MirrorRun.begin(link, id(mirror.source), "a test", Policy.RESPECT);
            Following.Options options = new Following.Options(CREATE, Duration.ofMillis(1), Duration.ofHours(1));
            Following following = new Following(
                    source, mirror.source, run, target.toString(), Selection.ALL, options, new Changes(mirror));
            try {
                following.run();
            } catch (InterruptedException e) {
                following.leave(source);
            }
        }
    }

    private static String id(Path source) {
        try {
            return source.toRealPath().toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Changes the source when it is followed, and ends that when it is in step again. */
    private record Changes(TestMirror mirror) implements Following.Watcher {
        @Override
        public void ready() {
            try {
                mirror.sql(
                        "replace into many values (1, 'A')",
                        "delete from many where id = 2",
                        "replace into many values (4, 'd')");
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void inStep() {
            Thread.currentThread().interrupt();
        }
    }
}
