package dev.lockstep.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The proxy between a client and a server that are bare sockets. */
class FaultProxyTest {
    private static final int PATIENCE = 10_000;

    private final BlockingQueue<Socket> arrivals = new LinkedBlockingQueue<>();
    private ServerSocket listener;
    private FaultProxy proxy;
    private Socket client;

    @BeforeEach
    void open() throws IOException {
        listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        ProxyLink.daemon("server", () -> {
            while (true) {
                arrivals.add(listener.accept());
            }
        });
        proxy = FaultProxy.before("127.0.0.1", listener.getLocalPort());
        client = connect();
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        proxy.close();
        listener.close();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setSoTimeout(PATIENCE);
        return socket;
    }

    private Socket arrived() throws IOException, InterruptedException {
        Socket socket = arrivals.poll(PATIENCE, TimeUnit.MILLISECONDS);
        assertThat(socket).isNotNull();
        socket.setSoTimeout(PATIENCE);
        return socket;
    }

    private static void say(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String hear(Socket socket, int length) throws IOException {
        return new String(socket.getInputStream().readNBytes(length), StandardCharsets.US_ASCII);
    }

    @Test
    void passesBothWaysUntilToldOtherwise() throws Exception {
        Socket server = arrived();

        say(client, "question");
        assertThat(hear(server, 8)).isEqualTo("question");
        say(server, "answer");
        assertThat(hear(client, 6)).isEqualTo("answer");
        client.shutdownOutput();
        assertThat(hear(server, 1)).isEmpty();
        assertThat(proxy.accepted()).isOne();
    }

    @Test
    void aFrozenLinkAcceptsEverythingAndDeliversItAfterwards() throws Exception {
        Socket server = arrived();
        proxy.freeze();
        Socket second = connect();
        say(client, "first");
        say(second, "second");

        server.setSoTimeout(100);
        assertThatThrownBy(() -> hear(server, 1)).isInstanceOf(SocketTimeoutException.class);
        assertThat(arrivals).isEmpty();

        proxy.pass();
        server.setSoTimeout(PATIENCE);
        assertThat(hear(server, 5)).isEqualTo("first");
        assertThat(hear(arrived(), 6)).isEqualTo("second");
        second.close();
    }

    @Test
    void aForgottenConnectionStaysDeadWhileNewOnesWork() throws Exception {
        Socket server = arrived();
        proxy.freezeExisting();
        say(client, "lost");
        try (Socket second = connect()) {
            say(second, "works");

            assertThat(hear(arrived(), 5)).isEqualTo("works");
            server.setSoTimeout(100);
            assertThatThrownBy(() -> hear(server, 1)).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void aResetIsAnErrorForBothSides() throws Exception {
        Socket server = arrived();

        proxy.reset();

        assertThatThrownBy(() -> hear(client, 1)).isInstanceOf(SocketException.class);
        assertThatThrownBy(() -> hear(server, 1)).isInstanceOf(SocketException.class);
    }

    @Test
    void aFinishIsAnEndForBothSides() throws Exception {
        Socket server = arrived();

        proxy.finish();

        assertThat(hear(client, 1)).isEmpty();
        assertThat(hear(server, 1)).isEmpty();
    }

    @Test
    void aHalfClosedConnectionStillCarriesRequests() throws Exception {
        Socket server = arrived();

        proxy.halfClose();

        assertThat(hear(client, 1)).isEmpty();
        say(server, "said to nobody");
        say(client, "still here");
        assertThat(hear(server, 10)).isEqualTo("still here");
    }

    @Test
    void aRefusedConnectionIsResetAndTheOthersLive() throws Exception {
        Socket server = arrived();
        proxy.refuse();

        try (Socket second = connect()) {
            assertThatThrownBy(() -> hear(second, 1)).isInstanceOf(SocketException.class);
        }
        say(client, "alive");
        assertThat(hear(server, 5)).isEqualTo("alive");
    }

    @Test
    void aSlowLinkTakesItsTime() throws Exception {
        Socket server = arrived();
        proxy.slow(1_000);
        long before = System.nanoTime();

        say(client, "x".repeat(300));

        assertThat(hear(server, 300)).hasSize(300);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThan(Duration.ofMillis(200));
    }

    @Test
    void aCutDeliversNoByteBeyondIt() throws Exception {
        Socket server = arrived();
        proxy.cutAfter(6);

        say(client, "abc");
        assertThat(hear(server, 3)).isEqualTo("abc");
        say(client, "defghi");

        assertThatThrownBy(() -> hear(client, 1)).isInstanceOf(SocketException.class);
    }

    @Test
    void aLostReplyWasAskedForAndGiven() throws Exception {
        Socket server = arrived();
        proxy.loseReplyTo(request -> request.contains("COMMIT"));

        say(client, "BEGIN");
        assertThat(hear(server, 5)).isEqualTo("BEGIN");
        say(server, "ok");
        assertThat(hear(client, 2)).isEqualTo("ok");
        say(client, "COMMIT");
        assertThat(hear(server, 6)).isEqualTo("COMMIT");
        say(server, "ok");

        assertThatThrownBy(() -> hear(client, 1)).isInstanceOf(SocketException.class);
    }

    @Test
    void aServerThatIsNotThereResetsTheClient() throws Exception {
        listener.close();

        try (Socket second = connect()) {
            assertThatThrownBy(() -> hear(second, 1)).isInstanceOf(SocketException.class);
        }
    }
}
