package dev.lockstep.mirror.source;

import dev.lockstep.support.Digests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The bytes that a source is kept in: its file and its write-ahead log. If they are the very ones that a table was copied
 * from, the table has not changed, and need not be read row by row to find that out.
 *
 * <p>That is told by a digest of every byte. How the files look (their sizes, and when they were written) only says whether
 * a digest is worth its time; and, of files that nobody had touched for a while, that nobody has since.
 *
 * <p>It is closed after each connection of this process to the source: with a file that is closed, a process loses all its
 * POSIX locks on it (sqlite.org/howtocorrupt.html, section 2.2).
 */
public final class SourceFile implements AutoCloseable {
    /** Coarser than the clock of any file system: two writes within it may leave one time. */
    private static final Duration CLOCK = Duration.ofSeconds(2);

    /** Reading more than this once more would cost more than it may save. */
    private static final long MAX_BYTES = 4L << 30;

    private static final int CHUNK = 8 << 20;
    private static final int BUFFER = 256 << 10;
    private static final String NOTHING = "-";

    /**
     * What a table was copied from.
     *
     * @param look how the files looked
     * @param digest of all their bytes, and of what they mean for the table, in hexadecimal
     */
    public record Seen(String look, String digest) {
        /** That is not known. */
        public static final Seen NOT = new Seen(null, null);
    }

    private final List<Path> files;
    private final List<FileChannel> open = new ArrayList<>();
    private final Map<String, String> copied = new LinkedHashMap<>();
    private final String look;
    private String digest;

    private SourceFile(List<Path> files) {
        this.files = files;
        this.look = look();
    }

    /**
     * The files of a database.
     *
     * @param database opened by nobody in this process yet
     */
    public static SourceFile of(Path database) {
        try {
            Path file = database.toRealPath();
            return new SourceFile(List.of(file, file.resolveSibling(file.getFileName() + "-wal")));
        } catch (IOException e) {
            return unknown();
        }
    }

    /** One that is never known to be the same. */
    public static SourceFile unknown() {
        return new SourceFile(List.of());
    }

    /** Whether all bytes are those that a table of this shape was copied from. */
    public boolean isWhatWasCopied(String shape, Seen then) {
        return !look.equals(NOTHING)
                && then.look().equals(look)
                && then.digest().equals(meaning(digest(), shape));
    }

    /** Notes that the mirror's table, of this shape, is equal to this source's. */
    public void copied(String table, String shape) {
        copied.put(table, shape);
    }

    /** What each table that was {@link #copied} came from; nothing if somebody may have written meanwhile. */
    public Map<String, Seen> seen() {
        Map<String, Seen> seen = new LinkedHashMap<>();
        if (look.equals(NOTHING) || copied.isEmpty() || !look.equals(look())) {
            return seen;
        }
        String bytes = digest();
        if (look.equals(look())) {
            copied.forEach((table, shape) -> seen.put(table, new Seen(look, meaning(bytes, shape))));
        }
        return seen;
    }

    private String look() {
        StringBuilder shown = new StringBuilder();
        Instant latest = Instant.now().minus(CLOCK);
        long bytes = 0;
        try {
            for (Path file : files) {
                BasicFileAttributes attributes = attributes(file);
                // An empty log is no log.
                if (attributes != null && attributes.size() > 0) {
                    Instant written = attributes.lastModifiedTime().toInstant();
                    if (written.isAfter(latest)) {
                        return NOTHING;
                    }
                    shown.append(attributes.size()).append('@').append(written);
                    shown.append(attributes.fileKey()).append(' ');
                    bytes += attributes.size();
                }
            }
            boolean undone = !files.isEmpty() && hasJournal(files.get(0));
            return shown.length() == 0 || undone || bytes > MAX_BYTES ? NOTHING : shown.toString();
        } catch (IOException e) {
            return NOTHING;
        }
    }

    private static BasicFileAttributes attributes(Path file) throws IOException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** What a rollback journal takes back is in the file and not in the database. */
    private static boolean hasJournal(Path database) throws IOException {
        BasicFileAttributes journal = attributes(database.resolveSibling(database.getFileName() + "-journal"));
        return journal != null && journal.size() > 0;
    }

    /** The digest of all bytes, read once; a text that no digest is if they cannot be read. */
    private String digest() {
        if (digest == null) {
            MessageDigest all = Digests.sha256();
            try {
                for (Path file : files) {
                    if (attributes(file) != null) {
                        add(all, FileChannel.open(file));
                    }
                }
                digest = HexFormat.of().formatHex(all.digest());
            } catch (IOException | UncheckedIOException e) {
                digest = NOTHING + System.nanoTime();
            }
        }
        return digest;
    }

    private void add(MessageDigest all, FileChannel file) throws IOException {
        open.add(file);
        long size = file.size();
        int chunks = Math.toIntExact((size + CHUNK - 1) / CHUNK);
        List<byte[]> parts = IntStream.range(0, chunks)
                .parallel()
                .mapToObj(chunk -> digest(file, (long) chunk * CHUNK, Math.min(size, (chunk + 1L) * CHUNK)))
                .toList();
        all.update(ByteBuffer.allocate(Long.BYTES).putLong(0, size));
        parts.forEach(all::update);
    }

    private static byte[] digest(FileChannel file, long from, long to) {
        MessageDigest part = Digests.sha256();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        try {
            for (long at = from; at < to; at += buffer.position()) {
                buffer.clear().limit((int) Math.min(BUFFER, to - at));
                if (file.read(buffer, at) <= 0) {
                    throw new IOException("it is shorter than it was");
                }
                part.update(buffer.array(), 0, buffer.position());
            }
            return part.digest();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String meaning(String digest, String shape) {
        MessageDigest both = Digests.sha256();
        both.update(digest.getBytes(StandardCharsets.UTF_8));
        both.update(shape.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(both.digest());
    }

    @Override
    public void close() {
        for (FileChannel file : open) {
            try {
                file.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
