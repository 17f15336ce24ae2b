package dev.lockstep.bench;

import dev.lockstep.cli.Lockstep;
import dev.lockstep.db.open.Databases;
import dev.lockstep.support.Environment;
import dev.lockstep.support.Json;
import dev.lockstep.testing.TestSqlite;
import java.io.BufferedWriter;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A hundred thousand rows of an audit log: {@code audit write} of an NDJSON file against the sqlite3 shell's {@code .import} of
 * the same rows as CSV in one transaction; and, as a thousand generations, against one INSERT per transaction.
 */
final class AuditWrite implements Benchmark {
    private static final int ROWS = 100_000;
    private static final int ONE_BY_ONE = 5_000;
    private static final int ROUNDS = 5;

    /** At least 0.8 of the shell's rate. */
    private static final double NEARLY_AS_FAST = 1 / 0.8;

    private static final double EIGHT_TIMES = 1 / 8.0;

    private static final String TABLE = """
            create table audit (
              id integer primary key autoincrement, orgUid varchar(255) not null, registryId varchar(255) not null,
              rootHash varchar(255) not null, type varchar(255) not null, change text, "table" varchar(255),
              onchainConfirmationTimeStamp varchar(255) not null, createdAt datetime, updatedAt datetime,
              comment varchar(255), author varchar(255), generation integer)
            """;

    private static final String INSERT = """
            insert into audit (orgUid, registryId, rootHash, type, change, "table", onchainConfirmationTimeStamp, createdAt,
                               updatedAt, comment, author, generation)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """;

    private static final String CHANGE =
            "{\"warehouseUnitId\":\"%s\",\"unitOwner\":\"ProcessIdentity %d\",\"unitCount\":%d,"
                    + "\"unitStatus\":\"Held\",\"vintageYear\":2020,\"countryJurisdictionOfOwner\":\"%s\"}";

    private static final String TIME = "2026-01-02 03:04:05.678 +00:00";

