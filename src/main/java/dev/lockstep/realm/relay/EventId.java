package dev.lockstep.realm.relay;

import dev.lockstep.realm.log.LogPosition;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * A place in the log, as streams name it: {@code EPOCH:NUMBER}, or {@code EPOCH:NUMBER:MARK}.
 *
 * @param mark by which the record of that number is known from one of the same number in another history of the log, as after
 *     a failover that lost the last of it: eight hexadecimal digits; empty if nobody said
 */
record EventId(LogPosition position, Optional<String> mark) {
    private static final Pattern FORM =
            Pattern.compile("([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}):([0-9]{1,18})(?::([0-9a-f]{8}))?");

    /** The place that the text names; empty if it names none. */
    static Optional<EventId> parse(String text) {
        Matcher matcher = FORM.matcher(text.strip());
        if (!matcher.matches()) {
            return Optional.empty();
        }
        LogPosition position = new LogPosition(UUID.fromString(matcher.group(1)), Long.parseLong(matcher.group(2)));
        return Optional.of(new EventId(position, Optional.ofNullable(matcher.group(3))));
    }

    /** The log's own mark of a record, short. */
    static String mark(String full) {
        CRC32 sum = new CRC32();
        sum.update(full.getBytes(StandardCharsets.UTF_8));
        return "%08x".formatted(sum.getValue());
    }

    long seq() {
        return position.seq();
    }

    @Override
    public String toString() {
        return position.epoch() + ":" + position.seq()
                + mark.map(known -> ":" + known).orElse("");
    }
}
