package dev.lockstep.bench;

import dev.lockstep.audit.AuditTable;
import dev.lockstep.audit.index.AuditIndexes;
import dev.lockstep.db.Db;
import dev.lockstep.db.open.Databases;
import dev.lockstep.db.sqlite.SqliteFiles;
import dev.lockstep.support.Environment;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The newest row of a registry among a million rows of 1,000 registries, before and after {@code audit apply}. */
final class AuditQuery implements Benchmark {
    private static final int ROUNDS = 5;
    private static final int REPEATS = 1_000;

    /** A scan and a sort of it all against a search: anything near this would mean that the index is not used. */
    private static final double HUNDRED_TIMES = 1 / 100.0;

    private static final String TABLE = """
            create table audit (
              id integer primary key autoincrement, orgUid varchar(255) not null, registryId varchar(255) not null,
              rootHash varchar(255) not null, type varchar(255) not null, change text, "table" varchar(255),
              onchainConfirmationTimeStamp varchar(255) not null, createdAt datetime, updatedAt datetime,
              comment varchar(255), author varchar(255), generation integer)
            """;

    private static final String FILL = """
            insert into audit (orgUid, registryId, rootHash, type, change, "table", onchainConfirmationTimeStamp, generation)
            with recursive g (n) as (select 0 union all select n + 1 from g where n < 999999)
            select 'org' || (n % 1000), 'registry' || (n % 1000), 'root' || n, 'INSERT', '{"unit":' || n || '}', 'units',
                   '1700000000', n / 1000
              from g
            """;

    private static final List<String> QUERIES = List.of(
            "select * from audit where registryId = ? order by generation desc limit 1",
            "select * from audit where orgUid = ? order by generation desc limit 1");

    @Override
    public List<Outcome> run() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory(Path.of("target"), "bench");
        Path before = directory.resolve("before.db");
        Path after = directory.resolve("after.db");
        try (Databases databases = new Databases(new Environment(Map.of()))) {
            TestSqlite.create(before, TABLE, FILL);
            Files.copy(before, after);
            try (Db db = databases.sqlite(after, SqliteFiles.Access.WRITE, Duration.ofMinutes(1))) {
                new AuditIndexes(AuditTable.find(db, Optional.empty()))
                        .apply(AuditIndexes.Conflict.REFUSE, Duration.ofMinutes(2), made -> {});
            }
            try (Db without = databases.sqlite(before, SqliteFiles.Access.READ, Duration.ofMinutes(1));
                    Db with = databases.sqlite(after, SqliteFiles.Access.READ, Duration.ofMinutes(1))) {
                Race race = new Race("newest of 1,000,000 rows", "us", ROUNDS, HUNDRED_TIMES);
                return List.of(
                        race.between(
                                new Newest("registry, before", without, QUERIES.get(0), "registry%d", 1),
                                new Newest("registry, after apply", with, QUERIES.get(0), "registry%d", REPEATS)),
                        race.between(
                                new Newest("organisation, before", without, QUERIES.get(1), "org%d", 1),
                                new Newest("organisation, after", with, QUERIES.get(1), "org%d", REPEATS)));
            }
        } catch (SQLException e) {
            throw new IOException(e);
        } finally {
            Files.deleteIfExists(before);
            Files.deleteIfExists(after);
            Files.delete(directory);
        }
    }

    private record Newest(String name, Db db, String sql, String value, int repeats) implements Contender {
        @Override
        public double sample() {
            long start = System.nanoTime();
            for (int i = 0; i < repeats; i++) {
                String wanted = value.formatted(i * 7 % 1_000);
                if (db.<Long>autocommit(tx -> tx.only(sql, wanted).integer("generation")) != 999) {
                    throw new IllegalStateException("not the newest row of " + wanted);
                }
            }
            return (System.nanoTime() - start) / 1e3 / repeats;
        }
    }
}
