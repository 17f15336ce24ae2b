package dev.lockstep.db;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Says what kind of server it is, as PostgreSQL does at the end of a login, and agrees to everything that follows: for kinds
 * of server that no test can start, such as one of another decade.
 */
public final class AnnouncingServer implements AutoCloseable {
    private static final int SSL_REQUEST = 80877103;

    private final ServerSocket listener;
    private final Map<String, String> parameters = new LinkedHashMap<>();
    private final CountDownLatch left = new CountDownLatch(1);

    /** @param announced what differs from a primary of version 17 */
    public AnnouncingServer(Map<String, String> announced) {
        parameters.put("server_version", "17.2");
        parameters.put("server_encoding", "UTF8");
        parameters.put("client_encoding", "UTF8");
        parameters.put("DateStyle", "ISO, MDY");
        parameters.put("standard_conforming_strings", "on");
        parameters.put("in_hot_standby", "off");
        parameters.put("default_transaction_read_only", "off");
        parameters.putAll(announced);
        try {
            listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread thread = new Thread(this::serve, "announcing server");
        thread.setDaemon(true);
        thread.start();
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** Waits until a client has closed its connection. */
    public boolean wasLeft() throws InterruptedException {
        return left.await(10, TimeUnit.SECONDS);
    }

    private void serve() {
        while (!listener.isClosed()) {
            try (Socket client = listener.accept()) {
                DataInputStream in = new DataInputStream(client.getInputStream());
                DataOutputStream out = new DataOutputStream(client.getOutputStream());
                greet(in, out);
                while (agree(in, out)) {
                    out.flush();
                }
                left.countDown();
            } catch (IOException e) {
                left.countDown();
            }
        }
    }

    private void greet(DataInputStream in, DataOutputStream out) throws IOException {
        int length = in.readInt();
        if (in.readInt() == SSL_REQUEST) {
            out.write('N');
            greet(in, out);
            return;
        }
        in.readFully(new byte[length - 2 * Integer.BYTES]);
        message(out, 'R', new byte[Integer.BYTES]);
        for (Map.Entry<String, String> parameter : parameters.entrySet()) {
            String status = parameter.getKey() + '\0' + parameter.getValue() + '\0';
            message(out, 'S', status.getBytes(StandardCharsets.UTF_8));
        }
        message(out, 'K', new byte[2 * Integer.BYTES]);
        message(out, 'Z', new byte[] {'I'});
        out.flush();
    }

    /** Agrees to one message, whatever it says; false once the client has gone. */
    private static boolean agree(DataInputStream in, DataOutputStream out) throws IOException {
        int type = in.read();
        if (type < 0) {
            return false;
        }
        in.readFully(new byte[in.readInt() - Integer.BYTES]);
        switch (type) {
            case 'P' -> message(out, '1', new byte[0]);
            case 'B' -> message(out, '2', new byte[0]);
            case 'D' -> message(out, 'n', new byte[0]);
            case 'E' -> message(out, 'C', "SET\0".getBytes(StandardCharsets.US_ASCII));
            case 'Q' -> {
                message(out, 'C', "SET\0".getBytes(StandardCharsets.US_ASCII));
                message(out, 'Z', new byte[] {'I'});
            }
            case 'S' -> message(out, 'Z', new byte[] {'I'});
            default -> {}
        }
        return true;
    }

    private static void message(DataOutputStream out, char type, byte[] body) throws IOException {
        out.write(type);
        out.writeInt(Integer.BYTES + body.length);
        out.write(body);
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
