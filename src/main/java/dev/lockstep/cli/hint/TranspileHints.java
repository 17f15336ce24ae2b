package dev.lockstep.cli.hint;

import dev.lockstep.support.Remedy;
import dev.lockstep.transpile.schema.TranspileRemedy;

final class TranspileHints {
    private TranspileHints() {}

    static String of(TranspileRemedy kind, Remedy remedy) {
        return switch (kind) {
            case PREPARE_THE_CACHE -> "'lockstep transpile init'";
            case AWAIT_BOXELS_MIGRATION ->
                "deploy Boxel until it has run, then 'lockstep transpile init'; --force if this is not Boxel's database";
            case PRUNE_OLDER_TOMBSTONES -> "--older-than " + remedy.argument(0) + "m, or more";
        };
    }
}