    @Override
    public List<Outcome> run() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory(Path.of("target"), "bench").toAbsolutePath();
        Path empty = directory.resolve("empty.db");
        try {
            TestSqlite.create(empty, "pragma journal_mode = wal", TABLE);
            Path one = ndjson(directory.resolve("one.ndjson"), ROWS);
            Path many = ndjson(directory.resolve("many.ndjson"), ROWS / 1_000);
            Write whole = new Write(directory, one, ROWS);
            whole.sample();
            Outcome bulk = new Race("100,000 rows, one generation", "ms", ROUNDS, NEARLY_AS_FAST)
                    .between(new Import(directory, csv(directory)), whole);
            lockstep("audit", "apply", "--db", empty.toString());
            Outcome single = new Race("rows, 1,000 generations", "ms/1,000", ROUNDS, EIGHT_TIMES)
                    .between(new OneByOne(directory), new Write(directory, many, 1_000));
            return List.of(bulk, single);
        } catch (SQLException e) {
            throw new IOException(e);
        } finally {
            delete(directory);
        }
    }

    /** The values of a row after its id. */
    private static Object[] row(int number, int generation) {
        return new Object[] {
            "7fb0ba93-89b0-4d5c-a1a2-0d0b0f4c5a10",
            "a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90",
            "0x%064x".formatted(generation),
            "INSERT",
            CHANGE.formatted(
                    new UUID(number, generation), number, number, number % 10 == 0 ? "Côte d'Ivoire" : "Benin"),
            "units",
            "1700000000",
            TIME,
            TIME,
            "",
            "",
            (long) generation
        };
    }

    private static final String[] NAMES = {
        "orgUid",
        "registryId",
        "rootHash",
        "type",
        "change",
        "table",
        "onchainConfirmationTimeStamp",
        "createdAt",
        "updatedAt",
        "comment",
        "author",
        "generation"
    };

    private static Path ndjson(Path file, int generationSize) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            Object[] first = row(0, 0);
            out.write("{\"orgUid\":\"" + first[0] + "\",\"registryId\":\"" + first[1]
                    + "\",\"rootHash\":\"0\",\"type\":\"CREATE REGISTRY\","
                    + "\"onchainConfirmationTimeStamp\":\"1700000000\",\"generation\":0}\n");
            for (int i = 1; i < ROWS; i++) {
                Object[] row = row(i, 1 + i / generationSize);
                Map<String, Object> line = new LinkedHashMap<>();
                for (int c = 0; c < row.length; c++) {
                    line.put(NAMES[c], row[c]);
                }
                out.write(Json.write(line));
                out.write('\n');
            }
        }
        return file;
    }

    private static Path csv(Path directory) throws IOException {
        Path file = directory.resolve("rows.csv");
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (int i = 0; i < ROWS; i++) {
                StringBuilder line = new StringBuilder().append(i + 1);
                for (Object value : row(i, 1)) {
                    line.append(",\"")
                            .append(value.toString().replace("\"", "\"\""))
                            .append('"');
                }
                out.write(line.append('\n').toString());
            }
        }
        return file;
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }

    private static Path fresh(Path directory) throws IOException {
        Path file = directory.resolve("rows.db");
        Files.deleteIfExists(directory.resolve("rows.db-wal"));
        Files.deleteIfExists(directory.resolve("rows.db-shm"));
        return Files.copy(directory.resolve("empty.db"), file, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void check(Path file, long rows) throws IOException {
        try {
            long found = Long.parseLong(TestSqlite.ask(file, "select count(*) from audit"));
            if (found != rows) {
                throw new IOException(found + " rows instead of " + rows);
            }
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    private static void lockstep(String... arguments) throws IOException {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(said, false, StandardCharsets.UTF_8);
        try (Databases databases = new Databases(new Environment(Map.of()))) {
            if (new Lockstep(databases, InputStream.nullInputStream(), stream, stream).run(arguments) != 0) {
                throw new IOException(String.join(" ", arguments) + ": " + said.toString(StandardCharsets.UTF_8));
            }
        }
    }

    private record Import(Path directory, Path csv) implements Contender {
        @Override
        public String name() {
            return "sqlite3 .import";
        }

        @Override
        public Optional<String> absence() {
            for (String folder : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
                if (Files.isExecutable(Path.of(folder, "sqlite3"))) {
                    return Optional.empty();
                }
            }
            return Optional.of("sqlite3 is not in PATH");
        }

        @Override
        public double sample() throws IOException, InterruptedException {
            Path file = fresh(directory);
            long start = System.nanoTime();
            Process process = new ProcessBuilder(
                            "sqlite3", file.toString(), "begin", ".mode csv", ".import '" + csv + "' audit", "commit")
                    .redirectInput(new File("/dev/null"))
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IOException("sqlite3: " + output);
            }
            double took = (System.nanoTime() - start) / 1e6;
            check(file, ROWS);
            return took;
        }
    }

    /** @param per the sample is the time for so many rows */
    private record Write(Path directory, Path rows, int per) implements Contender {
        @Override
        public String name() {
            return "audit write";
        }

        @Override
        public double sample() throws IOException {
            Path file = fresh(directory);
            long start = System.nanoTime();
            lockstep("audit", "write", rows.toString(), "--db", file.toString());
            double took = (System.nanoTime() - start) / 1e6;
            check(file, ROWS);
            return took * per / ROWS;
        }
    }

    private record OneByOne(Path directory) implements Contender {
        @Override
        public String name() {
            return "one INSERT a transaction";
        }

        @Override
        public double sample() throws IOException {
            Path file = fresh(directory);
            try (Connection connection = TestSqlite.connect(file);
                    PreparedStatement insert = connection.prepareStatement(INSERT)) {
                long start = System.nanoTime();
                for (int i = 0; i < ONE_BY_ONE; i++) {
                    Object[] row = row(i, i);
                    for (int c = 0; c < row.length; c++) {
                        insert.setObject(c + 1, row[c]);
                    }
                    insert.executeUpdate();
                }
                return (System.nanoTime() - start) / 1e6 * 1_000 / ONE_BY_ONE;
            } catch (SQLException e) {
                throw new IOException(e);
            }
        }
    }
}
