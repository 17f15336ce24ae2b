package dev.lockstep.bench;

import dev.lockstep.testing.CadtSample;
import dev.lockstep.testing.MariaDbDatabase;
import dev.lockstep.testing.TestMariaDb;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A database of CADT's with 315,000 rows in eleven tables, in MariaDB: the first load into tables that are there, against upserts of
 * one row each, which is how the application writes to its mirror, as time for a thousand rows; and a run with nothing to do.
 *
 * <p>The server is one that has on its disk what it has committed, as it is installed. Neither side encrypts.
 */
final class MirrorMariaDb implements Benchmark {
    private static final long ROWS = BackfillProcess.CADT_ROWS;
    private static final int ROUNDS = 3;

    /** The peer writes one of so many rows of each table. */
    private static final int SAMPLED = 20;

    private static final double A_FIFTH = 1 / 5.0;
    private static final double MAX_MILLISECONDS = 10_000;

    /** A change of a table that is not mirrored: the source is another, and all of it must be read. */
    private static final String ELSEWHERE = "update meta set metaValue = hex(randomblob(8))";

    private static final List<String> TABLES = List.of(
            "projects",
            "coBenefits",
            "projectLocations",
            "labels",
            "projectRatings",
            "relatedProjects",
            "units",
            "issuances",
            "estimations",
            "label_unit",
            "audit");

    private static final List<String> LEDGER =
            List.of("lockstep_mirror_run", "lockstep_mirror_table", "lockstep_mirror_ckpt", "lockstep_mirror_reject");

    @Override
    public List<Outcome> run() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory(Path.of("target"), "bench").toAbsolutePath();
        TestMariaDb server = TestMariaDb.startDurable();
        try (MariaDbDatabase mirror = server.createDatabase()) {
            Path source = CadtSample.V1.create(directory.resolve("source.db"), BackfillProcess.CADT);
            Load load = new Load(source, mirror);
            load.backfill("inserted");
            Outcome first = new Race("first load, for 1,000 rows", "ms", ROUNDS, A_FIFTH)
                    .between(Upserts.of(source, mirror), load);
            load.sample();
            Contender promised = new Limit("promised", MAX_MILLISECONDS);
            Outcome same = new Race("nothing changed", "ms", ROUNDS, 1).between(promised, new Again(load, List.of()));
            Outcome elsewhere = new Race("no mirrored row changed", "ms", ROUNDS, 1)
                    .between(promised, new Again(load, List.of(ELSEWHERE)));
            return List.of(first, same, elsewhere);
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

    private static void execute(MariaDbDatabase mirror, String format, List<String> tables) throws IOException {
        try (Connection connection = mirror.connect();
                Statement statement = connection.createStatement()) {
            for (String table : tables) {
                statement.execute(format.formatted(table));
            }
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    private record Load(Path source, MariaDbDatabase mirror) implements Contender {
        @Override
        public String name() {
            return "mirror backfill";
        }

        @Override
        public double sample() throws IOException, InterruptedException {
            execute(mirror, "truncate table %s", TABLES);
            execute(mirror, "drop table %s", LEDGER);
            return backfill("inserted") * 1_000 / ROWS;
        }

        double backfill(String expected) throws IOException, InterruptedException {
            // As the peer: without encryption.
            return new BackfillProcess(source, mirror.url() + "?sslmode=disable", List.of()).run(expected, ROWS);
        }
    }

    /** @param before what is done to the source first */
    private record Again(Load load, List<String> before) implements Contender {
        @Override
        public String name() {
            return load.name();
        }

        @Override
        public double sample() throws IOException, InterruptedException {
            try {
                TestSqlite.create(load.source(), before.toArray(String[]::new));
            } catch (SQLException e) {
                throw new IOException(e);
            }
            return load.backfill("unchanged");
        }
    }

    /** The values of some rows of a table, and the statement for each. */
    private record Sampled(String upsert, List<Object[]> rows) {
        static Sampled of(Connection source, String table) throws SQLException {
            try (Statement statement = source.createStatement();
                    ResultSet rs =
                            statement.executeQuery("select * from " + table + " where rowid % " + SAMPLED + " = 0")) {
                int width = rs.getMetaData().getColumnCount();
                List<String> names = new ArrayList<>();
                List<String> sets = new ArrayList<>();
                for (int i = 1; i <= width; i++) {
                    String name = "`" + rs.getMetaData().getColumnName(i) + "`";
                    names.add(name);
                    sets.add(name + " = values(" + name + ")");
                }
                List<Object[]> rows = new ArrayList<>();
                while (rs.next()) {
                    Object[] row = new Object[width];
                    for (int i = 0; i < width; i++) {
                        Object value = rs.getObject(i + 1);
                        row[i] = value instanceof String text ? text.replace(" +00:00", "") : value;
                    }
                    rows.add(row);
                }
                String sql = "insert into " + table + " (" + String.join(", ", names) + ") values (?"
                        + ", ?".repeat(width - 1) + ") on duplicate key update "
                        + String.join(", ", sets.subList(1, width));
                return new Sampled(sql, rows);
            }
        }
    }

    private record Upserts(List<Sampled> tables, MariaDbDatabase mirror) implements Contender {
        static Upserts of(Path source, MariaDbDatabase mirror) throws SQLException {
            List<Sampled> tables = new ArrayList<>();
            try (Connection connection = TestSqlite.connect(source)) {
                for (String table : TABLES) {
                    tables.add(Sampled.of(connection, table));
                }
            }
            return new Upserts(tables, mirror);
        }

        @Override
        public String name() {
            return "an upsert a row";
        }

        @Override
        public double sample() throws IOException {
            execute(mirror, "truncate table %s", TABLES);
            try (Connection connection = mirror.connect()) {
                long rows = 0;
                long start = System.nanoTime();
                for (Sampled table : tables) {
                    try (PreparedStatement upsert = connection.prepareStatement(table.upsert())) {
                        for (Object[] row : table.rows()) {
                            for (int i = 0; i < row.length; i++) {
                                upsert.setObject(i + 1, row[i]);
                            }
                            upsert.executeUpdate();
                        }
                    }
                    rows += table.rows().size();
                }
                return (System.nanoTime() - start) / 1e6 * 1_000 / rows;
            } catch (SQLException e) {
                throw new IOException(e);
            }
        }
    }
}
