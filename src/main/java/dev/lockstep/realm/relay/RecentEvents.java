package dev.lockstep.realm.relay;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The newest events, in memory, by an index of their own that only grows: what streams are sent from, and so the queue of
 * every one of them. One thread adds, any may read.
 */
final class RecentEvents {
    /** Where a stream is to go on. */
    sealed interface Place {
        /** From this index on. */
        record At(long index) implements Place {}

        /** Its last record is older than all that is here, or newer, or another one than is here. */
        record Elsewhere() implements Place {}
    }

    private final Frame[] ring;
    private long first;
    private long next;
    /** Everything after it is here. */
    private EventId base;

    private EventId last;
    private long gap = -1;

    /** @param capacity how many events are kept at most */
    RecentEvents(int capacity, EventId from) {
        this.ring = new Frame[capacity];
        this.base = from;
        this.last = from;
    }

    synchronized void add(Frame frame) {
        if (next - first == ring.length) {
            base = ring[slot(first)].id();
            first++;
        }
        ring[slot(next++)] = frame;
        last = frame.id();
    }

    /** Continuity ends here: every stream is told, and what was before leads nowhere. */
    synchronized void gap(Frame frame) {
        first = next;
        gap = next;
        base = frame.id();
        add(frame);
    }

    /** The index that the next event will have. */
    synchronized long next() {
        return next;
    }

    synchronized EventId last() {
        return last;
    }

    /** How many events are behind an index. */
    synchronized long behind(long index) {
        return next - Math.max(index, gap);
    }

    /** The events from an index on, whose bytes are no more than a limit, or one; empty if it has fallen out. */
    synchronized Optional<List<Frame>> from(long index, int bytes) {
        long at = Math.max(index, gap);
        if (at < first) {
            return Optional.empty();
        }
        List<Frame> frames = new ArrayList<>();
        int size = 0;
        for (; at < next; at++) {
            Frame frame = ring[slot(at)];
            size += frame.bytes().length;
            if (size > bytes && !frames.isEmpty()) {
                break;
            }
            frames.add(frame);
        }
        return Optional.of(frames);
    }

    /** The index after the frames that {@link #from} gave for one. */
    synchronized long after(long index, int frames) {
        return Math.max(index, gap) + frames;
    }

    /** Where a stream goes on that has everything up to a place; elsewhere, if that cannot be told from what is here. */
    synchronized Place after(EventId id) {
        if (!id.position().epoch().equals(last.position().epoch()) || id.seq() < base.seq() || id.seq() > last.seq()) {
            return new Place.Elsewhere();
        }
        long low = first;
        long high = next;
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (ring[slot(middle)].key() > id.seq() * 2) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        EventId known = low == first ? base : ring[slot(low - 1)].id();
        boolean other = known.seq() != id.seq()
                || (id.mark().isPresent()
                        && known.mark().isPresent()
                        && !id.mark().equals(known.mark()));
        return other ? new Place.Elsewhere() : new Place.At(low);
    }

    private int slot(long index) {
        return (int) (index % ring.length);
    }
}
