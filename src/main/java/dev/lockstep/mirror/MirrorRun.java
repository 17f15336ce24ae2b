package dev.lockstep.mirror;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.Engine;
import dev.lockstep.db.Row;
import dev.lockstep.db.Trouble;
import dev.lockstep.db.Tx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Function;

/**
 * The right to write to a mirror, and every transaction that does. There is one at a time: it ends when another takes
 * over, and from then on each transaction of the old one is refused before it has written anything.
 *
 * <p>A session lock tells whether the last run is alive: the database frees it when that process dies. It is a courtesy;
 * what keeps a run out that does not know that it has lost is the fence.
 */
public final class MirrorRun implements AutoCloseable {
    private static final int LOCK_TRIES = 20;
    private static final Duration LOCK_PAUSE = Duration.ofMillis(100);

    private final MirrorLink link;
    private final Dialect dialect;
    private final Ledger ledger;
    private final long fence;
    private Pace pace = Pace.none();

    private MirrorRun(MirrorLink link, Dialect dialect, Ledger ledger, long fence) {
        this.link = link;
        this.dialect = dialect;
        this.ledger = ledger;
        this.fence = fence;
        link.onReconnect(db -> dialect.lock(db, lockName(ledger.mirror(), fence)));
    }

    /**
     * Becomes the one that writes.
     *
     * @param source what identifies the source in all its runs: its file
     * @param owner who this is, as {@link dev.lockstep.support.ProcessIdentity#toText} says, or any other text
     * @throws Trouble refused: another run is alive
     */
    public static MirrorRun begin(MirrorLink link, String source, String owner, Backfill.Claim claim) {
        Dialect dialect = dialect(link.db());
        refuseUnfit(link);
        Ledger ledger = new Ledger(dialect, source);
        Claimant claimant = new Claimant(UUID.randomUUID().toString(), owner, claim);
        OptionalLong fence = OptionalLong.empty();
        try {
            LedgerTables.make(link, dialect);
            while (fence.isEmpty()) {
                fence = claim(link, dialect, ledger, claimant);
            }
        } catch (DbException e) {
            throw switch (e.reason()) {
                case READ_ONLY, NO_PRIVILEGE, FULL -> e.about("cannot write to the mirror");
                default -> e;
            };
        }
        return new MirrorRun(link, dialect, ledger, fence.getAsLong());
    }

    /** @throws Trouble refused: it can be nobody's mirror, whatever its tables are */
    static void refuseUnfit(MirrorLink link) {
        if (link.db().isPooled()) {
            throw Trouble.refused(
                    "a pooler stands between us and the mirror, and a session lock would be its own",
                    "connect to the server itself");
        }
        refuseSource(link);
    }

    /** A source that notes its changes would pass on to its mirror what is written to it here. */
    private static void refuseSource(MirrorLink link) {
        if (link.db().engine() == Engine.SQLITE) {
            for (String mirror : link.transact(FollowTriggers::mirrors)) {
                throw Trouble.refused(
                        "the mirror is itself the source of another, " + mirror,
                        "'lockstep mirror follow --remove' ends that");
            }
        }
    }

    /** Who wants to write. */
    private record Claimant(String id, String owner, Backfill.Claim claim) {}

    /**
     * Takes over from the last run if that is over, or if it is to end.
     *
     * @return the fence; empty if another run has begun meanwhile
     */
    private static OptionalLong claim(MirrorLink link, Dialect dialect, Ledger ledger, Claimant claimant) {
        Optional<Ledger.Run> last = link.transact(ledger::run);
        String lock = lockName(ledger.mirror(), number(last));
        boolean seen = last.filter(run -> run.isAliveBeside(claimant.owner())).isPresent();
        boolean waits = !seen && claimant.claim() == Backfill.Claim.RESPECT;
        boolean locked = waits ? lockSoon(link, dialect, lock) : dialect.lock(link.db(), lock);
        boolean alive = seen || !locked;
        if (alive && claimant.claim() == Backfill.Claim.RESPECT) {
            throw alive(last);
        }
        if (!locked) {
            evict(link, dialect, lock);
        }
        try {
            return link.transact(tx -> {
                Optional<Ledger.Run> now = ledger.run(tx);
                boolean ours = now.filter(run -> run.id().equals(claimant.id())).isPresent();
                if (!ours && number(now) != number(last)) {
                    return OptionalLong.empty();
                }
                long fence = ledger.takeOver(tx, claimant.id(), claimant.owner());
                // Before anybody can read the new number: it is ours from the beginning.
                dialect.lock(link.db(), lockName(ledger.mirror(), fence));
                return OptionalLong.of(fence);
            });
        } catch (DbException e) {
            if (e.reason() == DbException.Reason.DUPLICATE) {
                return OptionalLong.empty();
            }
            throw e;
        }
    }

