package dev.lockstep.bench;

import dev.lockstep.db.Db;
import dev.lockstep.db.open.Databases;
import dev.lockstep.db.sqlite.SqliteFiles;
import dev.lockstep.fts.check.FtsCheck;
import dev.lockstep.fts.check.FtsTune;
import dev.lockstep.fts.deferral.Deferral;
import dev.lockstep.fts.deferral.FtsRebuild;
import dev.lockstep.fts.deferral.Restoration;
import dev.lockstep.fts.ledger.DeferralMode;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.profile.Profile;
import dev.lockstep.support.Environment;
import dev.lockstep.support.ProcessIdentity;
import dev.lockstep.testing.CadtSample;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The search indexes of 20,000 projects and 60,000 units, and what it costs to keep them and to make them anew.
 *
 * <p>A rebuild with its proof is held against the plain SQL that a person would write: drop the tables, create them, fill
 * them, in one transaction. Of 2,000 updates of units in one transaction, those with the application's own triggers on are
 * the peer: of a deferral in journal mode, restore included, and of the triggers that {@code fts tune} puts in. The index
 * must be equal to its base, row by row, after each.
 */
final class SearchIndex implements Benchmark {
    private static final int REBUILDS = 5;
    private static final double NEARLY_AS_FAST = 1.15;
    private static final int UPDATES = 2_000;
    private static final int UPDATES_TO_WARM_UP = 20;
    private static final double FIFTY_TIMES_AS_FAST = 0.02;
    private static final double TEN_TIMES_AS_FAST = 0.1;
    private static final Optional<Profile> CADT = Optional.of(Profile.load("cadt-v1"));

    private static final String UPDATE = """
            update units
               set unitOwner = ?,
                   unitStatus = 'Retired'
             where warehouseUnitId = ?
            """;

    /** In no order. */
    private static final String KEYS = """
              select warehouseUnitId
                from units
            order by rowid * 7919 % 60013
               limit ?
            """;

    @Override
    public List<Outcome> run() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("lockstep-bench-");
        Path file = directory.resolve("cadt.db");
        try {
            CadtSample.V1.create(file, CadtSample.Size.REAL);
            Outcome rebuild = new Race("rebuild of 80,000 rows", "ms CPU", REBUILDS, NEARLY_AS_FAST)
                    .between(plain(file), Contender.timed("fts rebuild", () -> with(file, SearchIndex::rebuild)));
            Outcome deferred = new Race("2,000 updates of 60,000 units", "ms CPU", 1, FIFTY_TIMES_AS_FAST)
                    .between(
                            updates("triggers on", file, db -> {}, db -> {}),
                            updates("defer, update, restore", file, SearchIndex::defer, SearchIndex::restore));
            with(file, db -> new FtsTune(CADT).install(db, List.of()));
            Contender on = new Limit("triggers on", deferred.peerSamples().get(0));
            Outcome tuned = new Race("2,000 updates of 60,000 units", "ms CPU", 1, TEN_TIMES_AS_FAST)
                    .between(on, updates("tuned triggers", file, db -> {}, db -> {}));
            return List.of(rebuild, deferred, tuned);
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
        return Contender.timed("drop, create, fill", () -> {
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

    /** The first time a few updates, for those are not measured, and with the triggers on each takes its time. */
    private static Contender updates(String name, Path file, Consumer<Db> before, Consumer<Db> after) {
        int[] updates = {UPDATES_TO_WARM_UP};
        Contender timed = Contender.timed(name, () -> {
            with(file, before);
            update(file, updates[0]);
            with(file, after);
        });
        return new Contender() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public double sample() throws IOException, InterruptedException {
                double sample = timed.sample();
                updates[0] = UPDATES;
                with(file, SearchIndex::prove);
                return sample;
            }
        };
    }

    private static void update(Path file, int updates) {
        try (Connection connection = TestSqlite.connect(file);
                PreparedStatement keys = connection.prepareStatement(KEYS);
                PreparedStatement update = connection.prepareStatement(UPDATE)) {
            connection.setAutoCommit(false);
            keys.setInt(1, updates);
            try (ResultSet found = keys.executeQuery()) {
                while (found.next()) {
                    update.setString(1, "owner " + System.nanoTime());
                    update.setString(2, found.getString(1));
                    update.addBatch();
                }
            }
            update.executeBatch();
            connection.commit();
        } catch (SQLException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }

    private static void rebuild(Db db) {
        new FtsRebuild(Optional.empty(), FtsTable.Columns.WRITTEN, FtsRebuild.Way.REFILL)
                .run(db, List.of(), (fts, rows) -> {});
    }

    private static void defer(Db db) {
        new Deferral(CADT, ProcessIdentity.ofProcess(), Optional.empty())
                .in(Optional.of(DeferralMode.JOURNAL))
                .run(db, List.of());
    }

    private static void restore(Db db) {
        new Restoration(CADT, Restoration.Policy.CAREFUL, ProcessIdentity.ofProcess()).run(db, List.of());
    }

    private static void prove(Db db) {
        FtsCheck check = new FtsCheck(CADT, FtsCheck.Depth.DEEP, FtsTable.Columns.WRITTEN, 10);
        FtsCheck.Report report = check.run(db, List.of());
        if (!report.isInStep()) {
            throw new IllegalStateException("the index is not equal to its base: " + report);
        }
    }

    private static void with(Path file, Consumer<Db> work) {
        try (Databases databases = new Databases(new Environment(Map.of()));
                Db db = databases.sqlite(file, SqliteFiles.Access.WRITE, Duration.ofMinutes(1))) {
            work.accept(db);
        }
    }
}
