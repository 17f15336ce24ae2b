package dev.lockstep.cli.transpile;

import dev.lockstep.support.Clock;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/**
 * What a compiler says on standard error: shown as it comes, and kept to be said again to whoever is served its artifact.
 *
 * <p>It goes through a file, and not a pipe, so that what a process that the compiler left behind still says is no error to
 * that process.
 */
final class Diagnostics implements AutoCloseable {
    /** More than this is shown, and not kept; bytes. */
    static final int MOST = 64 << 10;

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);
    private static final int BUFFER = 1 << 13;

    private final PrintStream out;
    private final Path file;
    private final FileChannel channel;
    private final Thread follower;
    private volatile boolean ended;
    private IOException failure;

    private Diagnostics(PrintStream out, Path file, FileChannel channel) {
        this.out = out;
        this.file = file;
        this.channel = channel;
        this.follower = new Thread(this::follow, "child errors");
        follower.setDaemon(true);
    }

    /** Null if there is no room for a file: then a compiler is to say at once, and to nobody else, what it says. */
    static Diagnostics shownOn(PrintStream out) {
        try {
            Path file = Files.createTempFile("lockstep-", ".stderr");
            Diagnostics diagnostics = new Diagnostics(
                    out, file, FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE));
            diagnostics.follower.start();
            return diagnostics;
        } catch (IOException e) {
            return null;
        }
    }

    /** Where the compiler writes. */
    Path file() {
        return file;
    }

    /** What was said, after the compiler has ended; null if nothing was. */
    String text() throws IOException, InterruptedException {
        stop();
        int size = Math.toIntExact(Math.min(channel.size(), MOST));
        ByteBuffer bytes = ByteBuffer.allocate(size);
        int read = 0;
        while (bytes.hasRemaining() && read >= 0) {
            read = channel.read(bytes, bytes.position());
        }
        if (size == 0) {
            return null;
        }
        String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
        return channel.size() > MOST ? text + "\n[" + (channel.size() - MOST) + " bytes more were not kept]\n" : text;
    }

    private void stop() throws IOException, InterruptedException {
        ended = true;
        follower.join();
        if (failure != null) {
            throw failure;
        }
    }

    private void follow() {
        byte[] buffer = new byte[BUFFER];
        long position = 0;
        try {
            while (true) {
                boolean last = ended;
                for (int n = read(buffer, position); n > 0; n = read(buffer, position)) {
                    out.write(buffer, 0, n);
                    position += n;
                }
                out.flush();
                if (last) {
                    return;
                }
                Clock.SYSTEM.sleep(BETWEEN_LOOKS);
            }
        } catch (IOException e) {
            failure = e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private int read(byte[] buffer, long position) throws IOException {
        return channel.read(ByteBuffer.wrap(buffer), position);
    }

    @Override
    public void close() throws IOException {
        try {
            stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            channel.close();
            Files.deleteIfExists(file);
        }
    }
}
