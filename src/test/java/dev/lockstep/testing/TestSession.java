package dev.lockstep.testing;

import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/** The whole test run of one JVM: at its end the servers that tests shared are stopped. */
public final class TestSession implements LauncherSessionListener {
    @Override
    public void launcherSessionClosed(LauncherSession session) {
        TestPostgres.stopShared();
        TestMariaDb.stopShared();
    }
}
