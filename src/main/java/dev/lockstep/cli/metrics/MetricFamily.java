package dev.lockstep.cli.metrics;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.DoubleSupplier;

/** One metric with its samples, each known by the values of its labels. Any thread may change and read it. */
public final class MetricFamily {
    /** Whether it only grows. */
    enum Kind {
        COUNTER,
        GAUGE
    }

    private final Kind kind;
    private final String name;
    private final String help;
    private final List<String> labels;
    private final Map<List<String>, AtomicReference<DoubleSupplier>> samples = new ConcurrentHashMap<>();

    /** @param name without {@code _total}, which the texts add to a counter's */
    MetricFamily(Kind kind, String name, String help, List<String> labels) {
        this.kind = kind;
        this.name = name;
        this.help = help;
        this.labels = labels;
    }

    /** So many more; a counter is there, with 0, from the first time that it is told of. */
    public void add(double more, String... values) {
        sample(values).updateAndGet(before -> {
            double now = before.getAsDouble() + more;
            return () -> now;
        });
    }

    /** So many now. */
    public void set(double now, String... values) {
        show(() -> now, values);
    }

    /** So many as are, whenever somebody asks. */
    public void show(DoubleSupplier now, String... values) {
        sample(values).set(now);
    }

    private AtomicReference<DoubleSupplier> sample(String... values) {
        if (values.length != labels.size()) {
            throw new IllegalArgumentException(name + " has the labels " + labels);
        }
        return samples.computeIfAbsent(List.of(values), key -> new AtomicReference<>(() -> 0));
    }

    Kind kind() {
        return kind;
    }

    String name() {
        return name;
    }

    String help() {
        return help;
    }

    List<String> labels() {
        return labels;
    }

    /** Each sample's value by the values of its labels, in their order. */
    Map<List<String>, Double> read() {
        Map<List<String>, Double> read = new TreeMap<>((a, b) -> a.toString().compareTo(b.toString()));
        samples.forEach((values, now) -> read.put(values, now.get().getAsDouble()));
        return read;
    }
}
