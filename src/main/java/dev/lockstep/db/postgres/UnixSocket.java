package dev.lockstep.db.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;

/**
 * A Unix socket for a driver that knows TCP only: whatever it wants to connect to, it gets the server behind one file.
 * Reading has a time limit, as on any socket; the channel never blocks, so that an interrupt does not close it.
 */
final class UnixSocket extends Socket {
    private final Path file;
    private final String peer;
    private final SocketChannel channel;
    private final Selector reading = Selector.open();
    private final Selector writing = Selector.open();
    private volatile int timeoutMillis;
    private volatile boolean connected;

    /** @param peer the user as whom the server must run; null: anyone */
    UnixSocket(Path file, String peer) throws IOException {
        this.file = file;
        this.peer = peer;
        this.channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    }

    @Override
    public void connect(SocketAddress endpoint, int timeout) throws IOException {
        connect(endpoint);
    }

    @Override
    public void connect(SocketAddress endpoint) throws IOException {
        channel.connect(UnixDomainSocketAddress.of(file));
        if (peer != null) {
            String name =
                    channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName();
            if (!name.equals(peer)) {
                throw new SocketException("the server runs as " + name + ", and requirepeer says " + peer);
            }
        }
        channel.configureBlocking(false);
        channel.register(reading, SelectionKey.OP_READ);
        channel.register(writing, SelectionKey.OP_WRITE);
        connected = true;
    }

    @Override
    public InputStream getInputStream() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] bytes, int from, int length) throws IOException {
                return receive(ByteBuffer.wrap(bytes, from, length));
            }

            @Override
            public void close() throws IOException {
                UnixSocket.this.close();
            }
        };
    }

    @Override
    public OutputStream getOutputStream() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                send(ByteBuffer.wrap(new byte[] {(byte) b}));
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                send(ByteBuffer.wrap(bytes, from, length));
            }

            @Override
            public void close() throws IOException {
                UnixSocket.this.close();
            }
        };
    }

    private int receive(ByteBuffer into) throws IOException {
        if (!into.hasRemaining()) {
            return 0;
        }
        long deadline = timeoutMillis == 0 ? 0 : System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        int read = attempt(() -> channel.read(into));
        while (read == 0) {
            await(reading, deadline);
            read = attempt(() -> channel.read(into));
        }
        return read;
    }

    private void send(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (attempt(() -> channel.write(bytes)) == 0) {
                await(writing, 0);
            }
        }
    }

    /** Something that a channel does. */
    @FunctionalInterface
    private interface Attempt {
        int run() throws IOException;
    }

    private static int attempt(Attempt work) throws IOException {
        try {
            return work.run();
        } catch (ClosedChannelException e) {
            throw closed(e);
        }
    }

    /** Returns when the channel can go on; the interrupt of a thread that waits is kept for it. */
    private static void await(Selector selector, long deadline) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                long left = deadline == 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (deadline != 0 && left <= 0) {
                    throw new SocketTimeoutException("Read timed out");
                }
                interrupted |= Thread.interrupted();
                int ready = selector.select(left);
                selector.selectedKeys().clear();
                if (ready > 0) {
                    return;
                }
            }
        } catch (ClosedSelectorException e) {
            throw closed(e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static SocketException closed(Exception cause) {
        SocketException closed = new SocketException("Socket closed");
        closed.initCause(cause);
        return closed;
    }

    @Override
    public synchronized void close() throws IOException {
        try (channel;
                reading;
                writing) {
            super.close();
        }
    }

    @Override
    public boolean isConnected() {
        return connected;
    }

    @Override
    public boolean isClosed() {
        return !channel.isOpen();
    }

    @Override
    public void shutdownOutput() throws IOException {
        channel.shutdownOutput();
    }

    @Override
    public synchronized void setSoTimeout(int millis) {
        timeoutMillis = millis;
    }

    @Override
    public synchronized int getSoTimeout() {
        return timeoutMillis;
    }

    @Override
    public synchronized int getSendBufferSize() throws SocketException {
        try {
            return channel.getOption(StandardSocketOptions.SO_SNDBUF);
        } catch (IOException e) {
            throw closed(e);
        }
    }

    /** Nothing is delayed on one machine. */
    @Override
    public void setTcpNoDelay(boolean on) {}

    /** There is no network that could be lost. */
    @Override
    public void setKeepAlive(boolean on) {}
}
