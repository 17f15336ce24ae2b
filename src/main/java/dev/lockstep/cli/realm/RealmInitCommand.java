package dev.lockstep.cli.realm;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.realm.log.InvalidationLog;
import dev.lockstep.realm.outbox.OutboxSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep realm init}. */
public final class RealmInitCommand implements Command {
    private static final Opt<Boolean> OUTBOX = Opt.flag(
            "Also make the outbox: the SQL functions lockstep_invalidate, lockstep_invalidate_many and"
                    + " lockstep_broadcast, which a program in any language calls in the transaction of its change,"
                    + " and which wait for nobody. They do their work with the rights of this login.",
            "--outbox");

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description("Prepare a database for invalidations that listeners cannot miss: make the durable log,"
                        + " which the first durable broadcast would make, too. Doing it again changes nothing, or"
                        + " brings what an earlier lockstep made up to date.");
        OUTBOX.addTo(spec);
        Options.postgres(spec);
        Options.DRY_RUN
                .meaning("Print the SQL that would be run, and run nothing.")
                .addTo(spec);
    }

    @Override
    public Result run(Invocation call) {
        Session.Use use = call.dryRun() ? Session.Use.READ : Session.Use.WRITE;
        try (Db db = call.databases().postgres(call.postgres(), call.session(use))) {
            return call.dryRun() ? draft(db, call) : install(db, call);
        }
    }

    private static Result draft(Db db, Invocation call) {
        List<String> statements = new ArrayList<>();
        List<String> parts = new ArrayList<>();
        if (!InvalidationLog.isPresentOrNowhere(db)) {
            parts.add(InvalidationLog.NAME);
            statements.addAll(InvalidationLog.ddl());
        }
        if (call.has(OUTBOX)) {
            OutboxSchema.Plan plan = db.read(OutboxSchema::plan);
            parts.addAll(plan.parts());
            statements.addAll(plan.statements());
        }
        Map<String, Object> data = Map.of("made", List.of(), "missing", parts, "statements", statements);
        return Result.unchanged(data, statements.isEmpty() ? List.of("everything is there already") : statements);
    }

    private static Result install(Db db, Invocation call) {
        List<String> made = new ArrayList<>();
        if (!db.autocommit(InvalidationLog::isPresent)) {
            InvalidationLog.prepare(db);
            made.add(InvalidationLog.NAME);
        }
        if (call.has(OUTBOX)) {
            made.addAll(OutboxSchema.install(db));
        }
        List<String> lines = new ArrayList<>();
        made.forEach(part -> lines.add("made " + part));
        Map<String, Object> data = Map.of("made", made);
        return made.isEmpty()
                ? Result.unchanged(data, List.of("everything is there already"))
                : Result.changed(data, lines);
    }
}
