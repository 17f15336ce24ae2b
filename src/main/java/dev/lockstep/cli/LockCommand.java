package dev.lockstep.cli;

import dev.lockstep.db.PgSession;
import dev.lockstep.db.PgTarget;
import dev.lockstep.db.Trouble;
import dev.lockstep.realm.RealmLock;
import dev.lockstep.realm.RealmUrl;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep realm lock}. */
final class LockCommand implements Command {
    private static final Duration WAIT = Duration.ofSeconds(30);

    /** A lost link is noticed within 10 s: these three together. A server that is only slow has most of them to answer. */
    private static final Duration STATEMENT = Duration.ofSeconds(6);

    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final Duration CHECK = Duration.ofSeconds(1);

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description("Run a program under the write lock of a realm, and end with its status. If the connection"
                        + " that holds the lock is lost, the program is told to stop (SIGTERM).");
        Options.parameters(spec, "URL -- CMD", "1..*", "The realm, then the program and its arguments, after --.");
        Options.duration(spec, "How long to try to get the lock (default 30s).", "--wait");
        Options.postgres(spec);
    }

    @Override
    public Result run(Invocation call) throws InterruptedException {
        RealmUrl realm = RealmArgument.read(call.parameters().get(0), "taken", call.output());
        List<String> command = call.parameters().subList(1, call.parameters().size());
        if (command.isEmpty()) {
            throw Trouble.usage("no program given", "lockstep realm lock URL -- CMD ...");
        }
        Child child = Child.of(command, call.databases().environment());
        try {
            return locked(realm, child, call);
        } catch (Trouble e) {
            if (e.kind() == Trouble.Kind.TIMEOUT) {
                throw new ExitTrouble(ExitCode.CHILD_TIMEOUT, e.code(), e.getMessage(), e.hint(), e);
            }
            throw ExitTrouble.around(e);
        }
    }

    private static Result locked(RealmUrl realm, Child child, Invocation call) throws InterruptedException {
        PgTarget target = call.postgres();
        PgSession session = call.session(PgSession.Use.WRITE)
                .withStatementTimeout(STATEMENT)
                .withGrace(GRACE);
        Duration wait = call.duration("--wait").orElse(WAIT);
        try (RealmLock lock = RealmLock.take(call.databases(), target, session, realm, wait)) {
            int status = child.runOnOurTerminal(Map.of("LOCKSTEP_REALM", realm.value()), CHECK, lock::check);
            return new Result(status, Result.Change.CHANGED, Map.of("status", status), List.of());
        }
    }
}
