package dev.lockstep.cli.realm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.LockKey;
import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.DyingLockstep;
import dev.lockstep.testing.FaultProxy;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** {@code realm lock}: a program runs under a realm's lock, or not. */
@ExtendWith(PostgresExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class LockCommandTest {
    private static final String REALM = "http://localhost:4201/luke/";

    private static LockstepRun run(TestDatabase database, String... arguments) {
        return LockstepRun.of(database.environment(), arguments);
    }

    @Test
    void aProgramUnderALockEndsWithItsOwnStatus(TestDatabase database) {
        Map<String, String> environment = database.environment();
        try (ChildJvm child = ChildJvm.start(
                DyingLockstep.class,
                environment,
                "1000",
                "HALT",
                "realm",
                "lock",
                REALM,
                "--",
                "sh",
                "-c",
                "echo \"under $LOCKSTEP_REALM\"; exit 9")) {
            assertThat(child.exitCode()).isEqualTo(9);
            assertThat(child.stdout()).isEqualTo("under " + REALM + "\n");
        }
        assertThat(run(database, "realm", "lock", REALM, "--", "no-such-program")
                        .exit())
                .isEqualTo(127);
    }

    @Test
    void aProgramIsToldToStopWhenItsLockIsLost(TestDatabase database) throws Exception {
        try (FaultProxy proxy = FaultProxy.before(database);
                ChildJvm child = ChildJvm.start(
                        DyingLockstep.class,
                        database.through(proxy.port()).environment(),
                        "1000",
                        "HALT",
                        "realm",
                        "lock",
                        REALM,
                        "--",
                        "sh",
                        "-c",
                        "trap 'echo told; exit 3' TERM; echo started; while :; do sleep 0.1; done")) {
            child.awaitStdout("started");
            long start = System.nanoTime();
            proxy.freeze();

            assertThat(child.exitCode()).isEqualTo(125);
            assertThat(System.nanoTime() - start).as("nanoseconds").isLessThan(90_000_000_000L);
            assertThat(child.stdout()).contains("told");
            assertThat(child.stderr()).contains("the write lock of " + REALM + " is lost");
        }
        database.terminateAll();
    }

    @Test
    void waitingForALockTooLongIsATimeoutOfItsOwn(TestDatabase database) throws Exception {
        try (Connection holder = database.connect();
                Statement statement = holder.createStatement()) {
            statement.execute("select pg_advisory_lock(" + LockKey.of(REALM).value() + ")");

            assertThat(run(database, "realm", "lock", REALM, "--wait", "100ms", "--", "true")
                            .exit())
                    .isEqualTo(124);
        }
    }
}
