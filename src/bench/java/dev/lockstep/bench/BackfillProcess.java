package dev.lockstep.bench;

import dev.lockstep.support.Json;
import dev.lockstep.testing.CadtSample;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code mirror backfill} of a database of CADT's, as a process of its own, start-up included.
 *
 * @param to the mirror's URL
 * @param more options
 */
record BackfillProcess(Path source, String to, List<String> more) {
    /** Makes {@link #CADT_ROWS} rows in eleven tables. */
    static final CadtSample.Size CADT = new CadtSample.Size(20_000, 60_000, 110_000);

    static final long CADT_ROWS = 315_000;

    /**
     * Runs it.
     *
     * @param outcome what is to become of every row: {@code inserted}, {@code unchanged}
     * @return how many milliseconds it took
     * @throws IOException it failed, or something else became of a row
     */
    double run(String outcome, long rows) throws IOException, InterruptedException {
        Path lockstep = Path.of(System.getProperty("lockstep.distribution"), "bin", "lockstep");
        List<String> command = new ArrayList<>(List.of(lockstep.toString(), "mirror", "backfill", "--create"));
        command.addAll(List.of("--profile", "cadt-v1", "-o", "json"));
        command.addAll(more);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(new File("/dev/null"))
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("LOCKSTEP_TO", to);
        builder.environment().put("LOCKSTEP_DB", source.toString());
        long start = System.nanoTime();
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exit = process.waitFor();
        double took = (System.nanoTime() - start) / 1e6;
        if (exit != 0 || rows(said, outcome) != rows) {
            throw new IOException("not " + rows + " rows " + outcome + ", ended with " + exit + ": " + said);
        }
        return took;
    }

    private static long rows(String said, String outcome) {
        long rows = 0;
        Map<?, ?> data = (Map<?, ?>) ((Map<?, ?>) Json.parse(said)).get("data");
        for (Object table : (List<?>) data.get("tables")) {
            rows += (Long) ((Map<?, ?>) table).get(outcome);
        }
        return rows;
    }
}
