package dev.lockstep.transpile.service;

import dev.lockstep.db.DbException;
import dev.lockstep.db.DbPool;
import dev.lockstep.db.LockKey;
import dev.lockstep.db.listen.PgListener;
import dev.lockstep.support.Backoff;
import dev.lockstep.support.Clock;
import dev.lockstep.support.LockstepException;
import dev.lockstep.transpile.Artifact;
import dev.lockstep.transpile.ArtifactKey;
import dev.lockstep.transpile.BuildInputs;
import dev.lockstep.transpile.Captured;
import dev.lockstep.transpile.TranspileCache;
import dev.lockstep.transpile.TranspileCache.Hit;
import dev.lockstep.transpile.TranspileCache.Lookup;
import dev.lockstep.transpile.TranspileCache.StoreResult;
import dev.lockstep.transpile.service.Wakeups.Wake;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Builds each artifact once in a fleet, and never fails because of the cache: where the database cannot help, the request
 * builds for itself.
 *
 * <p>The way of a request that finds nothing, and does not win the lock at once: register as one who waits, try the lock,
 * look again if it was lost, wait a second or until woken, and so on until somebody's artifact is there, or the lock is won,
 * or the time to wait is over.
 */
public final class SharedBuilds implements AutoCloseable {
    /** How a request came by its artifact. */
    public enum Role {
        /** It was in the cache. */
        HIT,
        /** Built here, for all. */
        WINNER,
        /** Built elsewhere while this request waited. */
        WAITER,
        /** Built here for this request: the wait was too long, or the database could not help. */
        LOCAL
    }

    /**
     * An artifact.
     *
     * @param stored what became of storing it; empty if nothing was to be stored, or the database could not
     */
    public record Served(Artifact artifact, Role role, Captured captured, Optional<StoreResult> stored)
            implements AutoCloseable {
        private Served with(Optional<StoreResult> result) {
            return new Served(artifact, role, captured, result);
        }

        @Override
        public void close() throws IOException {
            artifact.close();
        }
    }

    /** What a fault of the database has cost a request. */
    public enum Cost {
        /** Nobody could be asked, nor told: it built for itself. */
        BUILT_WITHOUT_CACHE,
        /** What was built is not in the cache. */
        NOT_STORED
    }

    /** Hears, once a request, of what has kept the database from helping; throws if the request is to fail all the same. */
    @FunctionalInterface
    public interface Faults {
        void heard(Cost cost, LockstepException fault);
    }

    /** Time between two looks while waiting, at most; less at random, so that a fleet does not look all at once. */
    private static final Duration LOOK_AGAIN = Duration.ofMillis(1250);

    private final DbPool pool;
    private final Coordinator coordinator;
    private final Duration patience;
    private final Faults faults;
    private final UseTally tally;

    /**
     * Builds that share a cache; it closes neither the pool nor the listener.
     *
     * @param patience how long to wait for others' builds
     */
    public SharedBuilds(DbPool pool, PgListener listener, Duration patience, Faults faults) {
        this.pool = pool;
        this.coordinator = new Coordinator(pool, listener);
        this.patience = patience;
        this.faults = faults;
        this.tally = new UseTally(pool);
    }

    /**
     * The artifact, from wherever it is had soonest.
     *
     * @throws BuildFailed it was to be built here, and could not
     * @throws DbException only if this process is being stopped
     */
    public Served serve(ArtifactKey key, Source source, Compiler compiler) throws InterruptedException {
        return serve(key, Optional::empty, source, compiler);
    }

    /**
     * The artifact that was made from these very inputs, from wherever it is had soonest.
     *
     * @param inputs {@link BuildInputs#digest} as it is at each look, for they may change while a request waits; what the
     *     compiler makes carries the digest of what it has read
     */
    public Served serve(ArtifactKey key, Supplier<Optional<String>> inputs, Source source, Compiler compiler)
            throws InterruptedException {
        return tally.counted(new Request(key, inputs, source, compiler).serve());
    }

    @Override
    public void close() {
        tally.tell();
        coordinator.close();
    }

