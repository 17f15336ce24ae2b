package dev.lockstep.cli.mirror;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Durations;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.progress.RunningWork;
import dev.lockstep.cli.text.Accent;
import dev.lockstep.cli.text.Age;
import dev.lockstep.cli.text.Cells;
import dev.lockstep.cli.text.Count;
import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.Session;
import dev.lockstep.mirror.run.MirrorConnection;
import dev.lockstep.mirror.run.MirrorStatus;
import dev.lockstep.mirror.run.MirrorStatus.State;
import dev.lockstep.mirror.source.FollowTriggers;
import dev.lockstep.mirror.source.Selection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep mirror status}. */
public final class MirrorStatusCommand implements Command {
    private static final Opt<Duration> MAX_AGE = Opt.duration("The oldest that it may be.", "--max-age");

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description("Show how far the mirror is and how old, as it says of itself; 'mirror verify' compares it"
                        + " with the source. Ends with 0 if it is complete and fresh, 3 if it is older than --max-age, 7"
                        + " if it is incomplete.");
        MirrorArguments.databases(spec);
        MAX_AGE.addTo(spec);
    }

    @Override
    public Result run(Invocation call) {
        Optional<RunningWork> work = RunningWork.onMirror(
                call.databases().environment(), Path.of(MirrorArguments.sourceId(call)), MirrorArguments.resolve(call));
        MirrorStatus status = status(call, work);
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("state", label(status.state()));
        data.put("owner", status.owner().orElse(null));
        data.put("since", status.since().orElse(null));
        data.put("ageMs", status.age().map(Duration::toMillis).orElse(null));
        List<Object> tables = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        lines.add(line(status));
        work.ifPresent(now -> lines.add("now " + now.sentence()));
        if (work.isEmpty() && status.state() == State.RUNNING) {
            lines.add("how far it is, a run tells its own user on its own machine");
        }
        data.put("progress", work.map(RunningWork::tree).orElse(null));
        for (MirrorStatus.Table table : status.tables()) {
            tables.add(tree(table));
            lines.add(line(table));
        }
        data.put("tables", tables);
        data.put("noted", noted(call, lines));
        boolean stale = isStale(call, status.age());
        if (stale) {
            call.output()
                    .warn(
                            "stale",
                            "stale: " + Age.of(status.age().orElseThrow()) + " old, and --max-age is "
                                    + Durations.render(call.get(MAX_AGE).orElseThrow()));
        }
        Result result = Result.unchanged(data, lines);
        if (!status.isComplete()) {
            return result.with(ExitCode.INCOMPLETE);
        }
        return stale ? result.with(ExitCode.DIFFERS) : result;
    }

    private static MirrorStatus status(Invocation call, Optional<RunningWork> work) {
        try (MirrorConnection link =
                work.isPresent() ? MirrorArguments.linkBriefly(call) : MirrorArguments.link(call, Session.Use.READ)) {
            return MirrorStatus.read(link.db(), MirrorArguments.sourceId(call), MirrorArguments.owner());
        } catch (DbException e) {
            if (work.isEmpty() || e.reason() != DbException.Reason.BUSY) {
                throw e;
            }
            return MirrorStatus.locked(work.get().process().describe());
        }
    }

    /** What the source has noted for this mirror and was not shipped yet, by table; none where it is not followed. */
    private static List<Object> noted(Invocation call, List<String> lines) {
        FollowTriggers triggers = new FollowTriggers(MirrorArguments.mirrorId(call), Selection.ALL);
        List<Object> noted = new ArrayList<>();
        try (Db source = MirrorArguments.source(call)) {
            for (FollowTriggers.Table table : source.read(triggers::list)) {
                Map<String, Object> tree = new LinkedHashMap<>();
                tree.put("table", table.table());
                tree.put("pending", table.pending());
                tree.put("gap", table.why().orElse(null));
                noted.add(tree);
                lines.add(table.table() + ": " + Count.of(table.pending())
                        + " changes are noted and not confirmed to be shipped"
                        + table.why().map(why -> "; " + why).orElse(""));
            }
        }
        return noted;
    }

    private static boolean isStale(Invocation call, Optional<Duration> age) {
        return age.flatMap(known -> call.get(MAX_AGE).filter(most -> known.compareTo(most) > 0))
                .isPresent();
    }

    private static String label(State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    private static String line(MirrorStatus status) {
        StringBuilder line = new StringBuilder(
                switch (status.state()) {
                    case COMPLETE -> Accent.GOOD.of(label(status.state()));
                    case PARTIAL, INTERRUPTED -> Accent.BAD.of(label(status.state()));
                    case NEVER, RUNNING -> label(status.state());
                });
        status.owner().ifPresent(owner -> line.append("; last run by ").append(owner));
        status.since().ifPresent(since -> line.append(", begun ").append(since));
        status.age().ifPresent(age -> line.append("; ").append(Age.of(age)).append(" old"));
        return line.toString();
    }

    private static String line(MirrorStatus.Table table) {
        String rows = table.isCounted()
                ? Count.of(table.held()) + " of " + Count.of(table.rows()) + " rows"
                : Count.of(table.held(), "row") + " there, the source's not counted";
        String line = Cells.of(
                table.table() + ":",
                table.state() + " at " + table.at() + ",",
                rows + ",",
                Count.of(table.rejected()) + " rejected");
        return table.detail().map(why -> line + ": " + why).orElse(line);
    }

    private static Map<String, Object> tree(MirrorStatus.Table table) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("table", table.table());
        tree.put("state", table.state());
        tree.put("held", table.held());
        tree.put("rows", table.isCounted() ? table.rows() : null);
        tree.put("rejected", table.rejected());
        tree.put("at", table.at());
        tree.put("detail", table.detail().orElse(null));
        return tree;
    }
}
