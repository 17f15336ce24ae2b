package dev.lockstep.cli.transpile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.transpile.BuildHost.Compiler;
import dev.lockstep.testing.Await;
import dev.lockstep.testing.LockstepRun;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What builders expect when something happens while a build runs, here or on another machine, scenario by scenario. */
class BuildRaceConformanceTest extends BuildConformance {
    private static final String WAIT_FOR_GO = ": > '%1$s/begun'; until [ -e '%1$s/go' ]; do sleep 0.02; done; ";

    private BuildHost host;

    @BeforeEach
    void open() throws IOException {
        host = host(Compiler.SCRIPT);
        host.write("main.c", "old");
    }

    /** A build that says that it has begun, and goes on when it is told to. */
    private String waiting(String then) {
        return WAIT_FOR_GO.formatted(dir) + then;
    }

    private void awaitBegun() throws Exception {
        Await.until("the build to begin", Duration.ofSeconds(60), () -> Files.exists(dir.resolve("begun")));
    }

    private void go() throws IOException {
        Files.createFile(dir.resolve("go"));
    }

    @Test
    void aConnectionThatIsLostInMidBuildLosesNothingAndNothingUntrueIsSaid() throws Exception {
        LockstepRun run =
                meanwhile(database::terminateAll, "run", "a.js", "-v", "--", "sh", "-c", waiting("echo built"));

        assertThat(run.endedWith(0).stdout()).isEqualTo("built\n");
        assertThat(run.stderr()).doesNotContain("without the cache");
        int stored = host.transpile("get", "a.js").exit();
        assertThat(run.stderr().contains("for all")).isEqualTo(stored == 0);
        assertThat(stored).isZero();
    }

    @Test
    void aSourceThatIsEditedWhileItIsBuiltIsBuiltOnceMore() throws Exception {
        String source = host.file("main.c").toString();
        String build = "x=$(cat); " + waiting("printf %s \"$x\"");

        LockstepRun run = meanwhile(
                () -> host.write("main.c", "new"), "run", "a.js", "--source", source, "--", "sh", "-c", build);

        assertThat(run.endedWith(0).stdout()).isEqualTo("new");
        assertThat(host.run("a.js", "--source", source, "--", "false").stdout()).isEqualTo("new");
    }

    @Test
    void whatIsInvalidatedWhileItIsBuiltIsBuiltOnceMore() throws Exception {
        String build = "echo >> \"$BUILDS\"; " + waiting("echo js");

        LockstepRun run = meanwhile(
                () -> host.transpile("tombstone", "a.js").endedWith(0), "run", "a.js", "--", "sh", "-c", build);

        assertThat(run.endedWith(0).stdout()).isEqualTo("js\n");
        assertThat(host.builds()).isEqualTo(2);
        assertThat(host.transpile("get", "a.js").exit()).isZero();
    }

    @Test
    void machinesThatBuildTheSameAtOnceBuildItOnce() throws Exception {
        List<LockstepRun> runs = together(4, waiting("echo >> \"$BUILDS\"; echo js"));

        assertThat(runs).allSatisfy(run -> assertThat(run.stdout()).isEqualTo("js\n"));
        assertThat(host.builds()).isEqualTo(1);
    }

    @Test
    void whoWaitsForABuildThatFailsBuildsForHimself() throws Exception {
        List<LockstepRun> runs = together(2, "if mkdir '" + dir + "/first'; then " + waiting("exit 3; fi; echo js"));

        assertThat(runs).extracting(LockstepRun::exit).containsExactlyInAnyOrder(3, 0);
        assertThat(runs).anySatisfy(run -> assertThat(run.stdout()).isEqualTo("js\n"));
    }

    /** Runs a build, and something else when that has begun and waits. */
    private LockstepRun meanwhile(Action action, String command, String path, String... words) throws Exception {
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try {
            Future<LockstepRun> running = threads.submit(() -> host.transpile(command, path, words));
            awaitBegun();
            action.run();
            go();
            return running.get();
        } finally {
            threads.shutdownNow();
        }
    }

    @FunctionalInterface
    private interface Action {
        void run() throws Exception;
    }

    private List<LockstepRun> together(int machines, String build) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(machines);
        try {
            List<Future<LockstepRun>> running = new ArrayList<>();
            for (int i = 0; i < machines; i++) {
                running.add(threads.submit(() -> host.run("a.js", "--", "sh", "-c", build)));
            }
            awaitBegun();
            go();
            List<LockstepRun> runs = new ArrayList<>();
            for (Future<LockstepRun> run : running) {
                runs.add(run.get());
            }
            return runs;
        } finally {
            threads.shutdownNow();
        }
    }
}
