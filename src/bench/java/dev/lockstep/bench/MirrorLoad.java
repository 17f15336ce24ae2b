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
 * An audit log of {@code -Dbench.rows} rows, a million by default, of about 500 bytes each, and PostgreSQL: the first load
 * against the shells of both databases in a pipe, as it comes and in a heap of 64 MB, and what it takes of memory; then a
 * run with nothing to do; and the first 100,000 rows against pgloader.
 *
 * <p>Of so few rows a third of pgloader's time is what PostgreSQL itself takes for them when {@code psql} sends it a file that
 * is binary already, and for its ANALYZE, which pgloader leaves out; so less than that third cannot be promised here.
 */
final class MirrorLoad implements Benchmark {
    private static final int ROWS = Integer.getInteger("bench.rows", 1_000_000);
    private static final int FEW_ROWS = Math.min(ROWS, 100_000);
    private static final int ROUNDS = 3;
    private static final double NO_SLOWER = 1;
    private static final double A_THIRD = 1 / 3.0;
    private static final double THREE_QUARTERS = 0.75;
    private static final double MAX_MEGABYTES = 256;
    private static final String SMALL_HEAP = "-Xmx64m";

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
            List<Outcome> outcomes = new ArrayList<>(all(source, mirror));
            Path few = TestSqlite.create(directory.resolve("few.db"), SOURCE, FILL.formatted(FEW_ROWS));
            outcomes.add(new Race("first load, " + FEW_ROWS + " rows", "ms", ROUNDS, THREE_QUARTERS)
                    .between(new PgLoader(few, mirror), new Load(few, FEW_ROWS, mirror, "", new ArrayList<>())));
            return outcomes;
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

    private static List<Outcome> all(Path source, TestDatabase mirror) throws IOException, InterruptedException {
        List<Double> peaks = new ArrayList<>();
        Load load = new Load(source, ROWS, mirror, "", peaks);
        Load small = new Load(source, ROWS, mirror, SMALL_HEAP, new ArrayList<>());
        Shells shells = new Shells(source, mirror);
        String subject = "first load, " + ROWS + " rows";
        Outcome first = new Race(subject, "ms", ROUNDS, NO_SLOWER).between(shells, load);
        Outcome memory = new Race("peak memory of that", "MB", peaks.size() - 1, NO_SLOWER)
                .between(new Limit("promised", MAX_MEGABYTES), named("mirror backfill", () -> peaks.remove(0)));
        Outcome tight = new Race(subject, "ms", ROUNDS, NO_SLOWER).between(shells, small);
        Outcome again = new Race("nothing changed", "ms", ROUNDS, A_THIRD)
                .between(load, named("mirror backfill", load::backfill));
        return List.of(first, memory, tight, again);
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

    private static void check(TestDatabase mirror, int expected) throws IOException {
        try {
            String rows = mirror.ask("select count(*) from audit");
            if (!rows.equals(Integer.toString(expected))) {
                throw new IOException(rows + " rows arrived of " + expected);
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

    /** Why programs cannot be run; empty if they can. */
    private static Optional<String> absence(String... programs) {
        List<String> folders = List.of(System.getenv().getOrDefault("PATH", "").split(":", -1));
        for (String program : programs) {
            if (folders.stream().noneMatch(folder -> Files.isExecutable(Path.of(folder, program)))) {
                return Optional.of(program + " is not in PATH");
            }
        }
        return Optional.empty();
    }

    private record Shells(Path source, TestDatabase mirror) implements Contender {
        @Override
        public String name() {
            return "sqlite3 | psql \\copy";
        }

        @Override
        public Optional<String> absence() {
            return MirrorLoad.absence("sqlite3", "psql");
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
            check(mirror, ROWS);
            return took;
        }
    }

    private record PgLoader(Path source, TestDatabase mirror) implements Contender {
        @Override
        public String name() {
            return "pgloader";
        }

        @Override
        public Optional<String> absence() {
            return MirrorLoad.absence("pgloader");
        }

        @Override
        public double sample() throws IOException, InterruptedException {
            empty(mirror);
            List<String> command = List.of(
                    "pgloader",
                    "--with",
                    "data only",
                    "--with",
                    "quote identifiers",
                    source.toString(),
                    mirror.url().replaceFirst("^postgresql:", "pgsql:"));
            long start = System.nanoTime();
            run(mirror.environment(), command);
            double took = (System.nanoTime() - start) / 1e6;
            check(mirror, FEW_ROWS);
            return took;
        }
    }

    /** @param options of Java; empty for what the launcher has */
    private record Load(Path source, int rows, TestDatabase mirror, String options, List<Double> peaks)
            implements Contender {
        @Override
        public String name() {
            return "mirror backfill" + (options.isEmpty() ? "" : " " + options);
        }

        @Override
        public double sample() throws IOException, InterruptedException {
            empty(mirror);
            return backfill();
        }

        double backfill() throws IOException, InterruptedException {
            Path lockstep = Path.of(System.getProperty("lockstep.distribution"), "bin", "lockstep");
            Map<String, String> environment = Map.of(
                    "JAVA_HOME",
                    System.getProperty("java.home"),
                    "LOCKSTEP_JAVA_OPTS",
                    options,
                    "LOCKSTEP_TO",
                    mirror.url());
            List<String> command = List.of(lockstep.toString(), "mirror", "backfill", "--db", source.toString());
            long start = System.nanoTime();
            peaks.add(run(environment, command));
            double took = (System.nanoTime() - start) / 1e6;
            check(mirror, rows);
            return took;
        }
    }
}
