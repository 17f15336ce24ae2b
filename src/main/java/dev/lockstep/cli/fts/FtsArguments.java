package dev.lockstep.cli.fts;

import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.fts.deferral.Deferral;
import dev.lockstep.fts.ledger.DeferralMode;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.ProcessIdentity;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** What the {@code fts} commands take alike. */
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

    /** @throws LockstepException usage: there is no such mode */
    private static DeferralMode mode(String word) {
        return switch (word) {
            case "journal" -> DeferralMode.JOURNAL;
            case "rebuild" -> DeferralMode.REBUILD;
            default -> throw LockstepException.usage("unknown mode '" + word + "'", "--mode takes journal or rebuild");
        };
    }
}
