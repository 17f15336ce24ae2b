package dev.lockstep.db.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.lockstep.db.DbRemedy;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The binaries that are fetched: from where one says, whole or not at all, and only those that the build knows. */
class BinaryCacheTest {
    private static final byte[] XZ = {(byte) 0xFD, '7', 'z', 'X', 'Z', 0};
    private static final Platform PLATFORM = Platform.of("Linux", "amd64");

    @TempDir
    Path dir;

    private final List<String> said = new ArrayList<>();
    private final List<String> requests = new ArrayList<>();
    private final Map<String, String> variables = new HashMap<>();
    private HttpServer server;

    @BeforeEach
    void setUp() throws IOException {
        variables.put("XDG_CACHE_HOME", dir.resolve("cache").toString());
        server = HttpServer.create(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    /** Where the build has found the jar. */
    private static Path repository(Platform platform) {
        String entry =
                BinaryCacheTest.class.getResource("/" + platform.archive()).toString();
        String jar = entry.substring("jar:".length(), entry.indexOf("!/"));
        Path folder = Path.of(URI.create(jar));
        for (int i = 0; i < Path.of(platform.jar().path()).getNameCount(); i++) {
            folder = folder.getParent();
        }
        return folder;
    }

    /** Serves the build's repository below /repo, and a jar of nobody's below /other. */
    private void answer(HttpExchange exchange) throws IOException {
        URI asked = exchange.getRequestURI();
        String login = exchange.getRequestHeaders().getFirst("Authorization");
        requests.add(asked + (login == null ? "" : " " + login));
        Path file = repository(PLATFORM).resolve(asked.getPath().substring("/repo/".length()));
        boolean known = asked.getPath().startsWith("/repo/") && Files.exists(file);
        byte[] body = known ? Files.readAllBytes(file) : "no jar".getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(known || asked.getPath().startsWith("/other/") ? 200 : 404, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    private BinaryCache from(String repository) {
        variables.put(MavenRepository.VARIABLE, repository);
        return new BinaryCache(PLATFORM, new Environment(variables));
    }

    private void assertArchive(BinaryCache cache) throws IOException {
        try (InputStream archive = cache.open(said::add)) {
            assertThat(archive.readNBytes(XZ.length)).isEqualTo(XZ);
        }
        try (Stream<Path> kept = Files.list(cache.file().getParent())) {
            assertThat(kept.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(PLATFORM.jar().name(), "fetch.lock");
        }
    }

    private LockstepException troubleOf(BinaryCache cache) {
        LockstepException trouble = assertThatExceptionOfType(LockstepException.class)
                .isThrownBy(() -> cache.open(said::add).close())
                .actual();
        assertThat(Files.exists(cache.file())).isFalse();
        return trouble;
    }

    @ParameterizedTest
    @CsvSource({"Linux, amd64", "Linux, aarch64", "Mac OS X, x86_64", "Mac OS X, aarch64"})
    void theBuildKnowsTheJarOfEachPlatform(String system, String processor) throws IOException {
        Platform platform = Platform.of(system, processor);

        assertThat(repository(platform).resolve(platform.jar().path()))
                .hasDigest("SHA-256", platform.jar().sha256());
    }

    @Test
    void theyComeOverHttpAndOnlyOnce() throws IOException {
        assertArchive(from(url("/repo")));
        assertArchive(from(url("/repo/")));
        assertArchive(from("/nonexistent"));

        assertThat(requests).containsExactly("/repo/" + PLATFORM.jar().path());
        assertThat(said).singleElement().asString().contains("fetching PostgreSQL", url("/repo/io/zonky"));
    }

    @Test
    void whatIsDamagedOrWasLeftByAKilledProcessIsFetchedAgain() throws IOException {
        BinaryCache cache = from(url("/repo"));
        Files.createDirectories(cache.file().getParent());
        Files.writeString(cache.file(), "half a jar");
        Files.writeString(Path.of(cache.file() + "123.part"), "half a jar");

        assertArchive(cache);

        assertThat(requests).hasSize(1);
    }

    @Test
    void anotherJarThanTheOneThatWasMeantIsRefusedAndNotKept() {
        LockstepException trouble = troubleOf(from(url("/other")));

        assertThat(trouble.kind()).isEqualTo(LockstepException.Kind.FAILED);
        assertThat(trouble)
                .hasMessageContainingAll("its SHA-256 is", PLATFORM.jar().sha256());
    }

    @Test
    void whereThereIsNoneIsSaidAndWhatToDo() {
        BinaryCache cache = from(url("/elsewhere"));

        LockstepException trouble = troubleOf(cache);

        assertThat(trouble.kind()).isEqualTo(LockstepException.Kind.UNREACHABLE);
        assertThat(trouble).hasMessageContainingAll(url("/elsewhere/io/zonky"), "the server answers 404");
        assertThat(trouble.remedy()).contains(DbRemedy.FETCH_THE_BINARIES.of(cache.file()));
    }

    @Test
    void aMirrorThatCannotBeReachedIsUnreachable() {
        String gone = url("/repo");
        server.stop(0);

        assertThat(troubleOf(from(gone)).kind()).isEqualTo(LockstepException.Kind.UNREACHABLE);
        assertThat(troubleOf(from("/nonexistent"))).hasMessageContaining("no such file or directory");
    }

    @Test
    void theMirrorsPasswordIsSentAndNotSaid() throws IOException {
        assertArchive(from(url("/repo").replace("//", "//me:s%40cret@")));

        String login = Base64.getEncoder().encodeToString("me:s@cret".getBytes(StandardCharsets.UTF_8));
        assertThat(requests).containsExactly("/repo/" + PLATFORM.jar().path() + " Basic " + login);
        assertThat(said).noneMatch(line -> line.contains("cret"));
    }

    @Test
    void theProxyOfTheEnvironmentIsAskedUnlessTheHostIsExcepted() throws IOException {
        variables.put("http_proxy", url(""));
        assertArchive(from("http://repository.invalid/repo"));
        assertThat(requests)
                .containsExactly(
                        "http://repository.invalid/repo/" + PLATFORM.jar().path());

        Files.delete(from("").file());
        variables.put("no_proxy", "localhost, .invalid");
        troubleOf(from("http://repository.invalid/repo"));
        assertThat(requests).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://host/repo", "https:///repo", "http://ho st/", "file://host/repo"})
    void whatIsNoRepositoryIsAUsageErrorThatDoesNotQuoteIt(String named) {
        LockstepException trouble = troubleOf(from(named));

        assertThat(trouble.kind()).isEqualTo(LockstepException.Kind.USAGE);
        assertThat(trouble).hasMessageContaining(MavenRepository.VARIABLE).hasMessageNotContaining(named);
    }

    @Test
    void aCacheThatCannotBeMadeIsNamed() throws IOException {
        Path file = Files.createFile(dir.resolve("file"));
        variables.put("XDG_CACHE_HOME", file.toString());

        assertThat(troubleOf(from(url("/repo")))).hasMessageContaining(file.toString());
    }
}
