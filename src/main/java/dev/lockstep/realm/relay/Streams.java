package dev.lockstep.realm.relay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The streams of one event loop, which alone touches them. When there is something new it passes over all of them; what comes
 * meanwhile goes with the next pass, so the more there is to do, the more goes into one write.
 */
final class Streams {
    private static final Duration SWEEP = Duration.ofSeconds(1);
    private static final Duration REQUEST = Duration.ofSeconds(10);

    /** What is written at once, at most. */
    static final int BATCH_BYTES = 32 * 1024;

    /** Some events in one piece, and the index that follows them. */
    record Batch(ByteBuf bytes, long after, EventId reached, int events) {}

    private final EventLoop loop;
    private final RelaySource source;
    private final RelayOptions options;
    private final RelayCounts counts;
    private final Set<Stream> streams = new LinkedHashSet<>();
    private final IdentityHashMap<Channel, Long> requesting = new IdentityHashMap<>();
    private final AtomicBoolean due = new AtomicBoolean();
    private Batch shared;
    private long sharedFrom;

    Streams(EventLoop loop, RelaySource source, RelayOptions options, RelayCounts counts) {
        this.loop = loop;
        this.source = source;
        this.options = options;
        this.counts = counts;
        Future<?> unused =
                loop.scheduleAtFixedRate(this::sweep, SWEEP.toMillis(), SWEEP.toMillis(), TimeUnit.MILLISECONDS);
    }

    RelaySource source() {
        return source;
    }

    RelayOptions options() {
        return options;
    }

    RelayCounts counts() {
        return counts;
    }

    EventLoop loop() {
        return loop;
    }

    /** There is something new; called from any thread. */
    void wake() {
        if (due.compareAndSet(false, true)) {
            loop.execute(this::pass);
        }
    }

    /** A connection that has yet to say what it wants. */
    void connected(Channel channel) {
        requesting.put(channel, System.nanoTime());
    }

    void requested(Channel channel) {
        requesting.remove(channel);
    }

    void add(Stream stream) {
        streams.add(stream);
        counts.opened();
    }

    void remove(Stream stream) {
        if (streams.remove(stream)) {
            counts.closed();
        }
    }

    /** What there is from an index on, for a stream that takes all; made once for all that are there. */
    Optional<Batch> batch(long index) {
        if (shared != null && sharedFrom == index) {
            return Optional.of(shared);
        }
        Optional<Batch> made = batch(index, Set.of());
        release();
        shared = made.orElse(null);
        sharedFrom = index;
        return made;
    }

    /** What there is from an index on, for a stream with a filter; the caller releases it. */
    Optional<Batch> batch(long index, Set<String> realms) {
        RecentEvents recent = source.recent();
        Optional<List<Frame>> found = recent.from(index, BATCH_BYTES);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        List<Frame> wanted = new ArrayList<>();
        int size = 0;
        EventId reached = null;
        for (Frame frame : found.get()) {
            reached = frame.id();
            if (frame.concerns(realms)) {
                wanted.add(frame);
                size += frame.bytes().length;
            }
        }
        ByteBuf bytes = size == 0 ? Unpooled.EMPTY_BUFFER : Unpooled.directBuffer(size, size);
        wanted.forEach(frame -> bytes.writeBytes(frame.bytes()));
        return Optional.of(new Batch(bytes, recent.after(index, found.get().size()), reached, wanted.size()));
    }

    private void release() {
        if (shared != null) {
            shared.bytes().release();
            shared = null;
        }
    }

    private void pass() {
        due.set(false);
        for (Stream stream : List.copyOf(streams)) {
            stream.deliver();
        }
        // What it holds may grow with the next event.
        release();
    }

    private void sweep() {
        long now = System.nanoTime();
        for (Stream stream : List.copyOf(streams)) {
            stream.sweep(now);
        }
        release();
        requesting.entrySet().removeIf(one -> {
            boolean late = now - one.getValue() > REQUEST.toNanos();
            if (late) {
                Future<?> unused = one.getKey().close();
            }
            return late;
        });
    }
}
