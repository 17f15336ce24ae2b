package dev.lockstep.cli.fts;

import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.ProgressBar;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.db.Db;
import dev.lockstep.fts.deferral.Deferral;
import dev.lockstep.fts.deferral.FtsRebuild;
import dev.lockstep.fts.deferral.Restoration;
import dev.lockstep.fts.ledger.DeferralMode;
import dev.lockstep.fts.schema.FtsModule;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.fts.trial.TriggerFault;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Notice;
import dev.lockstep.support.ProcessIdentity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** What the {@code fts} commands take and say alike. */
final class FtsArguments {
    static final Opt<List<String>> TABLE =
            Opt.texts("T", "An FTS5 table, or a table that is indexed. Repeatable. None: all.", "--table");
    private static final Opt<String> COLUMNS = Opt.text(
            "written|all",
            "What an index ought to hold: the columns that its insert trigger writes (the default), or all, each from"
                    + " the column of its name.",
            "--columns");

    private static final String MODES =
            "What 'fts restore' does about the index: journal brings the rows that changed into step, whose keys a"
                    + " small trigger notes meanwhile; rebuild makes it anew from its base. ";

    private static final String AUTO =
            "auto (the default) does the better of the two, and leaves triggers alone that cost no more than that would:"
                    + " a few rows are changed to measure them, which is undone.";

    private static final Opt<String> MODE =
            Opt.text("MODE", MODES + "Unset: journal where the table has a key that allows it.", "--mode");

    static final Opt<Duration> MAX_AGE = Opt.duration(
            "From this time on anybody may restore, whoever still runs. A deferral for one that never ends would"
                    + " freeze the search for all.",
            "--max-age");

    private static final Opt<String> NOTE = Opt.text("TEXT", "What to say about it to whoever finds it.", "--note");

    private static final long MEGABYTE = 1_000_000;

    /** From here on it is worth a line. */
    private static final long MUCH_LOG = 10 * MEGABYTE;

    private static final Duration MUCH_TIME = Duration.ofSeconds(2);

    private FtsArguments() {}

    /** Which database, which application, which of its indexes. */
    static void which(CommandSpec spec) {
        Options.parameters(spec, Invocation.SQLITE_FILE, "0..1", "The SQLite database, instead of --db.");
        indexes(spec);
    }

    /** The same for a command whose parameters are something else. */
    static void indexes(CommandSpec spec) {
        Options.sqlite(spec);
        Options.add(spec, Options.PROFILE, TABLE, Options.LOAD_EXTENSION);
    }

    /** What an index ought to hold. */
    static void columns(CommandSpec spec) {
        COLUMNS.addTo(spec);
    }

    /** @throws LockstepException usage: it is neither */
    static FtsTable.Columns columns(Invocation call) {
        return switch (call.get(COLUMNS).orElse("written")) {
            case "written" -> FtsTable.Columns.WRITTEN;
            case "all" -> FtsTable.Columns.ALL;
            default ->
                throw LockstepException.usage(
                        "unknown columns '" + call.get(COLUMNS).get() + "'", "--columns takes written or all");
        };
    }

    /** The answer for programs: the database, as it was named, and its indexes. */
    static Map<String, Object> data(Invocation call, List<Object> tables) {
        return data(call.sqliteFile(), tables);
    }

