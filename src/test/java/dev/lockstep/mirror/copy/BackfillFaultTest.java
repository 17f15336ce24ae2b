package dev.lockstep.mirror.copy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.mirror.MirrorPair;
import dev.lockstep.testing.Fault.Mode;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.MariaDbDatabase;
import dev.lockstep.testing.MariaDbExtension;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.Sweep;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A backfill that is broken at each of its calls to a database; the next one ends equal. */
@ExtendWith({PostgresExtension.class, MariaDbExtension.class})
class BackfillFaultTest {
    private static final List<String> TABLES = List.of("t", "u");

    /** What the mirror was made of. */
    private static final String[] BEFORE = {
        "create table t (id integer primary key, name text)",
        "create table u (k text primary key, at datetime) without rowid",
        BackfillConformance.MANY.formatted("t", 1, 600),
        "insert into u values ('gone', '2024-02-29 12:00:00'), ('kept', null)",
    };

    /** What it must become: rows more, less and other, in both tables. */
    private static final String[] AFTER = {
        "delete from t where id = 7",
        "update t set name = 'changed' where id in (300, 599)",
        "insert into t values (1000, 'new')",
        "delete from u where k = 'gone'",
        "insert into u values ('new', '2024-02-29 12:00:00.123 +00:00')",
    };

    private static final String[] MIRROR = {
        "create table t (id bigint primary key, name text)",
        "create table u (k varchar(100) primary key, at timestamp)",
    };

    private static final List<String> LEDGER =
            List.of("lockstep_mirror_run", "lockstep_mirror_table", "lockstep_mirror_ckpt", "lockstep_mirror_reject");

    /** So many calls of each mode are broken in every build: a server takes its time for what a run does to it. */
    private static final int ON_POSTGRES = 4;

    private static final int ON_MARIADB = 3;

    private static final int ON_SQLITE = 8;

    private static final int WHERE_FULL = 3;

    @TempDir
    private Path dir;

    @Test
    void onPostgresTheNextRunEndsEqual(TestDatabase mirror) throws Exception {
        sweep(MirrorPair.of(dir.resolve("source.db"), mirror), ON_POSTGRES, Mode.THROW_BEFORE, Mode.THROW_AFTER);
    }

    @Test
    void onPostgresTheFirstRunToFinishEndsEqual(TestDatabase mirror) throws Exception {
        MirrorPair empty = MirrorPair.of(TestSqlite.create(dir.resolve("source.db"), BEFORE), mirror);
        int broken = Sweep.startingFrom(run -> {
                    drop(empty);
                    return empty;
                })
                .running((pair, fault) -> pair.backfill(fault, "--batch", "200"))
                .recovering(pair -> pair.backfillToEqual(TABLES))
                .checking(pair -> pair.assertEqual(TABLES))
                .breakingAbout(ON_POSTGRES)
                .run(Mode.THROW_AFTER);
        assertThat(broken).isGreaterThan(ON_POSTGRES / 2);
    }

    @Test
    void onPostgresALoadInOneTransactionIsAllOrNothing(TestDatabase mirror) throws Exception {
        loadAtOnce(
                MirrorPair.of(TestSqlite.create(dir.resolve("source.db"), BEFORE), mirror),
                ON_POSTGRES,
                Mode.THROW_BEFORE,
                Mode.THROW_AFTER,
                Mode.CLOSE);
    }

    @Test
    void onSqliteALoadInOneTransactionIsAllOrNothing() throws Exception {
        Path source = TestSqlite.create(dir.resolve("source.db"), BEFORE);
        loadAtOnce(MirrorPair.of(source, dir.resolve("mirror.db")), ON_SQLITE, Mode.THROW_AFTER, Mode.FULL);
    }

    @Test
    void onMariaDbALoadInOneTransactionIsAllOrNothing(MariaDbDatabase mirror) throws Exception {
        Path source = TestSqlite.create(dir.resolve("source.db"), BEFORE);
        loadAtOnce(MirrorPair.of(source, mirror), ON_MARIADB, Mode.THROW_AFTER, Mode.CLOSE);
    }

    private void loadAtOnce(MirrorPair empty, int calls, Mode... modes) throws Exception {
        empty.execute(MIRROR);
        int broken = Sweep.startingFrom(run -> {
                    for (String table : LEDGER) {
                        empty.execute("drop table if exists " + table);
                    }
                    empty.execute("delete from t");
                    empty.execute("delete from u");
                    return empty;
                })
                .running(MirrorPair::backfill)
                .recovering(pair -> {
                    assertThat(pair.ask("select count(*) from t")).isIn("0", "600");
                    assertThat(pair.ask("select count(*) from u")).isIn("0", "2");
                    pair.backfillToEqual(TABLES);
                })
                .checking(pair -> pair.assertEqual(TABLES))
                .breakingAbout(calls)
                .run(modes);
        assertThat(broken).isGreaterThan(modes.length * calls / 2);
    }

    @Test
    void onPostgresAFullDiskLosesNothing(TestDatabase mirror) throws Exception {
        sweep(MirrorPair.of(dir.resolve("source.db"), mirror), WHERE_FULL, Mode.FULL);
    }

    @Test
    void onMariaDbAFullDiskLosesNothing(MariaDbDatabase mirror) throws Exception {
        sweep(MirrorPair.of(dir.resolve("source.db"), mirror), WHERE_FULL, Mode.FULL);
    }

    @Test
    void onMariaDbTheNextRunEndsEqual(MariaDbDatabase mirror) throws Exception {
        sweep(MirrorPair.of(dir.resolve("source.db"), mirror), ON_MARIADB, Mode.THROW_AFTER, Mode.CLOSE);
    }

    @Test
    void onSqliteTheNextRunEndsEqual() throws Exception {
        sweep(MirrorPair.of(dir.resolve("source.db"), dir.resolve("mirror.db")), ON_SQLITE, Mode.FULL);
    }

    /** The source changes to and fro between two states, so that each run finds a mirror of the other one. */
    private void sweep(MirrorPair pair, int calls, Mode... modes) throws Exception {
        Path before = TestSqlite.create(dir.resolve("before.db"), BEFORE);
        Path after = Files.copy(before, dir.resolve("after.db"));
        TestSqlite.create(after, AFTER);
        Files.copy(before, pair.source());
        pair.backfillToEqual(TABLES);
        int broken = Sweep.startingFrom(run -> {
                    Files.copy(run % 2 == 0 ? before : after, pair.source(), StandardCopyOption.REPLACE_EXISTING);
                    return pair;
                })
                .running((mirror, fault) -> {
                    LockstepRun run = mirror.backfill(fault, "--batch", "200");
                    if (fault.hit() && fault.mode() == Mode.FULL && run.exit() != 7) {
                        // It was a look at what a copy leaves out, which is told as left out if it cannot be seen.
                        assertThat(run.exit()).as(run.toString()).isZero();
                        mirror.assertEqual(TABLES);
                    }
                })
                .recovering(mirror -> mirror.backfillToEqual(TABLES))
                .checking(mirror -> mirror.assertEqual(TABLES))
                .breakingAbout(calls)
                .run(modes);
        assertThat(broken).isGreaterThan(modes.length * calls / 2);
    }

    private static void drop(MirrorPair pair) throws SQLException {
        for (String table : LEDGER) {
            pair.execute("drop table if exists " + table);
        }
        pair.execute("drop table if exists t", "drop table if exists u");
    }
}
