package dev.lockstep.fts.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.Fault;
import dev.lockstep.testing.Fault.Mode;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.Sweep;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fts tune}, and its way back, broken at every call to the database. */
class FtsTuneCrashTest {
    /** So many calls of each mode are broken in every build, and each in the nightly one. */
    private static final int CALLS = 25;

    @TempDir
    private Path dir;

    /** One trigger that scans and one that leaves old rows behind, so that every statement there is is met. */
    @Test
    void whereverItBreaksOffItIsDoneOrNeverWas() throws Exception {
        Path made = TestSqlite.create(
                dir.resolve("made.db"),
                "create table t (k text primary key, b)",
                "create virtual table f using fts5(k, b)",
                "create trigger i after insert on t begin insert into f values (new.k, new.b); end",
                "create trigger u after update on t begin insert or replace into f values (new.k, new.b); end",
                "create trigger d after delete on t begin delete from f where k = old.k; end",
                "insert into t values ('a', 'x'), ('-', 'y')",
                "update t set b = 'later'");
        String before = TestSqlite.schema(made);
        Path done = Files.copy(made, dir.resolve("done.db"));
        tune(done, Fault.none(), "--yes");
        String after = TestSqlite.schema(done);

        int broken = Sweep.startingFrom(run -> Files.copy(made, dir.resolve(run + ".db")))
                .running((file, fault) -> tune(file, fault, "--yes"))
                .recovering(file -> {
                    assertThat(TestSqlite.schema(file)).isIn(before, after);
                    assertThat(tune(file, Fault.none(), "--yes").exit()).isZero();
                })
                .checking(file -> {
                    assertThat(TestSqlite.schema(file)).isEqualTo(after);
                    assertThat(LockstepRun.of(Map.of(), "fts", "check", "--deep", "--db", file.toString())
                                    .exit())
                            .isZero();
                    Files.delete(file);
                })
                .breakingAbout(CALLS)
                .run(Mode.FULL, Mode.THROW_AFTER);
        int undoing = Sweep.startingFrom(run -> Files.copy(done, dir.resolve(run + ".db")))
                .running((file, fault) -> tune(file, fault, "--undo", "--yes"))
                .recovering(file -> {
                    assertThat(TestSqlite.schema(file)).isIn(before, after);
                    assertThat(tune(file, Fault.none(), "--undo", "--yes").exit())
                            .isZero();
                })
                .checking(file -> {
                    assertThat(TestSqlite.schema(file)).isEqualTo(before);
                    Files.delete(file);
                })
                .breakingAbout(CALLS)
                .run(Mode.BUSY, Mode.CLOSE);

        assertThat(broken).isGreaterThanOrEqualTo(CALLS);
        assertThat(undoing).isGreaterThanOrEqualTo(CALLS);
    }

    private static LockstepRun tune(Path file, Fault fault, String... options) {
        List<String> words = new ArrayList<>(List.of("fts", "tune", "--db", file.toString()));
        words.addAll(List.of(options));
        return LockstepRun.inProcess(fault, Map.of(), words.toArray(String[]::new));
    }
}
