package dev.lockstep.bench;

import dev.lockstep.api.SharedBuilds;
import dev.lockstep.db.Db;
import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.TestDatabase;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Requests for an artifact of 100 kB that is in the cache, by the front that programs use: against psql reading the same row, and from
 * eight processes at once against what a fleet may ask for. Neither counts its start.
 */
final class BuildHits extends CacheBench {
    private static final int ROUNDS = 5;
    private static final int READS = 2_000;
    private static final double AS_PSQL = 1.3;
    private static final int PROCESSES = 8;

    /** Of each hit, when there are 10,000 a minute. */
    private static final double MILLIS = 60_000 / 10_000.0;

    static final String PATH = "cards/person.gts";
    static final String COMPILER = "babel 8";
    static final String MODULE = "export let line = 1;\n".repeat(100_000 / 21);

    @Override
    List<Outcome> run(TestDatabase database, Db db) throws IOException, InterruptedException {
        try (SharedBuilds builds = open(database.url())) {
            builds.get(PATH, () -> MODULE.getBytes(StandardCharsets.UTF_8));
            requests(builds, Duration.ofSeconds(8));
            return List.of(
                    new Race("hit of 100 kB", "us", ROUNDS, AS_PSQL).between(new Psql(database), new Requests(builds)),
                    new Race("hits of 8 processes", "ms", 1, 1)
                            .between(
                                    new Limit("10,000 a minute", MILLIS),
                                    new Fleet(database.url() + "?connect_timeout=60")));
        }
    }

    static SharedBuilds open(String url) throws InterruptedException {
        return SharedBuilds.on(url).realm(REALM).fingerprint(COMPILER).open();
    }

    /** How many were served in the time. */
    static long requests(SharedBuilds builds, Duration time) throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        long hits = 0;
        while (System.nanoTime() < end) {
            request(builds);
            hits++;
        }
        return hits;
    }

    private static void request(SharedBuilds builds) throws InterruptedException {
        byte[] served = builds.get(PATH, () -> {
            throw new IOException("this was to be a hit");
        });
        if (served.length != MODULE.length()) {
            throw new IllegalStateException(served.length + " bytes");
        }
        try {
            OutputStream.nullOutputStream().write(served);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private record Requests(SharedBuilds builds) implements Contender {
        @Override
        public String name() {
            return "SharedBuilds.get";
        }

        @Override
        public double sample() throws InterruptedException {
            long start = System.nanoTime();
            for (int i = 0; i < READS; i++) {
                request(builds);
            }
            return (System.nanoTime() - start) / 1e3 / READS;
        }
    }

    /** One session that reads the row again and again, less one that reads it once. */
    private record Psql(TestDatabase database) implements Contender {
        @Override
        public String name() {
            return "psql";
        }

        @Override
        public double sample() throws IOException, InterruptedException {
            double all = nanos(READS + 1);
            return (all - nanos(1)) / 1e3 / READS;
        }

        private double nanos(int reads) throws IOException, InterruptedException {
            String read = "select body from lockstep_keyed_artifact where realm_url = '" + REALM
                    + "' and canonical_path = '" + REALM + PATH + "' and fingerprint = '" + COMPILER + "';\n";
            ProcessBuilder builder = new ProcessBuilder("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1")
                    .redirectOutput(new File("/dev/null"))
                    .redirectError(ProcessBuilder.Redirect.INHERIT);
            builder.environment().putAll(database.environment());
            long start = System.nanoTime();
            Process process = builder.start();
            try (OutputStream script = process.getOutputStream()) {
                script.write(read.repeat(reads).getBytes(StandardCharsets.UTF_8));
            }
            if (process.waitFor() != 0) {
                throw new IOException("psql ended with " + process.exitValue());
            }
            return System.nanoTime() - start;
        }
    }

    /** Milliseconds for each hit of all processes together. */
    private record Fleet(String url) implements Contender {
        private static final Duration TIME = Duration.ofSeconds(10);

        @Override
        public String name() {
            return "8 x SharedBuilds.get";
        }

        @Override
        public double sample() throws IOException {
            List<ChildJvm> processes = new ArrayList<>();
            for (int i = 0; i < PROCESSES; i++) {
                processes.add(ChildJvm.start(HitProcess.class, Map.of(), url, Long.toString(TIME.toMillis())));
            }
            long hits = 0;
            for (ChildJvm process : processes) {
                try (process) {
                    if (process.exitCode(Duration.ofMinutes(1)) != 0) {
                        throw new IOException("a process of the fleet failed: " + process.stderr());
                    }
                    hits += Long.parseLong(process.stdout().strip());
                }
            }
            return (double) TIME.toMillis() / hits;
        }
    }
}
