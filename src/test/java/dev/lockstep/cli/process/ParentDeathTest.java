package dev.lockstep.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ParentDeathTest {
    private static final int KILLED_BY_TERM = 143;

    @Test
    void aProgramAndWhatItStartedEndWithWhoeverRanIt() throws Exception {
        Process program = new ProcessBuilder("/bin/sh", "-c", "sleep 600 & echo $!; wait").start();
        try (ParentDeath lifeline = ParentDeath.open();
                var printed = program.inputReader()) {
            long below = Long.parseLong(printed.readLine());
            lifeline.hold(program);
            ProcessHandle started = ProcessHandle.of(below).orElseThrow();

            lifeline.cut();

            assertThat(program.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(program.exitValue()).isEqualTo(KILLED_BY_TERM);
            started.onExit().get(60, TimeUnit.SECONDS);
        } finally {
            program.descendants().forEach(ProcessHandle::destroyForcibly);
            program.destroyForcibly();
        }
    }

    @Test
    void aWordAtTheEndEndsNothing() throws Exception {
        Process program = new ProcessBuilder("/bin/cat").start();
        try (ParentDeath lifeline = ParentDeath.open()) {
            lifeline.hold(program);
        }
        program.getOutputStream().close();

        assertThat(program.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(program.exitValue()).isZero();
    }
}
