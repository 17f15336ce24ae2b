package dev.lockstep.db.postgres;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.file.Path;
import java.util.Properties;
import javax.net.SocketFactory;
import jdk.net.ExtendedSocketOptions;

/**
 * Sockets for what the driver cannot do by itself: connect to another address than the one that the host's name leads to
 * ({@code hostaddr}, or the second address of a name), or to a Unix socket, and keep a connection alive at an interval of
 * the user's choice.
 *
 * <p>Public because the driver makes it, by its name, from the properties of a connection.
 */
public final class PgSockets extends SocketFactory {
    static final String ADDRESS = "lockstep.address";
    static final String UNIX = "lockstep.unix";
    static final String PEER = "lockstep.peer";
    static final String KEEPALIVES_IDLE = "lockstep.keepalives_idle";
    static final String KEEPALIVES_INTERVAL = "lockstep.keepalives_interval";
    static final String KEEPALIVES_COUNT = "lockstep.keepalives_count";

    private final Properties properties;

    /** @param properties those of the connection */
    public PgSockets(Properties properties) {
        this.properties = properties;
    }

    @Override
    public Socket createSocket() throws IOException {
        String unix = properties.getProperty(UNIX);
        if (unix != null) {
            return new UnixSocket(Path.of(unix), properties.getProperty(PEER));
        }
        Socket socket = new Redirected(properties.getProperty(ADDRESS));
        set(socket, ExtendedSocketOptions.TCP_KEEPIDLE, KEEPALIVES_IDLE);
        set(socket, ExtendedSocketOptions.TCP_KEEPINTERVAL, KEEPALIVES_INTERVAL);
        set(socket, ExtendedSocketOptions.TCP_KEEPCOUNT, KEEPALIVES_COUNT);
        return socket;
    }

    /** As in libpq, a platform that does not have the option goes without. */
    private void set(Socket socket, SocketOption<Integer> option, String property) throws IOException {
        String value = properties.getProperty(property);
        if (value != null && socket.supportedOptions().contains(option)) {
            socket.setOption(option, Integer.valueOf(value));
        }
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return connected(new InetSocketAddress(host, port));
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
        return createSocket(host, port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return connected(new InetSocketAddress(host, port));
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
        return createSocket(host, port);
    }

    private Socket connected(SocketAddress endpoint) throws IOException {
        Socket socket = createSocket();
        socket.connect(endpoint);
        return socket;
    }

    private static final class Redirected extends Socket {
        private final String address;

        Redirected(String address) {
            this.address = address;
        }

        @Override
        public void connect(SocketAddress endpoint, int timeout) throws IOException {
            int port = ((InetSocketAddress) endpoint).getPort();
            super.connect(address == null ? endpoint : new InetSocketAddress(address, port), timeout);
        }
    }
}
