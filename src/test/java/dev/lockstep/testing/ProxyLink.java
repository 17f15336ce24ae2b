package dev.lockstep.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;

/** One connection through a {@link FaultProxy}: a thread for each direction. */
final class ProxyLink {
    private static final int BUFFER = 1 << 16;

    private final FaultProxy proxy;
    private final Socket client;
    private final Socket server = new Socket();
    private volatile boolean frozen;
    private volatile boolean losing;

    /** The first end counts: closing one socket wakes a thread, which would reset what is to be closed in good order. */
    private final AtomicBoolean over = new AtomicBoolean();

    /** What a thread of the proxy does; an error of a socket ends it. */
    @FunctionalInterface
    interface Work {
        void run() throws IOException, InterruptedException;
    }

    ProxyLink(FaultProxy proxy, Socket client) {
        this.proxy = proxy;
        this.client = client;
    }

    static void daemon(String name, Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        // A socket was closed, by a side or by the proxy: what follows is done where it happened.
                        return;
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Carries what the client sends, and starts a thread for what the server answers. */
    void connect(InetSocketAddress target) throws IOException, InterruptedException {
        try {
            proxy.awaitPassage(this);
            server.connect(target);
            server.setTcpNoDelay(true);
            client.setTcpNoDelay(true);
            daemon("proxy reply", this::replies);
            requests();
        } catch (IOException e) {
            reset();
            throw e;
        }
    }

    private void requests() throws IOException, InterruptedException {
        byte[] buffer = new byte[BUFFER];
        long delivered = 0;
        for (int n = client.getInputStream().read(buffer);
                n >= 0;
                n = client.getInputStream().read(buffer)) {
            proxy.awaitPassage(this);
            int allowed = proxy.allowed(delivered, n);
            String request = new String(buffer, 0, n, StandardCharsets.ISO_8859_1);
            if (proxy.losesReplyTo(request)) {
                losing = true;
            }
            forward(proxy.rewritten(request).getBytes(StandardCharsets.ISO_8859_1), allowed, server);
            delivered += allowed;
            if (allowed < n) {
                reset();
                return;
            }
        }
        end(server);
    }

    private void replies() throws IOException, InterruptedException {
        byte[] buffer = new byte[BUFFER];
        try {
            InputStream answers = server.getInputStream();
            for (int n = answers.read(buffer); n >= 0; n = answers.read(buffer)) {
                proxy.awaitPassage(this);
                if (losing) {
                    reset();
                    return;
                }
                if (!client.isOutputShutdown()) {
                    forward(buffer, n, client);
                }
            }
            end(client);
        } catch (IOException e) {
            reset();
            throw e;
        }
    }

    private void forward(byte[] buffer, int length, Socket to) throws IOException, InterruptedException {
        OutputStream out = to.getOutputStream();
        for (int from = 0; from < length; ) {
            int portion = Math.min(proxy.portion(), length - from);
            out.write(Arrays.copyOfRange(buffer, from, from + portion));
            from += portion;
            Thread.sleep(proxy.pause(portion).toMillis());
        }
    }

    /** One side has ended its half; with both halves ended, the connection is over. */
    private void end(Socket other) throws IOException {
        other.shutdownOutput();
        if (client.isOutputShutdown() && server.isOutputShutdown()) {
            finish();
        }
    }

    void freeze() {
        frozen = true;
    }

    void thaw() {
        frozen = false;
    }

    boolean isFrozen() {
        return frozen;
    }

    void halfClose() {
        try {
            client.shutdownOutput();
        } catch (IOException e) {
            reset();
        }
    }

    void finish() {
        if (over.compareAndSet(false, true)) {
            proxy.ended(this);
            close(client);
            close(server);
        }
    }

    void reset() {
        if (over.compareAndSet(false, true)) {
            proxy.ended(this);
            reset(client);
            reset(server);
        }
    }

    /** Closes a socket so that its peer gets RST, not FIN. */
    static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // Closed already, which is all that is wanted.
        }
        close(socket);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new IllegalStateException("a socket cannot be closed", e);
        }
    }
}
