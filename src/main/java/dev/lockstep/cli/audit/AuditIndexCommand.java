package dev.lockstep.cli.audit;

import dev.lockstep.audit.index.AuditIndexes;
import dev.lockstep.audit.index.AuditIndexes.Conflict;
import dev.lockstep.audit.index.AuditIndexes.PartitionState;
import dev.lockstep.audit.index.AuditIndexes.Report;
import dev.lockstep.audit.index.AuditIndexes.State;
import dev.lockstep.audit.index.AuditIndexes.Use;
import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.cli.progress.ProgressMeter;
import dev.lockstep.db.Db;
import dev.lockstep.db.DbTarget;
import dev.lockstep.db.Session;
import dev.lockstep.support.LockstepException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep audit apply}, {@code check} and {@code drop}. */
public final class AuditIndexCommand implements Command {
    private static final Opt<Duration> TIMEOUT =
            Opt.duration("How long to go on trying while others hold locks (default 2m).", "--timeout");
    private static final Opt<Boolean> REPLACE =
            Opt.flag("Drop an index of the right name over other columns, and make the right one.", "--replace");

    /** What is done about the indexes. */
    public enum Verb {
        APPLY("Make the indexes that the hot queries of the audit log need, without stopping whoever writes it. Done"
                + " again, it does nothing; what an interrupted run left is mended."),
        CHECK("Ask the database whether the indexes are there, valid, over the right columns, and used by the hot"
                + " queries without a sort. Ends with 3 if not."),
        DROP("Remove the indexes that 'audit apply' makes.");

        private final String description;

        Verb(String description) {
            this.description = description;
        }
    }

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Verb verb;

    public AuditIndexCommand(Verb verb) {
        this.verb = verb;
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage().description(verb.description);
        AuditArguments.which(spec);
        if (verb == Verb.CHECK) {
            return;
        }
        TIMEOUT.addTo(spec);
        if (verb == Verb.APPLY) {
            REPLACE.addTo(spec);
        }
        Options.DRY_RUN.addTo(spec);
        if (verb == Verb.DROP) {
            Options.YES.addTo(spec);
        }
    }

    @Override
    public Result run(Invocation call) throws InterruptedException {
        DbTarget target = AuditArguments.target(call);
        if (verb == Verb.DROP) {
            call.confirm("drop the audit indexes in " + target);
        }
        Session.Use use = verb == Verb.CHECK ? Session.Use.READ : Session.Use.WRITE;
        try (Db db = AuditArguments.open(call, target, use)) {
            if (verb == Verb.CHECK || call.dryRun()) {
                AuditIndexes indexes = new AuditIndexes(AuditArguments.table(call, db));
                List<Report> reports = verb == Verb.CHECK ? indexes.check() : indexes.preview();
                return result(call, reports, indexes.leftovers(), Result.Change.UNCHANGED);
            }
            boolean applies = verb == Verb.APPLY;
            try (ProgressMeter meter = ProgressMeter.of(
                    call,
                    applies ? "indexes that are made are kept" : "indexes that are dropped are gone",
                    applies ? "makes the rest" : "drops the rest")) {
                Supplier<Db> observer = () -> AuditArguments.open(call, target, Session.Use.READ);
                return write(call, new AuditIndexes(AuditArguments.table(call, db), observer, meter));
            }
        }
    }

    /** Whatever fails on the way, what was done before it is told. */
    private Result write(Invocation call, AuditIndexes indexes) throws InterruptedException {
        List<Report> before = indexes.preview();
        List<Report> done = new ArrayList<>();
        List<String> removed = new ArrayList<>();
        try {
            Duration patience = call.find(TIMEOUT).orElse(PATIENCE);
            if (verb == Verb.APPLY) {
                indexes.apply(call.has(REPLACE) ? Conflict.REPLACE : Conflict.REFUSE, patience, done::add);
                indexes.removeLeftovers(removed::add);
                return result(call, done, removed, change(done));
            }
            indexes.drop(patience, done::add);
            return result(call, done, indexes.leftovers(), change(done));
        } catch (LockstepException | InterruptedException e) {
            boolean other = !removed.isEmpty() || indexes.isChangedSince(before);
            Result part = result(call, done, removed, other ? Result.Change.CHANGED : change(done));
            call.output().soFar(() -> part);
            throw e;
        }
    }

    private static Result.Change change(List<Report> reports) {
        return reports.stream().anyMatch(report -> report.state() == State.CREATED || report.state() == State.DROPPED)
                ? Result.Change.CHANGED
                : Result.Change.UNCHANGED;
    }

