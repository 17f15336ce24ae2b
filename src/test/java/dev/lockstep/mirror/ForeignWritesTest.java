package dev.lockstep.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.mirror.TestMirror.Kind;
import dev.lockstep.testing.Counts;
import dev.lockstep.testing.Fault;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.MariaDbExtension;
import dev.lockstep.testing.PostgresExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** After a backfill that ends with 0 the mirror is equal, whatever somebody else has written to it. */
@ExtendWith({PostgresExtension.class, MariaDbExtension.class})
class ForeignWritesTest {
    private static final int ROWS = 600;
    private static final int WRITES = 200;
    private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2024-01-02T03:04:05Z"));

    @TempDir
    Path dir;

    @ParameterizedTest
    @MethodSource("dev.lockstep.mirror.TestMirror$Kind#ofLongTests")
    void randomWritesAreUndone(Kind kind) throws SQLException, IOException {
        Random random = new Random(Counts.seed());
        try (TestMirror mirror = filled(kind, random)) {
            for (int writes = 0; writes < WRITES * Counts.of(1, 10); ) {
                int some = 1 + random.nextInt(30);
                write(mirror, some, random);
                writes += some;
                if (random.nextInt(3) == 0) {
                    mirror.sql("update cells set n = " + random.nextInt() + " where id = " + id(random));
                }
                age(mirror);
                LockstepRun run = mirror.run("mirror", "backfill", "--json");
                assertThat(run.exit()).as("seed %d: %s", Counts.seed(), run).isZero();
                assertThat(run.stdout())
                        .contains(kind == Kind.SQLITE ? "\"compared\":\"rows\"" : "\"compared\":\"server\"");
                assertThat(mirror.differences("cells"))
                        .as("seed %d: %s", Counts.seed(), run)
                        .isEmpty();
            }
        }
    }

    private TestMirror filled(Kind kind, Random random) throws SQLException, IOException {
        TestMirror mirror = new TestMirror(kind, dir, CellMutations.TABLE);
        CellMutations.fill(mirror.source, ROWS, random);
        age(mirror);
        assertThat(mirror.run("mirror", "backfill", "--create").exit()).isZero();
        assertThat(mirror.differences("cells")).isEmpty();
        return mirror;
    }

    /** Long enough for the source not to be read again when it has not changed. */
    private static void age(TestMirror mirror) throws IOException {
        Files.setLastModifiedTime(mirror.source, LONG_AGO);
    }

    private static int id(Random random) {
        return 1 + random.nextInt(ROWS);
    }

    private static void write(TestMirror mirror, int some, Random random) throws SQLException {
        CellMutations.mutate(mirror, 1 + random.nextInt(3), random);
        List<String> statements = new ArrayList<>();
        for (int i = 1; i < some; i++) {
            statements.addAll(one(random));
        }
        mirror.execute(statements.toArray(String[]::new));
    }

    private static List<String> one(Random random) {
        int a = id(random);
        int b = id(random);
        int fresh = ROWS + 1 + random.nextInt(1_000_000);
        return switch (random.nextInt(8)) {
            case 0 -> List.of("update cells set s = 'foreign' where id = " + a);
            case 1 -> List.of("delete from cells where id = " + a);
            case 2 ->
                List.of(
                        "delete from cells where id = " + fresh,
                        "insert into cells (id, s) values (" + fresh + ", 'more')");
            case 3 ->
                List.of("delete from cells where id = " + a, "insert into cells (id, s) values (" + a + ", 'again')");
            case 4 -> moves(List.of(a, b, -1), List.of(-1, a, b));
            case 5 -> moves(List.of(a), List.of(fresh));
            case 6 -> moves(List.of(a, fresh), List.of(fresh, a));
            default ->
                List.of(
                        "update cells set r = 0.5 where id = " + a,
                        "update cells set r = 0, s = s, b = null where id = " + b);
        };
    }

    /** Rows take other keys, unless somebody has taken those. */
    private static List<String> moves(List<Integer> from, List<Integer> to) {
        List<String> moves = new ArrayList<>();
        for (int i = 0; i < from.size(); i++) {
            int target = to.get(i);
            moves.add("update cells set id = " + target + " where id = " + from.get(i)
                    + " and not exists (select 1 from (select id from cells) as x where x.id = " + target + ")");
        }
        return moves;
    }