    private static long number(Optional<Ledger.Run> run) {
        return run.map(Ledger.Run::fence).orElse(0L);
    }

    /** A server takes a moment to notice that the last run is dead. */
    private static boolean lockSoon(MirrorLink link, Dialect dialect, String lock) {
        for (int tries = 1; ; tries++) {
            if (dialect.lock(link.db(), lock)) {
                return true;
            }
            if (tries == LOCK_TRIES) {
                return false;
            }
            try {
                link.ticker().sleep(LOCK_PAUSE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
    }

    static Dialect dialect(Db mirror) {
        return switch (mirror.engine()) {
            case POSTGRESQL -> new PostgresDialect();
            case MARIADB -> MariaDbDialect.of(mirror);
            case SQLITE -> new SqliteDialect();
        };
    }

    /**
     * Ends the session of a run that does not answer, so that nobody waits for what it has begun. Where that is not ours to
     * do, taking over waits for the transaction that is under way.
     */
    private static void evict(MirrorLink link, Dialect dialect, String lock) {
        try {
            link.db().run(tx -> dialect.holder(tx, lock).ifPresent(session -> dialect.evict(tx, session)));
        } catch (DbException e) {
            if (e.reason() != DbException.Reason.NO_PRIVILEGE && e.reason() != DbException.Reason.OTHER) {
                throw e;
            }
        }
    }

    private static Trouble alive(Optional<Ledger.Run> run) {
        String who = run.map(r -> r.owner() + ", since " + r.startedAt()).orElse("somebody");
        return new Trouble(
                Trouble.Kind.REFUSED,
                "another-run",
                "another run is active: " + who,
                "wait for it, or take over with --take-over; it will not write any more then",
                null);
    }

    static String lockName(String source, long fence) {
        return "lockstep|mirror|" + source + "|" + fence;
    }

    Dialect dialect() {
        return dialect;
    }

    Engine engine() {
        return link.db().engine();
    }

    Ledger ledger() {
        return ledger;
    }

    PageRecords pages() {
        return new PageRecords(dialect);
    }

    /** Whether an earlier transaction of this run may have been done without our knowing. */
    boolean wasLost() {
        return link.wasLost();
    }

    /** Reads in a transaction that the fence does not guard. */
    <T> T read(Function<Tx, T> work) {
        return link.transact(work);
    }

    /** Reads in a transaction that sees one snapshot. */
    <T> T snapshot(Function<Tx, T> work) {
        return link.read(work);
    }

    /** Writes only when this lets it. */
    void keepTo(Pace wanted) {
        pace = wanted;
    }

    /**
     * Writes, once nothing says to wait. The work may be done more than once.
     *
     * @throws Trouble refused: superseded
     */
    <T> T write(Function<Tx, T> work) {
        pace.awaitGo();
        return fenced(work);
    }

    private <T> T fenced(Function<Tx, T> work) {
        return link.transact(tx -> {
            ledger.check(tx, fence);
            return work.apply(tx);
        });
    }

    /** Knows nothing of a table any more. */
    void forget(String table) {
        write(tx -> {
            ledger.forget(tx, table);
            pages().forget(tx, table);
            return null;
        });
    }

    /** Notes that a table is not equal. If even that cannot be written, the failure itself is what counts. */
    void noteFailure(String table, Trouble failure) {
        try {
            write(tx -> {
                if (ledger.table(tx, table).filter(this::isOthers).isEmpty()) {
                    ledger.note(tx, table, Ledger.State.FAILED, 0, failure.getMessage());
                }
                return null;
            });
        } catch (DbException e) {
            failure.addSuppressed(e);
        }
    }

    boolean isOthers(Row table) {
        return !table.text("mirror_id").equals(ledger.mirror());
    }

    /** @param seen what tables were copied from, by name, if that is known */
    void end(List<Backfill.Table> results, Map<String, SourceFile.Seen> seen) {
        Ledger.State state = Ledger.State.COMPLETE;
        for (Backfill.Table result : results) {
            if (result.failure().isPresent()) {
                state = Ledger.State.FAILED;
            } else if (result.rejected() > 0 && state == Ledger.State.COMPLETE) {
                state = Ledger.State.PARTIAL;
            }
        }
        Ledger.State end = state;
        // Also while nothing else may be written: who is told to stop does not wait for that.
        fenced(tx -> {
            seen.forEach((table, from) -> ledger.noteSource(tx, table, from));
            ledger.end(tx, end);
            return null;
        });
    }

    /** Ends a run whose connection may have been told to stop. */
    void leave(List<Backfill.Table> results) {
        link.renew();
        end(results, Map.of());
    }

    @Override
    public void close() {
        link.close();
    }
}