    private static void close(Artifact artifact) {
        try {
            artifact.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isCancelled(LockstepException e) {
        return e instanceof DbException fault && fault.reason() == DbException.Reason.CANCELLED;
    }

    /** One request on its way. */
    private final class Request {
        private final ArtifactKey key;
        private final LockKey lock;
        private final Supplier<Optional<String>> inputs;
        private final Source source;
        private final Compiler compiler;
        private final long deadline = System.nanoTime() + patience.toNanos();
        private final Backoff polling = new Backoff(LOOK_AGAIN, LOOK_AGAIN, Backoff.Jitter.HALF, Clock.SYSTEM);
        private boolean hasRow;
        /** Built under the lock; survives the loss of the connection that was to store it. */
        private Served built;
        /** Why it was not stored. */
        private DbException notStored;
        /** What the compiler has thrown, which is no fault of the cache. */
        private RuntimeException buildFailure;

        Request(ArtifactKey key, Supplier<Optional<String>> inputs, Source source, Compiler compiler) {
            this.key = key;
            this.inputs = inputs;
            this.lock = key.lock();
            this.source = source;
            this.compiler = compiler;
        }

        Served serve() throws InterruptedException {
            try {
                Lookup first = look();
                Served served = first instanceof Hit hit ? served(hit, Role.HIT) : coordinated();
                if (notStored != null) {
                    faults.heard(Cost.NOT_STORED, notStored);
                }
                return served;
            } catch (LockstepException e) {
                if (e == buildFailure || e.kind() == LockstepException.Kind.USAGE || isCancelled(e)) {
                    throw e;
                }
                if (built != null) {
                    return again(notStored == null ? e : notStored);
                }
                faults.heard(Cost.BUILT_WITHOUT_CACHE, e);
                return local(Captured.withoutCache(key));
            }
        }

        /**
         * The lock went with its connection. What was built under it is stored by another one: the generation that was
         * captured says whether it may be, whoever has the lock now. Whether a COMMIT was lost or only its answer, to store
         * it twice is to store it once.
         */
        private Served again(LockstepException fault) throws InterruptedException {
            try {
                if (look() instanceof Hit theirs) {
                    close(theirs.artifact()); // Whoever took over has stored his.
                    return built.with(Optional.empty());
                }
                return built.with(Optional.of(stored(built.captured(), built.artifact())));
            } catch (LockstepException e) {
                fault.addSuppressed(e);
                faults.heard(Cost.NOT_STORED, fault);
                return built.with(Optional.empty());
            }
        }

        /** Whoever wins at once need not have registered; whoever waits has, before the attempt that failed. */
        private Served coordinated() throws InterruptedException {
            Optional<Served> atOnce = coordinator.tryAcquireAndRun(lock, this::win);
            if (atOnce.isPresent()) {
                return atOnce.get();
            }
            while (true) {
                Wake wake;
                try (Wakeups.Waiter waiter = coordinator.register(lock)) {
                    Optional<Served> won = coordinator.tryAcquireAndRun(lock, this::win);
                    if (won.isPresent()) {
                        return won.get();
                    }
                    if (look() instanceof Hit hit) {
                        return served(hit, Role.WAITER);
                    }
                    wake = waiter.await(pause());
                }
                Lookup again = look();
                if (again instanceof Hit hit) {
                    return served(hit, Role.WAITER);
                }
                if (wake == Wake.FAILED || System.nanoTime() >= deadline) {
                    return local(again.captured());
                }
            }
        }

        private Duration pause() {
            return Duration.ofNanos(Math.max(0, Math.min(polling.next().toNanos(), deadline - System.nanoTime())));
        }

        private Served win(Pinned pinned) throws InterruptedException {
            Lookup lookup = TranspileCache.lookAgain(pinned.tx(), key, inputs.get());
            if (hasRow && TranspileCache.isToBeLeftARow(lookup)) {
                lookup = look(); // The row was pruned; another connection commits a new one.
            }
            if (lookup instanceof Hit hit) {
                return served(hit, Role.WAITER);
            }
            Captured captured = lookup.captured();
            Artifact artifact = pinned.working(() -> build(captured));
            built = new Served(artifact, Role.WINNER, captured, Optional.empty());
            built = built.with(store(pinned, captured, artifact));
            return built;
        }

        private Optional<StoreResult> store(Pinned pinned, Captured captured, Artifact artifact) {
            try {
                return Optional.of(pinned.attempting(tx -> TranspileCache.store(tx, captured, artifact)));
            } catch (DbException e) {
                notStored = e;
                return Optional.empty();
            }
        }

        /** Best effort: others may be building the same, and whoever stores last wins among equals. */
        private Served local(Captured captured) throws InterruptedException {
            Served local = new Served(build(captured), Role.LOCAL, captured, Optional.empty());
            if (captured.isStorable()) {
                try {
                    return local.with(Optional.of(stored(captured, local.artifact())));
                } catch (LockstepException e) {
                    faults.heard(Cost.NOT_STORED, e);
                }
            }
            return local;
        }

        private StoreResult stored(Captured captured, Artifact artifact) throws InterruptedException {
            return pool.lend(db -> db.autocommit(tx -> TranspileCache.store(tx, captured, artifact)));
        }

        private Artifact build(Captured captured) throws InterruptedException {
            try {
                long begun = System.nanoTime();
                Artifact artifact = compiler.compile(source, captured);
                return artifact.builtIn(Duration.ofNanos(System.nanoTime() - begun));
            } catch (IOException e) {
                buildFailure = new BuildFailed("cannot build " + key.path() + ": " + e.getMessage(), e);
                throw buildFailure;
            } catch (RuntimeException e) {
                buildFailure = e;
                throw e;
            }
        }

        private Lookup look() throws InterruptedException {
            Optional<String> now = inputs.get();
            Lookup lookup = pool.lend(db -> db.autocommit(tx -> TranspileCache.look(tx, key, now)));
            hasRow = !TranspileCache.isToBeLeftARow(lookup);
            return lookup;
        }

        private Served served(Hit hit, Role role) {
            return new Served(hit.artifact(), role, hit.captured(), Optional.empty());
        }
    }
}
