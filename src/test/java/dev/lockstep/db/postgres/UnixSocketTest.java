package dev.lockstep.db.postgres;

import static dev.lockstep.db.PgClient.SESSION;
import static dev.lockstep.db.PgClient.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.db.Db;
import dev.lockstep.db.PgClient;
import dev.lockstep.support.LockstepException;
import dev.lockstep.testing.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server is reached through the file that it listens at, with the user whom the system names. */
class UnixSocketTest {
    private static final InetSocketAddress IGNORED = new InetSocketAddress("localhost", 1);

    @TempDir
    static Path folder;

    private static TestPostgres server;
    private static int port;

    @TempDir
    Path home;

    @BeforeAll
    static void start() {
        server = TestPostgres.startAt(folder);
        port = server.port();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private PgClient client() {
        return new PgClient(new HashMap<>(Map.of("HOME", home.toString())));
    }

    private static String url(String more) {
        return "host=%s port=%d dbname=postgres user=peer %s".formatted(folder, port, more);
    }

    private Path silentServer() {
        return home.resolve(".s.PGSQL.5432");
    }

    private ServerSocketChannel listenSilently() throws IOException {
        ServerSocketChannel silent = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        return silent.bind(UnixDomainSocketAddress.of(silentServer()));
    }

    @Test
    void theUserOfTheSystemLogsInWithoutAPasswordAndWithoutANetwork() {
        try (Db db = client().open(url(""), SESSION)) {
            assertThat(ask(db, "select current_user || ' from ' || coalesce(host(inet_client_addr()), 'here')"))
                    .isEqualTo("peer from here");
        }
    }

    @Test
    void encryptionThatIsAskedForIsNoneAsInLibpq() {
        try (Db db = client().open(url("sslmode=verify-full"), SESSION)) {
            assertThat(ask(db, "select cast(ssl as text) from pg_stat_ssl where pid = pg_backend_pid()"))
                    .isEqualTo("false");
        }
    }

    @Test
    void theServerRunsAsWhomRequirepeerNames() throws IOException {
        String owner = Files.getOwner(folder.resolve(".s.PGSQL." + port)).getName();

        try (Db db = client().open(url("requirepeer=" + owner), SESSION)) {
            assertThat(ask(db, "select 1")).isEqualTo("1");
        }
    }

    @Test
    void aServerOfAnotherUserIsRefusedBeforeAnythingIsSaidToIt() throws IOException {
        String owner = Files.getOwner(folder.resolve(".s.PGSQL." + port)).getName();
        PgClient client = client();
        client.variables().put("PGREQUIREPEER", "somebody-else");

        LockstepException refusal = client.refused(url(""));

        assertThat(refusal)
                .hasMessageContaining("the server runs as " + owner + ", and requirepeer says somebody-else")
                .extracting(LockstepException::kind)
                .isEqualTo(LockstepException.Kind.UNREACHABLE);
    }

    @Test
    void aSocketThatIsNotThereIsSaidAndTheNextHostIsTried() {
        assertThat(client().refused("host=" + home + " user=peer"))
                .hasMessageStartingWith("cannot connect to " + home)
                .extracting(LockstepException::kind)
                .isEqualTo(LockstepException.Kind.UNREACHABLE);

        try (Db db =
                client().open("host=%s,%s port=%d dbname=postgres user=peer".formatted(home, folder, port), SESSION)) {
            assertThat(ask(db, "select 1")).isEqualTo("1");
        }
    }

    @Test
    void aServerThatStaysSilentIsGivenUp() throws IOException {
        try (ServerSocketChannel silent = listenSilently()) {
            LockstepException refusal = client().refused("host=" + home + " user=peer connect_timeout=1");

            assertThat(silent.isOpen()).isTrue();
            assertThat(refusal).hasMessageContaining("no answer");
        }
    }

    @Test
    void aThreadThatIsInterruptedKeepsItsConnection() {
        try (Db db = client().open(url(""), SESSION)) {
            Thread.currentThread().interrupt();
            String answer = ask(db, "select 'before ' || pg_sleep(0.1)");
            boolean kept = Thread.interrupted();

            assertThat(answer).isEqualTo("before ");
            assertThat(kept).isTrue();
            assertThat(ask(db, "select 'after'")).isEqualTo("after");
        }
    }

    @Test
    void muchMoreThanTheSocketHoldsGoesBothWays() {
        String large = "0123456789abcdef".repeat(1 << 18);

        try (Db db = client().open(url(""), SESSION)) {
            String back = db.autocommit(tx -> tx.only("select cast(? as text)", large))
                    .text(0);

            assertThat(back.equals(large)).isTrue();
        }
    }

    @Test
    void readingEndsWithItsTimeLimitOrWithTheSocket() throws Exception {
        try (ServerSocketChannel silent = listenSilently();
                UnixSocket socket = new UnixSocket(silentServer(), null)) {
            assertThat(silent.isOpen()).isTrue();
            socket.connect(IGNORED, 0);
            socket.setSoTimeout(10);
            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
            socket.getOutputStream().write("still open".getBytes(StandardCharsets.US_ASCII));

            socket.setSoTimeout(0);
            CompletableFuture<Integer> reader = CompletableFuture.supplyAsync(() -> {
                try {
                    return socket.getInputStream().read();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            socket.close();

            assertThatThrownBy(reader::get)
                    .isInstanceOf(ExecutionException.class)
                    .rootCause()
                    .isInstanceOfAny(
                            SocketException.class, ClosedChannelException.class, ClosedSelectorException.class);
            assertThatThrownBy(() -> socket.getInputStream().read())
                    .isInstanceOf(SocketException.class)
                    .hasMessage("Socket closed");
        }
    }
}
