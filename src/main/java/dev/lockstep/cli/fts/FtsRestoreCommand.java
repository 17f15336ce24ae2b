package dev.lockstep.cli.fts;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.cli.progress.ProgressMeter;
import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.sqlite.SqliteFiles;
import dev.lockstep.fts.deferral.Restoration;
import dev.lockstep.fts.deferral.Restoration.Claim;
import dev.lockstep.fts.deferral.Restoration.Preference;
import dev.lockstep.fts.deferral.Restoration.Replacement;
import dev.lockstep.profile.Profile;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.ProcessIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep fts restore}. */
public final class FtsRestoreCommand implements Command {
    private static final Opt<Boolean> IF_DEFERRED = Opt.flag(
            "Look first, without the write lock, and do nothing unless something is deferred: for every start of an"
                    + " application.",
            "--if-deferred");
    private static final Opt<Boolean> STEAL =
            Opt.flag("Restore what another process has deferred that still runs.", "--steal");
    private static final Opt<String> PREFER = Opt.text(
            "live|stored",
            "Which text counts if an application made a trigger anew meanwhile. Unset: that is refused.",
            "--prefer");
    private static final Opt<Boolean> FROM_PROFILE = Opt.flag(
            "Make triggers that are lost, and stored nowhere, as the profile describes them.", "--from-profile");

    private static final String NOTHING = "nothing is deferred";

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Bring deferred triggers back, byte for byte, and make their indexes equal to what they index:"
                                + " all in one transaction, or nothing.");
        FtsArguments.which(spec);
        Options.add(spec, IF_DEFERRED, STEAL, PREFER, FROM_PROFILE, Options.DRY_RUN);
    }

    @Override
    public Result run(Invocation call) {
        Restoration.Policy policy = policy(call);
        Optional<Profile> profile = call.profile();
        Restoration restoration = new Restoration(profile, policy, ProcessIdentity.ofProcess());
        if (call.has(IF_DEFERRED) && !isNeeded(call, profile)) {
            return Result.unchanged(FtsReport.data(call, List.of()), List.of(NOTHING));
        }
        Restoration.Outcome outcome;
        try (Db db = call.sqlite(SqliteFiles.Access.WRITE);
                ProgressMeter meter = ProgressMeter.of(call, "nothing was changed", "begins again")) {
            if (call.dryRun()) {
                outcome = restoration.preview(db, call.all(FtsArguments.TABLE));
                FtsReport.warn(call, outcome.notices());
            } else {
                outcome = RestorationReport.run(call, restoration, db, call.sqliteFile(), meter);
            }
        }
        return result(call, outcome);
    }

    private static boolean isNeeded(Invocation call, Optional<Profile> profile) {
        try (Db db = call.sqlite(SqliteFiles.Access.READ)) {
            return Restoration.isNeeded(db, profile);
        } catch (DbException e) {
            if (e.reason() == DbException.Reason.HALF_WRITTEN) {
                // The crash that makes a restore necessary, perhaps; only opening it for writing undoes what it left.
                return true;
            }
            throw e;
        }
    }

    private static Restoration.Policy policy(Invocation call) {
        Preference preference = call.get(PREFER)
                .map(word -> switch (word) {
                    case "live" -> Preference.LIVE;
                    case "stored" -> Preference.STORED;
                    default ->
                        throw LockstepException.usage(
                                "unknown preference '" + word + "'", "--prefer takes live or stored");
                })
                .orElse(Preference.NEITHER);
        return new Restoration.Policy(
                preference,
                call.has(FROM_PROFILE) ? Replacement.PROFILE : Replacement.NONE,
                call.has(STEAL) ? Claim.STEAL : Claim.RESPECT);
    }

    private static Result result(Invocation call, Restoration.Outcome outcome) {
        List<String> lines = new ArrayList<>();
        for (Restoration.Table table : outcome.tables()) {
            lines.add(
                    call.dryRun()
                            ? "would restore " + table.fts() + ": " + RestorationReport.triggers(table)
                            : RestorationReport.line(table));
        }
        if (outcome.leftovers() > 0) {
            lines.add((call.dryRun() ? "would remove " : "removed ") + outcome.leftovers()
                    + " journals of changed rows that a deferral had left behind");
        }
        outcome.stale().forEach(fts -> lines.add("not rebuilt: " + fts));
        if (lines.isEmpty()) {
            lines.add(NOTHING);
        }
        Map<String, Object> data = FtsReport.data(call, RestorationReport.trees(outcome));
        data.put("leftovers", outcome.leftovers());
        data.put("stale", outcome.stale());
        Result result =
                outcome.changed() && !call.dryRun() ? Result.changed(data, lines) : Result.unchanged(data, lines);
        return outcome.stale().isEmpty() ? result : result.with(ExitCode.DIFFERS);
    }
}
