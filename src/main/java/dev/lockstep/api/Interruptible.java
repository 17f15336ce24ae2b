package dev.lockstep.api;

import dev.lockstep.db.open.Databases;
import dev.lockstep.db.open.Databases.Work;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Work of the engine that an interrupt of its caller ends. JDBC does not answer interrupts: the work has a thread of its own,
 * and the caller's waits for that, and cancels what it is doing when it is interrupted.
 */
final class Interruptible<T> {
    private static final long AGAIN_MILLIS = 100;

    private final Runnable cancel;
    private final Work<T> work;
    private T result;
    private Throwable failure;

    private Interruptible(Runnable cancel, Work<T> work) {
        this.cancel = cancel;
        this.work = work;
    }

    /**
     * Does it.
     *
     * @param databases all that the work opens
     * @throws InterruptedException the caller was interrupted, and the work has ended without being done
     */
    static <T> T run(String name, Databases databases, Work<T> work) throws InterruptedException {
        return run(name, databases::cancel, work);
    }

    /** @param cancel ends what the work waits for; called until that has ended */
    static <T> T run(String name, Runnable cancel, Work<T> work) throws InterruptedException {
        return new Interruptible<>(cancel, work).run(name);
    }

    private T run(String name) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("before " + name + " began");
        }
        Thread worker = new Thread(this::work, name);
        worker.setDaemon(true);
        worker.start();
        InterruptedException interrupted = null;
        try {
            worker.join();
        } catch (InterruptedException e) {
            interrupted = e;
            end(worker);
        }
        if (failure == null) {
            if (interrupted != null) {
                Thread.currentThread().interrupt();
            }
            return result;
        }
        if (interrupted != null) {
            // That it was interrupted is no news, but what went wrong then is.
            if (failure instanceof InterruptedException) {
                List.of(failure.getSuppressed()).forEach(interrupted::addSuppressed);
            } else {
                interrupted.addSuppressed(failure);
            }
            throw interrupted;
        }
        throw rethrown();
    }

    private void work() {
        try {
            result = work.run();
        } catch (Throwable e) {
            failure = e;
        }
    }

    /** What is opened meanwhile is ended, too: it may be just about to be. */
    private void end(Thread worker) {
        worker.interrupt();
        while (worker.isAlive()) {
            cancel.run();
            try {
                TimeUnit.MILLISECONDS.timedJoin(worker, AGAIN_MILLIS);
            } catch (InterruptedException again) {
                // It is being ended already.
            }
        }
    }

    private RuntimeException rethrown() {
        if (failure instanceof RuntimeException e) {
            return e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
        return new IllegalStateException("nobody knows this thread, and it was interrupted", failure);
    }
}
