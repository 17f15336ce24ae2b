package dev.lockstep.cli.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.Lockstep;
import dev.lockstep.testing.Await;
import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.RunningLockstep;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What Prometheus, systemd and whoever probes a health find of commands that run on. */
@ExtendWith(PostgresExtension.class)
class MonitoringTest {
    private static final Pattern URL_OF_METRICS = Pattern.compile("metrics at (http://\\S+)");
    private static final Pattern NAME = Pattern.compile("\\blockstep_[a-z_]+\\b");
    private static final String OPEN = "application/openmetrics-text; version=1.0.0";

    @TempDir
    Path dir;

    private record Answer(int status, String type, String body) {}

    private static Answer get(String url, String accept) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) new URL(url).openConnection();
        connection.setRequestProperty("Accept", accept);
        try (InputStream body =
                connection.getResponseCode() < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            return new Answer(
                    connection.getResponseCode(),
                    connection.getContentType(),
                    new String(body.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static String metrics(RunningLockstep run) {
        run.awaitStderr("metrics at ");
        Matcher url = URL_OF_METRICS.matcher(run.stderr());
        assertThat(url.find()).isTrue();
        return url.group(1);
    }

    private RunningLockstep follow(String name, String... more) throws SQLException {
        Path source = TestSqlite.create(dir.resolve(name + ".db"), "create table t (id integer primary key, a text)");
        Path mirror = TestSqlite.create(dir.resolve(name + "-mirror.db"), "vacuum");
        List<String> words = new ArrayList<>(List.of("mirror", "follow", "--db", source.toString(), "--to"));
        words.addAll(List.of("sqlite:" + mirror, "--create", "--interval", "20ms", "--metrics-listen", "0"));
        words.addAll(List.of(more));
        RunningLockstep run = RunningLockstep.start(Map.of(), words.toArray(String[]::new));
        run.awaitStdout("following 1 table");
        return run;
    }

    @Test
    void whoAcceptsOpenMetricsGetsThem() throws Exception {
        try (RunningLockstep run = follow("one")) {
            String url = metrics(run);
            Answer own = get(url, "text/html, */*");
            assertThat(own.type()).startsWith("text/plain; version=0.0.4");
            assertThat(own.body()).contains("# TYPE lockstep_mirror_rows_written_total counter");
            Answer open = get(url, OPEN + ", text/plain; q=0.5");
            assertThat(open.type()).startsWith("application/openmetrics-text; version=1.0.0");
            assertThat(open.body())
                    .contains("# TYPE lockstep_mirror_rows_written counter", "lockstep_mirror_rows_written_total{")
                    .endsWith("# EOF\n");
            assertThat(get(url.replace("/metrics", "/healthz"), "*/*"))
                    .isEqualTo(new Answer(200, "text/plain; charset=utf-8", "ok\n"));
            assertThat(get(url.replace("/metrics", "/other"), "*/*").status()).isEqualTo(404);
        }
    }

    @Test
    void anAddressThatIsTakenOrNoneIsAUsageError() throws Exception {
        try (RunningLockstep run = follow("one")) {
            String taken = metrics(run).replaceAll("http://|/metrics", "");
            for (String address : List.of(taken, "nowhere", "127.0.0.1:99999", "")) {
                LockstepRun refused = LockstepRun.of(
                        Map.of(),
                        "mirror",
                        "follow",
                        "--db",
                        dir.resolve("one.db").toString(),
                        "--to",
                        "sqlite:" + dir.resolve("one-mirror.db"),
                        "--metrics-listen",
                        address);
                assertThat(refused.exit()).as(address).isEqualTo(2);
                assertThat(refused.stderr().lines().count()).isLessThanOrEqualTo(3);
            }
        }
    }

    @Test
    void theFileIsRewrittenWhileItRunsAndKeepsWhatTheLastRunSaid() throws Exception {
        Path file = dir.resolve("follow.prom");
        Files.writeString(file, """
                # HELP lockstep_last_success_timestamp_seconds When a run last ended with 0, in seconds since 1970.
                # TYPE lockstep_last_success_timestamp_seconds gauge
                lockstep_last_success_timestamp_seconds{command="mirror follow"} 5
                """);
        try (RunningLockstep run = follow("one", "--metrics-file", file.toString())) {
            Await.until("the file", Duration.ofSeconds(30), () -> read(file).contains("lockstep_healthy"));
            assertThat(read(file)).contains("lockstep_last_success_timestamp_seconds{command=\"mirror follow\"} 5");
        }
        assertThat(read(file)).contains("lockstep_last_run_exit_code").doesNotContain("lockstep_healthy");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aLoopThatDoesNotTurnIsSick() {
        AtomicLong now = new AtomicLong(-5);
        Health health = new Health(Duration.ofSeconds(10), now::get);
        now.addAndGet(Duration.ofSeconds(10).toNanos());
        assertThat(health.trouble()).isEmpty();
        now.addAndGet(Duration.ofSeconds(5).toNanos());
        assertThat(health.trouble()).contains("nothing has happened for 15 s, and a turn takes at most 10 s");
        health.beat();
        assertThat(health.trouble()).isEmpty();
    }

    @Test
    void systemdIsToldWhenItIsReadyAndThatItIsAlive() throws Exception {
        Path bin = Files.createDirectory(dir.resolve("bin"));
        Path said = dir.resolve("said");
        Path notify = Files.writeString(bin.resolve("systemd-notify"), "#!/bin/sh\necho \"$*\" >> '" + said + "'\n");
        Files.setPosixFilePermissions(notify, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path source = TestSqlite.create(dir.resolve("s.db"), "create table t (id integer primary key)");
        Path mirror = TestSqlite.create(dir.resolve("m.db"), "vacuum");
        Map<String, String> environment =
                Map.of("PATH", bin + ":" + System.getenv("PATH"), "NOTIFY_SOCKET", "@none", "WATCHDOG_USEC", "1000000");
        try (ChildJvm run = ChildJvm.start(
                Lockstep.class,
                environment,
                "mirror",
                "follow",
                "--create",
                "--db",
                source.toString(),
                "--to",
                "sqlite:" + mirror)) {
            Await.until(
                    "signs of life",
                    Duration.ofSeconds(30),
                    () -> Files.exists(said) && read(said).contains("WATCHDOG=1\nWATCHDOG=1"));
            run.signal("TERM");
            run.exitCode();
            assertThat(read(said))
                    .startsWith("READY=1 STATUS=following 1 table\n")
                    .endsWith("STOPPING=1\n");
        }
    }

    @Test
    void everyMetricThatTheExamplesNameIsServed(TestDatabase database) throws Exception {
        Map<String, String> environment = database.environment();
        Set<String> served = new TreeSet<>();
        Path file = dir.resolve("run.prom");
        LockstepRun.of(environment, "version", "--metrics-file", file.toString())
                .endedWith(0);
        served.addAll(names(read(file)));
        assertThat(LockstepRun.of(environment, "realm", "init", "--outbox").exit())
                .isZero();
        try (RunningLockstep follow = follow("one");
                RunningLockstep listen =
                        RunningLockstep.start(environment, "realm", "listen", "--metrics-listen", "0");
                RunningLockstep sequence =
                        RunningLockstep.start(environment, "realm", "sequence", "--metrics-listen", "0");
                RunningLockstep relay = RunningLockstep.start(
                        environment, "realm", "relay", "--listen", "127.0.0.1:0", "--metrics-listen", "0")) {
            relay.awaitStdout("relaying at");
            sequence.awaitStdout("sequencing the outbox");
            listen.awaitStdout("listening to");
            LockstepRun.of(environment, "realm", "broadcast", "http://h/r/").endedWith(0);
            listen.awaitStdout("http://h/r/");
            for (RunningLockstep run : List.of(follow, listen, sequence, relay)) {
                served.addAll(names(get(metrics(run), "*/*").body()));
            }
        }
        for (String example : List.of("alerts.yml", "grafana-dashboard.json")) {
            assertThat(served).as(example).containsAll(names(read(Path.of("examples", example))));
        }
    }

    private static Set<String> names(String text) {
        Set<String> names = new TreeSet<>();
        Matcher name = NAME.matcher(text);
        while (name.find()) {
            names.add(name.group());
        }
        return names;
    }
}
