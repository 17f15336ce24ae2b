package dev.lockstep.cli.metrics;

import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Output;
import dev.lockstep.cli.kit.WholeFile;
import dev.lockstep.cli.option.ListenAddress;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.cli.text.Layout;
import dev.lockstep.support.FileError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Model.CommandSpec;

/** What one command that runs until it is stopped tells of itself, for as long as it runs. */
public final class Monitoring implements AutoCloseable {
    private static final Opt<String> LISTEN = Opt.text(
            "ADDRESS",
            "Serve metrics for Prometheus at /metrics, and /healthz, while this runs: PORT is on this machine alone,"
                    + " HOST:PORT at that address, :PORT at every address. Port 0: any that is free.",
            "--metrics-listen");

    private static final Duration BETWEEN_FILES = Duration.ofSeconds(10);
    private static final Duration TICK = Duration.ofMillis(500);

    /** What a run that has ended says, which stays in the file until the next one ends. */
    private static final String OF_THE_LAST_RUN = "lockstep_last_";

    private final Output output;
    private final List<MetricFamily> families = new CopyOnWriteArrayList<>();
    private final MetricsText text;
    private final Health health;
    private final Optional<Path> file;
    private final String lastRun;
    private final ServiceManager manager;
    private final Optional<MetricsServer> server;
    private final Thread thread;
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile boolean ready;
    private boolean complained;

    private Monitoring(Invocation call, Duration limit) {
        output = call.output();
        health = new Health(limit, System::nanoTime);
        file = call.get(Options.METRICS_FILE).map(Invocation::file);
        Map<String, String> labels = new LinkedHashMap<>(Map.of("command", call.path()));
        labels.putAll(output.subject());
        text = new MetricsText(families, labels);
        lastRun = file.map(Monitoring::lastRun).orElse("");
        manager = ServiceManager.of(call.databases().environment());
        double started = System.currentTimeMillis() / 1e3;
        gauge("lockstep_start_time_seconds", "When this run began, in seconds since 1970.")
                .set(started);
        gauge("lockstep_healthy", "Whether the loop still turns: 1, or 0 when nothing has happened for too long.")
                .show(() -> health.trouble().isEmpty() ? 1 : 0);
        gauge("lockstep_loop_idle_seconds", "How long ago the loop has turned.")
                .show(() -> health.sinceTurn().toMillis() / 1e3);
        server = call.get(LISTEN)
                .map(where -> MetricsServer.start(
                        ListenAddress.of(LISTEN.name(), where.matches("\\d{1,5}") ? "127.0.0.1:" + where : where),
                        text,
                        health));
        server.ifPresent(at -> output.message("metrics at http://" + ListenAddress.text(at.address()) + "/metrics"));
        thread = new Thread(this::work, "monitoring");
        thread.setDaemon(true);
    }

    /** Declares the option that makes a command serve its metrics. */
    public static void declare(CommandSpec spec) {
        LISTEN.addTo(spec);
    }

    /**
     * Begins.
     *
     * @param limit how long one turn of the command's loop may take before something is wrong
     * @throws dev.lockstep.support.LockstepException usage: nothing can be served at the address
     */
    public static Monitoring start(Invocation call, Duration limit) {
        Monitoring monitoring = new Monitoring(call, limit);
        monitoring.thread.start();
        return monitoring;
    }

    /** Something that only grows, by a name as Prometheus' conventions want it but for {@code _total}. */
    public MetricFamily counter(String name, String help, String... labels) {
        return added(new MetricFamily(MetricFamily.Kind.COUNTER, name, help, List.of(labels)));
    }

    /** Something that goes up and down. */
    public MetricFamily gauge(String name, String help, String... labels) {
        return added(new MetricFamily(MetricFamily.Kind.GAUGE, name, help, List.of(labels)));
    }

    private MetricFamily added(MetricFamily family) {
        families.add(family);
        return family;
    }

    /** The loop has turned. */
    public void beat() {
        health.beat();
    }

    /** What was to be made ready is; told to systemd once. */
    public void ready(String status) {
        beat();
        if (!ready) {
            ready = true;
            manager.ready(Layout.unmarked(status));
        }
    }

    private void work() {
        long lastFile = System.nanoTime() - BETWEEN_FILES.toNanos();
        long lastSign = System.nanoTime();
        do {
            long now = System.nanoTime();
            if (file.isPresent() && now - lastFile >= BETWEEN_FILES.toNanos()) {
                lastFile = now;
                write(file.get());
            }
            Optional<Duration> interval = manager.interval();
            if (ready
                    && interval.isPresent()
                    && now - lastSign >= interval.get().toNanos()
                    && health.trouble().isEmpty()) {
                lastSign = now;
                manager.alive();
            }
        } while (!isClosingWithin(TICK));
    }

    private boolean isClosingWithin(Duration time) {
        try {
            return closing.await(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            return true;
        }
    }

    private void write(Path path) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            text.write(bytes, null);
            bytes.write(lastRun.getBytes(StandardCharsets.UTF_8));
            WholeFile.write(path, bytes::writeTo);
            complained = false;
        } catch (IOException e) {
            if (!complained) {
                complained = true;
                output.warn("metrics-file", "cannot write the metrics: " + FileError.namedReason(e));
            }
        }
    }

    private static String lastRun(Path path) {
        try {
            StringBuilder kept = new StringBuilder();
            for (String line :
                    Files.exists(path) ? Files.readAllLines(path, StandardCharsets.UTF_8) : List.<String>of()) {
                String bare = line.replaceFirst("^# (?:HELP|TYPE) ", "");
                if (bare.startsWith(OF_THE_LAST_RUN)) {
                    kept.append(line).append('\n');
                }
            }
            return kept.toString();
        } catch (IOException e) {
            return "";
        }
    }

    /** Stops serving. The file is the ended run's from now on. */
    @Override
    public void close() {
        closing.countDown();
        server.ifPresent(MetricsServer::close);
        boolean interrupted = Thread.interrupted();
        try {
            thread.join();
            manager.stopping();
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
