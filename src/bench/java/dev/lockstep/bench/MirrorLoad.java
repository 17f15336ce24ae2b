package dev.lockstep.bench;

import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestPostgres;
import dev.lockstep.testing.TestSqlite;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * An audit log of {@code -Dbench.rows} rows, a million by default, of about 500 bytes each: the first load into PostgreSQL
 * against the shells of both databases in a pipe, in a heap of 64 MB; then a run with nothing to do; and what the load took of
 * memory.
 */
final class MirrorLoad implements Benchmark {
    private static final int ROWS = Integer.getInteger("bench.rows", 1_000_000);
    private static final int ROUNDS = 3;
    private static final double NO_SLOWER = 1;
    private static final double A_THIRD = 1 / 3.0;
    private static final double MOST_MEGABYTES = 256;

    private static final String SOURCE = """
            create table audit (
              id integer primary key autoincrement, orgUid varchar(255) not null, registryId varchar(255) not null,
              rootHash varchar(255) not null, type varchar(255) not null, change text, "table" varchar(255),
              onchainConfirmationTimeStamp varchar(255) not null, author varchar(255), comment varchar(255),
              createdAt datetime, updatedAt datetime, generation integer)
            """;

    private static final String FILL = """
            insert into audit
            with recursive n (i) as (select 1 union all select i + 1 from n where i < %d)
            select i, '7fb0ba93-89b0-4d5c-a1a2-0d0b0f4c5a10', lower(hex(randomblob(32))), lower(hex(randomblob(32))), 'INSERT',
                   '{"warehouseUnitId":"' || lower(hex(randomblob(16))) || '","unitOwner":"Owner ' || i
                     || '","unitStatus":"Held","countryJurisdictionOfOwner":"Côte d''Ivoire","note":"'
                     || lower(hex(randomblob(50))) || '"}',
                   'units', '1700000000', 'somebody', '', '2026-01-02 03:04:05.678 +00:00',
                   '2026-01-02 03:04:05.678 +00:00', i / 100
              from n
            """;

    private static final String TARGET = """
            create table audit (
              id bigint primary key, "orgUid" text not null, "registryId" text not null, "rootHash" text not null,
              type text not null, change text, "table" text, "onchainConfirmationTimeStamp" text not null, author text,
              comment text, "createdAt" timestamptz, "updatedAt" timestamptz, generation bigint)
            """;

    @Override
    public List<Outcome> run() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory(Path.of("target"), "bench").toAbsolutePath();
        try (TestDatabase mirror = TestPostgres.shared().createDatabase()) {
            Path source = TestSqlite.create(directory.resolve("source.db"), SOURCE, FILL.formatted(ROWS));
            Load load = new Load(source, mirror, new ArrayList<>());
            Outcome first = new Race("first load, " + ROWS + " rows", "ms", ROUNDS, NO_SLOWER)
                    .between(new Shells(source, mirror), load);
            Contender idle = named("nothing changed", load::backfill);
            Outcome again = new Race("nothing changed", "ms", ROUNDS, A_THIRD).between(load, idle);
            Outcome memory = new Race("peak memory", "MB", ROUNDS, NO_SLOWER)
                    .between(new Limit("promised", MOST_MEGABYTES), named("first load", () -> {
                        load.sample();
                        return load.peaks.get(load.peaks.size() - 1);
                    }));
            return List.of(first, again, memory);
        } catch (SQLException e) {
            throw new IOException(e);
        } finally {
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(directory);
        }
    }

    /** Takes one sample. */
    private interface Sample {
        double take() throws IOException, InterruptedException;
    }

    private static Contender named(String name, Sample sample) {
        return new Contender() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public double sample() throws IOException, InterruptedException {
                return sample.take();
            }
        };
    }

    private static void empty(TestDatabase mirror) throws IOException {
        try {
            mirror.execute(
                    "drop table if exists audit",
                    "drop table if exists lockstep_mirror_ckpt",
                    "drop table if exists lockstep_mirror_table",
                    "drop table if exists lockstep_mirror_run",
                    TARGET);
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    private static void check(TestDatabase mirror) throws IOException {
        try {
            String rows = mirror.ask("select count(*) from audit");
            if (!rows.equals(Integer.toString(ROWS))) {
                throw new IOException(rows + " rows arrived of " + ROWS);
            }
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    /** Runs a program to its end. @return its peak of resident memory in megabytes */
    private static double run(Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        Path log = Files.createTempFile(Path.of("target"), "bench", ".log");
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectInput(new File("/dev/null"))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            Path status = Path.of("/proc", Long.toString(process.pid()), "status");
            double peak = 0;
            while (!process.waitFor(20, TimeUnit.MILLISECONDS)) {
                peak = Math.max(peak, peakOf(status));
            }
            if (process.exitValue() != 0) {
                throw new IOException(String.join(" ", command) + ": " + Files.readString(log));
            }
            return peak;
        } finally {
            Files.delete(log);
        }
    }

    private static double peakOf(Path status) {
        try {
            for (String line : Files.readAllLines(status, StandardCharsets.UTF_8)) {
                if (line.startsWith("VmHWM:")) {
                    return Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024;
                }
            }
            return 0;
        } catch (IOException ended) {
            return 0;
        }
    }

    private record Shells(Path source, TestDatabase mirror) implements Contender {
        @Override
        public String name() {
            return "sqlite3 | psql \\copy";
        }

        @Override
        public Optional<String> absence() {
            List<String> folders =
                    List.of(System.getenv().getOrDefault("PATH", "").split(":", -1));
            for (String program : List.of("sqlite3", "psql")) {
                if (folders.stream().noneMatch(folder -> Files.isExecutable(Path.of(folder, program)))) {
                    return Optional.of(program + " is not in PATH");
                }
            }
            return Optional.empty();
        }

        @Override
        public double sample() throws IOException, InterruptedException {
            empty(mirror);
            long start = System.nanoTime();
            run(
                    mirror.environment(),
                    List.of(
                            "bash",
                            "-c",
                            "set -o pipefail; sqlite3 -csv \"$0\" 'select * from audit'"
                                    + " | psql -qX -v ON_ERROR_STOP=1 -c '\\copy audit from stdin (format csv)'",
                            source.toString()));
            double took = (System.nanoTime() - start) / 1e6;
            check(mirror);
            return took;
        }
    }

    private record Load(Path source, TestDatabase mirror, List<Double> peaks) implements Contender {
        @Override
        public String name() {
            return "mirror backfill -Xmx64m";
        }

        @Override
        public double sample() throws IOException, InterruptedException {
            empty(mirror);
            return backfill();
        }

        double backfill() throws IOException, InterruptedException {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString()));
            command.addAll(List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:-UsePerfData"));
            String natives = System.getProperty("lockstep.native");
            if (natives != null) {
                command.add("-Dlockstep.native=" + natives);
            }
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.lockstep.cli.Lockstep"));
            command.addAll(List.of("mirror", "backfill", "--db", source.toString()));
            long start = System.nanoTime();
            peaks.add(run(Map.of("LOCKSTEP_TO", mirror.url()), command));
            double took = (System.nanoTime() - start) / 1e6;
            check(mirror);
            return took;
        }
    }
}
