package dev.lockstep.db.embedded;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Reads a tar archive in POSIX's ustar format, or the older one, from its start to its end: files, folders and symbolic
 * links. Whatever else an archive may hold (hard links, devices, the longer names of pax and GNU) is an error, never
 * skipped.
 *
 * <p>A library for it would be many times as large, and each jar on the class path costs every command its start.
 */
final class TarReader {
    enum Kind {
        FILE,
        FOLDER,
        LINK
    }

    /**
     * @param target of a link; else empty
     * @param mode the permissions, as chmod takes them
     * @param size of a file, in bytes; else 0
     */
    record Entry(Kind kind, String name, String target, int mode, long size) {}

    private static final int BLOCK = 512;
    private static final int CHECKSUM = 148;
    private static final int CHECKSUM_LENGTH = 8;

    private final InputStream in;
    private final byte[] header = new byte[BLOCK];
    private long unread;
    private int padding;

    TarReader(InputStream in) {
        this.in = in;
    }

    /**
     * The next entry; empty at the archive's end.
     *
     * @throws IOException also if this is no tar archive, or is damaged, or ends too early
     */
    Optional<Entry> next() throws IOException {
        in.skipNBytes(unread + padding);
        unread = 0;
        padding = 0;
        if (in.readNBytes(header, 0, BLOCK) < BLOCK) {
            throw new EOFException("the tar archive ends too early");
        }
        if (isZero()) {
            return Optional.empty();
        }
        if (number(CHECKSUM, CHECKSUM_LENGTH) != sum()) {
            throw new IOException("not a tar archive, or a damaged one");
        }
        Entry entry = entry();
        unread = entry.size();
        padding = (int) (-unread & (BLOCK - 1));
        return Optional.of(entry);
    }

    /** Copies what the entry's file holds. */
    void transferTo(OutputStream out) throws IOException {
        byte[] buffer = new byte[1 << 16];
        while (unread > 0) {
            int read = in.read(buffer, 0, (int) Math.min(buffer.length, unread));
            if (read < 0) {
                throw new EOFException("the tar archive ends too early");
            }
            out.write(buffer, 0, read);
            unread -= read;
        }
    }

    private Entry entry() throws IOException {
        boolean ustar = text(257, 5).equals("ustar");
        String prefix = ustar ? text(345, 155) : "";
        String name = prefix.isEmpty() ? text(0, 100) : prefix + "/" + text(0, 100);
        int mode = (int) number(100, 8);
        return switch (header[156]) {
            case '0', 0 -> new Entry(Kind.FILE, name, "", mode, number(124, 12));
            case '2' -> new Entry(Kind.LINK, name, text(157, 100), mode, 0);
            case '5' -> new Entry(Kind.FOLDER, name, "", mode, 0);
            default -> throw new IOException("the tar archive holds " + name + " of the unknown type " + header[156]);
        };
    }

    private boolean isZero() {
        for (byte b : header) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    /** Of all bytes of the header, those of the checksum itself taken for spaces. */
    private long sum() {
        long sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            boolean own = i >= CHECKSUM && i < CHECKSUM + CHECKSUM_LENGTH;
            sum += own ? ' ' : header[i] & 0xff;
        }
        return sum;
    }

    /** Digits in octal, with spaces or zero bytes around them. */
    private long number(int offset, int length) throws IOException {
        String digits = text(offset, length).strip();
        try {
            return digits.isEmpty() ? 0 : Long.parseUnsignedLong(digits, 8);
        } catch (NumberFormatException e) {
            throw new IOException("not a tar archive, or a damaged one", e);
        }
    }

    private String text(int offset, int length) {
        int end = offset;
        while (end < offset + length && header[end] != 0) {
            end++;
        }
        return new String(header, offset, end - offset, StandardCharsets.UTF_8);
    }
}
