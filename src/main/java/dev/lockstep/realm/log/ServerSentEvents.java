package dev.lockstep.realm.log;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The events of a stream in the form that HTML's standard describes; what is no event (comments, waits) is passed over. */
final class ServerSentEvents {
    /**
     * One event.
     *
     * @param lastId the last id that the stream has given, with this event or before
     */
    record Event(String type, String data, Optional<String> lastId) {}

    private final BufferedReader lines;
    private Optional<String> lastId = Optional.empty();
    private volatile long heardAt = System.nanoTime();

    ServerSentEvents(InputStream bytes) {
        lines = new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8));
    }

    /** The next event; empty at the end of the stream. */
    Optional<Event> next() throws IOException {
        String type = "message";
        StringBuilder data = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            heardAt = System.nanoTime();
            int colon = line.indexOf(':');
            String field = colon < 0 ? line : line.substring(0, colon);
            String value = colon < 0 ? "" : line.substring(colon + 1 + (line.startsWith(" ", colon + 1) ? 1 : 0));
            switch (field) {
                case "event" -> type = value;
                case "data" -> data.append(value).append('\n');
                case "id" -> lastId = value.indexOf('\0') < 0 ? Optional.of(value) : lastId;
                default -> {}
            }
            if (line.isEmpty() && data.length() > 0) {
                return Optional.of(new Event(type, data.substring(0, data.length() - 1), lastId));
            } else if (line.isEmpty()) {
                type = "message";
            }
        }
        return Optional.empty();
    }

    /** The last id that the stream has given, though perhaps with no event. */
    Optional<String> lastId() {
        return lastId;
    }

    /** When anything came last, as {@link System#nanoTime} tells; asked from any thread. */
    long heardAt() {
        return heardAt;
    }
}
