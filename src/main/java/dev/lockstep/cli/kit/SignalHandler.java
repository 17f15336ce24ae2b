package dev.lockstep.cli.kit;

import dev.lockstep.db.open.Databases;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a command that a signal stops clean up and say so. The JVM goes on to exit with 128 plus the signal's number as
 * soon as the command has ended, or when it took longer than the grace; but work that has to come to its end does.
 */
public final class SignalHandler {
    private static final Duration GRACE = Duration.ofSeconds(10);

    private static final int INTERRUPTED = 130;

    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile int status;

    private SignalHandler() {}

    /** Interrupts the thread, and does what else ends its work, when the process is asked to stop. */
    public static SignalHandler of(Thread worker, Databases databases) {
        SignalHandler handler = new SignalHandler();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> handler.stop(worker, databases), "interruption"));
        return handler;
    }

    /** For one command among several: it is stopped by {@link #stopCommand}. */
    public static SignalHandler ofCommand() {
        return new SignalHandler();
    }

    /** Stops the command as Ctrl-C does, and not the process. */
    public void stopCommand(Thread worker, Runnable cancel) {
        if (ended.getCount() > 0) {
            status = INTERRUPTED;
            worker.interrupt();
            cancel.run();
        }
    }

    /** The exit status that the signal leads to; 0 while there was none. */
    public int status() {
        return status;
    }

    /** The command has ended and everything is said. */
    public void ended() {
        ended.countDown();
    }

    private void stop(Thread worker, Databases databases) {
        if (ended.getCount() == 0) {
            return;
        }
        status = signalStatus();
        worker.interrupt();
        databases.cancel();
        try {
            while (!ended.await(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                if (!databases.isUnstoppable()) {
                    Runtime.getRuntime().halt(status);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * 128 plus the number of the signal that stops this process, as long as its hooks run; SIGTERM's if there is none. The JVM
     * handles a signal in a thread named after it, which waits meanwhile.
     */
    public static int signalStatus() {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            switch (thread.getName()) {
                case "SIGHUP handler" -> {
                    return 129;
                }
                case "SIGINT handler" -> {
                    return 130;
                }
                default -> {}
            }
        }
        return 143;
    }
}
