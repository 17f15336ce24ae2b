package dev.lockstep.realm.relay;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What a relay has done so far. Any thread may count and ask. */
public final class RelayCounts {
    private final AtomicInteger open = new AtomicInteger();
    private final LongAdder opened = new LongAdder();
    private final LongAdder cut = new LongAdder();
    private final LongAdder gaps = new LongAdder();
    private final LongAdder delivered = new LongAdder();
    private final LongAdder refused = new LongAdder();

    void opened() {
        open.incrementAndGet();
        opened.increment();
    }

    void closed() {
        open.decrementAndGet();
    }

    void cut() {
        cut.increment();
    }

    void gap() {
        gaps.increment();
    }

    void delivered(int events) {
        delivered.add(events);
    }

    void refused() {
        refused.increment();
    }

    /** Streams that are open now. */
    public int open() {
        return open.get();
    }

    /** Streams that were ever open. */
    public long everOpen() {
        return opened.sum();
    }

    /** Streams that were cut because they did not take what there was. */
    public long cutOff() {
        return cut.sum();
    }

    /** Streams that were told, when they came, that what they had missed cannot be told. */
    public long gapsTold() {
        return gaps.sum();
    }

    /** Changes that were sent, each once for each stream. */
    public long sent() {
        return delivered.sum();
    }

    /** Requests without a token that is known. */
    public long turnedAway() {
        return refused.sum();
    }
}
