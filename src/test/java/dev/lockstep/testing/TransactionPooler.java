package dev.lockstep.testing;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Before a PostgreSQL, what a listener sees of a pooler: a backend number that is not the server's. In transaction mode
 * no notification reaches a client that is idle; a stand-in for PgBouncer, which lends the server connection to somebody
 * else meanwhile.
 *
 * <p>It speaks as much of the protocol as that needs: it refuses encryption, then passes message by message.
 */
public final class TransactionPooler implements AutoCloseable {
    /** How long a client keeps the server connection that it was lent. */
    public enum Mode {
        SESSION,
        TRANSACTION
    }

    private static final int SSL_REQUEST = 80877103;
    private static final int GSS_REQUEST = 80877104;
    private static final int BACKEND_KEY = 'K';
    private static final int NOTIFICATION = 'A';

    private final ServerSocket listener;
    private final TestDatabase database;
    private final Mode mode;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

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

    @Override
    public void close() {
        try {
            listener.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = listener.accept();
            Socket server = new Socket(database.host(), database.port());
            sockets.add(client);
            sockets.add(server);
            ProxyLink.daemon("pooler client", () -> fromClient(client, server));
            ProxyLink.daemon("pooler server", () -> fromServer(server, client));
        }
    }

    /** Either side takes the other with it. */
    private static void fromClient(Socket client, Socket server) throws IOException {
        try (client;
                server) {
            DataInputStream in = new DataInputStream(client.getInputStream());
            DataOutputStream out = new DataOutputStream(server.getOutputStream());
            byte[] first = packet(in);
            while (isEncryptionRequest(first)) {
                client.getOutputStream().write('N');
                first = packet(in);
            }
            out.writeInt(first.length + Integer.BYTES);
            out.write(first);
            in.transferTo(out);
        }
    }

    private void fromServer(Socket server, Socket client) throws IOException {
        try (server;
                client) {
            DataInputStream in = new DataInputStream(server.getInputStream());
            while (true) {
                int type = in.readUnsignedByte();
                byte[] body = packet(in);
                if (type == BACKEND_KEY) {
                    body[0] ^= 0x40;
                }
                if (type != NOTIFICATION || mode == Mode.SESSION) {
                    DataOutputStream out = new DataOutputStream(client.getOutputStream());
                    out.write(type);
                    out.writeInt(body.length + Integer.BYTES);
                    out.write(body);
                }
            }
        }
    }

    private static boolean isEncryptionRequest(byte[] packet) {
        int code = packet.length < Integer.BYTES ? 0 : ByteBuffer.wrap(packet).getInt();
        return code == SSL_REQUEST || code == GSS_REQUEST;
    }

    /** What follows a length, which counts itself. */
    private static byte[] packet(DataInputStream in) throws IOException {
        byte[] body = new byte[in.readInt() - Integer.BYTES];
        in.readFully(body);
        return body;
    }
}
