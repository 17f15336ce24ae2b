package dev.lockstep.cli.kit;

import dev.lockstep.cli.option.Options;
import dev.lockstep.support.FileError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a run leaves for those who were not there: the envelope in the file of {@code --report}, and in that of {@code
 * --metrics-file} what node_exporter's textfile collector reads. Whoever opens a file finds the last run or this one,
 * never half of it.
 *
 * @param report empty: none is wanted
 * @param metrics empty: none are wanted
 * @param subject what was worked on, as {@link RunSubject} says: a label each. The collector leaves out the second of two
 *     samples with the same labels, whichever files they are in.
 */
record RunReport(Optional<Path> report, Optional<Path> metrics, Map<String, String> subject) {
    static final RunReport NONE = new RunReport(Optional.empty(), Optional.empty(), Map.of());

    private static final String SUCCESS = "lockstep_last_success_timestamp_seconds";

    /** What the options ask for. */
    static RunReport of(Invocation call) {
        Optional<Path> metrics = call.get(Options.METRICS_FILE).map(Invocation::file);
        return new RunReport(
                call.get(Options.REPORT).map(Invocation::file),
                metrics,
                metrics.isPresent() || call.isGiven("--metrics-listen")
                        ? RunSubject.of(
                                call,
                                "unreadable, see " + metrics.map(Path::toString).orElse("the command"))
                        : Map.of());
    }

    boolean isWanted() {
        return report.isPresent() || metrics.isPresent();
    }

    RunReport withReport(Path file) {
        return new RunReport(Optional.of(file), metrics, subject);
    }

    /**
     * Writes what is wanted about a run that has ended.
     *
     * @return what is wrong if it cannot be written
     */
    Optional<String> write(String envelope, String command, int status, Duration took, Map<String, Object> data) {
        try {
            writeReport(envelope);
            writeMetrics(command, status, took, data);
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("cannot write the report or the metrics: " + FileError.namedReason(e));
        }
    }

    private void writeReport(String envelope) throws IOException {
        if (report.isPresent()) {
            replace(report.get(), envelope + "\n");
        }
    }

    /** Writes how a run ended. The time of the last success stays while runs fail. */
    private void writeMetrics(String command, int status, Duration took, Map<String, Object> data) throws IOException {
        if (metrics.isEmpty()) {
            return;
        }
        String label = labels(command);
        long now = System.currentTimeMillis() / 1_000;
        String success = status == 0 ? Long.toString(now) : lastSuccess(label);
        StringBuilder text = new StringBuilder(1 << 10);
        family(text, "lockstep_last_run_timestamp_seconds", "When the last run ended, in seconds since 1970.");
        sample(text, "lockstep_last_run_timestamp_seconds", label, Long.toString(now));
        if (success != null) {
            family(text, SUCCESS, "When a run last ended with 0, in seconds since 1970.");
            sample(text, SUCCESS, label, success);
        }
        family(text, "lockstep_last_run_exit_code", "The exit code of the last run; 0 is success.");
        sample(text, "lockstep_last_run_exit_code", label, Integer.toString(status));
        family(text, "lockstep_last_run_duration_seconds", "How long the last run took.");
        sample(text, "lockstep_last_run_duration_seconds", label, Double.toString(took.toMillis() / 1_000.0));
        family(text, "lockstep_last_run_value", "A number that the last run answered.");
        values(text, label, data, new HashSet<>());
        replace(metrics.get(), text.toString());
    }

    private String labels(String command) {
        StringBuilder labels =
                new StringBuilder("command=\"").append(escaped(command)).append('"');
        subject.forEach((name, value) -> labels.append(label(name, value)));
        return labels.toString();
    }

    private static String label(String name, String value) {
        return "," + name + "=\"" + escaped(value) + '"';
    }

    /** The numbers of an answer, and of each table in it, or each index of a table, or each realm. */
    private void values(StringBuilder text, String labels, Map<?, ?> data, Set<String> written) {
        for (Map.Entry<?, ?> entry : data.entrySet()) {
            if (entry.getValue() instanceof Number number) {
                String all = labels + label("name", entry.getKey().toString());
                if (written.add(all)) {
                    sample(text, "lockstep_last_run_value", all, number.toString());
                }
            } else if (entry.getValue() instanceof List<?> list) {
                for (Object element : list) {
                    if (element instanceof Map<?, ?> table && table.get("table") instanceof String name) {
                        String index = table.get("fts") instanceof String fts ? label("fts", fts) : "";
                        values(text, labels + label("table", name) + index, table, written);
                    } else if (entry.getKey().equals("realms")
                            && element instanceof Map<?, ?> row
                            && row.get("realm") instanceof String name) {
                        String realm = subject.containsKey("realm") ? "" : label("realm", name);
                        values(text, labels + realm, row, written);
                    }
                }
            }
        }
    }

    private static void family(StringBuilder text, String name, String help) {
        text.append("# HELP ").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(name).append(" gauge\n");
    }

    private static void sample(StringBuilder text, String name, String labels, String value) {
        text.append(name).append('{').append(labels).append("} ").append(value).append('\n');
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    /** What the file says now; null if it says nothing. */
    private String lastSuccess(String label) throws IOException {
        if (!Files.exists(metrics.get())) {
            return null;
        }
        String start = SUCCESS + '{' + label + "} ";
        for (String line : Files.readAllLines(metrics.get(), StandardCharsets.UTF_8)) {
            if (line.startsWith(start)) {
                return line.substring(start.length());
            }
        }
        return null;
    }

    private static void replace(Path file, String text) throws IOException {
        WholeFile.write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }
}
