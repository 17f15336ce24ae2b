package dev.lockstep.transpile;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import com.github.luben.zstd.util.Native;
import dev.lockstep.db.BinaryStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The bytes of an artifact as the tables have them: in {@code body} what replicas may serve, and all text that is short; else
 * in {@code content}, compressed by zstd where that makes them fewer.
 *
 * <p>What compresses is native code that need not be here: without it, large artifacts are stored as they are, and what
 * somebody else has compressed is a miss.
 */
final class StoredContent implements AutoCloseable {
    /** What is larger is compressed; bytes. */
    static final int PLAIN = 1 << 20;

    private static final String ENCODING = "encoding";
    private static final String ZSTD = "zstd";

    /** As fast as the server takes it. */
    private static final int LEVEL = 3;

    private static final int BUFFER = 1 << 16;

    private final String text;
    private final Content content;
    private final boolean isCompressed;

    private StoredContent(String text, Content content, boolean isCompressed) {
        this.text = text;
        this.content = content;
        this.isCompressed = isCompressed;
    }

    /** In the row that replicas read. */
    static StoredContent shared(Artifact artifact) {
        if (artifact.headers() == null) {
            return keyed(artifact);
        }
        String served = artifact.content()
                .text()
                .orElseThrow(() -> new IllegalArgumentException(
                        "headers belong to text: Boxel would serve the empty body beside them"));
        return new StoredContent(served, null, false);
    }

    /** In a row that is ours. */
    static StoredContent keyed(Artifact artifact) {
        Content whole = artifact.content();
        Optional<String> text = whole.text();
        if (whole.size() <= PLAIN) {
            return text.isPresent() ? new StoredContent(text.get(), null, false) : new StoredContent("", whole, false);
        }
        if (isZstdHere()) {
            Content compressed = compressed(whole);
            if (compressed.size() < whole.size()) {
                return new StoredContent("", compressed, true);
            }
            close(compressed);
        }
        return text.isPresent() ? new StoredContent(text.get(), null, false) : new StoredContent("", whole, false);
    }

    String body() {
        return text;
    }

    /** What a statement stores in {@code content}; null for what {@code body} holds. Each call begins anew. */
    Object parameter() {
        return content == null ? null : new BinaryStream(content.open(), Math.toIntExact(content.size()));
    }

    /** The fields of {@code build} with what says how to read it. */
    Map<String, Object> described(Map<String, Object> fields) {
        Map<String, Object> all = new LinkedHashMap<>(fields);
        if (isCompressed) {
            all.put(ENCODING, ZSTD);
        }
        return all;
    }

    /**
     * The artifact's bytes.
     *
     * @param stored what {@code content} holds; the caller's no longer
     * @param fields of {@code build}
     * @return empty: it is compressed, and cannot be read here, or no more
     */
    static Optional<Content> read(Content stored, Map<?, ?> fields) {
        if (!fields.containsKey(ENCODING)) {
            return Optional.of(stored);
        }
        try (stored) {
            return fields.get(ENCODING).equals(ZSTD) && isZstdHere()
                    ? Optional.of(Content.written(out -> decompress(stored, out)))
                    : Optional.empty();
        } catch (IOException e) {
            // Damaged: to build it anew mends it.
            return Optional.empty();
        }
    }

    private static boolean isZstdHere() {
        try {
            Native.load();
            return true;
        } catch (LinkageError e) {
            // There is no such jar, nothing for this machine in it, or no place to load it from.
            return false;
        }
    }

    private static Content compressed(Content whole) {
        try {
            return Content.written(out -> {
                ZstdOutputStream zstd = new ZstdOutputStream(out, LEVEL);
                zstd.setChecksum(true);
                whole.writeTo(zstd);
                zstd.close();
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops where no artifact is as large, since a row may be another's. */
    private static void decompress(Content stored, OutputStream out) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long size = 0;
        try (InputStream in = new ZstdInputStream(stored.open())) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                size += n;
                if (size > TranspileCache.LARGEST) {
                    throw new IOException("larger than any artifact");
                }
                out.write(buffer, 0, n);
            }
        }
    }

    private static void close(Content content) {
        try {
            content.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What was compressed is dropped; the artifact's own bytes stay. */
    @Override
    public void close() {
        if (isCompressed) {
            close(content);
        }
    }
}
