package dev.lockstep.cli.demo;

import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.db.Db;
import dev.lockstep.db.sqlite.SqliteFiles;
import dev.lockstep.support.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** The demo's audit log: CADT's, of 200 registries, in a SQLite database without an index on it. */
final class DemoAudit {
    private static final int ROWS = 50_000;
    private static final String REGISTRY = "registry-007";
    private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(10);

    private static final String SCHEMA = """
            create table audit (
              id integer primary key autoincrement, orgUid varchar(255) not null, registryId varchar(255) not null,
              rootHash varchar(255) not null, type varchar(255) not null, change text, "table" varchar(255),
              onchainConfirmationTimeStamp varchar(255) not null, createdAt datetime, updatedAt datetime,
              comment varchar(255), author varchar(255), generation integer)
            """;

    private static final String FILL = """
            insert into audit (orgUid, registryId, rootHash, type, onchainConfirmationTimeStamp, comment, author, generation)
            with recursive g (n) as (select 0 union all select n + 1 from g where n < ? - 1)
            select printf('org-%03d', n % 200), printf('registry-%03d', n % 200), 'root', 'NO CHANGE', '1700000000', '', '',
                   n / 200
              from g
            """;

    private static final String NEWEST = """
            select * from audit where registryId = ? order by generation desc limit 1
            """;

    private static final int REPEATS = 20;

    private final DemoCommand.Stage stage;
    private final Path file;

    DemoAudit(DemoCommand.Stage stage) {
        this.stage = stage;
        this.file = stage.directory().resolve("registry.db");
    }

    void play() {
        stage.title("audit: an index that the hot query really uses, and a write that is all or nothing");
        try (Db db = stage.databases().createSqlite(file)) {
            db.run(tx -> tx.execute(SCHEMA));
            db.run(tx -> tx.update(FILL, ROWS));
        }
        stage.say("  " + ROWS + " rows; each tick of a sync asks for the newest one of each registry.");
        String before = stage.type(ExitCode.DIFFERS, "audit", "check", "--db", file.toString());
        stage.expect("a scan and a sort before", true, before.contains("SCAN audit; USE TEMP B-TREE"));
        long slow = query();
        stage.type(ExitCode.OK, "audit", "apply", "--db", file.toString());
        String after = stage.type(ExitCode.OK, "audit", "check", "--db", file.toString());
        stage.expect("a search by the index after", true, after.contains("SEARCH audit USING INDEX"));
        stage.expect("a sort after", false, after.contains("TEMP B-TREE"));
        long fast = query();
        stage.say("  the query took " + slow + " us before, and takes " + fast + " us now.");
        write();
    }

    /** @return microseconds, the least of some runs */
    private long query() {
        long least = Long.MAX_VALUE;
        try (Db db = stage.databases().sqlite(file, SqliteFiles.Access.READ, LOCK_TIMEOUT)) {
            for (int i = 0; i < REPEATS; i++) {
                long start = System.nanoTime();
                db.read(tx -> tx.only(NEWEST, REGISTRY));
                least = Math.min(least, (System.nanoTime() - start) / 1_000);
            }
        }
        return least;
    }

    private void write() {
        Path rows = file.resolveSibling("rows.ndjson");
        try {
            Files.writeString(rows, row("REPLACED", "INSERT") + "\n" + row("OLD", "DELETE") + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        stage.say("  The next generation of a registry, written twice: the second time it is there already.");
        stage.type(ExitCode.OK, "audit", "write", rows.toString(), "--db", file.toString());
        String again = stage.type(ExitCode.OK, "audit", "write", rows.toString(), "--db", file.toString());
        stage.expect("rows written again", true, again.startsWith("0 rows of 0 generations written, 2 there already"));
    }

    private static String row(String change, String type) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("orgUid", "org-007");
        row.put("registryId", REGISTRY);
        row.put("rootHash", "root");
        row.put("type", type);
        row.put("table", "units");
        row.put("change", Json.write(Map.of("unit", change)));
        row.put("onchainConfirmationTimeStamp", "1700000600");
        row.put("generation", (long) ROWS / 200);
        return Json.write(row);
    }
}
