package dev.lockstep.cli.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.Await;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.Machine;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.RunningLockstep;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two followers and a listener of different databases are scraped at once: by the machine's own Prometheus, if it has one, and in any
 * case by a reader as strict as that.
 */
@ExtendWith(PostgresExtension.class)
class PrometheusTest {
    private static final Pattern URL_OF_METRICS = Pattern.compile("metrics at http://(\\S+)/metrics");
    private static final String OPEN = "application/openmetrics-text; version=1.0.0";
    private static final int ROUNDS = 20;

    @TempDir
    Path dir;

    private final HttpClient http = HttpClient.newHttpClient();

    private RunningLockstep follow(String name, int rows) throws SQLException {
        Path source = TestSqlite.create(
                dir.resolve(name + ".db"),
                "create table t (id integer primary key, a text)",
                "create table \"odd \"\" name\\\" (id integer primary key)",
                "with recursive n(i) as (select 1 union all select i + 1 from n where i < " + rows
                        + ") insert into t select i, 'row' from n");
        Path mirror = TestSqlite.create(dir.resolve(name + "-mirror.db"), "vacuum");
        RunningLockstep run = RunningLockstep.start(
                Map.of(),
                "mirror",
                "follow",
                "--db",
                source.toString(),
                "--to",
                "sqlite:" + mirror,
                "--create",
                "--interval",
                "20ms",
                "--metrics-listen",
                "0");
        run.awaitStdout("following 2 tables");
        return run;
    }

    private static String address(RunningLockstep run) {
        run.awaitStderr("metrics at ");
        Matcher address = URL_OF_METRICS.matcher(run.stderr());
        assertThat(address.find()).isTrue();
        return address.group(1);
    }

    @Test
    void twoFollowersAndAListenerAreScrapedAtOnceAndNothingIsDropped(TestDatabase database) throws Exception {
        Map<String, String> environment = database.environment();
        try (RunningLockstep one = follow("one", 7);
                RunningLockstep two = follow("two", 1_000);
                RunningLockstep listener =
                        RunningLockstep.start(environment, "realm", "listen", "--metrics-listen", "127.0.0.1:0")) {
            listener.awaitStdout("listening to");
            LockstepRun.of(environment, "realm", "broadcast", "http://h/r/").endedWith(0);
            listener.awaitStdout("http://h/r/");
            List<String> addresses = List.of(address(one), address(two), address(listener));

            Map<String, Double> served = scrapedByTheReader(addresses);
            assertCounts(served);
            Optional<Path> program = Machine.program("prometheus", "what is stored of a scrape");
            if (program.isPresent()) {
                assertCounts(scrapedByPrometheus(program.get(), addresses, served.keySet()));
            }
        }
    }

    private void assertCounts(Map<String, Double> samples) {
        Map<String, Double> rows = new TreeMap<>();
        samples.forEach((sample, value) -> {
            if (sample.startsWith("lockstep_mirror_rows_written_total") && sample.contains("operation=insert")) {
                rows.put(sample, value);
            }
        });
        assertThat(rows.entrySet())
                .anyMatch(row -> row.getKey().contains("one.db") && row.getValue() == 7)
                .anyMatch(row -> row.getKey().contains("two.db") && row.getValue() == 1_000);
        assertThat(samples.entrySet())
                .anyMatch(event -> event.getKey().startsWith("lockstep_listener_events_total")
                        && event.getKey().contains("channel=realm_file_changes")
                        && event.getValue() == 1);
    }

    /** All that they serve together, after it has been asked for often, at once, and in both formats. */
    private Map<String, Double> scrapedByTheReader(List<String> addresses) {
        List<CompletableFuture<Map<String, Double>>> asked = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            String accept = round % 2 == 0 ? "text/plain" : OPEN;
            addresses.forEach(address -> asked.add(get(address, accept)));
        }
        Map<String, Double> all = new TreeMap<>();
        for (int at = 0; at < addresses.size(); at++) {
            Set<String> first = asked.get(at).join().keySet();
            for (int i = at; i < asked.size(); i += addresses.size()) {
                assertThat(asked.get(i).join()).containsOnlyKeys(first);
            }
            asked.get(at).join().forEach((sample, value) -> assertThat(all.put(sample, value))
                    .as("two programs serve %s", sample)
                    .isNull());
        }
        return all;
    }

    private CompletableFuture<Map<String, Double>> get(String address, String accept) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + address + "/metrics"))
                .header("Accept", accept)
                .build();
        return http.sendAsync(request, HttpResponse.BodyHandlers.ofString()).thenApply(answer -> {
            assertThat(answer.statusCode()).isEqualTo(200);
            return Exposition.samples(answer.body());
        });
    }

    private Map<String, Double> scrapedByPrometheus(Path program, List<String> addresses, Set<String> served)
            throws IOException {
        try (RunningPrometheus prometheus = RunningPrometheus.start(program, dir, addresses)) {
            Await.until(
                    "five scrapes of each", Duration.ofMinutes(2), () -> prometheus.hasScraped(addresses.size(), 5));

            Map<String, Double> stored = prometheus.query("{job=\"lockstep\",__name__=~\"lockstep_.*\"}");
            assertThat(stored).containsOnlyKeys(served);
            assertThat(prometheus.query("min_over_time(up{job=\"lockstep\"}[10m])"))
                    .hasSize(addresses.size())
                    .allSatisfy((target, up) -> assertThat(up).isEqualTo(1));
            assertThat(prometheus
                            .query("scrape_samples_scraped - scrape_samples_post_metric_relabeling")
                            .values())
                    .containsOnly(0.0);
            assertThat(prometheus.refusals()).isEmpty();
            assertThat(prometheus.log()).doesNotContain("level=error", "level=warn");
            assertThat(new TreeSet<>(prometheus.rules().values())).containsExactly("ok");
            return stored;
        }
    }
}
