package dev.lockstep.mirror.repair;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.mirror.TestMirror;
import dev.lockstep.mirror.TestMirror.Kind;
import dev.lockstep.testing.LockstepRun;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A repair writes the rows that differ and no others, and says that all is well only if it is. */
class RepairTest {
    @TempDir
    Path dir;

    @ParameterizedTest
    @MethodSource("dev.lockstep.mirror.TestMirror$Kind#ofLongTests")
    void makesEqualWhatMutationsOfAllKindsMadeDiffer(Kind kind) throws SQLException {
        long seed = System.nanoTime();
        try (TestMirror mirror = MirrorMutations.of(kind, dir, seed)) {
            LockstepRun repair = mirror.run("mirror", "repair", "--max-delete", "100000");

            assertThat(repair.exit())
                    .as("seed %d: %s%s", seed, repair.stdout(), repair.stderr())
                    .isZero();
            assertThat(mirror.run("mirror", "verify").exit()).as("seed " + seed).isZero();
            // What lockstep keeps of the mirror is true: a run finds nothing to do, and proves it by reading.
            LockstepRun backfill = mirror.run("mirror", "backfill", "-o", "json");
            assertThat(backfill.exit()).isZero();
            assertThat(backfill.envelope().get("changed")).isEqualTo(false);
            assertThat(mirror.run("mirror", "status").exit()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void countsWhatItDid(Kind kind) throws SQLException {
        try (TestMirror mirror = TestMirror.filled(kind, dir, 30)) {
            damage(mirror);

            LockstepRun shown = mirror.run("mirror", "repair", "-n");
            LockstepRun repair = mirror.run("mirror", "repair");

            assertThat(shown.stdout()).isEqualTo("many: would insert 1, update 2 and delete 1 rows\n");
            assertThat(repair.exit()).as(repair.stderr()).isZero();
            assertThat(repair.stdout())
                    .isEqualTo("many: 30 read, 1 inserted, 2 updated, 1 deleted, 27 unchanged, 0 rejected\n");
            assertThat(mirror.run("mirror", "repair").stdout())
                    .isEqualTo("many: 30 read, 0 inserted, 0 updated, 0 deleted, 30 unchanged, 0 rejected\n");
        }
    }

    private static void damage(TestMirror mirror) throws SQLException {
        mirror.execute(
                "delete from many where id = 17",
                "insert into many (id, name, n) values (9001, 'new', 1)",
                "update many set name = 'ROW 18' where id = 18",
                "update many set n = null where id = 19");
    }

    @ParameterizedTest
    @EnumSource(names = {"POSTGRESQL", "SQLITE"})
    void isWhatAVerificationAdvises(Kind kind) throws SQLException {
        try (TestMirror mirror = TestMirror.filled(kind, dir, 30)) {
            damage(mirror);

            assertThat(mirror.run("mirror", "verify").stderr())
                    .contains("hint: 'lockstep mirror repair")
                    .contains("writes just these rows");
        }
    }

    @Test
    void rowsThatDoNotFitAreNamedAndTheOthersRepaired() throws SQLException {
        try (TestMirror mirror =
                new TestMirror(Kind.POSTGRESQL, dir, "create table t (id integer primary key, v text)")) {
            mirror.sql("insert into t values (1, 'a'), (2, 'b')");
            mirror.run("mirror", "backfill", "--create").endedWith(0);
            mirror.sql("insert into t values (3, 'c' || char(0)), (4, 'd')");
            mirror.execute("delete from t where id = 1");

            LockstepRun repair = mirror.run("mirror", "repair");

            assertThat(repair.exit()).isEqualTo(3);
            assertThat(repair.stdout())
                    .contains("2 inserted")
                    .contains("1 rejected")
                    .contains("key 3, column v: a NUL");
            assertThat(mirror.run("mirror", "verify").stdout())
                    .contains("t: 4 rows in the source, 3 in the mirror: 1 missing");
            LockstepRun script = mirror.run("mirror", "verify", "--sql", "-");
            assertThat(script.stdout()).contains("-- LEFT AS IT IS: t, key 3: column v: a NUL");
            assertThat(script.stderr()).contains("warning: the statements leave 1 row as it is");
        }
    }

    @Test
    void moreThanAFewRowsGoOnlyIfThatIsSaid() throws SQLException {
        try (TestMirror mirror = TestMirror.filled(Kind.SQLITE, dir, 3_000)) {
            mirror.sql("delete from many where id > 500");

            LockstepRun refused = mirror.run("mirror", "repair");

            assertThat(refused.exit()).isEqualTo(6);
            assertThat(refused.stderr()).contains("--max-delete 2500");
            assertThat(mirror.ask("select count(*) from many")).isEqualTo("3000");
            assertThat(mirror.run("mirror", "repair", "--max-delete", "2500").exit())
                    .isZero();
            mirror.sql("delete from many");
            assertThat(mirror.run("mirror", "repair", "--max-delete", "2500").exit())
                    .isEqualTo(6);
            assertThat(mirror.run("mirror", "repair", "--allow-empty-source").exit())
                    .isZero();
        }
    }

    @Test
    void aTableThatIsMissingIsNoRepair() throws SQLException {
        try (TestMirror mirror = TestMirror.filled(Kind.SQLITE, dir, 3)) {
            mirror.execute("drop table many");

            LockstepRun repair = mirror.run("mirror", "repair");

            assertThat(repair.exit()).isEqualTo(2);
            assertThat(repair.stderr()).contains("the mirror has no table many").contains("mirror backfill --create");
            assertThat(mirror.run("mirror", "repair", "-n").exit()).isEqualTo(2);
        }
    }

    @Test
    void aTableOfWhichATriggerChangesRowsIsRefused() throws SQLException {
        try (TestMirror mirror = TestMirror.filled(Kind.POSTGRESQL, dir, 30)) {
            mirror.execute(
                    "update many set name = 'other' where id = 3",
                    "create function undo() returns trigger language plpgsql as 'begin new.name := ''other''; return new; end'",
                    "create trigger undo before insert or update on many for each row execute function undo()");

            LockstepRun repair = mirror.run("mirror", "repair");

            assertThat(repair.exit()).isEqualTo(2);
            assertThat(repair.stderr()).contains("the mirror has a trigger, undo");
            assertThat(mirror.ask("select name from many where id = 3")).isEqualTo("other");
        }
    }
}
