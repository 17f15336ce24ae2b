package dev.lockstep.cli.kit;

import dev.lockstep.cli.option.Options;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.support.LockstepException;

/** The PostgreSQL that a command works on, as its options, variables and profile describe it. */
final class PostgresArgument {
    private PostgresArgument() {}

    /** See {@link Invocation#postgres}. */
    static PgTarget announced(Invocation call) {
        PgTarget target = described(call);
        if (!target.isNamed() && !Confirmation.isAttended()) {
            throw noPostgres();
        }
        for (String warning : target.warnings()) {
            call.output().warn("connection", warning);
        }
        if (!target.isNamed()) {
            call.output().warn("embedded", "no PostgreSQL named; using the embedded one");
        }
        if (target.embedded()) {
            call.databases().onProgress(call.output()::message);
        }
        return target;
    }

    private static LockstepException noPostgres() {
        return LockstepException.usage(
                "no PostgreSQL named",
                "give --pg URL, or set LOCKSTEP_PG or PGHOST; --pg embedded is one that lockstep starts itself");
    }

    /** See {@link Invocation#describedPostgres}. */
    static PgTarget described(Invocation call) {
        return PgTarget.resolve(
                call.get(Options.PG).orElse(null),
                Options.sources(call.databases().environment())
                        .withProfileUrl(call.profile()
                                .flatMap(named -> named.connections().pg()))
                        .withPasswordFile(call.get(Options.PASSWORD_FILE).map(Invocation::file)));
    }
}
