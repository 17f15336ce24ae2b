package dev.lockstep.db.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.db.Db;
import dev.lockstep.db.EmbeddedHome;
import dev.lockstep.db.EmbeddedHome.Reached;
import dev.lockstep.db.EmbeddedUser;
import dev.lockstep.db.Row;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.libpq.TargetSources;
import dev.lockstep.db.open.Databases;
import dev.lockstep.support.LockFile;
import dev.lockstep.testing.Await;
import dev.lockstep.testing.ChildJvm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What its users see of it: one server, however many they are and however they come and go. */
@Execution(ExecutionMode.CONCURRENT)
class EmbeddedPostgresTest {
    @TempDir
    Path dir;

    private EmbeddedHome home;

    @BeforeEach
    void putTheProgramsThere() {
        home = new EmbeddedHome(dir.resolve("l'état de l’application")).initialised();
    }

    @AfterEach
    void stop() {
        home.close();
    }

    @Test
    void twoProcessesThatStartAtOnceShareOneServer() {
        ChildJvm one = home.startUser();
        ChildJvm other = home.startUser();

        assertThat(EmbeddedHome.reachedBy(one)).isEqualTo(EmbeddedHome.reachedBy(other));
        assertThat(one.stdout() + other.stdout()).containsOnlyOnce("starting");
    }

    @Test
    void fourProcessesOnANewMachineUnpackOnce() throws IOException {
        try (EmbeddedHome machine = new EmbeddedHome(dir.resolve("new"))) {
            List<ChildJvm> users = Stream.generate(machine::startUser).limit(4).toList();

            List<Reached> servers = new ArrayList<>();
            StringBuilder said = new StringBuilder();
            for (ChildJvm user : users) {
                servers.add(EmbeddedHome.reachedBy(user));
                said.append(user.stdout());
            }

            assertThat(servers).containsOnly(servers.get(0));
            assertThat(said)
                    .containsOnlyOnce("unpacking")
                    .containsOnlyOnce("making an empty")
                    .containsOnlyOnce("starting");
            assertThat(machine.files().entries("new-")).isEmpty();
        }
    }

    @Test
    void theServerStaysWhileSomebodyUsesItAndStopsAfterwards() {
        Reached server = EmbeddedHome.reachedBy(home.startUser());

        assertThat(home.reached()).isEqualTo(server);
        assertThat(EmbeddedHome.reachedBy(home.startUser())).isEqualTo(server);

        home.releaseUsers();
        home.awaitStopped();
    }

    @Test
    void nothingIsMadeTwice() throws IOException {
        String first = home.use();
        Object data = Files.getAttribute(home.files().data(), "unix:ino");
        home.awaitStopped();

        String second = home.use();

        assertThat(second).contains("starting").doesNotContain("unpacking").doesNotContain("making");
        assertThat(Files.getAttribute(home.files().data(), "unix:ino")).isEqualTo(data);
        assertThat(Reached.of(second)).isNotEqualTo(Reached.of(first));
    }

    @Test
    void aWarmStartSaysNothingAndStartsNothing() {
        EmbeddedHome.reachedBy(home.startUser());
        ProcessHandle guard = home.guard().orElseThrow();

        assertThat(home.use()).startsWith("opened after");
        assertThat(home.guard()).contains(guard);
    }

    @Test
    void aUserThatComesWhileTheGuardLingersKeepsTheServer() throws SQLException {
        String server;
        try (EmbeddedPostgres postgres = open()) {
            server = EmbeddedUser.startOf(postgres);
        }
        for (int i = 0; i < 100; i++) {
            try (EmbeddedPostgres postgres = open()) {
                assertThat(EmbeddedUser.startOf(postgres)).isEqualTo(server);
            }
        }
    }

    @Test
    void aProcessMayOpenItTwiceAndCloseItTwice() throws SQLException {
        try (EmbeddedPostgres one = open()) {
            EmbeddedPostgres other = open();
            other.close();
            other.close();

            assertThat(LockFile.isTaken(home.files().guard())).isTrue();
            assertThat(EmbeddedUser.startOf(one)).isEqualTo(home.reached().since());
        }
        home.awaitStopped();
    }

