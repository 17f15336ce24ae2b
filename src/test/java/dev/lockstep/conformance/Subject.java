package dev.lockstep.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.db.Session.Use;
import dev.lockstep.db.Tx;
import dev.lockstep.db.libpq.TargetSources;
import dev.lockstep.db.lock.SessionLock;
import dev.lockstep.db.open.Databases;
import dev.lockstep.db.open.Targets;
import dev.lockstep.mirror.TestMirror;
import dev.lockstep.mirror.TestMirror.Kind;
import dev.lockstep.mirror.engine.MirrorEngine;
import dev.lockstep.support.Environment;
import dev.lockstep.testing.LockstepRun;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;

/** An engine, in the version that this run has: an empty database, and a source to fill it from. */
final class Subject implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);
    static final Session WRITE = Session.of("lockstep test", Use.WRITE);
    static final Session READ = Session.of("lockstep test", Use.READ);

    private final Kind kind;
    private final TestMirror mirror;
    private final Databases databases;

    /** @param source the statements that make the source */
    Subject(Kind kind, Path dir, String... source) throws SQLException {
        this.kind = kind;
        this.mirror = new TestMirror(kind, dir, source);
        this.databases = new Databases(new Environment(mirror.environment()));
    }

    TestMirror mirror() {
        return mirror;
    }

    Db open() {
        return open(WRITE);
    }

    Db open(Session session) {
        TargetSources sources = TargetSources.of(databases.environment()).inPrivate();
        return databases.open(
                Targets.resolve(databases.environment().get("LOCKSTEP_TO").orElseThrow(), sources), session);
    }

    static SessionLock lock(Db db, String name) {
        return MirrorEngine.of(db).lock(name);
    }

    /** By which the server knows the session that asks. */
    long session(Tx tx) {
        return tx.only("select " + (kind == Kind.POSTGRESQL ? "pg_backend_pid()" : "cast(connection_id() as signed)"))
                .integer(0);
    }

    /** Copies the source; the mirror is equal to it then, as the bare drivers see both, and as lockstep does. */
    String copied(String table) throws SQLException {
        LockstepRun run = mirror.run("mirror", "backfill", "--create");
        assertThat(run.exit()).as(run.toString()).isZero();
        assertThat(mirror.differences(table)).isEmpty();
        LockstepRun verified = mirror.run("mirror", "verify");
        assertThat(verified.exit()).as(verified.toString()).isZero();
        return run.stdout();
    }

    @Override
    public void close() {
        databases.close();
        mirror.close();
    }
}
