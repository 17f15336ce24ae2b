package dev.lockstep.cli.hint;

import dev.lockstep.audit.AuditRemedy;
import dev.lockstep.support.Remedy;

final class AuditHints {
    private AuditHints() {}

    static String of(AuditRemedy kind, Remedy remedy) {
        return switch (kind) {
            case NAME_ANOTHER_PROFILE -> "give another --profile";
            case NAME_A_PROFILE ->
                "give --profile FILE" + (remedy.arguments().isEmpty() ? "" : "; " + remedy.argument(0));
            case DESCRIBE_THE_COLUMNS -> "give --profile FILE with the columns of this table";
            case NAME_THE_BUILT_IN_PROFILE -> "its columns are named as in --profile " + remedy.argument(0);
            case AWAIT_THE_BACKFILL -> "the mirror gets the generation when 'lockstep mirror backfill' has";
            case REPLACE_THE_INDEX -> "add --replace to drop it and make the wanted one";
        };
    }
}
