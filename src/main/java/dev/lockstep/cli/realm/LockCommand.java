package dev.lockstep.cli.realm;

import dev.lockstep.cli.hint.Hints;
import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.cli.kit.ExitTrouble;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.cli.process.ChildProcess;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.realm.RealmPath;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.realm.lock.LockScope;
import dev.lockstep.realm.lock.RealmLock;
import dev.lockstep.support.LockstepException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep realm lock}. */
public final class LockCommand implements Command {
    private static final Opt<Duration> WAIT = Opt.duration("How long to wait for our turn (default 30s).", "--wait");
    private static final Opt<Boolean> SHARED = Opt.flag(
            "Only keep out whoever writes the whole realm: others with --shared, and writers of single files, go on.",
            "--shared");
    private static final Opt<List<String>> FILE = Opt.texts(
            "P",
            "Lock this file, and share the realm with writers of other files, as newer Boxel does for a card."
                    + " Repeatable; more than 256 lock the whole realm.",
            "--file");

    private static final Duration DEFAULT_WAIT = Duration.ofSeconds(30);

    /** A lost link is noticed within 10 s: these three together. A server that is only slow has most of them to answer. */
    private static final Duration STATEMENT = Duration.ofSeconds(6);

    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final Duration CHECK = Duration.ofSeconds(1);

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Run a program under the write lock of a realm, or of files in it, and end with its status. It takes its"
                                + " turn among all writers. If the connection that holds the lock is lost, the program is told to stop"
                                + " (SIGTERM); and so it is, with all that it has started, if lockstep is killed.");
        Options.parameters(spec, "URL -- CMD", "1..*", "The realm, then the program and its arguments, after --.");
        Options.add(spec, WAIT, SHARED, FILE);
        Options.postgres(spec);
    }

    @Override
    public Result run(Invocation call) throws InterruptedException {
        RealmUrl realm = RealmArguments.read(call.parameters().get(0), "taken", call.output());
        List<String> command = call.parameters().subList(1, call.parameters().size());
        if (command.isEmpty()) {
            throw LockstepException.usage(
                    "no program given", "give URL -- CMD ...; 'lockstep realm lock --help' shows more");
        }
        LockScope scope = scope(realm, call);
        ChildProcess child = ChildProcess.of(command, call.databases().environment());
        try {
            return locked(scope, child, call);
        } catch (LockstepException e) {
            if (e.kind() == LockstepException.Kind.TIMEOUT) {
                throw new ExitTrouble(ExitCode.CHILD_TIMEOUT, e.code(), e.getMessage(), Hints.of(e), e);
            }
            throw ExitTrouble.around(e);
        }
    }

    private static LockScope scope(RealmUrl realm, Invocation call) {
        List<String> files = call.all(FILE);
        if (!call.has(SHARED)) {
            return files.isEmpty()
                    ? LockScope.realm(realm)
                    : LockScope.files(realm, RealmPath.read(List.of(realm), files));
        }
        if (!files.isEmpty()) {
            throw LockstepException.usage("--shared and --file exclude each other", "--file shares the realm anyway");
        }
        return LockScope.shared(realm);
    }

    private static Result locked(LockScope scope, ChildProcess child, Invocation call) throws InterruptedException {
        PgTarget target = call.postgres();
        Session session =
                call.session(Session.Use.WRITE).withStatementTimeout(STATEMENT).withGrace(GRACE);
        Duration wait = call.get(WAIT).orElse(DEFAULT_WAIT);
        try (RealmLock lock = RealmLock.take(call.databases(), target, session, scope, wait)) {
            int status = child.runOnOurTerminal(
                    Map.of("LOCKSTEP_REALM", scope.realm().value()), CHECK, lock::check);
            return new Result(status, Result.Change.CHANGED, Map.of("status", status), List.of());
        }
    }
}
