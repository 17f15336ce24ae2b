package dev.lockstep.cli.mirror;

import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.mirror.copy.Backfill.BadRows;
import dev.lockstep.mirror.source.UnfitValues;
import dev.lockstep.mirror.source.UnfitValues.Nul;
import dev.lockstep.mirror.source.UnfitValues.Others;
import dev.lockstep.profile.MirrorProfile;
import dev.lockstep.support.LockstepException;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;

/** What becomes of rows and values that the mirror cannot have: as options say, else as the profile does. */
final class UnfitArguments {
    private static final Opt<String> ON_BAD_ROW = Opt.text(
            "fail|quarantine|null",
            "What to do about a row that the mirror cannot take: leave its table as it is (the default), or copy the"
                    + " others and name it in lockstep_mirror_reject; or put NULL in place of the value that does not fit"
                    + " and name that there. A key, and what takes no NULL, is not changed: its row is left out.",
            "--on-bad-row");
    private static final Opt<String> NUL = Opt.text(
            "reject|strip|escape",
            "What to do about U+0000 in a text, which PostgreSQL cannot have: the row does not fit (the default), or it"
                    + " is left out of the text or becomes \\u0000, and that is named in lockstep_mirror_reject. Not in a key.",
            "--nul");

    private UnfitArguments() {}

    static void declare(CommandSpec spec) {
        Options.add(spec, ON_BAD_ROW, NUL);
    }

    /** @throws LockstepException usage: there is no such policy */
    static UnfitValues values(Invocation call) {
        Nul nul = said(call, NUL, MirrorProfile::nul)
                .map(word -> switch (word) {
                    case "reject" -> Nul.REJECT;
                    case "strip" -> Nul.STRIP;
                    case "escape" -> Nul.ESCAPE;
                    default -> throw unknown(word, NUL);
                })
                .orElse(Nul.REJECT);
        boolean nulls = onBadRow(call).equals("null");
        return new UnfitValues(nul, nulls ? Others.NULL : Others.REJECT);
    }

    /** @throws LockstepException usage: there is no such policy */
    static BadRows badRows(Invocation call) {
        return onBadRow(call).equals("fail") ? BadRows.FAIL : BadRows.QUARANTINE;
    }

    private static String onBadRow(Invocation call) {
        String word = said(call, ON_BAD_ROW, MirrorProfile::onBadRow).orElse("fail");
        return switch (word) {
            case "fail", "quarantine", "null" -> word;
            default -> throw unknown(word, ON_BAD_ROW);
        };
    }

    private static Optional<String> said(
            Invocation call, Opt<String> option, Function<MirrorProfile, Optional<String>> profile) {
        return call.get(option)
                .or(() -> call.profile().map(known -> known.mirror()).flatMap(profile));
    }

    private static LockstepException unknown(String word, Opt<String> option) {
        String words = option.label().replace("|", ", ");
        return LockstepException.usage("unknown policy '" + word + "'", option.name() + " takes one of " + words);
    }
}
