package dev.lockstep.audit;

import dev.lockstep.support.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** NDJSON of audit rows. */
public final class AuditLines {
    private AuditLines() {}

    static Map<String, Object> row(String registry, long generation, String type) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("orgUid", "org of " + registry);
        row.put("registryId", registry);
        row.put("rootHash", "root" + generation);
        row.put("type", type);
        row.put("onchainConfirmationTimeStamp", Long.toString(1_700_000_000L + generation));
        row.put("generation", generation);
        return row;
    }

    public static String created(String registry) {
        return Json.write(row(registry, 0, "CREATE REGISTRY"));
    }

    /** A line of an INSERT. */
    public static String line(String registry, long generation, int number) {
        Map<String, Object> row = row(registry, generation, "INSERT");
        row.put("table", "elsewhere");
        row.put("change", "{\"n\": " + number + ", \"text\": \"é 漢 🦊 '\\\"\"}");
        return Json.write(row);
    }

    /** A registry of some generations with as many rows each, after the one that creates it. */
    public static List<String> registry(String registry, int generations, int rows) {
        List<String> lines = new ArrayList<>(List.of(created(registry)));
        for (int generation = 1; generation <= generations; generation++) {
            for (int i = 0; i < rows; i++) {
                lines.add(line(registry, generation, i));
            }
        }
        return lines;
    }

    public static Path file(Path file, List<String> lines) throws java.io.IOException {
        return Files.write(file, (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
