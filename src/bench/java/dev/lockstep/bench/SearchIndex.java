package dev.lockstep.bench;

import dev.lockstep.db.Databases;
import dev.lockstep.db.Db;
import dev.lockstep.db.Environment;
import dev.lockstep.db.Sqlite;
import dev.lockstep.fts.FtsRebuild;
import dev.lockstep.fts.FtsTable;
import dev.lockstep.testing.CadtSample;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A rebuild of the search indexes of 20,000 projects and 60,000 units with its proof, against the plain SQL that a person
 * would write: drop the tables, create them, fill them, in one transaction.
 */
final class SearchRebuild implements Benchmark {
    private static final int ROUNDS = 5;
    private static final double NEARLY_AS_FAST = 1.15;

    @Override
    public List<Outcome> run() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("lockstep-bench-");
        Path file = directory.resolve("cadt.db");
        try {
            CadtSample.V1.create(file, CadtSample.Size.REAL);
            return List.of(new Race("rebuild of 80,000 rows", "ms", ROUNDS, NEARLY_AS_FAST)
                    .between(plain(file), lockstep(file)));
        } catch (SQLException e) {
            throw new IOException(e);
        } finally {
            for (String name : List.of("cadt.db", "cadt.db-wal", "cadt.db-shm")) {
                Files.deleteIfExists(directory.resolve(name));
            }
            Files.delete(directory);
        }
    }

    private static Contender plain(Path file) throws SQLException {
        List<String> statements = new ArrayList<>(List.of("begin immediate"));
        for (String index : List.of("projects_fts", "units_fts")) {
            statements.add("drop table " + index);
            statements.add(TestSqlite.ask(file, "select sql from sqlite_master where name = '" + index + "'"));
            statements.add(CadtSample.V1.statement("insert into " + index));
        }
        statements.add("commit");
        return contender("drop, create, fill", () -> {
            try (Connection connection = TestSqlite.connect(file);
                    Statement statement = connection.createStatement()) {
                for (String sql : statements) {
                    statement.execute(sql);
                }
            } catch (SQLException e) {
                throw new UncheckedIOException(new IOException(e));
            }
        });
    }

    private static Contender lockstep(Path file) {
        return contender("fts rebuild", () -> {
            try (Databases databases = new Databases(new Environment(Map.of()));
                    Db db = databases.sqlite(file, Sqlite.Access.WRITE, Duration.ofMinutes(1))) {
                new FtsRebuild(Optional.empty(), FtsTable.Columns.WRITTEN).run(db, List.of(), (fts, rows) -> {});
            }
        });
    }

    private static Contender contender(String name, Runnable work) {
        return new Contender() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public double sample() {
                long start = System.nanoTime();
                work.run();
                return (System.nanoTime() - start) / 1e6;
            }
        };
    }
}
