package dev.lockstep.cli.realm;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Output;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.cli.text.Count;
import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.realm.FileChange;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.realm.invalidate.Broadcast;
import dev.lockstep.realm.invalidate.RealmInvalidator;
import dev.lockstep.realm.invalidate.RealmInvalidator.Durability;
import dev.lockstep.realm.invalidate.RealmInvalidator.Invalidation;
import dev.lockstep.realm.invalidate.RealmInvalidator.Layer;
import dev.lockstep.realm.outbox.Outbox;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep realm invalidate}. */
public final class InvalidateCommand implements Command {
    private static final Opt<List<String>> PATH = Opt.texts("P", RealmArguments.PATH, "--path");
    private static final Opt<Boolean> DURABLE =
            Opt.flag("Also write the durable log, for listeners that are away now.", "--durable");

    private static final Duration STATEMENT = Duration.ofMinutes(1);

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Make everybody forget a realm, or the paths given and what imports them: the shared transpile"
                                + " cache, the shared definitions and every replica's memory, in one transaction. Done again, it"
                                + " sends again, and refuses the builds that have begun meanwhile.");
        Options.parameters(spec, "URL", "1..*", "The realm, as http://host:port/path/.");
        Options.add(spec, PATH, DURABLE, OutboxEmission.OUTBOX);
        RealmArguments.declareStrictness(spec);
        ExpectedListeners.declare(spec);
        Options.postgres(spec);
        Options.DRY_RUN.addTo(spec);
    }

    @Override
    public Result run(Invocation call) {
        List<RealmUrl> realms = new ArrayList<>();
        for (String typed : call.parameters()) {
            realms.add(RealmArguments.read(typed, "taken", call.output()));
        }
        OutboxEmission.checkAlone(DURABLE, call);
        List<String> paths = call.all(PATH);
        Broadcast.Plan plan = Broadcast.plan(realms, paths);
        RealmArguments.checkWidth(plan, call);
        PgTarget target = call.postgres();
        if (call.dryRun()) {
            List<String> payloads = new ArrayList<>();
            List<String> lines = new ArrayList<>();
            for (FileChange change : plan.changes()) {
                payloads.add(change.payload());
                lines.add("would invalidate " + change.payload());
            }
            if (!paths.isEmpty()) {
                lines.add("and what imports it, as the database knows then");
            }
            return Result.unchanged(data(0, 0, payloads), lines);
        }
        if (call.has(OutboxEmission.OUTBOX)) {
            ExpectedListeners expected = OutboxEmission.put(Outbox.Call.INVALIDATE, realms, paths, target, call);
            return outbox(plan, expected, call.output());
        }
        Session session = call.session(Session.Use.WRITE).withStatementTimeout(STATEMENT);
        try (Db db = call.databases().postgres(target, session)) {
            Durability durability = call.has(DURABLE) ? Durability.LOG : Durability.NOTIFY;
            RealmArguments.checkRecipients(db, realms, call);
            RealmArguments.warnOfOtherSpellings(db, realms, paths, call.output());
            ExpectedListeners expected = ExpectedListeners.look(db, call);
            return result(new RealmInvalidator(db, durability).invalidate(realms, paths), expected, call.output());
        }
    }

    /** What the functions have forgotten they do not say. */
    private static Result outbox(Broadcast.Plan plan, ExpectedListeners expected, Output output) {
        List<String> payloads = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        for (FileChange change : plan.changes()) {
            payloads.add(change.payload());
            lines.add("in the outbox: " + change.payload());
        }
        lines.add("what this database shares of it is forgotten");
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("payloads", payloads);
        data.put("outbox", true);
        return expected.of(Result.changed(data, lines), data, output);
    }

    private static Result result(Invalidation done, ExpectedListeners expected, Output output) {
        for (Layer layer : done.absent()) {
            switch (layer) {
                case TRANSPILE_CACHE -> output.detail("this database has no transpile cache");
                case DEFINITIONS -> output.detail("this database has no definitions");
                case LOADER_EPOCH ->
                    output.warn(
                            "loader-epoch",
                            "this login may not write realm_generations: prerenderers keep the modules they evaluated");
            }
        }
        Map<String, Object> data = data(done.tombstoned(), done.definitionsDeleted(), done.payloads());
        data.put("dependents", done.dependents());
        done.position().ifPresent(position -> data.put("seq", Long.toString(position.seq())));
        List<String> lines = new ArrayList<>();
        for (String dependent : done.dependents()) {
            lines.add("with " + dependent + ", which imports it");
        }
        lines.add(Count.of(done.tombstoned(), "artifact") + " tombstoned, "
                + Count.of(done.definitionsDeleted(), "definition") + " deleted, "
                + Count.of(done.payloads().size(), "notification") + " sent");
        return expected.of(Result.changed(data, lines), data, output);
    }

    private static Map<String, Object> data(long tombstoned, long deleted, List<String> payloads) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("tombstoned", tombstoned);
        data.put("definitionsDeleted", deleted);
        data.put("payloads", payloads);
        return data;
    }
}