    private Result result(Invocation call, List<Report> reports, List<String> leftovers, Result.Change made) {
        boolean changed = made == Result.Change.CHANGED;
        boolean right = true;
        List<Object> trees = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        for (Report report : reports) {
            trees.add(tree(report));
            lines(call, report, lines);
            right &= report.state() == State.PRESENT;
        }
        boolean removed = verb == Verb.APPLY && !leftovers.isEmpty();
        changed |= removed;
        right &= leftovers.isEmpty();
        for (String leftover : leftovers) {
            lines.add(leftover + ": left behind by a rebuild that failed, and not valid"
                    + (removed ? call.dryRun() ? "; would be removed" : "; removed" : ""));
        }
        Optional<String> repair =
                verb == Verb.CHECK ? repair(reports, leftovers).map(call.advice()::complete) : Optional.empty();
        repair.ifPresent(command -> lines.add("hint: " + command));
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("indexes", trees);
        data.put("leftovers", leftovers);
        data.put("repair", repair.orElse(null));
        Result result = changed && !call.dryRun() ? Result.changed(data, lines) : Result.unchanged(data, lines);
        return verb == Verb.CHECK && !right ? result.with(ExitCode.DIFFERS) : result;
    }

    /** The command that makes what is missing; empty if none helps: what the planner does not use is there already. */
    private static Optional<String> repair(List<Report> reports, List<String> leftovers) {
        boolean other = reports.stream().anyMatch(report -> report.state() == State.DIFFERENT);
        boolean lacking = !leftovers.isEmpty()
                || reports.stream()
                        .anyMatch(report -> report.state() == State.MISSING || report.state() == State.INVALID);
        return other || lacking
                ? Optional.of("'lockstep audit apply" + (other ? " --replace'" : "'"))
                : Optional.empty();
    }

    private static Map<String, Object> tree(Report report) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", report.index().name());
        tree.put("table", report.table());
        tree.put("columns", report.index().columns());
        tree.put("state", report.state().name().toLowerCase(Locale.ROOT));
        List<Object> usedBy = new ArrayList<>();
        List<Object> queries = new ArrayList<>();
        for (Use use : report.uses()) {
            if (use.usable()) {
                usedBy.add(use.query());
            }
            Map<String, Object> query = new LinkedHashMap<>();
            query.put("name", use.query());
            query.put("usable", use.usable());
            query.put("chosen", use.chosen());
            query.put("plan", use.plan());
            query.put("note", use.note());
            queries.add(query);
        }
        tree.put("usedBy", usedBy);
        tree.put("queries", queries);
        List<Object> partitions = new ArrayList<>();
        for (PartitionState part : report.partitions()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("table", part.table());
            one.put("index", part.index());
            one.put("state", part.state().name().toLowerCase(Locale.ROOT));
            partitions.add(one);
        }
        tree.put("partitions", partitions);
        tree.put("definition", report.definition());
        tree.put("wanted", report.wanted());
        return tree;
    }

    private void lines(Invocation call, Report report, List<String> lines) {
        String name = report.index().name();
        if (call.dryRun()) {
            lines.add(name + ": " + intention(report.state()));
            return;
        }
        lines.add(name + ": " + report.state().name().toLowerCase(Locale.ROOT));
        switch (report.state()) {
            case MISSING -> {
                if (verb == Verb.CHECK) {
                    lines.add("  wanted: " + report.wanted());
                }
            }
            case INVALID, DIFFERENT, UNUSED -> {
                lines.add("  there is: " + report.definition());
                lines.add("  wanted: " + report.wanted());
            }
            case CREATED, PRESENT, DROPPED -> {}
        }
        for (PartitionState part : report.partitions()) {
            String index = part.index() == null ? "" : " (" + part.index() + ")";
            lines.add("  partition " + part.table() + ": " + part.state().name().toLowerCase(Locale.ROOT) + index);
        }
        for (Use use : report.uses()) {
            String verdict = use.chosen() ? "uses it" : use.usable() ? "could use it, and does not now" : "not served";
            lines.add("  " + use.query() + ": " + verdict + " (" + use.plan() + ")");
            if (use.note() != null) {
                lines.add("    " + use.note());
            }
        }
    }

    private String intention(State state) {
        boolean applies = verb == Verb.APPLY;
        return switch (state) {
            case MISSING -> applies ? "would be created" : "is not there";
            case INVALID -> applies ? "would be rebuilt" : "would be dropped";
            case DIFFERENT -> "is another one: refused";
            case PRESENT, CREATED, UNUSED, DROPPED -> applies ? "is there already" : "would be dropped";
        };
    }
}
