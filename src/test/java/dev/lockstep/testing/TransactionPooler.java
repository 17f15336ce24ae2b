package dev.lockstep.testing;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Before a PostgreSQL, what a client sees of PgBouncer as it comes: a backend number that is not the server's, and a refusal
 * of the startup parameter {@code options}. In transaction mode a server connection is lent for one transaction, and each
 * time it is another one, with what those before have left in it: settings, prepared statements, locks. No notification
 * reaches a client that is idle.
 *
 * <p>It refuses encryption, lets each client log in at the server, and then passes message by message.
 */
public final class TransactionPooler implements AutoCloseable {
    /** How long a client keeps the server connection that it was lent. */
    public enum Mode {
        SESSION,
        TRANSACTION
    }

    private static final int SSL_REQUEST = 80877103;
    private static final int GSS_REQUEST = 80877104;
    private static final int CANCEL_REQUEST = 80877102;
    private static final String REFUSED = "SFATAL\0C08P01\0Munsupported startup parameter: options\0\0";

    private final ServerSocket listener;
    private final TestDatabase database;
    private final Mode mode;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final PooledServers servers = new PooledServers();

    private TransactionPooler(TestDatabase database, Mode mode) throws IOException {
        this.database = database;
        this.mode = mode;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    /** Starts one on a free port; see {@link TestDatabase#through}. */
    public static TransactionPooler before(TestDatabase database, Mode mode) {
        try {
            TransactionPooler pooler = new TransactionPooler(database, mode);
            ProxyLink.daemon("pooler accept", pooler::accept);
            return pooler;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** Ends every connection, to clients and to the server, as a restart does; new clients are let in. */
    public void restart() {
        servers.forget();
        try {
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        sockets.clear();
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        restart();
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = listener.accept();
            client.setTcpNoDelay(true);
            sockets.add(client);
            ProxyLink.daemon("pooler client", () -> serve(client));
        }
    }

    private void serve(Socket socket) throws IOException {
        try (socket) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            byte[] first = packet(in);
            while (code(first) == SSL_REQUEST || code(first) == GSS_REQUEST) {
                out.write('N');
                first = packet(in);
            }
            if (code(first) == CANCEL_REQUEST) {
                return;
            }
            if (parameters(first).contains("options")) {
                new Message('E', REFUSED.getBytes(StandardCharsets.UTF_8)).to(out);
                return;
            }
            Socket server = new Socket(database.host(), database.port());
            server.setTcpNoDelay(true);
            sockets.add(server);
            if (logIn(first, in, out, server)) {
                pass(new PooledServers.Client(out), in, server);
            }
        }
    }

    private void pass(PooledServers.Client client, DataInputStream in, Socket server) throws IOException {
        if (mode == Mode.TRANSACTION) {
            servers.add(server);
            servers.serve(client, in);
            return;
        }
        try (server) {
            ProxyLink.daemon("pooler server", () -> {
                DataInputStream from = new DataInputStream(server.getInputStream());
                while (true) {
                    Message.from(from).to(client.out());
                }
            });
            in.transferTo(server.getOutputStream());
        }
    }

    /** Passes a login on. @return whether the server lets the client in */
    private static boolean logIn(byte[] startup, DataInputStream in, DataOutputStream out, Socket server)
            throws IOException {
        DataOutputStream there = new DataOutputStream(server.getOutputStream());
        DataInputStream back = new DataInputStream(server.getInputStream());
        there.writeInt(startup.length + Integer.BYTES);
        there.write(startup);
        while (true) {
            Message message = Message.from(back);
            if (message.type() == 'K') {
                message.body()[0] ^= 0x40;
            }
            message.to(out);
            switch (message.type()) {
                case 'Z' -> {
                    return true;
                }
                case 'E' -> {
                    return false;
                }
                case 'R' -> {
                    int step = code(message.body());
                    if (step != 0 && step != 12) {
                        Message.from(in).to(there);
                    }
                }
                default -> {}
            }
        }
    }

    private static List<String> parameters(byte[] startup) {
        String text = new String(startup, Integer.BYTES, startup.length - Integer.BYTES, StandardCharsets.UTF_8);
        return List.of(text.split("\0"));
    }

    private static int code(byte[] packet) {
        return packet.length < Integer.BYTES ? 0 : ByteBuffer.wrap(packet).getInt();
    }

    /** What follows a length, which counts itself. */
    private static byte[] packet(DataInputStream in) throws IOException {
        byte[] body = new byte[in.readInt() - Integer.BYTES];
        in.readFully(body);
        return body;
    }

    /** One message of the protocol, in either direction. */
    static final class Message {
        private final char type;
        private final byte[] body;

        Message(char type, byte[] body) {
            this.type = type;
            this.body = body;
        }

        static Message from(DataInputStream in) throws IOException {
            char type = (char) in.readUnsignedByte();
            return new Message(type, packet(in));
        }

        char type() {
            return type;
        }

        byte[] body() {
            return body;
        }

        void to(DataOutputStream out) throws IOException {
            ByteBuffer whole = ByteBuffer.allocate(1 + Integer.BYTES + body.length);
            whole.put((byte) type).putInt(body.length + Integer.BYTES).put(body);
            out.write(whole.array());
            out.flush();
        }
    }
}