    static Map<String, Object> data(String db, List<Object> tables) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("db", db);
        data.put("tables", tables);
        return data;
    }

    static void mode(CommandSpec spec) {
        Options.add(spec, MODE, MAX_AGE, NOTE);
    }

    /** The same with one that leaves triggers alone that cost no more than a restore would. */
    static void modeOrAuto(CommandSpec spec) {
        Options.add(spec, MODE.meaning(MODES + AUTO), MAX_AGE, NOTE);
    }

    /** The deferral that the options describe. */
    static Deferral deferral(Invocation call) {
        return new Deferral(call.profile(), ProcessIdentity.ofProcess(), call.get(NOTE))
                .in(call.get(MODE).map(FtsArguments::mode))
                .lasting(call.get(MAX_AGE));
    }

    /** The same for a command that takes {@code --mode auto}, and does that by itself. */
    static Deferral deferralOrNone(Invocation call) {
        if (!call.get(MODE).orElse("auto").equals("auto")) {
            return deferral(call);
        }
        return new Deferral(call.profile(), ProcessIdentity.ofProcess(), call.get(NOTE))
                .lasting(call.get(MAX_AGE))
                .ifItGains();
    }

    /** Says which triggers were left alone, and why. */
    static void sayKept(Invocation call, Deferral.Outcome outcome) {
        for (Deferral.Kept kept : outcome.kept()) {
            call.output()
                    .message("left the triggers of " + kept.fts() + " alone: " + why(kept) + "; --mode journal or"
                            + " rebuild puts them away");
        }
    }

    private static String why(Deferral.Kept kept) {
        return kept.cost()
                .map(cost -> "they cost at most " + milliseconds(cost) + " a row, and a restore would cost no less")
                .orElse("none of them reads the whole index, and there was no row to measure them with");
    }

    /** For programs. */
    static List<Object> keptTrees(Deferral.Outcome outcome) {
        List<Object> trees = new ArrayList<>();
        for (Deferral.Kept kept : outcome.kept()) {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("fts", kept.fts());
            tree.put("triggers", kept.triggers());
            tree.put("costMs", kept.cost().map(cost -> cost.toNanos() / 1e6).orElse(null));
            trees.add(tree);
        }
        return trees;
    }

    /** @throws LockstepException usage: there is no such mode */
    static DeferralMode mode(String word) {
        return switch (word) {
            case "journal" -> DeferralMode.JOURNAL;
            case "rebuild" -> DeferralMode.REBUILD;
            default -> throw LockstepException.usage("unknown mode '" + word + "'", "--mode takes journal or rebuild");
        };
    }

    /** What an index is, for people: {@code external-content}, {@code fts4 own-content}. */
    static String kind(Optional<FtsModule> module, Optional<FtsTable.Kind> kind) {
        String prefix = module.filter(known -> known != FtsModule.FTS5)
                .map(known -> known.label() + " ")
                .orElse("");
        return kind.map(known -> prefix + known.label()).orElse("gone");
    }

    static String label(DeferralMode mode) {
        return switch (mode) {
            case JOURNAL -> "journal";
            case REBUILD -> "rebuild";
        };
    }

    static String fault(TriggerFault fault) {
        return switch (fault) {
            case SCANS -> "reads the whole index for each row";
            case LEAVES_OLD_ROWS -> "leaves the old row in the index, which stays searchable";
        };
    }

    static String milliseconds(Duration cost) {
        long hundredths = cost.toNanos() / 10_000;
        return hundredths / 100 + "." + (hundredths % 100 < 10 ? "0" : "") + hundredths % 100 + " ms";
    }

    /**
     * Restores: says before what it will take if that is much, and how far it is meanwhile.
     *
     * @param file the database that is open
     */
    static Restoration.Outcome restore(Invocation call, Restoration restoration, Db db, String file) {
        List<String> names = call.all(TABLE);
        List<FtsRebuild.Estimate> estimates = restoration.estimate(db, names);
        Map<String, Long> totals = new HashMap<>();
        for (FtsRebuild.Estimate estimate : estimates) {
            totals.put(estimate.fts(), estimate.rows());
        }
        announce(call, file, estimates);
        try (ProgressBar progress = new ProgressBar(call)) {
            Restoration.Outcome outcome = restoration
                    .reporting((fts, rows) -> progress.at(fts, rows, totals.getOrDefault(fts, 0L)))
                    .run(db, names);
            warn(call, outcome.notices());
            return outcome;
        }
    }

    private static void announce(Invocation call, String file, List<FtsRebuild.Estimate> estimates) {
        long bytes = 0;
        for (FtsRebuild.Estimate estimate : estimates) {
            bytes += estimate.walBytes();
            if (estimate.walBytes() >= MUCH_LOG || estimate.time().compareTo(MUCH_TIME) >= 0) {
                call.output().message("making anew " + FtsRebuildCommand.line(estimate));
            }
        }
        long room = Invocation.file(file).toAbsolutePath().getParent().toFile().getUsableSpace();
        if (room > 0 && room < bytes) {
            call.output()
                    .warn(
                            "disk-space",
                            "about " + bytes / MEGABYTE + " MB will be written, and the disk has " + room / MEGABYTE
                                    + " MB left");
        }
    }

    static void warn(Invocation call, List<Notice> notices) {
        for (Notice notice : notices) {
            call.output().warn(notice.code(), notice.message());
        }
    }

    /** An owner for programs; null for none. */
    static Map<String, Object> owner(Optional<ProcessIdentity> owner) {
        if (owner.isEmpty()) {
            return null;
        }
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("host", owner.get().host());
        tree.put("pid", owner.get().pid());
        tree.put("alive", owner.get().isAlive());
        return tree;
    }
}
