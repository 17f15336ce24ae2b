package dev.lockstep.db;

import java.time.Duration;

/** How long to go on asking for something that no event announces: a file lock, a port, another process. */
final class Deadline {
    private static final long PAUSE_MILLIS = 10;

    private final long end;

    private Deadline(long end) {
        this.end = end;
    }

    static Deadline after(Duration limit) {
        return new Deadline(System.nanoTime() + limit.toNanos());
    }

    boolean passed() {
        return System.nanoTime() - end >= 0;
    }

    /** Waits a moment before the next try. */
    void pause() {
        rest(Duration.ofMillis(PAUSE_MILLIS));
    }

    /** @throws Trouble the thread was interrupted; it still is */
    static void rest(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    static Trouble interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new Trouble(Trouble.Kind.FAILED, "interrupted", "interrupted while waiting", null, cause);
    }
}
