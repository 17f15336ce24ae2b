package dev.lockstep.cli.fts;

import dev.lockstep.cli.hint.Hints;
import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.cli.kit.ExitTrouble;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.cli.process.ChildProcess;
import dev.lockstep.cli.progress.ProgressMeter;
import dev.lockstep.cli.text.Count;
import dev.lockstep.db.Db;
import dev.lockstep.db.sqlite.SqliteFiles;
import dev.lockstep.fts.deferral.BulkScript;
import dev.lockstep.fts.deferral.Deferral;
import dev.lockstep.fts.deferral.Restoration;
import dev.lockstep.fts.deferral.Restoration.Claim;
import dev.lockstep.fts.deferral.Restoration.Policy;
import dev.lockstep.fts.deferral.Restoration.Preference;
import dev.lockstep.fts.deferral.Restoration.Replacement;
import dev.lockstep.support.FileError;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.ProcessIdentity;
import dev.lockstep.support.Work;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep fts run}. */
public final class FtsRunCommand implements Command {
    private static final Opt<String> ATOMIC = Opt.text(
            "FILE.sql",
            "Instead of a program, run these statements between deferral and restoration, all in one transaction: a"
                    + " crash undoes everything. Other writers wait.",
            "--atomic");

    private static final String RESTORE = "'lockstep fts restore'";
    private static final Duration CHECK = Duration.ofMillis(500);
    private static final Policy LEAVING = new Policy(Preference.NEITHER, Replacement.NONE, Claim.LEAVE);

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Run a program that writes in bulk, with the triggers of full-text indexes put away, and restore"
                                + " them whether it succeeds, fails or is stopped; end with its status. Of several runs at once"
                                + " the last to end restores. Done again, it runs the program again.");
        Options.parameters(spec, "-- CMD", "0..*", "The program and its arguments. It finds LOCKSTEP_DB set.");
        FtsArguments.indexes(spec);
        FtsArguments.modeOrAuto(spec);
        Options.add(spec, ATOMIC, Options.DRY_RUN);
    }

    @Override
    public Result run(Invocation call) throws InterruptedException {
        Optional<String> script = call.get(ATOMIC);
        if (script.isPresent() == !call.parameters().isEmpty()) {
            throw LockstepException.usage(
                    script.isPresent() ? "a script and a program" : "no program given",
                    "give -- CMD ..., or --atomic FILE.sql; 'lockstep fts run --help' shows both");
        }
        String file = call.sqliteFile(Optional.empty());
        if (script.isPresent()) {
            BulkScript statements = script(script.get());
            return call.dryRun() ? preview(call, file) : atomic(call, file, statements);
        }
        ChildProcess child = ChildProcess.of(call.parameters(), call.databases().environment());
        try {
            return call.dryRun() ? preview(call, file) : around(call, file, child);
        } catch (LockstepException e) {
            if (e.kind() == LockstepException.Kind.TIMEOUT) {
                throw new ExitTrouble(ExitCode.CHILD_TIMEOUT, e.code(), e.getMessage(), Hints.of(e), e);
            }
            throw ExitTrouble.around(e);
        }
    }

    private static Result preview(Invocation call, String file) {
        try (Db db = open(call, file)) {
            Deferral deferral = FtsArguments.deferralOrNone(call).together();
            Deferral.Outcome outcome = deferral.preview(db, call.all(FtsArguments.TABLE));
            DeferralReport.sayKept(call, outcome);
            return DeferralReport.result(call, file, outcome);
        }
    }

    private static Result around(Invocation call, String file, ChildProcess child) throws InterruptedException {
        Deferral.Outcome deferred;
        try (Db db = open(call, file)) {
            deferred = FtsArguments.deferralOrNone(call).together().run(db, call.all(FtsArguments.TABLE));
        }
        List<String> put = deferred.tables().stream().map(Deferral.Table::fts).toList();
        Result nothing = Result.unchanged(Map.of("db", file, "deferred", put), List.of());
        call.output().soFar(() -> deferred.changed() ? nothing.asChanged() : nothing);
        FtsReport.warn(call, deferred.notices());
        say(call, deferred);
        DeferralReport.sayKept(call, deferred);
        if (deferred.tables().isEmpty()) {
            return alone(call, file, child, deferred);
        }
        return call.databases().unstoppable(() -> {
            try (ProgressMeter meter = ProgressMeter.of(call)) {
                Way back = new Way(call, file, meter);
                int status;
                try {
                    status = child.runOnOurTerminal(Map.of("LOCKSTEP_DB", file), CHECK, back::ifOverdue);
                } catch (InterruptedException | RuntimeException e) {
                    if (back.afterFailure(e) && e instanceof ExitTrouble) {
                        // It never ran, and everything is as it was.
                        call.output().soFar(() -> nothing);
                    }
                    throw e;
                }
                return result(file, status, deferred, back);
            }
        });
    }

    /** With nothing put away there is nothing to restore. */
    private static Result alone(Invocation call, String file, ChildProcess child, Deferral.Outcome deferred)
            throws InterruptedException {
        int status = call.databases()
                .unstoppable(() -> child.runOnOurTerminal(Map.of("LOCKSTEP_DB", file), CHECK, () -> {}));
        return new Result(status, Result.Change.CHANGED, data(file, status, deferred, List.of(), List.of()), List.of());
    }

    private static Db open(Invocation call, String file) {
        return call.databases()
                .sqlite(Invocation.file(file), SqliteFiles.Access.WRITE, call.lockTimeout(), call.extensions());
    }

    private static void say(Invocation call, Deferral.Outcome deferred) {
        for (Deferral.Table table : deferred.tables()) {
            String triggers = " (" + String.join(", ", table.triggers()) + ")";
            call.output()
                    .detail(
                            switch (table.result()) {
                                case DEFERRED ->
                                    "deferred " + table.fts() + ", mode " + FtsReport.label(table.mode()) + triggers;
                                case ALREADY -> table.fts() + " is deferred already" + triggers;
                            });
        }
    }

    private static Result result(String file, int status, Deferral.Outcome deferred, Way back) {
        Restoration.Outcome outcome;
        try {
            outcome = back.restore();
        } catch (LockstepException e) {
            String hint = Hints.of(e);
            throw new ExitTrouble(
                    ExitCode.AROUND_CHILD,
                    e.code(),
                    "the program ended with " + status + ", and the triggers could not be restored: " + e.getMessage(),
                    hint == null ? RESTORE : hint,
                    e);
        }
        Map<String, Object> data = data(file, status, deferred, RestorationReport.trees(outcome), outcome.left());
        return new Result(status, Result.Change.CHANGED, data, List.of());
    }

    private static Map<String, Object> data(
            String file, int status, Deferral.Outcome deferred, List<Object> tables, List<String> left) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("db", file);
        data.put("status", status);
        data.put("deferred", deferred.tables().stream().map(Deferral.Table::fts).toList());
        data.put("leftAlone", DeferralReport.keptTrees(deferred));
        data.put("tables", tables);
        data.put("left", left);
        return data;
    }

    private static Result atomic(Invocation call, String file, BulkScript script) {
        BulkScript.Outcome outcome;
        try (Db db = open(call, file);
                ProgressMeter meter = ProgressMeter.of(call, "nothing was changed", "begins again")) {
            Restoration restoration = new Restoration(call.profile(), Policy.CAREFUL, ProcessIdentity.ofProcess())
                    .reporting((fts, rows) -> meter.at(fts, Work.ROWS_INDEXED, rows, 0));
            outcome = script.telling(meter)
                    .run(db, FtsArguments.deferralOrNone(call), restoration, call.all(FtsArguments.TABLE));
        }
        FtsReport.warn(call, outcome.deferral().notices());
        DeferralReport.sayKept(call, outcome.deferral());
        FtsReport.warn(call, outcome.restoration().notices());
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("db", file);
        data.put("statements", script.size());
        data.put("leftAlone", DeferralReport.keptTrees(outcome.deferral()));
        data.put("tables", RestorationReport.trees(outcome.restoration()));
        List<String> lines = new ArrayList<>(List.of("ran " + Count.of(script.size(), "statement")));
        outcome.restoration().tables().forEach(table -> lines.add(RestorationReport.line(table)));
        return Result.changed(data, lines);
    }

    private static BulkScript script(String name) {
        Path file = Invocation.file(name);
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw LockstepException.usage(
                    "cannot read the script " + name + (Files.exists(file) ? "" : ": no such file"), null);
        }
        try {
            byte[] bytes = Files.readAllBytes(file);
            return BulkScript.parse(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            throw LockstepException.usage("the script " + name + " is not UTF-8", null);
        } catch (IOException e) {
            throw LockstepException.usage("cannot read the script " + name + ": " + FileError.reason(e), null);
        }
    }

    /** The way back from the deferral: at the program's end, or before it if that does not come in time. */
    private static final class Way {
        private final Invocation call;
        private final String file;
        private final ProgressMeter meter;
        private final long started = System.nanoTime();
        private Optional<Duration> limit;

        Way(Invocation call, String file, ProgressMeter meter) {
            this.call = call;
            this.file = file;
            this.meter = meter;
            meter.rest(() -> "the program runs");
            this.limit = call.get(FtsArguments.MAX_AGE);
        }

        Restoration.Outcome restore() {
            try (Db db = open(call, file)) {
                Restoration restoration = new Restoration(call.profile(), LEAVING, ProcessIdentity.ofProcess());
                Restoration.Outcome outcome = RestorationReport.run(call, restoration, db, file, meter);
                meter.rest(() -> "the triggers are back");
                outcome.tables().forEach(table -> call.output().detail(RestorationReport.line(table)));
                if (!outcome.left().isEmpty()) {
                    call.output().message("still deferred for another owner: " + String.join(", ", outcome.left()));
                }
                return outcome;
            }
        }

        /** Called again and again while the program runs. */
        void ifOverdue() {
            if (limit.isEmpty() || System.nanoTime() - started < limit.get().toNanos()) {
                return;
            }
            try {
                restore();
                limit = Optional.empty();
                call.output()
                        .warn(
                                "max-age",
                                "the triggers are back although the program still runs; from now on its writes pay for the"
                                        + " indexes");
            } catch (LockstepException e) {
                if (e.kind() == LockstepException.Kind.TIMEOUT) {
                    // The program holds the lock; perhaps not at the next look.
                    return;
                }
                limit = Optional.empty();
                call.output().warn(e.code(), "could not restore at --max-age: " + e.getMessage());
            }
        }

        /** Whether the triggers are back. The first error is the one to tell. */
        boolean afterFailure(Exception first) {
            try {
                restore();
                return true;
            } catch (RuntimeException e) {
                first.addSuppressed(e);
                call.output().warn("still-deferred", e.getMessage() + "; " + RESTORE + " tries again");
                return false;
            }
        }
    }
}
