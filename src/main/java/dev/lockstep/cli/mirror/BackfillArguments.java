package dev.lockstep.cli.mirror;

import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.mirror.copy.Backfill;
import dev.lockstep.mirror.copy.Backfill.Creation;
import dev.lockstep.mirror.copy.Backfill.EmptySource;
import dev.lockstep.mirror.copy.Backfill.Extras;
import dev.lockstep.mirror.copy.Backfill.Trust;
import dev.lockstep.mirror.run.RunClaim.Policy;
import dev.lockstep.mirror.run.Throttle;
import dev.lockstep.support.LockstepException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import picocli.CommandLine.Model.CommandSpec;

/** How tables are made equal, as {@code mirror backfill} and {@code mirror follow} are told. */
final class BackfillArguments {
    static final Opt<String> CREATE = Opt.textOr(
            "all",
            "tables|all",
            "Make the tables that the mirror lacks; and once they have their rows, their indexes, defaults, identities and"
                    + " foreign keys, as far as they can be made there (all, the default), or nothing more (tables).",
            "--create");
    private static final Opt<Integer> BATCH = Opt.count(
            "About how many rows go into one transaction (default 20000; a first load: all, if they are not too many).",
            "--batch");
    private static final Opt<Integer> MAX_RATE = Opt.count("Write at most so many rows a second.", "--max-rate");
    private static final Opt<String> PAUSE_FILE =
            Opt.text("FILE", "Write nothing while there is such a file.", "--pause-file");
    private static final Opt<Boolean> KEEP_EXTRA =
            Opt.flag("Leave rows of the mirror that the source does not have.", "--keep-extra");
    private static final Opt<Long> MAX_DELETE = Opt.number(
            "Delete at most so many rows of a table (default: 1 % of it, or 1000 if that is more).", "--max-delete");
    static final Opt<Boolean> ALLOW_EMPTY_SOURCE =
            Opt.flag("Let a table that is empty in the source empty the mirror's.", "--allow-empty-source");
    private static final Opt<Boolean> TAKE_OVER =
            Opt.flag("Take over from a run that is still alive; it will not write any more.", "--take-over");
    private static final Opt<Boolean> SOLE_WRITER = Opt.flag(
            "Nobody but lockstep writes to the mirror: of what an earlier run has written, only the number of rows is"
                    + " looked at. Without it, the mirror is asked what it holds.",
            "--sole-writer");
    private static final Opt<Boolean> RECHECK =
            Opt.flag("Send every row to the mirror and compare it there, whatever is known.", "--recheck");
    private static final Opt<Boolean> RESTART =
            Opt.flag("Forget every earlier run, of another source too.", "--restart");

    private static final int USUAL_BATCH = 20_000;

    private BackfillArguments() {}

    static void declare(CommandSpec spec) {
        Options.add(
                spec,
                CREATE,
                BATCH,
                MAX_RATE,
                PAUSE_FILE,
                KEEP_EXTRA,
                MAX_DELETE,
                ALLOW_EMPTY_SOURCE,
                TAKE_OVER,
                SOLE_WRITER,
                RECHECK,
                RESTART);
    }

    /** Of these, what a repair takes. */
    static void declareForRepair(CommandSpec spec) {
        Options.add(spec, MAX_RATE, PAUSE_FILE, MAX_DELETE, ALLOW_EMPTY_SOURCE, TAKE_OVER);
    }

    static Backfill.Options repairOptions(Invocation call) {
        return new Backfill.Options(
                Creation.NONE,
                Backfill.BadRows.FAIL,
                Extras.DELETE,
                call.has(ALLOW_EMPTY_SOURCE) ? EmptySource.ALLOWED : EmptySource.REFUSED,
                Trust.NONE,
                OptionalInt.empty(),
                call.get(MAX_DELETE).map(OptionalLong::of).orElse(OptionalLong.empty()),
                throttle(call));
    }

    private static Throttle throttle(Invocation call) {
        return new Throttle(
                call.get(MAX_RATE).map(OptionalInt::of).orElse(OptionalInt.empty()),
                call.get(PAUSE_FILE).map(Invocation::file),
                call.output()::message);
    }

    /** What becomes of a run that is in the way. */
    static Policy policy(Invocation call) {
        return call.has(TAKE_OVER) ? Policy.TAKE_OVER : Policy.RESPECT;
    }

    static Backfill.Options options(Invocation call) {
        return new Backfill.Options(
                creation(call),
                UnfitArguments.badRows(call),
                call.has(KEEP_EXTRA) ? Extras.KEEP : Extras.DELETE,
                call.has(ALLOW_EMPTY_SOURCE) ? EmptySource.ALLOWED : EmptySource.REFUSED,
                trust(call),
                batch(call),
                call.get(MAX_DELETE).map(OptionalLong::of).orElse(OptionalLong.empty()),
                throttle(call));
    }

    private static Creation creation(Invocation call) {
        return call.get(CREATE)
                .map(word -> switch (word) {
                    case "all" -> Creation.ALL;
                    case "tables" -> Creation.CREATE;
                    default ->
                        throw LockstepException.usage("cannot create '" + word + "'", "--create takes tables or all");
                })
                .orElse(Creation.NONE);
    }

    private static Trust trust(Invocation call) {
        if (call.has(RESTART) || call.has(RECHECK)) {
            return call.has(RESTART) ? Trust.RESTART : Trust.NONE;
        }
        boolean sole = call.has(SOLE_WRITER)
                || call.profile()
                        .filter(profile -> profile.mirror().isSoleWriter())
                        .isPresent();
        return sole ? Trust.RECORDED : Trust.PROVEN;
    }

    /** What is written at once is written within the second that it may take. */
    private static OptionalInt batch(Invocation call) {
        Optional<Integer> batch = call.get(BATCH);
        int rate = call.get(MAX_RATE).orElse(Integer.MAX_VALUE);
        return batch.isEmpty() && rate >= USUAL_BATCH
                ? OptionalInt.empty()
                : OptionalInt.of(Math.min(batch.orElse(USUAL_BATCH), rate));
    }
}
