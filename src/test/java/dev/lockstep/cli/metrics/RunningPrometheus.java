package dev.lockstep.cli.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.support.Json;
import dev.lockstep.testing.ChildJvm;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A Prometheus of the machine's own that scrapes some addresses each second, with the rules of {@code examples/alerts.yml}. */
final class RunningPrometheus implements AutoCloseable {
    private final ChildJvm process;
    private final String url;
    private final HttpClient http = HttpClient.newHttpClient();

    private RunningPrometheus(ChildJvm process, String url) {
        this.process = process;
        this.url = url;
    }

    static RunningPrometheus start(Path program, Path dir, List<String> targets) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Path rules = Path.of("examples/alerts.yml").toAbsolutePath();
        Path config = Files.writeString(
                dir.resolve("prometheus.yml"),
                "global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}\nrule_files: ['" + rules
                        + "']\nscrape_configs:\n  - job_name: lockstep\n    static_configs:\n      - targets: ['"
                        + String.join("', '", targets) + "']\n");
        String address = "127.0.0.1:" + port;
        ChildJvm process = ChildJvm.exec(
                dir,
                Map.of("PATH", System.getenv("PATH")),
                program.toString(),
                "--config.file=" + config,
                "--storage.tsdb.path=" + dir.resolve("tsdb"),
                "--web.listen-address=" + address);
        return new RunningPrometheus(process, "http://" + address);
    }

    /** Whether it has been ready for so long that each target was scraped so often, and every time with success. */
    boolean hasScraped(int targets, int times) {
        try {
            Map<String, Double> counts = query("count_over_time(up{job=\"lockstep\"}[10m])");
            return counts.size() == targets && counts.values().stream().allMatch(count -> count >= times);
        } catch (IOException e) {
            assertThat(process.isAlive()).as(process::toString).isTrue();
            return false;
        }
    }

    /** The samples that a query finds now, by name and labels as {@link Exposition} gives them, without what Prometheus adds. */
    Map<String, Double> query(String query) throws IOException {
        Map<?, ?> answer = (Map<?, ?>) get("/api/v1/query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8));
        Map<String, Double> samples = new TreeMap<>();
        for (Object one : (List<?>) answer.get("result")) {
            Map<?, ?> series = (Map<?, ?>) one;
            Map<String, String> labels = new TreeMap<>();
            ((Map<?, ?>) series.get("metric")).forEach((name, value) -> labels.put(name.toString(), value.toString()));
            String name = Optional.ofNullable(labels.remove("__name__")).orElse("");
            if (!name.isEmpty()) {
                labels.remove("job");
                labels.remove("instance");
            }
            String value = ((List<?>) series.get("value")).get(1).toString();
            samples.put(name + labels, Double.valueOf(value.replace("Inf", "Infinity")));
        }
        return samples;
    }

    /** Each rule that it evaluates, with what it says of its health. */
    Map<String, String> rules() throws IOException {
        Map<String, String> health = new HashMap<>();
        for (Object group : (List<?>) ((Map<?, ?>) get("/api/v1/rules")).get("groups")) {
            for (Object rule : (List<?>) ((Map<?, ?>) group).get("rules")) {
                Map<?, ?> fields = (Map<?, ?>) rule;
                health.put(fields.get("name").toString(), fields.get("health").toString());
            }
        }
        return health;
    }

    /** What it has refused, of all that it was given: each a count of its own. */
    List<String> refusals() throws IOException {
        List<String> refused = new ArrayList<>();
        for (String line : text("/metrics").split("\n", -1)) {
            boolean isOne = line.startsWith("prometheus_target_scrapes_") && !line.endsWith(" 0");
            if (isOne && !line.startsWith("prometheus_target_scrapes_cache_flush")) {
                refused.add(line);
            }
        }
        return refused;
    }

    private Object get(String path) throws IOException {
        Map<?, ?> answer = (Map<?, ?>) Json.parse(text(path));
        assertThat(answer.get("status")).isEqualTo("success");
        return answer.get("data");
    }

    private String text(String path) throws IOException {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(url + path)).build();
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IOException(path + ": " + answer.statusCode() + " " + answer.body());
            }
            return answer.body();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    String log() {
        return process.stderr();
    }

    @Override
    public void close() {
        process.signal("TERM");
        process.close();
    }
}
