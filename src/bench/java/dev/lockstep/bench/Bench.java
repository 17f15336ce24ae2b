package dev.lockstep.bench;

import dev.lockstep.support.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs the benchmark that the argument names, or all, and ends with 1 if one was over its budget. */
final class Bench {
    private static final List<Benchmark> ALL = List.of(
            new StartUp(),
            new PayloadParsing(),
            new BroadcastPaths(),
            new HotInvalidation(),
            new LocalHit(),
            new SharedHit(),
            new BuildHits(),
            new Wipe(),
            new SearchCheck(),
            new BoxelWrites(),
            new SearchIndex(),
            new BulkRun(),
            new AuditWrite(),
            new AuditQuery(),
            new MirrorLoad(),
            new MirrorMariaDb(),
            new MirrorUnchanged());
    private static final Path RESULTS = Path.of("target", "bench");

    private Bench() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        String wanted = arguments[0];
        List<Benchmark> chosen = ALL.stream()
                .filter(benchmark -> wanted.equals("all") || wanted.equals(benchmark.name()))
                .toList();
        if (chosen.isEmpty()) {
            List<String> known = ALL.stream().map(Benchmark::name).toList();
            System.err.println("no benchmark '" + wanted + "'; there are " + known);
            System.exit(2);
        }
        // On a fresh clone nobody has made it yet, and SQLite's native library is unpacked there.
        Files.createDirectories(Path.of(System.getProperty("java.io.tmpdir")));
        boolean within = true;
        System.out.println(Outcome.HEADER);
        for (Benchmark benchmark : chosen) {
            List<Outcome> outcomes = benchmark.run();
            outcomes.forEach(outcome -> System.out.println(outcome.row()));
            write(benchmark, outcomes);
            within &= outcomes.stream().allMatch(Outcome::withinBudget);
        }
        System.exit(within ? 0 : 1);
    }

    private static void write(Benchmark benchmark, List<Outcome> outcomes) throws IOException {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("benchmark", benchmark.name());
        json.put("java", System.getProperty("java.vm.version"));
        json.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        json.put("processors", (long) Runtime.getRuntime().availableProcessors());
        json.put("races", outcomes.stream().map(Outcome::json).toList());
        Files.createDirectories(RESULTS);
        Files.writeString(RESULTS.resolve(benchmark.name() + ".json"), Json.write(json) + "\n");
    }
}
