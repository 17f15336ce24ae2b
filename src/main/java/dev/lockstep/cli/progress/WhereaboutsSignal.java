package dev.lockstep.cli.progress;

import dev.lockstep.cli.kit.Output;
import dev.lockstep.cli.text.Age;
import java.time.Duration;
import java.util.function.Supplier;
import org.jline.utils.Signals;

/** SIGUSR1 asks a command where it is, and does not end it as it would a program that does not know the signal. */
public final class WhereaboutsSignal implements AutoCloseable {
    private static final String NAME = "USR1";

    private final Object before;

    private WhereaboutsSignal(Object before) {
        this.before = before;
    }

    /** Answers on standard error, with these words and how long it has been at work, until it is closed. */
    public static WhereaboutsSignal of(Output output, Supplier<String> where) {
        long opened = System.nanoTime();
        Runnable answer = () ->
                output.answer(where.get() + "; at work for " + Age.about(Duration.ofNanos(System.nanoTime() - opened)));
        return new WhereaboutsSignal(Signals.register(NAME, answer));
    }

    /** A signal that comes after the work, while the answer is printed, is not to end us either. */
    @Override
    public void close() {
        if (before != null) {
            Signals.register(NAME, () -> {});
        }
    }
}
