package dev.lockstep.transpile;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Runs actors one step at a time, in a random order. An actor is plain code that pauses where another may come in
 * between. One that waits for a lock of the database does not hold up the others.
 */
final class Interleaving implements AutoCloseable {
    /** After so long a step is taken to wait for a lock; too short costs only variety. */
    private static final Duration BLOCKED = Duration.ofMillis(3);

    private static final Duration STUCK = Duration.ofSeconds(60);

    /** Somebody who does something in steps. */
    @FunctionalInterface
    interface Actor {
        void act(Turn turn) throws Exception;
    }

    private enum State {
        PAUSED,
        RUNNING,
        DONE
    }

    /** One actor's permission to go on. */
    final class Turn {
        private State state = State.PAUSED;

        /** Lets others come first. */
        void pause() {
            lock.lock();
            try {
                state = State.PAUSED;
                changed.signalAll();
                while (state == State.PAUSED) {
                    changed.awaitUninterruptibly();
                }
            } finally {
                lock.unlock();
            }
        }

        private void done() {
            lock.lock();
            try {
                state = State.DONE;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "actor");
        thread.setDaemon(true);
        return thread;
    });
    private volatile Exception failure;

    /** Runs all actors to their ends. */
    void run(Random random, List<Actor> actors) throws Exception {
        List<Turn> turns = new ArrayList<>();
        for (Actor actor : actors) {
            Turn turn = new Turn();
            turns.add(turn);
            threads.execute(() -> act(actor, turn));
        }
        long deadline = System.nanoTime() + STUCK.toNanos();
        lock.lock();
        try {
            while (step(random, turns)) {
                if (System.nanoTime() > deadline) {
                    throw new AssertionError("the actors do not come to an end");
                }
            }
        } finally {
            lock.unlock();
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void act(Actor actor, Turn turn) {
        try {
            turn.pause();
            actor.act(turn);
        } catch (Exception e) {
            failure = e;
        } finally {
            turn.done();
        }
    }

    /** Lets one actor go, and returns when it has paused, ended or blocked. @return whether any is left */
    private boolean step(Random random, List<Turn> turns) throws InterruptedException {
        List<Turn> paused = in(State.PAUSED, turns);
        if (paused.isEmpty()) {
            long nanos = STUCK.toNanos();
            while (nanos > 0
                    && in(State.PAUSED, turns).isEmpty()
                    && !in(State.RUNNING, turns).isEmpty()) {
                nanos = changed.awaitNanos(nanos);
            }
            return in(State.DONE, turns).size() < turns.size();
        }
        Turn next = paused.get(random.nextInt(paused.size()));
        next.state = State.RUNNING;
        changed.signalAll();
        long nanos = BLOCKED.toNanos();
        while (next.state == State.RUNNING && nanos > 0) {
            nanos = changed.awaitNanos(nanos);
        }
        return true;
    }

    private static List<Turn> in(State state, List<Turn> turns) {
        List<Turn> found = new ArrayList<>();
        for (Turn turn : turns) {
            if (turn.state == state) {
                found.add(turn);
            }
        }
        return found;
    }

    @Override
    public void close() throws InterruptedException {
        threads.shutdownNow();
        if (!threads.awaitTermination(30, TimeUnit.SECONDS)) {
            throw new AssertionError("an actor does not end");
        }
    }
}
