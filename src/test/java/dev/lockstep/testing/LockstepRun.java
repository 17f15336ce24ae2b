package dev.lockstep.testing;

import dev.lockstep.cli.Lockstep;
import dev.lockstep.db.Connector;
import dev.lockstep.db.open.Databases;
import dev.lockstep.support.Environment;
import dev.lockstep.support.Json;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * One lockstep command that has ended, in this process or in one of its own, with a fault in its databases. What it printed
 * for programs is as declared, and of what it printed here all was laid out.
 *
 * @param exit its exit status; one that means a bug in lockstep is an {@link AssertionError} instead
 */
public record LockstepRun(int exit, String stdout, String stderr) {
    private static final int BUG = 70;

    public LockstepRun {
        if (exit == BUG) {
            throw new AssertionError("lockstep says that it has a bug:\n" + stdout + stderr);
        }
        DeclaredOutput.check(stdout);
    }

    /** Runs a command here, without a fault. */
    public static LockstepRun of(Map<String, String> environment, String... arguments) {
        return inProcess(Fault.none(), environment, arguments);
    }

    /** Runs a command here; for each mode that does not end or stop the process. */
    public static LockstepRun inProcess(Fault fault, Map<String, String> environment, String... arguments) {
        return around(fault::around, environment, arguments);
    }

    /** Runs a command here, of which somebody sees every connector before it is used. */
    public static LockstepRun around(
            UnaryOperator<Connector> around, Map<String, String> environment, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exit;
        try (Databases databases = new Databases(new Environment(environment), around)) {
            exit = new Lockstep(
                            databases, InputStream.nullInputStream(), new WatchedStream(out), new WatchedStream(err))
                    .run(arguments);
        }
        return new LockstepRun(exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** Runs a command in a JVM of its own, and tells the fault if that died of it. */
    public static LockstepRun inChild(Fault fault, Map<String, String> environment, String... arguments) {
        List<String> all = new ArrayList<>(
                List.of(Integer.toString(fault.call()), fault.mode().name()));
        all.addAll(List.of(arguments));
        try (ChildJvm child = ChildJvm.start(DyingLockstep.class, environment, all.toArray(String[]::new))) {
            int exit = child.exitCode();
            if (exit == Fault.KILLED) {
                fault.hitElsewhere();
            }
            return new LockstepRun(exit, child.stdout(), child.stderr());
        }
    }

    /** This run, once it has ended so. */
    public LockstepRun endedWith(int expected) {
        if (exit != expected) {
            throw new AssertionError("ended with " + exit + " instead of " + expected + ":\n" + stdout + stderr);
        }
        return this;
    }

    /** The one object that a command with {@code -o json} prints. */
    @SuppressWarnings("unchecked") // Names are texts in JSON.
    public Map<String, Object> envelope() {
        Map<String, Object> envelope = (Map<String, Object>) Json.parse(stdout);
        if (stdout.strip().indexOf('\n') >= 0 || !envelope.get("exitCode").equals((long) exit)) {
            throw new AssertionError("ended with " + exit + ", and no envelope of that:\n" + stdout + stderr);
        }
        return envelope;
    }

    @SuppressWarnings("unchecked") // An object, as the envelope is one.
    public Map<String, Object> data() {
        return (Map<String, Object>) envelope().get("data");
    }

    @SuppressWarnings("unchecked") // An object, as the envelope is one.
    public Map<String, Object> error() {
        return (Map<String, Object>) envelope().get("error");
    }
}
