package dev.lockstep.examples.spring;

import dev.lockstep.api.Metrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.Map;

/** Gives lockstep's figures to Micrometer, as counters and timers. It is loaded only where Micrometer is there. */
public final class MicrometerMetrics implements Metrics {
    private final MeterRegistry registry;

    public MicrometerMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void count(String name, long amount, Map<String, String> tags) {
        registry.counter(name, tags(tags)).increment(amount);
    }

    @Override
    public void time(String name, Duration took, Map<String, String> tags) {
        registry.timer(name, tags(tags)).record(took);
    }

    private static Tags tags(Map<String, String> tags) {
        return Tags.of(tags.entrySet().stream()
                .map(tag -> Tag.of(tag.getKey(), tag.getValue()))
                .toList());
    }
}
