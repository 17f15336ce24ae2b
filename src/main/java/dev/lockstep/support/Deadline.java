package dev.lockstep.support;

import java.time.Duration;

/** How long to go on asking for something that no event announces: a file lock, a port, another process. */
public final class Deadline {
    private static final long PAUSE_MILLIS = 10;

    private final long end;

    private Deadline(long end) {
        this.end = end;
    }

    public static Deadline after(Duration limit) {
        return new Deadline(System.nanoTime() + limit.toNanos());
    }

    public boolean passed() {
        return System.nanoTime() - end >= 0;
    }

    /** Waits a moment before the next try. */
    public void pause() {
        rest(Duration.ofMillis(PAUSE_MILLIS));
    }

    /**
     * Waits.
     *
     * @throws LockstepException the thread was interrupted; it still is
     */
    public static void rest(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    public static LockstepException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new LockstepException(
                LockstepException.Kind.FAILED, "interrupted", "interrupted while waiting", null, cause);
    }
}
