package dev.lockstep.cli.mirror;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.metrics.Monitoring;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.cli.progress.ProgressMeter;
import dev.lockstep.db.Db;
import dev.lockstep.db.sqlite.SqliteFiles;
import dev.lockstep.mirror.copy.Backfill;
import dev.lockstep.mirror.copy.Preflight;
import dev.lockstep.mirror.follow.Following;
import dev.lockstep.mirror.run.MirrorConnection;
import dev.lockstep.mirror.run.MirrorRun;
import dev.lockstep.mirror.source.FollowTriggers;
import dev.lockstep.support.LockstepException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep mirror follow}. */
public final class MirrorFollowCommand implements Command {
    private static final Opt<Boolean> INSTALL =
            Opt.flag("Put the triggers on the tables, say which, and end.", "--install");
    private static final Opt<Boolean> REMOVE =
            Opt.flag("Take this mirror's triggers off the tables, with what they have noted, and end.", "--remove");
    private static final Opt<Duration> INTERVAL =
            Opt.duration("How often to ask the source for changes (default 1s).", "--interval");
    private static final Opt<Duration> SWEEP =
            Opt.duration("How often to compare everything, for what triggers cannot see (default 1h).", "--sweep");

    private static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(1);
    private static final Duration DEFAULT_SWEEP = Duration.ofHours(1);
    /** It looks each second; but one statement that reads a whole table of the mirror may take long. */
    private static final Duration STUCK = Duration.ofMinutes(15);

    private static final Duration FOR_EVER = Duration.ofDays(36_500);

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Make the mirror equal, and keep it so until stopped: triggers on the source's tables note which"
                                + " rows change, in the application's own transactions, and each row is taken to the mirror as"
                                + " it is then. The triggers stay when this command ends, so that the next run misses nothing.");
        MirrorArguments.which(spec);
        Options.add(spec, Options.DRY_RUN, INSTALL, REMOVE, INTERVAL, SWEEP);
        BackfillArguments.declare(spec);
        Monitoring.declare(spec);
    }

    @Override
    public Result run(Invocation call) throws InterruptedException {
        if (call.has(INSTALL) && call.has(REMOVE)) {
            throw LockstepException.usage("--install and --remove exclude each other", "give one of them");
        }
        FollowTriggers triggers = new FollowTriggers(MirrorArguments.mirrorId(call), MirrorArguments.selection(call));
        if (call.dryRun() || call.has(INSTALL) || call.has(REMOVE)) {
            try (Db source = call.sqlite(SqliteFiles.Access.WRITE)) {
                return call.dryRun() ? draft(call, source, triggers) : change(call, source, triggers);
            }
        }
        return follow(call);
    }

    private static Result draft(Invocation call, Db source, FollowTriggers triggers) {
        List<String> statements = new ArrayList<>();
        if (call.has(REMOVE)) {
            for (FollowTriggers.Table table : source.read(triggers::list)) {
                table.triggers().forEach(name -> statements.add("drop trigger " + name + ";"));
            }
        } else {
            statements.addAll(triggers.draft(source));
        }
        List<String> lines = new ArrayList<>(statements);
        if (statements.isEmpty()) {
            lines.add("nothing to do");
        }
        return Result.unchanged(Map.of("statements", statements), lines);
    }

    private static Result change(Invocation call, Db source, FollowTriggers triggers) {
        List<String> others = source.read(triggers::others);
        List<FollowTriggers.Table> tables = call.has(REMOVE) ? triggers.remove(source) : triggers.install(source);
        List<Object> trees = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        boolean changed = false;
        for (FollowTriggers.Table table : tables) {
            trees.add(tree(table));
            lines.add(line(table));
            changed |= table.state() != FollowTriggers.State.PRESENT;
        }
        if (tables.isEmpty()) {
            lines.add("there are no triggers for this mirror");
        }
        others.forEach(other -> lines.add("changes are also noted for the mirror " + other));
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("db", call.sqliteFile());
        data.put("tables", trees);
        data.put("otherMirrors", others);
        return changed ? Result.changed(data, lines) : Result.unchanged(data, lines);
    }

    private static Map<String, Object> tree(FollowTriggers.Table table) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("table", table.table());
        tree.put("state", table.state().name().toLowerCase(Locale.ROOT));
        tree.put("triggers", table.triggers());
        tree.put("pending", table.pending());
        tree.put("why", table.why().orElse(null));
        return tree;
    }

    static String line(FollowTriggers.Table table) {
        String names = String.join(", ", table.triggers());
        return table.table() + ": "
                + switch (table.state()) {
                    case INSTALLED -> "changes are noted from now on, by the triggers " + names;
                    case PRESENT -> "the triggers are there, " + table.pending() + " changes are noted";
                    case RENEWED ->
                        table.why().orElse("its triggers were changed")
                                + "; changes are noted again from now on, by the triggers " + names;
                    case REMOVED -> "no changes are noted any more; dropped the triggers " + names;
                };
    }

    private static Result follow(Invocation call) throws InterruptedException {
        Following.Options options = new Following.Options(
                BackfillArguments.options(call),
                call.get(INTERVAL).orElse(DEFAULT_INTERVAL),
                call.get(SWEEP).orElse(DEFAULT_SWEEP));
        Path file = Invocation.file(call.sqliteFile());
        try (ProgressMeter meter = ProgressMeter.of(call, "triggers note what changes meanwhile", "ships it");
                Monitoring monitoring = Monitoring.start(call, STUCK)) {
            FollowNarration narration = new FollowNarration(call, meter, monitoring);
            call.output().soFar(narration::result);
            follow(call, file, options, narration);
            return narration.result();
        }
    }

    private static void follow(Invocation call, Path file, Following.Options options, FollowNarration narration)
            throws InterruptedException {
        try (Db source = call.sqlite(SqliteFiles.Access.WRITE);
                MirrorConnection link =
                        MirrorArguments.link(call, source, options.backfill().trust(), FOR_EVER)) {
            for (Backfill.Table hopeless :
                    Preflight.hopeless(source, link, MirrorArguments.selection(call), options.backfill(), narration)) {
                throw hopeless.failure().orElseThrow();
            }
            MirrorRun run = MirrorArguments.begin(call, link);
            narration.knows(run::hasWritten);
            String mirror = MirrorArguments.mirrorId(call);
            Following following =
                    new Following(source, file, run, mirror, MirrorArguments.selection(call), options, narration);
            try {
                following.run();
            } catch (InterruptedException e) {
                leave(call, following, e);
                throw e;
            }
        }
    }

    private static void leave(Invocation call, Following following, InterruptedException stopped)
            throws InterruptedException {
        try {
            call.databases().unstoppable(() -> {
                try (Db source = call.sqlite(SqliteFiles.Access.WRITE)) {
                    following.leave(source);
                }
                return null;
            });
        } catch (LockstepException e) {
            stopped.addSuppressed(e);
        }
    }
}
