package dev.lockstep.cli.hint;

import dev.lockstep.fts.schema.FtsRemedy;
import dev.lockstep.support.Remedy;
import dev.lockstep.support.ShellWord;
import java.util.List;

final class FtsHints {
    private static final String FROM_PROFILE =
            "'lockstep fts restore --from-profile' makes equivalent ones from the profile and rebuilds the index";

    private FtsHints() {}

    static String of(FtsRemedy kind, Remedy remedy) {
        return switch (kind) {
            case RESTORE_THE_TRIGGERS -> "'lockstep fts restore' brings them back";
            case RESTORE_INSTEAD -> "'lockstep fts restore' rebuilds it and brings its triggers back";
            case RESTORE_THE_INDEX -> restore(remedy.arguments());
            case DROP_THE_JOURNAL -> "'lockstep fts restore' removes it";
            case REBUILD_THE_INDEX -> rebuild("", remedy) + " makes " + remedy.argument(0) + " anew";
            case REBUILD_IT_FIRST -> rebuild("", remedy) + " makes it anew";
            case RECREATE_THE_INDEX ->
                rebuild(" --recreate", remedy)
                        + " makes it anew from its definition and its base; the other indexes are not touched by it";
            case REBUILD_WHEN_RESTORED -> "--mode rebuild makes it anew instead";
            case REBUILD_ELSEWHERE ->
                "its triggers are back, its rows are as old as the deferral: the application's own SQLite can rebuild"
                        + " it, or 'lockstep fts rebuild' with --load-extension FILE";
            case USE_ITS_SQLITE ->
                "only a SQLite that has it can work on this index: the application's own, or lockstep's with"
                        + " --load-extension FILE";
            case FIND_THE_LOST_ROWS ->
                "'lockstep fts check --deep " + ShellWord.option("--table", remedy.argument(0))
                        + "' names the rows; leave it out with --table; or, if they may go, " + rebuild("", remedy)
                        + " first";
            case LEAVE_TO_ITS_TRIGGERS -> "leave it out with --table; its triggers go on keeping it";
            case LEAVE_OUT -> "leave the index out with --table";
            case LEAVE_OUT_OR_SPLIT_THE_TRIGGER -> "leave the index out with --table, or make two triggers of it";
            case LEAVE_OUT_OR_SAY_THE_QUERY ->
                "leave it out with --table, or say it in a profile, as 'fill' of the table";
            case LEAVE_OUT_OR_SAY_THE_CONTENT ->
                "leave it out with --table, or say what belongs into it in a profile, as 'fill' of the table";
            case NAME_THE_PROFILE -> "'lockstep fts status --profile " + remedy.argument(0) + "' reads them";
            case AWAIT_OR_STEAL -> "wait for it, or stop it; 'lockstep fts restore --steal' restores all the same";
            case RESTORE_FROM_THE_PROFILE -> FROM_PROFILE;
            case RESTORE_FROM_THE_PROFILE_AND_KEEP_THE_TEXT -> FROM_PROFILE + "; the unreadable text is kept";
            case CHOOSE_A_TRIGGER ->
                "'lockstep fts restore --prefer live' keeps what is there, 'lockstep fts restore --prefer stored' puts"
                        + " the stored one back";
            case CHOOSE_THE_NEW_TRIGGER ->
                "'lockstep fts restore --prefer live' chooses it over the stored ones; or drop it";
            case MAKE_THE_TABLE_AGAIN -> "make it again, or " + giveUp(remedy.arguments());
            case REVERT_THE_SCHEMA ->
                "nothing changed, it is still deferred; change the schema back"
                        + (remedy.arguments().isEmpty() ? "" : ", or " + giveUp(remedy.arguments()));
        };
    }

    private static String restore(List<String> indexes) {
        StringBuilder command = new StringBuilder("'lockstep fts restore");
        indexes.forEach(index -> command.append(' ').append(ShellWord.option("--table", index)));
        return command.append('\'').toString();
    }

    private static String rebuild(String how, Remedy remedy) {
        return "'lockstep fts rebuild" + how + " " + ShellWord.option("--table", remedy.argument(0)) + "'";
    }

    /** The first is the SQL that does it, the others are indexes that only a restore brings back. */
    private static String giveUp(List<String> arguments) {
        if (arguments.get(0).isEmpty()) {
            return "give it up";
        }
        List<String> others = arguments.subList(1, arguments.size());
        String first = others.isEmpty() ? "" : "first " + restore(others) + ", then ";
        return first + "give the triggers up: " + arguments.get(0);
    }
}
