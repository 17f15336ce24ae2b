package dev.lockstep.bench;

import dev.lockstep.db.Db;
import dev.lockstep.db.open.Databases;
import dev.lockstep.db.sqlite.SqliteFiles;
import dev.lockstep.fts.check.FtsCheck;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.support.Environment;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whether an index of 300,000 rows of external content is equal to them: {@code fts check --deep} beside SQLite's own
 * {@code 'integrity-check'} with rank 1. Both must say yes.
 */
final class SearchCheck implements Benchmark {
    private static final int ROUNDS = 5;
    private static final double THREE_TIMES_AS_SLOW = 3;

    private static final List<String> SCHEMA = List.of(
            "create table note (id integer primary key, title text, body text)",
            "create virtual table note_fts using fts5(title, body, content='note', content_rowid='id')",
            "create trigger note_ai after insert on note begin insert into note_fts (rowid, title, body)"
                    + " values (new.id, new.title, new.body); end",
            """
            with recursive i(i) as (select 1 union all select i + 1 from i where i < 300000)
            insert into note
            select i, 'title ' || (i * 7919 % 10007) || ' number',
                   'the body of row ' || i || ' says word' || (i * 31 % 5003) || ' and word' || (i * 17 % 977)
                   || ' over and over again in ' || (i % 97) || ' lines of text'
              from i
            """);

    @Override
    public List<Outcome> run() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("lockstep-bench-");
        Path file = directory.resolve("notes.db");
        try {
            TestSqlite.create(file, SCHEMA.toArray(String[]::new));
            return List.of(new Race("check of 300,000 rows", "ms CPU", ROUNDS, THREE_TIMES_AS_SLOW)
                    .between(
                            Contender.timed("'integrity-check', rank 1", () -> integrityCheck(file)),
                            Contender.timed("fts check --deep", () -> check(file))));
        } catch (SQLException e) {
            throw new IOException(e);
        } finally {
            for (String name : List.of("notes.db", "notes.db-wal", "notes.db-shm")) {
                Files.deleteIfExists(directory.resolve(name));
            }
            Files.delete(directory);
        }
    }

    private static void integrityCheck(Path file) {
        try (Connection connection = TestSqlite.connect(file);
                Statement statement = connection.createStatement()) {
            statement.execute("insert into note_fts (note_fts, rank) values ('integrity-check', 1)");
        } catch (SQLException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }

    private static void check(Path file) {
        try (Databases databases = new Databases(new Environment(Map.of()));
                Db db = databases.sqlite(file, SqliteFiles.Access.READ, Duration.ofMinutes(1))) {
            FtsCheck check = new FtsCheck(Optional.empty(), FtsCheck.Depth.DEEP, FtsTable.Columns.WRITTEN, 10);
            if (!check.run(db, List.of()).isInStep()) {
                throw new IllegalStateException("the index is not equal to its base");
            }
        }
    }
}
