package dev.lockstep.cli.realm;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.cli.text.Count;
import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.db.Tx;
import dev.lockstep.realm.outbox.TableWatch;
import dev.lockstep.realm.outbox.TableWatch.Coverage;
import dev.lockstep.realm.outbox.TableWatch.Expressions;
import dev.lockstep.realm.outbox.TableWatch.Plan;
import dev.lockstep.realm.outbox.TableWatch.Sample;
import dev.lockstep.support.LockstepException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep realm watch}. */
public final class WatchCommand implements Command {
    private static final Opt<String> REALM = Opt.text(
            "EXPR",
            "The realm's URL, as SQL over the columns of a row: \"'http://host/' || owner || '/'\". NULL: a row that"
                    + " concerns nobody.",
            "--realm");
    private static final Opt<String> PATH = Opt.text(
            "EXPR",
            "The file's path in the realm, as SQL over the columns of a row: \"slug || '.json'\". NULL: the whole realm.",
            "--path");
    private static final Opt<Integer> LIMIT = Opt.count(
            "If one statement changes more files of a realm than this, the whole realm is told of (default 100).",
            "--limit");
    private static final Opt<Boolean> REMOVE = Opt.flag("Take the triggers off the table.", "--remove");

    private static final int DEFAULT_LIMIT = 100;

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Keep replicas in step with a table: triggers on it put into the outbox, in the transaction of"
                                + " each INSERT, UPDATE, DELETE and TRUNCATE, which files its rows are, for the rows that are other"
                                + " ones than before. Whoever writes the table needs no other right. An expression that"
                                + " fails, as after a column got another name, fails the statement. Doing it again"
                                + " changes nothing, or takes the expressions given now.");
        Options.parameters(spec, "TABLE", "1", "The table, as SQL names it.");
        Options.add(spec, REALM, PATH, LIMIT, REMOVE);
        Options.postgres(spec);
        Options.DRY_RUN
                .meaning("Print the SQL that would be run, and run nothing.")
                .addTo(spec);
    }

    @Override
    public Result run(Invocation call) {
        check(call);
        Session.Use use = call.dryRun() ? Session.Use.READ : Session.Use.WRITE;
        try (Db db = call.databases().postgres(call.postgres(), call.session(use))) {
            Plan plan = call.dryRun()
                    ? db.read(tx -> plan(tx, call))
                    : db.transact(tx -> {
                        Plan made = plan(tx, call);
                        made.statements().forEach(tx::execute);
                        return made;
                    });
            plan.sample().ifPresent(sample -> warn(plan, sample, call));
            if (!call.has(REMOVE)) {
                OutboxEmission.warnIfAbandoned(db, call.output());
            }
            return result(plan, call);
        }
    }

    private static void check(Invocation call) {
        if (call.has(REMOVE) && (call.has(REALM) || call.has(PATH) || call.has(LIMIT))) {
            throw LockstepException.usage(REMOVE + " takes no expressions and no limit", "name the table alone");
        }
        if (!call.has(REMOVE) && !(call.has(REALM) && call.has(PATH))) {
            throw LockstepException.usage(
                    "what a row stands for is missing: " + REALM + " and " + PATH, PATH + " NULL is the whole realm");
        }
    }

    private static Expressions expressions(Invocation call) {
        return new Expressions(
                call.get(REALM).orElseThrow(),
                call.get(PATH).orElseThrow(),
                call.get(LIMIT).orElse(DEFAULT_LIMIT));
    }

    private static Plan plan(Tx tx, Invocation call) {
        String table = call.parameters().get(0);
        return call.has(REMOVE) ? TableWatch.remove(tx, table) : TableWatch.install(tx, table, expressions(call));
    }

    private static void warn(Plan plan, Sample sample, Invocation call) {
        if (plan.coverage() == Coverage.PARENT_ONLY) {
            call.output()
                    .warn(
                            "partitions",
                            "a statement that names a partition or an heir of " + plan.table()
                                    + " is not seen: watch those, too");
        }
        if (sample.unnamed() > 0) {
            call.output()
                    .warn(
                            "no-realm",
                            "of " + Count.of(sample.seen(), "row") + " looked at, " + sample.unnamed()
                                    + " name no realm that can be: nobody is told of them");
        }
        if (sample.wide() > 0) {
            call.output()
                    .warn(
                            "no-path",
                            "of " + Count.of(sample.seen(), "row") + " looked at, " + sample.wide()
                                    + " name no path that a file can have: the whole realm is told of for each");
        }
    }

    private static Result result(Plan plan, Invocation call) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("table", plan.table());
        data.put("statements", plan.statements());
        boolean removes = call.has(REMOVE);
        if (plan.statements().isEmpty()) {
            return Result.unchanged(
                    data, List.of(plan.table() + (removes ? " is not watched" : " is watched already, just so")));
        }
        return call.dryRun()
                ? Result.unchanged(data, plan.statements())
                : Result.changed(
                        data, List.of(plan.table() + (removes ? " is watched no longer" : " is watched from now on")));
    }
}
