package dev.lockstep.cli.hint;

import dev.lockstep.db.sqlite.SqliteTarget;
import dev.lockstep.mirror.plan.MirrorRemedy;
import dev.lockstep.support.Remedy;
import dev.lockstep.support.ShellWord;

final class MirrorHints {
    private MirrorHints() {}

    static String of(MirrorRemedy kind, Remedy remedy) {
        return switch (kind) {
            case ALLOW_AN_EMPTY_SOURCE -> "if all of them are to be deleted, add --allow-empty-source";
            case ALLOW_THE_DELETES ->
                "if they are to be deleted, add --max-delete " + remedy.argument(0) + "; --keep-extra leaves them";
            case ALLOW_MORE_DELETES -> "if they are to be deleted, add --max-delete " + remedy.argument(0);
            case QUARANTINE_WHAT_DOES_NOT_FIT ->
                (remedy.arguments().isEmpty()
                                ? ""
                                : "they fit after " + String.join("; ", remedy.arguments()) + "; or ")
                        + "'lockstep mirror plan' names them; --on-bad-row quarantine copies all the others";
            case QUARANTINE_WHAT_IS_REFUSED ->
                (remedy.arguments().isEmpty() ? "" : "the mirror takes it after " + remedy.argument(0) + "; or ")
                        + "--on-bad-row quarantine copies all the others";
            case RESTART_THE_OTHER_WAY -> "if the one is to be restored from the other, use --restart";
            case RESTART_FROM_THIS_SOURCE -> "if this source is to replace that one, use --restart";
            case COPY_FROM_THIS_SOURCE ->
                "if this source is to replace that one, 'lockstep mirror backfill --restart' copies it";
            case COPY_THE_TABLE -> "'lockstep mirror backfill --recheck' compares the table with all of the source";
            case CHANGE_OR_LEAVE_OUT ->
                "'lockstep mirror plan' shows every table; change the mirror's, or leave this one out with --table";
            case CREATE_THE_TABLE -> "--create makes it; 'lockstep mirror plan' shows how";
            case COPY_AND_CREATE_THE_TABLE -> "'lockstep mirror backfill --create' makes it";
            case ADD_THE_COLUMNS -> "'lockstep mirror backfill' adds them";
            case FOLLOW_AGAIN -> "'lockstep mirror follow' puts them back, and compares everything first";
            case STOP_FOLLOWING_IT -> unfollowed(remedy.argument(0), remedy.argument(1));
            case DROP_THE_EXTRA_TABLE ->
                "if that is meant, 'lockstep mirror backfill --drop-extra-tables' drops the mirror's;"
                        + " --table names others";
            case HAVE_THE_TYPE_CHANGED -> "--create changes it as long as the mirror's table is empty";
            case AWAIT_OR_TAKE_OVER -> "wait for it, or take over with --take-over; it will not write any more then";
        };
    }

    /** The run that is refused is about other databases. */
    private static String unfollowed(String file, String mirror) {
        return mirror.startsWith("/")
                ? "'lockstep mirror follow --remove " + ShellWord.option("--db", file) + " "
                        + ShellWord.option("--to", SqliteTarget.SCHEME + mirror) + "' ends that"
                : "mirror follow --remove ends that, with --db " + file + " and that mirror as --to";
    }
}
