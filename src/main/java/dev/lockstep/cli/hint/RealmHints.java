package dev.lockstep.cli.hint;

import dev.lockstep.realm.RealmRemedy;
import dev.lockstep.support.Remedy;
import dev.lockstep.support.ShellWord;

final class RealmHints {
    private RealmHints() {}

    static String of(RealmRemedy kind, Remedy remedy) {
        return switch (kind) {
            case NAME_ANOTHER_LISTENER -> "give this one another name; 'lockstep realm listeners' shows them";
            case BROADCAST_DURABLY -> "the first broadcast with --durable makes it, on the primary";
            case MAKE_THE_OUTBOX -> "'lockstep realm init --outbox' makes it, on the primary";
            case INVALIDATE_DURABLY -> "to invalidate with --durable takes no outbox";
            case SHOW_THE_LOCKS -> "'lockstep realm locks' shows who holds what";
            case DELETE_THE_DIRECTORY ->
                "'lockstep realm delete " + ShellWord.quote(remedy.argument(0)) + "' deletes it";
            case CONVERT_THE_DIRECTORY ->
                "--convert accepts that, once and for an instant; from then on it is a link that changes at once";
        };
    }
}
