package dev.lockstep.cli.progress;

import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Output;
import dev.lockstep.cli.option.Options;
import dev.lockstep.cli.option.Options.Format;
import dev.lockstep.support.Environment;
import dev.lockstep.support.ProgressListener;
import dev.lockstep.support.Work;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Shows how far one run of a command is, as the package says, from its first step until it is closed. */
public final class ProgressMeter implements ProgressListener, AutoCloseable {
    private static final Duration TICK = Duration.ofMillis(250);
    /** Work that ends before that needs no bar. */
    private static final Duration BEFORE_THE_BAR = Duration.ofMillis(500);

    private static final Duration BETWEEN_RECORDS = Duration.ofSeconds(1);
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(30);

    /** What was done in so many ticks makes the rate. */
    private static final int TICKS_OF_RATE = 40;

    /** Where a step was at a moment. */
    private record Mark(long nanos, long done) {}

    private final Invocation call;
    private final Output output;
    private final Environment environment;
    private final boolean drawn;
    private final boolean recorded;
    private final Terminal terminal;
    private final WhereaboutsSignal signal;
    private final Deque<Mark> marks = new ArrayDeque<>();
    private final long opened = System.nanoTime();
    private long lastRecord = opened;
    private long lastLine = opened;
    private long lastSaid = opened;
    private boolean hasSaid;
    private Map<String, String> on;
    private Supplier<String> resting = () -> "at the beginning";
    private String subject;
    private Work work;
    private long begun;
    private long done;
    private long total;
    /** Held while something is shown, which a terminal that is stopped may make long; the work never waits for it. */
    private final Object screen = new Object();

    private volatile boolean closed;
    private volatile boolean lost;

    private ProgressMeter(Invocation call) {
        this.call = call;
        this.output = call.output();
        this.environment = call.databases().environment();
        this.drawn = !call.has(Options.QUIET) && Terminal.isThere(environment);
        this.recorded = output.format() == Format.JSONL;
        this.terminal = drawn ? Terminal.of(environment) : null;
        this.signal = WhereaboutsSignal.of(output, this::sentence);
        Thread ticker = new Thread(this::tick, "progress");
        ticker.setDaemon(true);
        ticker.start();
    }

    /** For one run of a command of which nothing is to be said when it is stopped. */
    public static ProgressMeter of(Invocation call) {
        return new ProgressMeter(call);
    }

    /**
     * For one run of a command.
     *
     * @param kept what stays if it is stopped: "what is written is kept"
     * @param next what the same command does then: "goes on"
     */
    public static ProgressMeter of(Invocation call, String kept, String next) {
        call.output().onward(kept + "; '" + call.advice().again() + "' " + next);
        return new ProgressMeter(call);
    }

    @Override
    public synchronized void at(String what, Work how, long now, long all) {
        if (lost) {
            // Nobody reads what this run would answer.
            throw new Output.Closed();
        }
        if (!what.equals(subject) || how != work || now < done) {
            subject = what;
            work = how;
            begun = System.nanoTime();
            marks.clear();
            marks.add(new Mark(begun, now));
        }
        done = now;
        total = all;
    }

    /**
     * There is nothing to show until the next step.
     *
     * @param words what is answered meanwhile to who asks
     */
    public synchronized void rest(Supplier<String> words) {
        subject = null;
        resting = words;
    }

    private synchronized String sentence() {
        return subject == null ? resting.get() : reading().sentence();
    }

    private Reading reading() {
        long now = System.nanoTime();
        Mark first = marks.getFirst();
        double seconds = (now - first.nanos()) / 1e9;
        double rate = seconds < 0.2 ? 0 : (done - first.done()) / seconds;
        return new Reading(subject, work, done, total, rate, Duration.ofNanos(now - begun));
    }

    private void tick() {
        try {
            while (next()) {
                show();
            }
        } catch (Output.Closed e) {
            lost = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean next() throws InterruptedException {
        long until = System.nanoTime() + TICK.toNanos();
        for (long left = TICK.toMillis(); !closed && left > 0; left = (until - System.nanoTime()) / 1_000_000) {
            wait(left);
        }
        return !closed;
    }

    private void show() {
        int columns = drawn && terminal.isOurs() ? terminal.columns() : 0;
        Optional<Reading> reading = sample();
        synchronized (screen) {
            if (!closed && reading.isPresent()) {
                show(reading.get(), System.nanoTime(), columns);
            } else if (!closed) {
                unsay();
                if (drawn) {
                    output.status("");
                }
            }
        }
    }

    private synchronized Optional<Reading> sample() {
        if (subject == null) {
            return Optional.empty();
        }
        Reading reading = reading();
        marks.add(new Mark(System.nanoTime(), done));
        if (marks.size() > TICKS_OF_RATE) {
            marks.removeFirst();
        }
        return Optional.of(reading);
    }

    private void show(Reading reading, long now, int columns) {
        if (drawn && columns == 0) {
            output.status("");
        } else if (drawn && now - opened >= BEFORE_THE_BAR.toNanos()) {
            output.status(reading.bar(columns));
        }
        if (now - lastSaid >= BETWEEN_RECORDS.toNanos()) {
            lastSaid = now;
            hasSaid = true;
            RunningWork.say(environment, call.path(), subject(), reading);
        }
        if (recorded && now - lastRecord >= BETWEEN_RECORDS.toNanos()) {
            lastRecord = now;
            output.event("progress", reading.tree(), "");
        }
        if (!drawn && now - lastLine >= BETWEEN_LINES.toNanos()) {
            lastLine = now;
            output.detail(reading.sentence());
        }
    }

    /** Found when it is asked for, by the one thread that asks. */
    private Map<String, String> subject() {
        if (on == null) {
            on = output.subject();
        }
        return on;
    }

    private void unsay() {
        if (hasSaid) {
            hasSaid = false;
            RunningWork.end(environment);
        }
    }

    /** Takes the bar away. */
    @Override
    public void close() {
        synchronized (screen) {
            closed = true;
            unsay();
        }
        synchronized (this) {
            notifyAll();
        }
        output.status("");
        if (terminal != null) {
            terminal.close();
        }
        signal.close();
    }
}
