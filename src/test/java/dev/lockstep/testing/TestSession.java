package dev.lockstep.testing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * The whole test run of one JVM. At its end the servers that tests shared are stopped, and the run fails if a test left
 * a file in the temporary folder or a process.
 */
public final class TestSession implements LauncherSessionListener {
    private static final Duration GRACE = Duration.ofSeconds(5);

    private List<String> before = List.of();

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        Leftovers.prepare();
        before = Leftovers.files();
    }

    @Override
    public void launcherSessionClosed(LauncherSession session) {
        TestPostgres.stopShared();
        TestMariaDb.stopShared();
        TestMySql.stopShared();
        if (!TestServer.USED.isEmpty()) {
            System.out.println("servers of this run: " + String.join(", ", TestServer.USED));
        }
        if (!Machine.LEFT_OUT.isEmpty()) {
            System.out.println("not looked at on this machine: " + String.join(", ", Machine.LEFT_OUT));
        }
        System.out.println("seed of this run: -Dlockstep.seed=" + Counts.seed());
        checkProcesses();
        List<String> files = new ArrayList<>(Leftovers.files());
        files.removeAll(before);
        if (!files.isEmpty()) {
            throw new AssertionError("tests left files in the temporary folder: " + files);
        }
    }

    private static void checkProcesses() {
        try {
            Await.until("what tests started to end", GRACE, () -> Leftovers.processes()
                    .isEmpty());
        } catch (AssertionError e) {
            AssertionError left = new AssertionError("tests left processes: " + Leftovers.processes(), e);
            Leftovers.killProcesses();
            throw left;
        }
    }
}
