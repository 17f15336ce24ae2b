package dev.lockstep.transpile;

import dev.lockstep.support.FileError;
import dev.lockstep.support.LockstepException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * The bytes of an artifact: in memory as long as they are few, else in a file that has no name any more, so that nothing
 * is left behind however the process ends.
 */
public final class Content implements AutoCloseable {
    /** Up to this size content is in memory, and valid text is kept as text; bytes. */
    public static final int SMALL = 4 << 20;

    private static final int BUFFER = 1 << 16;

    private final byte[] bytes;
    private final FileChannel file;
    private final long size;

    private Content(byte[] bytes, FileChannel file, long size) {
        this.bytes = bytes;
        this.file = file;
        this.size = size;
    }

    public static Content of(byte[] bytes) {
        return new Content(bytes.clone(), null, bytes.length);
    }

    public static Content of(String text) {
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        return new Content(encoded, null, encoded.length);
    }

    /**
     * Reads a stream to its end.
     *
     * @throws LockstepException there is no room for it
     */
    public static Content read(InputStream in) throws IOException {
        return written(in::transferTo);
    }

    /** Writes what content is to hold to a stream. */
    @FunctionalInterface
    public interface Filling {
        void writeTo(OutputStream sink) throws IOException;
    }

    /**
     * Keeps what is written.
     *
     * @throws LockstepException there is no room for it
     */
    public static Content written(Filling filling) throws IOException {
        try (Writer writer = new Writer()) {
            filling.writeTo(writer);
            return writer.finish();
        }
    }

    /** In bytes. */
    public long size() {
        return size;
    }

    public boolean isInMemory() {
        return file == null;
    }

    /** The bytes from the first; may be called again. */
    public InputStream open() {
        return file == null ? new ByteArrayInputStream(bytes) : new FromStart(file);
    }

    public void writeTo(OutputStream out) throws IOException {
        open().transferTo(out);
    }

    /** The bytes as text, if they are few and a PostgreSQL text can hold them: UTF-8 without NUL. */
    public Optional<String> text() {
        if (file != null) {
            return Optional.empty();
        }
        for (byte b : bytes) {
            if (b == 0) {
                return Optional.empty();
            }
        }
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }

    /** Takes bytes in, and makes content of them; {@link LockstepException} where there is no room for them. */
    static final class Writer extends OutputStream {
        private ByteArrayOutputStream memory = new ByteArrayOutputStream();
        private FileChannel file;
        private long size;

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) {
            if (file == null && size + length <= SMALL) {
                memory.write(source, offset, length);
            } else {
                spill(source, offset, length);
            }
            size += length;
        }

        /** The content owns the file from here on. */
        Content finish() {
            Content content = new Content(file == null ? memory.toByteArray() : null, file, size);
            file = null;
            return content;
        }

        @Override
        public void close() {
            try {
                if (file != null) {
                    file.close();
                }
            } catch (IOException e) {
                throw noRoom(e);
            }
        }

        private void spill(byte[] source, int offset, int length) {
            try {
                if (file == null) {
                    file = unnamed();
                    Channels.newOutputStream(file).write(memory.toByteArray());
                    memory = null;
                }
                Channels.newOutputStream(file).write(source, offset, length);
            } catch (IOException e) {
                throw noRoom(e);
            }
        }

        private static FileChannel unnamed() throws IOException {
            Path path = Files.createTempFile("lockstep-", ".artifact");
            try {
                return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
            } finally {
                Files.delete(path);
            }
        }

        private static LockstepException noRoom(IOException e) {
            return new LockstepException(
                    LockstepException.Kind.FAILED,
                    "no-room",
                    "no room for an artifact of more than " + SMALL + " bytes: " + FileError.reason(e),
                    "it passes through a file in " + System.getProperty("java.io.tmpdir"),
                    e);
        }
    }

    /** Reads a channel from its start without moving its position. */
    private static final class FromStart extends InputStream {
        private final FileChannel file;
        private long position;

        FromStart(FileChannel file) {
            this.file = file;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int read = file.read(ByteBuffer.wrap(target, offset, Math.min(length, BUFFER)), position);
            position += Math.max(0, read);
            return read;
        }
    }
}
