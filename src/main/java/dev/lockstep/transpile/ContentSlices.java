package dev.lockstep.transpile;

import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import java.util.Optional;

/** The bytes that no text can hold, or that are too many for one: on their way from the database in slices. */
final class ContentSlices {
    private static final int SLICE_BYTES = 1 << 20;

    /** Of the row as it was looked at, and of no later one. */
    private static final String SLICE = """
            select substring(content from ? for ?) as slice
              from module_transpile_cache
             where realm_url = ?
               and canonical_path = ?
               and cast(xmin as text) = ?
            """;

    private static final String KEYED_SLICE = """
            select substring(content from ? for ?) as slice
              from lockstep_keyed_artifact
             where realm_url = ?
               and canonical_path = ?
               and cast(xmin as text) = ?
               and fingerprint = ?
            """;

    private ContentSlices() {}

    /**
     * Reads it all.
     *
     * @param version the row's {@code xmin} when it was looked at
     * @return null if the row has changed since
     */
    static Content read(Tx tx, ArtifactKey key, String version, long size) {
        try (Content.Writer writer = new Content.Writer()) {
            for (long from = 0; from < size; from += SLICE_BYTES) {
                Optional<Row> slice = slice(tx, key, Math.toIntExact(from + 1), version);
                if (slice.isEmpty()) {
                    return null;
                }
                byte[] bytes = (byte[]) slice.get().value("slice");
                writer.write(bytes, 0, bytes.length);
            }
            return writer.finish();
        }
    }

    private static Optional<Row> slice(Tx tx, ArtifactKey key, int from, String version) {
        return key.fingerprint().isPresent()
                ? tx.row(
                        KEYED_SLICE,
                        from,
                        SLICE_BYTES,
                        key.realm(),
                        key.path(),
                        version,
                        key.fingerprint().get())
                : tx.row(SLICE, from, SLICE_BYTES, key.realm(), key.path(), version);
    }
}