    @Test
    void theOutputOfACommandEndsWithTheCommand() {
        ChildJvm user = home.startShortUser();

        assertThat(user.exitCode()).isZero();
        assertThat(home.server()).as("still up when our end of the pipe closed").isPresent();
        assertThat(home.guard()).isPresent();
    }

    @Test
    void signalsOfATerminalReachNeitherTheServerNorItsGuard() throws IOException, InterruptedException {
        ChildJvm user = home.startUser();
        Reached server = EmbeddedHome.reachedBy(user);
        for (String signal : List.of("HUP", "INT", "QUIT", "TERM", "TSTP")) {
            String kill = "kill -" + signal + " " + home.guard().orElseThrow().pid();
            assertThat(new ProcessBuilder("sh", "-c", kill).inheritIO().start().waitFor())
                    .isZero();
        }
        user.signal("TERM");
        assertThat(user.exitCode()).isEqualTo(143);

        assertThat(home.reached()).isEqualTo(server);
        home.awaitStopped();
    }

    @Test
    void anotherPortIsTakenWhenTheLastOneIsNotFree() throws IOException {
        int last = home.reached().port();
        home.awaitStopped();

        try (ServerSocket stranger = new ServerSocket(last, 1, InetAddress.getLoopbackAddress())) {
            assertThat(home.reached().port()).isNotEqualTo(last);
            assertThat(stranger.isBound()).isTrue();
        }
    }

    @Test
    void onlyItsOwnerGetsIn() throws IOException {
        try (EmbeddedPostgres postgres = open()) {
            String url = "jdbc:postgresql://" + postgres.host() + ":" + postgres.port() + "/" + postgres.database();

            assertThatThrownBy(() -> DriverManager.getConnection(url, postgres.user(), "guess"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
            assertThat(modeOf(home.files().directory())).isEqualTo("rwx------");
            assertThat(modeOf(home.files().password())).isEqualTo("rw-------");
        }
    }

    private static String modeOf(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void databasesKeepItUpAndStartItAgainForANewConnection() {
        List<String> progress = new ArrayList<>();
        PgTarget target = PgTarget.resolve(null, TargetSources.of(home.environment()));
        Session session = Session.of("test", Session.Use.WRITE);
        try (Databases databases = new Databases(home.environment())) {
            databases.onProgress(progress::add);
            try (Db db = databases.postgres(target, session)) {
                db.run(tx -> tx.update("create table kept (n int)"));
            }
            assertThat(progress).last().isEqualTo("starting PostgreSQL " + Binaries.VERSION);
            EmbeddedHome.kill(home.server().orElseThrow());

            try (Db db = databases.postgres(target, session)) {
                List<Row> kept = db.autocommit(tx -> tx.rows("select n from kept"));
                assertThat(kept).isEmpty();
            }
        }
        Await.until("the server to stop", EmbeddedHome.STOPPED_WITHIN, () -> home.server()
                .isEmpty());
    }

    /** What the system does for a server that is being killed: its port answers until it is closed. */
    @Test
    void aPortThatOutlivesItsServerForAMomentIsNotTakenForTheServer() throws Exception {
        PgTarget target = PgTarget.resolve(null, TargetSources.of(home.environment()));
        Session session = Session.of("test", Session.Use.WRITE);
        try (Databases databases = new Databases(home.environment());
                Db before = databases.postgres(target, session)) {
            int port = home.reached().port();
            EmbeddedHome.kill(home.server().orElseThrow());
            try (ServerSocket last = new ServerSocket(port, 1, Cluster.address())) {
                CompletableFuture<Void> reset = CompletableFuture.runAsync(() -> resetConnections(last, 2));

                try (Db after = databases.postgres(target, session)) {
                    List<Row> one = after.autocommit(tx -> tx.rows("select 1 as one"));
                    assertThat(one).hasSize(1);
                }
                assertThat(reset).isCompleted();
            }
        }
    }

    /** Resets so many connections, the one that only asks whether the port answers among them, and closes the port. */
    private static void resetConnections(ServerSocket port, int connections) {
        try (port) {
            for (int i = 0; i < connections; i++) {
                Socket socket = port.accept();
                socket.setSoLinger(true, 0);
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private EmbeddedPostgres open() {
        return EmbeddedPostgres.open(home.environment(), message -> {});
    }
}
