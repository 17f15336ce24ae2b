package dev.lockstep.transpile;

import dev.lockstep.support.Json;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What is known of the build that made an artifact, kept beside it as JSON.
 *
 * @param inputs the digest of what the build was told that it reads ({@link BuildInputs#digest}), or null: unknown
 * @param files what the build itself said that it has read: file names as it gave them, each with its SHA-256 in hex
 * @param diagnostics what the compiler said on standard error, or null
 * @param took how long it took, to the millisecond; empty: unknown
 */
public record BuildRecord(
        String inputs, Map<String, String> files, String diagnostics, Form form, Optional<Duration> took) {
    /** What the bytes of an artifact are. */
    public enum Form {
        FILE,
        /** A file that may be executed. */
        PROGRAM,
        /** A tar archive of what the build has made in a folder; for whoever asks for one. */
        FOLDER
    }

    /** An artifact of which nothing is known but its bytes. */
    public static final BuildRecord UNKNOWN = new BuildRecord(null, Map.of(), null, Form.FILE, Optional.empty());

    /** In {@code inputs}: they changed while they were read, so that nobody can tell what the artifact was made from. */
    public static final String UNSETTLED = "unsettled";

    private static final String INPUTS = "inputs";
    private static final String FILES = "files";
    private static final String DIAGNOSTICS = "diagnostics";
    private static final String HEADERS = "headers";
    private static final String FORM = "form";
    private static final String MILLIS = "millis";

    public BuildRecord {
        files = Map.copyOf(files);
    }

    /** The same build, which took so long. */
    BuildRecord in(Duration time) {
        return new BuildRecord(inputs, files, diagnostics, form, Optional.of(time));
    }

    /** Whether it is known to have been made from one state of its inputs, as far as they were named. */
    public boolean isSettled() {
        return !UNSETTLED.equals(inputs);
    }

    /**
     * The JSON object of the table's column {@code build}.
     *
     * @param headers a JSON object that replicas must not see, or null
     * @param seen fields that {@link Dependencies} records
     */
    String json(String headers, Map<String, Object> seen) {
        Map<String, Object> fields = new LinkedHashMap<>();
        put(fields, INPUTS, inputs);
        put(fields, FILES, files.isEmpty() ? null : files);
        // PostgreSQL's text holds no NUL.
        put(fields, DIAGNOSTICS, diagnostics == null ? null : diagnostics.replace("\0", ""));
        put(fields, HEADERS, headers == null ? null : Json.parse(headers));
        put(fields, FORM, form == Form.FILE ? null : form.name().toLowerCase(Locale.ROOT));
        put(fields, MILLIS, took.map(Duration::toMillis).orElse(null));
        fields.putAll(seen);
        return fields.isEmpty() ? null : Json.write(fields);
    }

    private static void put(Map<String, Object> fields, String name, Object value) {
        if (value != null) {
            fields.put(name, value);
        }
    }

    /** @param json what {@link #json} made, or null */
    static Map<?, ?> fields(String json) {
        return json == null ? Map.of() : (Map<?, ?>) Json.parse(json);
    }

    /** @param json what {@link #json} made, or null */
    static BuildRecord of(String json) {
        if (json == null) {
            return UNKNOWN;
        }
        Map<?, ?> fields = fields(json);
        Map<String, String> files = new LinkedHashMap<>();
        if (fields.get(FILES) instanceof Map<?, ?> named) {
            named.forEach((name, digest) -> files.put((String) name, (String) digest));
        }
        return new BuildRecord(
                (String) fields.get(INPUTS),
                files,
                (String) fields.get(DIAGNOSTICS),
                form((String) fields.get(FORM)),
                Optional.ofNullable((Number) fields.get(MILLIS)).map(millis -> Duration.ofMillis(millis.longValue())));
    }

    private static Form form(String name) {
        return name == null ? Form.FILE : Form.valueOf(name.toUpperCase(Locale.ROOT));
    }

    /** The headers in the JSON, as JSON; null if there are none. */
    static String headers(String json) {
        Object headers = fields(json).get(HEADERS);
        return headers == null ? null : Json.write(headers);
    }
}
