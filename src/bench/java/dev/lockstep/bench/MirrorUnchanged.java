package dev.lockstep.bench;

import dev.lockstep.testing.CadtSample;
import dev.lockstep.testing.MariaDbDatabase;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestMariaDb;
import dev.lockstep.testing.TestPostgres;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A backfill that finds nothing to do, of 315,000 rows in eleven tables, into each engine: what it costs to find out whether
 * somebody else has written to the mirror, against {@code --sole-writer}, which believes what was recorded.
 */
final class MirrorUnchanged implements Benchmark {
    private static final int ROUNDS = 5;

    /** What the look at the mirror may cost in all. */
    private static final double THREE_TIMES = 3;

    /** SQLite has no digests of its own: the rows of the mirror are read, which are as many bytes as the source's file. */
    private static final double FOUR_TIMES = 4;

    @Override
    public List<Outcome> run() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory(Path.of("target"), "bench").toAbsolutePath();
        TestMariaDb server = TestMariaDb.startDurable();
        try (TestDatabase postgres = TestPostgres.shared().createDatabase();
                MariaDbDatabase mariaDb = server.createDatabase()) {
            Path source = CadtSample.V1.create(directory.resolve("source.db"), BackfillProcess.CADT);
            Path copy = TestSqlite.create(
                    directory.resolve("mirror.db"), "create table unrelated (id integer primary key)");
            List<Outcome> outcomes = new ArrayList<>();
            outcomes.add(again("PostgreSQL", source, postgres.url(), THREE_TIMES));
            outcomes.add(again("MariaDB", source, mariaDb.url() + "?sslmode=disable", THREE_TIMES));
            outcomes.add(again("SQLite", source, "sqlite:" + copy, FOUR_TIMES));
            return outcomes;
        } catch (SQLException e) {
            throw new IOException(e);
        } finally {
            server.stop();
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(directory);
        }
    }

    private static Outcome again(String engine, Path source, String mirror, double budget)
            throws IOException, InterruptedException {
        new BackfillProcess(source, mirror, List.of()).run("inserted", BackfillProcess.CADT_ROWS);
        return new Race("nothing changed, " + engine, "ms", ROUNDS, budget)
                .between(
                        unchanged("mirror backfill --sole-writer", source, mirror, List.of("--sole-writer")),
                        unchanged("mirror backfill", source, mirror, List.of()));
    }

    private static Contender unchanged(String name, Path source, String mirror, List<String> options) {
        return new Contender() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public double sample() throws IOException, InterruptedException {
                return new BackfillProcess(source, mirror, options).run("unchanged", BackfillProcess.CADT_ROWS);
            }
        };
    }
}
