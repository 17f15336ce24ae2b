package dev.lockstep.transpile;

import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether what was made from a file was made from it as it is now, as far as times tell.
 *
 * @param state what they tell
 * @param reason why it is not fresh, or cannot be told; empty if it is
 */
public record Freshness(State state, String reason) {
    /** What times tell. */
    public enum State {
        FRESH,
        STALE,
        /** There is nothing to compare. */
        UNKNOWN
    }

    /** The ETag of a module: the second of its file's last change. Some servers mark one as weak, and quote it. */
    private static final Pattern MODULE_ETAG = Pattern.compile("(?:W/)?\"?(\\d{1,18}):module\"?");

    private static final Freshness FRESH = new Freshness(State.FRESH, "");

    /**
     * Compares.
     *
     * <p>An ETag has seconds: two changes within one are one to it. The times are of two clocks: that of whoever stored it,
     * and that of the file system.
     *
     * @param etag of what was made, if it has one
     * @param stored when that was, in milliseconds since 1970, if it says so
     */
    public static Freshness of(SourceFiles.Found file, Optional<String> etag, Optional<Long> stored) {
        if (file.unreadable().isPresent()) {
            return new Freshness(
                    State.UNKNOWN,
                    "its file cannot be read: " + file.unreadable().get());
        }
        if (file.isMissing()) {
            return new Freshness(State.STALE, "there is no such file");
        }
        Instant changed = file.changed().orElseThrow();
        Optional<Long> second =
                etag.map(MODULE_ETAG::matcher).filter(Matcher::matches).map(match -> Long.valueOf(match.group(1)));
        if (second.isPresent() && second.get() != changed.getEpochSecond()) {
            return new Freshness(
                    State.STALE, "its ETag is " + etag.get() + ", the file's " + changed.getEpochSecond() + ":module");
        }
        if (stored.isPresent() && stored.get() < changed.toEpochMilli()) {
            return new Freshness(
                    State.STALE,
                    "stored at " + Instant.ofEpochMilli(stored.get()) + ", the file changed at " + changed);
        }
        return second.isPresent() || stored.isPresent()
                ? FRESH
                : new Freshness(State.UNKNOWN, "it has neither an ETag of a module's kind nor a time");
    }
}
