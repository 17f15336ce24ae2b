package dev.lockstep.cli.top;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Looks beside the screen, one look at a time: a database that does not answer holds up no key. */
final class TopLook implements AutoCloseable {
    /** That a look is given to end when nobody waits for it any more; it is broken off in any case. */
    private static final long MILLIS_TO_END = 1_000;

    private final Supplier<List<TopRow>> looker;
    private final ExecutorService beside = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "top");
        thread.setDaemon(true);
        return thread;
    });
    private Future<List<TopRow>> look;

    TopLook(Supplier<List<TopRow>> looker) {
        this.looker = looker;
    }

    /** Begins one, unless one is under way. */
    void begin() {
        if (look == null) {
            look = beside.submit(looker::get);
        }
    }

    /** What was seen, once, when a look has ended. */
    Optional<List<TopRow>> seen() throws InterruptedException {
        if (look == null || !look.isDone()) {
            return Optional.empty();
        }
        try {
            List<TopRow> rows = look.get();
            look = null;
            return Optional.of(rows);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    @Override
    public void close() {
        beside.shutdownNow();
        try {
            // If it has not ended then, it ends with the process.
            boolean ended = beside.awaitTermination(MILLIS_TO_END, TimeUnit.MILLISECONDS);
            look = ended ? null : look;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
