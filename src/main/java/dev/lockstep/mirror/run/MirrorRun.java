package dev.lockstep.mirror.run;

import dev.lockstep.db.DbException;
import dev.lockstep.db.Engine;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.db.lock.SessionLock;
import dev.lockstep.mirror.engine.MirrorEngine;
import dev.lockstep.mirror.plan.MirrorRemedy;
import dev.lockstep.mirror.source.FollowTriggers;
import dev.lockstep.mirror.source.SourceFile;
import dev.lockstep.support.LockstepException;
import java.util.Map;
import java.util.function.Function;

/**
 * The right to write to a mirror, and every transaction that does. There is one at a time: it ends when another takes
 * over, and from then on each transaction of the old one is refused before it has written anything.
 *
 * <p>A session lock tells whether the last run is alive: the database frees it when that process dies. It is a courtesy;
 * what keeps a run out that does not know that it has lost is the fence.
 */
public final class MirrorRun implements AutoCloseable {
    /** The code of the refusal of a run beside one that is alive. */
    public static final String ANOTHER_RUN = "another-run";

    private static final String FILE = "select file from pragma_database_list where name = 'main'";

    private final MirrorConnection connection;
    private final MirrorEngine engine;
    private final MirrorLedger ledger;
    private final long fence;
    private final SessionLock alive;

    /** Not while a server has yet to notice that the connection before this one is gone. */
    private boolean shown = true;

    private boolean written;
    private Throttle throttle = Throttle.none();

    private MirrorRun(MirrorConnection connection, MirrorEngine engine, MirrorLedger ledger, long fence) {
        this.connection = connection;
        this.engine = engine;
        this.ledger = ledger;
        this.fence = fence;
        this.alive = engine.lock(RunClaim.lockName(ledger, connection.transact(engine::place), fence));
        connection.onReconnect(db -> shown = alive.tryTake(db));
    }

    /**
     * Becomes the one that writes.
     *
     * @param source what identifies the source in all its runs: its file
     * @param owner who this is, as {@link dev.lockstep.support.ProcessIdentity#toText} says, or any other text
     * @throws LockstepException refused: another run is alive
     */
    public static MirrorRun begin(MirrorConnection connection, String source, String owner, RunClaim.Policy policy) {
        MirrorEngine engine = MirrorEngine.of(connection.db());
        refuseUnfit(connection);
        MirrorLedger ledger = new MirrorLedger(engine, source);
        try {
            LedgerTables.make(connection, engine);
            return new MirrorRun(
                    connection, engine, ledger, new RunClaim(connection, engine, ledger, owner, policy).take());
        } catch (DbException e) {
            throw switch (e.reason()) {
                case READ_ONLY, NO_PRIVILEGE, FULL -> e.about("cannot write to the mirror");
                default -> e;
            };
        }
    }

    /**
     * Refuses a database that can be no mirror.
     *
     * @throws LockstepException refused: it can be nobody's mirror, whatever its tables are
     */
    public static void refuseUnfit(MirrorConnection connection) {
        if (connection.db().isPooled()) {
            throw LockstepException.refused(
                    "a pooler stands between us and the mirror, and a session lock would be its own",
                    "connect to the server itself");
        }
        refuseSource(connection);
    }

    /** A source that notes its changes would pass on to its mirror what is written to it here. */
    private static void refuseSource(MirrorConnection connection) {
        if (connection.db().engine() == Engine.SQLITE) {
            for (String mirror : connection.transact(FollowTriggers::mirrors)) {
                throw LockstepException.refused("the mirror is itself the source of another, " + mirror, null)
                        .advising(MirrorRemedy.STOP_FOLLOWING_IT.of(file(connection), mirror));
            }
        }
    }

    private static String file(MirrorConnection connection) {
        return connection.transact(tx -> tx.only(FILE)).text("file");
    }

    public MirrorEngine engine() {
        return engine;
    }

    /** Which database the mirror is. */
    public Engine databaseEngine() {
        return connection.db().engine();
    }

    public MirrorLedger ledger() {
        return ledger;
    }

    public PageLedger pages() {
        return new PageLedger(engine);
    }

    /** Whether an earlier transaction of this run may have been done without our knowing. */
    public boolean wasLost() {
        return connection.wasLost();
    }

    /** Reads in a transaction that the fence does not guard. */
    public <T> T read(Function<Tx, T> work) {
        return connection.transact(work);
    }

    /** Reads in a transaction that sees one snapshot. */
    public <T> T snapshot(Function<Tx, T> work) {
        return connection.read(work);
    }

    /** Notes that rows of the mirror are others now, and stay so whatever becomes of the run. */
    public void noteWrites(long rows) {
        written |= rows > 0;
    }

    /** Whether this run has changed what the mirror holds of the source; what it keeps for itself does not count. */
    public boolean hasWritten() {
        return written;
    }

    /** Writes only when this lets it. */
    public void keepTo(Throttle wanted) {
        throttle = wanted;
    }

    /**
     * Writes, once nothing says to wait. The work may be done more than once.
     *
     * @throws LockstepException refused: superseded
     */
    public <T> T write(Function<Tx, T> work) {
        throttle.awaitGo();
        return fenced(work);
    }

    private <T> T fenced(Function<Tx, T> work) {
        return connection.transact(tx -> {
            ledger.check(tx, fence);
            shown = shown || alive.tryTake(connection.db());
            return work.apply(tx);
        });
    }

    /** Knows nothing of a table any more. */
    public void forget(String table) {
        write(tx -> {
            ledger.forget(tx, table);
            pages().forget(tx, table);
            return null;
        });
    }

    /** Notes that a table is not equal. If even that cannot be written, the failure itself is what counts. */
    public void noteFailure(String table, LockstepException failure) {
        try {
            write(tx -> {
                if (ledger.table(tx, table).filter(this::isOthers).isEmpty()) {
                    ledger.note(tx, table, MirrorLedger.State.FAILED, 0, failure.getMessage());
                }
                return null;
            });
        } catch (DbException e) {
            failure.addSuppressed(e);
        }
    }

    public boolean isOthers(Row table) {
        return !table.text("mirror_id").equals(ledger.mirror());
    }

    /**
     * Ends the run.
     *
     * @param seen what tables were copied from, by name, if that is known
     */
    public void end(MirrorLedger.State state, Map<String, SourceFile.Seen> seen) {
        // Also while nothing else may be written: who is told to stop does not wait for that.
        fenced(tx -> {
            seen.forEach((table, from) -> ledger.noteSource(tx, table, from));
            ledger.end(tx, state);
            return null;
        });
    }

    /** Ends a run whose connection may have been told to stop. */
    public void leave(MirrorLedger.State state) {
        connection.renew();
        end(state, Map.of());
    }

    @Override
    public void close() {
        connection.close();
    }
}