    /** What is done to all of the table; the mirror ends equal or the backfill does not end with 0. */
    private static List<List<String>> bulk(Kind kind) {
        List<List<String>> all = new ArrayList<>();
        String truncate = kind == Kind.SQLITE ? "delete from cells" : "truncate table cells";
        all.add(List.of(
                "create table copy as select * from cells",
                "update copy set s = 'reloaded' where id = 7",
                truncate,
                "insert into cells select * from copy",
                "drop table copy"));
        all.add(List.of("alter table cells rename column s to x", "alter table cells rename column x to s"));
        switch (kind) {
            case POSTGRESQL -> {
                all.add(List.of("update cells set n = 1 where id = 9", "vacuum full cells"));
                all.add(List.of("vacuum full cells", "vacuum freeze cells"));
                all.add(List.of(
                        "alter table cells alter r type real", "alter table cells alter r type double precision"));
                all.add(List.of("alter table cells drop column s, add column s text default 'fast'"));
                all.add(List.of(
                        "create table other (like cells including all)",
                        "insert into other select * from cells",
                        "update other set b = null where id % 50 = 3",
                        "drop table cells",
                        "alter table other rename to cells"));
                all.add(List.of("alter table cells alter d type numeric(30,1)"));
                all.add(List.of(
                        "create function worse() returns trigger language plpgsql as"
                                + " 'begin new.s = ''triggered''; return new; end'",
                        "delete from cells where id = 5",
                        "create trigger worse before insert on cells for each row execute function worse()"));
            }
            case MARIADB, MYSQL -> {
                all.add(List.of("update cells set n = 1 where id = 9", "optimize table cells"));
                all.add(List.of("alter table cells modify r float", "alter table cells modify r double"));
                all.add(List.of("alter table cells drop column s, add column s longtext default ('fast')"));
                all.add(List.of(
                        "create table other like cells",
                        "insert into other select * from cells",
                        "update other set b = null where id % 50 = 3",
                        "drop table cells",
                        "rename table other to cells"));
                all.add(List.of("alter table cells modify s longtext collate utf8mb4_general_ci"));
                all.add(List.of(
                        "delete from cells where id = 5",
                        "create trigger worse before insert on cells for each row set new.s = 'triggered'"));
            }
            case SQLITE -> {
                all.add(List.of("update cells set n = 1 where id = 9", "vacuum"));
                all.add(List.of(
                        "alter table cells drop column s", "alter table cells add column s text default 'fast'"));
                all.add(List.of("update cells set n = cast(n as real) where id = 11"));
                all.add(
                        List.of(
                                "delete from cells where id = 5",
                                "create trigger worse after insert on cells begin update cells set s = 'triggered' where id = new.id; end"));
            }
        }
        return all;
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void bulkWritesAreUndoneOrRefused(Kind kind) throws SQLException, IOException {
        int equal = 0;
        try (TestMirror mirror = filled(kind, new Random(1))) {
            for (List<String> statements : bulk(kind)) {
                mirror.execute(statements.toArray(String[]::new));
                LockstepRun run = mirror.run("mirror", "backfill", "--max-delete", "1000");
                boolean isEqual = mirror.differences("cells").isEmpty();
                assertThat(run.exit() == 0).as("%s: %s", statements, run).isEqualTo(isEqual);
                equal += isEqual ? 1 : 0;
            }
        }
        assertThat(equal).isGreaterThan(2);
    }

    /** Whatever is written between any two calls of a run: it ends equal, or says so, or the next one does. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void aWriteInMidRunIsNeverTakenForTheSources(Kind kind) throws Exception {
        try (TestMirror mirror = filled(kind, new Random(2))) {
            int missed = 0;
            boolean hit = true;
            for (int call = 1; hit; call += Counts.of(13, 1)) {
                mirror.sql(
                        "update cells set n = " + call + " where id = 20",
                        "delete from cells where id = " + (100 + call));
                int row = call;
                Fault fault = Fault.meanwhile(call, () -> foreign(mirror, row));
                LockstepRun run = mirror.run(fault, "mirror", "backfill");
                hit = fault.hit();
                if (run.exit() == 0 && !mirror.differences("cells").isEmpty()) {
                    missed++;
                }
                LockstepRun next = mirror.run("mirror", "backfill");
                assertThat(next.exit()).as("%s: %s", fault, next).isZero();
                assertThat(mirror.differences("cells")).as(fault.toString()).isEmpty();
            }
            // After the table has been found equal there is only the end of the run to be noted.
            assertThat(missed).isLessThan(Counts.of(10, 40));
        }
    }

    /** Not, if the run has locked what it would write. */
    private static void foreign(TestMirror mirror, int row) throws SQLException {
        try (Connection connection = mirror.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    switch (mirror.kind()) {
                        case POSTGRESQL -> "set lock_timeout = '20ms'";
                        case MARIADB -> "set innodb_lock_wait_timeout = 0, lock_wait_timeout = 1";
                        case MYSQL -> "set lock_wait_timeout = 1";
                        case SQLITE -> "pragma busy_timeout = 0";
                    });
            try {
                if (mirror.kind() == Kind.MYSQL) {
                    // It waits at least a second for a row, unless it is told here.
                    connection.setAutoCommit(false);
                    statement
                            .executeQuery("select id from cells where id in (20, 30) for update nowait")
                            .close();
                }
                statement.execute("update cells set s = 'meanwhile " + row + "' where id in (20, 30)");
                if (mirror.kind() == Kind.MYSQL) {
                    connection.commit();
                }
            } catch (SQLException locked) {
                assertThat(locked.getMessage()).containsIgnoringCase("lock");
            }
        }
    }
}
