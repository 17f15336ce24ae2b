package dev.lockstep.cli.metrics;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Metrics as a text that Prometheus reads: its own format, or OpenMetrics for whoever accepts that. */
final class MetricsText {
    private static final ExpositionFormatWriter OWN = PrometheusTextFormatWriter.create();
    private static final ExpositionFormatWriter OPEN = OpenMetricsTextFormatWriter.create();

    private final List<MetricFamily> families;
    private final Map<String, String> constant;

    /** @param constant labels that each sample has: what the run works on */
    MetricsText(List<MetricFamily> families, Map<String, String> constant) {
        this.families = families;
        this.constant = constant;
    }

    /** @param accept the header of a request; null if it has none */
    static String contentType(String accept) {
        return writer(accept).getContentType();
    }

    private static ExpositionFormatWriter writer(String accept) {
        return OPEN.accepts(accept) ? OPEN : OWN;
    }

    void write(OutputStream out, String accept) throws IOException {
        List<MetricSnapshot> snapshots = new ArrayList<>();
        families.forEach(family -> snapshots.add(snapshot(family)));
        writer(accept).write(out, new MetricSnapshots(snapshots), EscapingScheme.UNDERSCORE_ESCAPING);
    }

    private MetricSnapshot snapshot(MetricFamily family) {
        if (family.kind() == MetricFamily.Kind.COUNTER) {
            CounterSnapshot.Builder counter =
                    CounterSnapshot.builder().name(family.name()).help(family.help());
            family.read()
                    .forEach((values, now) -> counter.dataPoint(CounterDataPointSnapshot.builder()
                            .labels(labels(family, values))
                            .value(now)
                            .build()));
            return counter.build();
        }
        GaugeSnapshot.Builder gauge =
                GaugeSnapshot.builder().name(family.name()).help(family.help());
        family.read()
                .forEach((values, now) -> gauge.dataPoint(GaugeDataPointSnapshot.builder()
                        .labels(labels(family, values))
                        .value(now)
                        .build()));
        return gauge.build();
    }

    private Labels labels(MetricFamily family, List<String> values) {
        Labels.Builder labels = Labels.builder();
        constant.forEach(labels::label);
        for (int i = 0; i < values.size(); i++) {
            labels.label(family.labels().get(i), values.get(i));
        }
        return labels.build();
    }
}
