package dev.lockstep.cli.hint;

import dev.lockstep.mirror.plan.MirrorRemedy;
import dev.lockstep.support.Remedy;

final class MirrorHints {
    private MirrorHints() {}

    static String of(MirrorRemedy kind, Remedy remedy) {
        return switch (kind) {
            case ALLOW_AN_EMPTY_SOURCE -> "if all of them are to be deleted, add --allow-empty-source";
            case ALLOW_THE_DELETES ->
                "if they are to be deleted, add --max-delete " + remedy.argument(0) + "; --keep-extra leaves them";
            case QUARANTINE_WHAT_DOES_NOT_FIT ->
                (remedy.arguments().isEmpty()
                                ? ""
                                : "they fit after " + String.join("; ", remedy.arguments()) + "; or ")
                        + "'lockstep mirror plan' names them; --on-bad-row quarantine copies all the others";
            case QUARANTINE_WHAT_IS_REFUSED -> "--on-bad-row quarantine copies all the others";
            case RESTART_THE_OTHER_WAY -> "if the one is to be restored from the other, use --restart";
            case RESTART_FROM_THIS_SOURCE -> "if this source is to replace that one, use --restart";
            case CHANGE_OR_LEAVE_OUT ->
                "'lockstep mirror plan' shows every table; change the mirror's, or leave this one out with --table";
            case CREATE_THE_TABLE -> "--create makes it; 'lockstep mirror plan' shows how";
            case COPY_AND_CREATE_THE_TABLE -> "'lockstep mirror backfill --create' makes it";
            case FOLLOW_AGAIN -> "'lockstep mirror follow' puts them back, and compares everything first";
            case STOP_FOLLOWING_IT -> "'lockstep mirror follow --remove' ends that";
            case DROP_THE_EXTRA_TABLE ->
                "if that is meant, 'lockstep mirror backfill --drop-extra-tables' drops the mirror's;"
                        + " --table names others";
            case AWAIT_OR_TAKE_OVER -> "wait for it, or take over with --take-over; it will not write any more then";
        };
    }
}
