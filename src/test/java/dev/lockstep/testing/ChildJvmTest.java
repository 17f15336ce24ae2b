package dev.lockstep.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.testing.Fault.Mode;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildJvmTest {
    @TempDir
    private Path dir;

    private Path accounts;

    @BeforeEach
    void openAccounts() throws SQLException {
        accounts = TestSqlite.create(dir.resolve("accounts é.db"), DyingWriter.ACCOUNTS);
    }

    private ChildJvm writer(int call, Mode mode) {
        return ChildJvm.start(
                DyingWriter.class, Map.of(), accounts.toString(), Integer.toString(call), mode.toString());
    }

    private String left() throws SQLException {
        return TestSqlite.ask(accounts, "select balance from account where name = 'left'");
    }

    @Test
    void aChildThatReachesNoFaultEndsByItself() throws SQLException {
        try (ChildJvm child = writer(1000, Mode.HALT)) {
            assertThat(child.exitCode()).isZero();
            assertThat(child.stdout()).isEqualTo("transferred\n");
            assertThat(child.stderr()).isEmpty();
        }
        assertThat(left()).isEqualTo("0");
    }

    @Test
    void aStoppedChildHoldsItsLockUntilItGoesOn() throws SQLException {
        try (ChildJvm child = writer(6, Mode.STOP)) {
            child.awaitStopped();

            assertThatThrownBy(() -> TestSqlite.create(accounts, "pragma busy_timeout = 0", "begin immediate"))
                    .hasMessageContaining("SQLITE_BUSY");
            assertThat(left()).isEqualTo("1");

            child.resume();
            assertThat(child.exitCode()).isZero();
        }
        assertThat(left()).isEqualTo("0");
    }

    @Test
    void aKilledChildEndsAsTheShellWouldSay() {
        try (ChildJvm child = writer(6, Mode.STOP)) {
            child.awaitStopped();
            assertThatThrownBy(() -> child.exitCode(Duration.ofMillis(1)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("still running after 1 ms");

            child.kill();

            assertThat(child.exitCode()).isEqualTo(Fault.KILLED);
        }
    }

    @Test
    void theCommandLineRunsInAChildAsItDoesHere() {
        LockstepRun here = LockstepRun.of(Map.of(), "version", "-o", "json");
        LockstepRun there = LockstepRun.inChild(Fault.at(1, Mode.HALT), Map.of(), "version", "-o", "json");

        assertThat(here.exit()).isZero();
        assertThat(there.exit()).isZero();
        assertThat(there.stdout()).contains("\"ok\":true");
    }

    @Test
    void aChildMayBeStoppedAndResumedFromOutside() {
        try (ChildJvm child = writer(1, Mode.SLEEP)) {
            child.stop();
            child.resume();

            assertThat(child.exitCode()).isZero();
        }
    }
}
