package dev.lockstep.mirror.source;

import java.util.Locale;
import java.util.Optional;

/**
 * How somebody wants a column to be mirrored.
 *
 * @param type as the mirror's database spells it; empty: what is usual there for such a reading
 * @param reading what the source's values mean
 */
public record Wish(Optional<String> type, Reading reading) {
    /** Nothing is wanted. */
    static final Wish NONE = new Wish(Optional.empty(), Reading.AS_IT_IS);

    /** What the values of a column mean. */
    public enum Reading {
        AS_IT_IS,
        /** Seconds since 1970 in UTC. */
        UNIX,
        /** Milliseconds since 1970 in UTC. */
        UNIX_MILLISECONDS,
        /** Days since noon on 24 November 4714 BC in UTC, to a millisecond, as SQLite counts them. */
        JULIAN,
        /** {@code t} or {@code true}, {@code f} or {@code false}, 1 or 0. */
        TRUTH;

        /** Whether it is of numbers that are times. */
        public boolean isTime() {
            return this == UNIX || this == UNIX_MILLISECONDS || this == JULIAN;
        }
    }

    /** Reads {@code numeric(10,2)}, {@code timestamp from unix}, {@code boolean from t/f}. */
    static Wish of(String text) {
        String wanted = text.strip();
        return switch (wanted.toLowerCase(Locale.ROOT).replaceAll(" +", " ")) {
            case "timestamp from unix" -> new Wish(Optional.empty(), Reading.UNIX);
            case "timestamp from unixms" -> new Wish(Optional.empty(), Reading.UNIX_MILLISECONDS);
            case "timestamp from julian" -> new Wish(Optional.empty(), Reading.JULIAN);
            case "boolean from t/f" -> new Wish(Optional.empty(), Reading.TRUTH);
            default -> new Wish(Optional.of(wanted), Reading.AS_IT_IS);
        };
    }
}
