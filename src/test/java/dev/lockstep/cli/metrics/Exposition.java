package dev.lockstep.cli.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads what Prometheus reads (<a href="https://prometheus.io/docs/instrumenting/exposition_formats/">Exposition formats</a>, and
 * OpenMetrics 1.0), and takes nothing that it would drop or refuse: a sample twice, a family in two places, a name or a label
 * that is none.
 */
final class Exposition {
    private static final Pattern COMMENT =
            Pattern.compile("# (HELP|TYPE|UNIT) ([a-zA-Z_:][a-zA-Z0-9_:]*) ?((?:[^\\\\\n]|\\\\[\\\\n\"])*)");
    private static final Pattern SAMPLE = Pattern.compile(
            "([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? (NaN|[+-]?Inf|[+-]?[0-9.]+(?:[eE][+-]?\\d+)?)(?: [0-9.]+)?");
    private static final Pattern LABEL =
            Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\n]|\\\\[\\\\n\"])*)\"(?:,|$)");

    private static final Pattern ESCAPE = Pattern.compile("\\\\(.)");

    private final Map<String, Double> samples = new TreeMap<>();
    private final Map<String, String> types = new HashMap<>();
    private final Set<String> ended = new HashSet<>();
    private final boolean isOpen;
    private String family = "";

    private Exposition(boolean isOpen) {
        this.isOpen = isOpen;
    }

    /** The samples of a text, by their name and labels in one order. */
    static Map<String, Double> samples(String text) {
        Exposition exposition = new Exposition(text.endsWith("# EOF\n"));
        assertThat(text).endsWith("\n");
        text.lines().forEach(exposition::line);
        return exposition.samples;
    }

    private void line(String line) {
        Matcher comment = COMMENT.matcher(line);
        if (comment.matches()) {
            enter(comment.group(2));
            if (comment.group(1).equals("TYPE")) {
                assertThat(types.put(family, comment.group(3))).as(line).isNull();
            }
        } else if (!line.equals("# EOF")) {
            sample(line);
        }
    }

    private void enter(String name) {
        if (!name.equals(family)) {
            ended.add(family);
            family = name;
            assertThat(ended).as("the lines of a family stand together").doesNotContain(name);
        }
    }

    private void sample(String line) {
        Matcher sample = SAMPLE.matcher(line);
        assertThat(sample.matches()).as(line).isTrue();
        String name = sample.group(1);
        String type = types.get(family);
        boolean counts = "counter".equals(type);
        assertThat(name).as(line).isEqualTo(counts && isOpen ? family + "_total" : family);
        assertThat(name.endsWith("_total")).as(line).isEqualTo(counts);
        String key = name + new TreeMap<>(labels(sample.group(2) == null ? "" : sample.group(2)));
        assertThat(samples.put(key, Double.valueOf(sample.group(3).replace("Inf", "Infinity"))))
                .as(key)
                .isNull();
    }

    private static Map<String, String> labels(String text) {
        Map<String, String> labels = new HashMap<>();
        Matcher label = LABEL.matcher(text);
        int end = 0;
        while (label.find()) {
            assertThat(label.start()).as(text).isEqualTo(end);
            assertThat(labels.put(label.group(1), unescaped(label.group(2))))
                    .as(text)
                    .isNull();
            end = label.end();
        }
        assertThat(end).as(text).isEqualTo(text.length());
        return labels;
    }

    private static String unescaped(String value) {
        return ESCAPE.matcher(value)
                .replaceAll(found -> Matcher.quoteReplacement(found.group(1).equals("n") ? "\n" : found.group(1)));
    }
}
