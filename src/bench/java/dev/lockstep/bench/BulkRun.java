package dev.lockstep.bench;

import dev.lockstep.testing.CadtSample;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.TestSqlite;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/**
 * A bulk script that SQLite's shell runs by itself, with all triggers live, and under {@code lockstep fts run}: what the whole
 * costs, the start of Java, the measuring of the triggers and a restore included.
 *
 * <p>100,000 rows go into a table of 20,000 whose triggers only write their row, and are better left alone; 2,000 updates go to
 * 60,000 units whose triggers read the whole index for each. The index must be equal to its base after each.
 */
final class BulkRun implements Benchmark {
    private static final int ROUNDS = 3;
    private static final double NEARLY_LIVE = 1.1;
    private static final double FIFTY_TIMES_AS_FAST = 0.02;
    private static final int INSERTS = 100_000;
    private static final int UPDATES = 2_000;
    private static final int WORDS = 20;
    private static final List<String> CADT = List.of("--profile", "cadt-v1");

    private static final List<String> NOTES = List.of(
            "create table note (id integer primary key, title text, body text)",
            "create virtual table note_fts using fts5(title, body, content='note', content_rowid='id')",
            "create trigger note_ai after insert on note begin insert into note_fts (rowid, title, body)"
                    + " values (new.id, new.title, new.body); end",
            "create trigger note_ad after delete on note begin insert into note_fts (note_fts, rowid, title, body)"
                    + " values ('delete', old.id, old.title, old.body); end",
            "create trigger note_au after update on note begin insert into note_fts (note_fts, rowid, title, body)"
                    + " values ('delete', old.id, old.title, old.body); insert into note_fts (rowid, title, body)"
                    + " values (new.id, new.title, new.body); end",
            """
            with recursive i(i) as (select 1 union all select i + 1 from i where i < 20000)
            insert into note
            select i, 'title ' || i, 'the body of row ' || i || ' says word' || (i * 31 % 5003)
              from i
            """);

    private static final String COPY_AND_RUN = "cp \"$1\" \"$2\" && shift 2 && exec \"$@\"";

    @Override
    public List<Outcome> run() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("lockstep-bench-");
        try {
            Path notes = directory.resolve("notes.db");
            TestSqlite.create(notes, NOTES.toArray(String[]::new));
            Path units = directory.resolve("units.db");
            CadtSample.V1.create(units, CadtSample.Size.REAL);
            return List.of(
                    race("100,000 inserts, cheap triggers", ROUNDS, NEARLY_LIVE, notes, inserts(directory), List.of()),
                    race(
                            "2,000 updates of 60,000 units",
                            1,
                            FIFTY_TIMES_AS_FAST,
                            units,
                            updates(directory, units),
                            CADT));
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

    private static Outcome race(String subject, int rounds, double budget, Path base, Path script, List<String> options)
            throws IOException, InterruptedException {
        Path work = base.resolveSibling("work.db");
        List<String> shell = List.of("sqlite3", work.toString(), ".read " + script);
        List<String> ours = new ArrayList<>(List.of(
                Path.of(System.getProperty("lockstep.distribution"), "bin", "lockstep")
                        .toString(),
                "fts",
                "run",
                "-q",
                "--db",
                work.toString()));
        ours.addAll(options);
        ours.add("--");
        ours.addAll(shell);
        return new Race(subject, "ms CPU", rounds, budget)
                .between(
                        new Proved(command("triggers on", base, work, shell), work),
                        new Proved(command("fts run", base, work, ours), work));
    }

    private static CommandCpu command(String name, Path base, Path work, List<String> program) {
        List<String> command =
                new ArrayList<>(List.of("/bin/sh", "-c", COPY_AND_RUN, "sh", base.toString(), work.toString()));
        command.addAll(program);
        return new CommandCpu(
                name, Map.of("JAVA_HOME", System.getProperty("java.home")), 1, command.toArray(String[]::new));
    }

    private static Path inserts(Path directory) throws IOException {
        Random random = new Random(1);
        Path script = directory.resolve("inserts.sql");
        try (BufferedWriter writer = Files.newBufferedWriter(script)) {
            writer.write("begin;\n");
            for (int i = 0; i < INSERTS; i++) {
                StringBuilder body = new StringBuilder();
                for (int word = 0; word < WORDS; word++) {
                    body.append(' ').append(Integer.toHexString(random.nextInt(5_000) * 7_919));
                }
                writer.write("insert into note values (" + (50_000 + i) + ", 'note " + i + "', '" + body + "');\n");
            }
            writer.write("commit;\n");
        }
        return script;
    }

    /** In no order. */
    private static Path updates(Path directory, Path units) throws IOException, SQLException {
        String keys = TestSqlite.ask(
                units,
                "select group_concat(quote(warehouseUnitId), char(10)) from (select warehouseUnitId from units"
                        + " order by rowid * 7919 % 60013 limit " + UPDATES + ")");
        Path script = directory.resolve("updates.sql");
        try (BufferedWriter writer = Files.newBufferedWriter(script)) {
            writer.write("begin;\n");
            for (String key : keys.lines().toList()) {
                writer.write("update units set unitOwner = 'owner of " + key.replace("'", "")
                        + "', unitStatus = 'Retired' where warehouseUnitId = " + key + ";\n");
            }
            writer.write("commit;\n");
        }
        return script;
    }

    /** What has been measured counts only if the index is right. */
    private record Proved(CommandCpu command, Path file) implements Contender {
        @Override
        public String name() {
            return command.name();
        }

        @Override
        public Optional<String> absence() {
            boolean there = Stream.of(System.getenv("PATH").split(":", -1))
                    .anyMatch(folder -> Files.isExecutable(Path.of(folder, "sqlite3")));
            return there ? Optional.empty() : Optional.of("there is no sqlite3");
        }

        @Override
        public double sample() throws IOException, InterruptedException {
            double sample = command.sample();
            LockstepRun.of(Map.of(), "fts", "check", "--deep", "--db", file.toString())
                    .endedWith(0);
            return sample;
        }
    }
}
