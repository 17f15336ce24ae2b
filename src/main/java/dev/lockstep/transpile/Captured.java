package dev.lockstep.transpile;

import dev.lockstep.transpile.service.Source;
import java.util.Optional;

/**
 * The state of the cache at a moment before the source was read. What is made from that source may be stored only while
 * nothing has moved past it.
 *
 * <p>{@link TranspileCache} makes it, and nothing but it opens a {@link Source}, so the order cannot be wrong.
 */
public final class Captured {
    private final ArtifactKey key;
    private final Optional<String> epoch;
    private final long generation;
    private final long floor;
    private final Optional<Long> asOf;

    private Captured(ArtifactKey key, Optional<String> epoch, long generation, long floor, Optional<Long> asOf) {
        this.key = key;
        this.epoch = epoch;
        this.generation = generation;
        this.floor = floor;
        this.asOf = asOf;
    }

    /**
     * What was captured: by this process, or by an earlier one that wrote it down.
     *
     * @param epoch without it, the store cannot notice that a crash has emptied the cache in between
     */
    public static Captured writtenDown(ArtifactKey key, Optional<String> epoch, long generation, long floor) {
        return new Captured(key, epoch, generation, floor, Optional.empty());
    }

    /**
     * The same, captured at a moment of the server's.
     *
     * @param transaction the oldest that had not ended, as {@code txid_current} counts
     */
    public Captured asOf(long transaction) {
        return new Captured(key, epoch, generation, floor, Optional.of(transaction));
    }

    /** For a source that is read without a cache: what is made from it cannot be stored. */
    public static Captured withoutCache(ArtifactKey key) {
        return new Captured(key, Optional.empty(), -1, -1, Optional.empty());
    }

    public ArtifactKey key() {
        return key;
    }

    /** Which life of the unlogged table; a UUID. */
    public Optional<String> epoch() {
        return epoch;
    }

    /** The generation of the row; 0 if there was none. */
    public long generation() {
        return generation;
    }

    /** The floor of the realm. */
    public long floor() {
        return floor;
    }

    /** The oldest transaction that had not ended; whatever an earlier one has written was there when the source was read. */
    public Optional<Long> asOf() {
        return asOf;
    }

    /** The generation that an artifact made from here on is stored under. */
    long cap() {
        return Math.max(generation, floor);
    }

    /** Whether the cache, as it was captured later, has not moved past this. */
    public boolean isAsNewAs(Captured later) {
        return cap() >= later.cap();
    }

    public boolean isStorable() {
        return cap() >= 0;
    }
}
