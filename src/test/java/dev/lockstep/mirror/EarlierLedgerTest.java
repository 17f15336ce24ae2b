package dev.lockstep.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.mirror.TestMirror.Kind;
import dev.lockstep.testing.LockstepRun;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A mirror that an earlier version has made goes on, or says what to run so that it does. */
class EarlierLedgerTest {
    private static final Pattern DROP = Pattern.compile("drop table (lockstep_mirror_[a-z]+)");

    @TempDir
    private Path dir;

    @ParameterizedTest
    @EnumSource
    void whatItDidNotRecordIsAddedAndNothingIsTakenOnTrust(Kind kind) throws SQLException {
        try (TestMirror mirror = TestMirror.filled(kind, dir, 300)) {
            for (String column : new String[] {"seal", "source_look", "source_digest"}) {
                mirror.execute("alter table lockstep_mirror_table drop column " + column);
            }
            mirror.execute("update many set name = 'foreign' where id = 7");

            assertThat(mirror.run("mirror", "status").stdout()).contains("many");
            assertThat(mirror.run("mirror", "verify").exit()).isEqualTo(3);
            LockstepRun run = mirror.run("mirror", "backfill");

            assertThat(run.exit()).as(run.toString()).isZero();
            assertThat(run.stdout()).contains("many: 300 read, 0 inserted, 1 updated, 0 deleted, 299 unchanged");
            assertThat(mirror.differences("many")).isEmpty();
            assertThat(mirror.ask("select count(seal) from lockstep_mirror_table"))
                    .isEqualTo("1");
            assertThat(mirror.run("mirror", "backfill").exit()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatCannotBeReadIsRefusedAndGoesOnOnceTheHintHasBeenRun(Kind kind) throws SQLException {
        try (TestMirror mirror = TestMirror.filled(kind, dir, 300)) {
            mirror.execute(
                    "alter table lockstep_mirror_table drop column seal",
                    "alter table lockstep_mirror_ckpt rename column digest to checksum");
            for (String[] command : new String[][] {
                {"mirror", "backfill"}, {"mirror", "status"}, {"mirror", "verify"}, {"mirror", "plan"}
            }) {
                LockstepRun run = mirror.run(command);
                assertThat(run.exit()).as(run.toString()).isEqualTo(6);
                assertThat(run.stderr()).contains("those of another version of lockstep", "in the mirror: drop table");
            }

            Matcher drop = DROP.matcher(mirror.run("mirror", "backfill").stderr());
            int dropped = 0;
            while (drop.find()) {
                mirror.execute(drop.group());
                dropped++;
            }

            assertThat(dropped).isEqualTo(4);
            LockstepRun run = mirror.run("mirror", "backfill");
            assertThat(run.exit()).as(run.toString()).isZero();
            assertThat(run.stdout()).contains("0 inserted, 0 updated, 0 deleted, 300 unchanged");
        }
    }
}
