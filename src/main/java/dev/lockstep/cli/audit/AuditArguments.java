package dev.lockstep.cli.audit;

import dev.lockstep.audit.AuditTable;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.option.Options;
import dev.lockstep.db.Db;
import dev.lockstep.db.DbTarget;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.open.Targets;
import dev.lockstep.db.sqlite.SqliteTarget;
import dev.lockstep.support.LockstepException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** What the {@code audit} commands take and open alike. */
public final class AuditArguments {
    private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(2);

    private AuditArguments() {}

    /** Which database, and which application. */
    static void which(CommandSpec spec) {
        Options.DB
                .meaning("The audit log is in this SQLite database. Unset: LOCKSTEP_DB.")
                .addTo(spec);
        Options.TO
                .meaning("The audit log is in PostgreSQL, mariadb://user@host/db, mysql://..., or sqlite:FILE. Unset:"
                        + " LOCKSTEP_TO.")
                .addTo(spec);
        Options.PASSWORD_FILE.addTo(spec);
        Options.LOCK_TIMEOUT
                .meaning("How long a statement waits for a lock (default 2s).")
                .addTo(spec);
        Options.PROFILE
                .meaning(
                        "The application's tables: cadt-v1, cadt-v2, or a JSON file. Unset: LOCKSTEP_PROFILE, then whichever of"
                                + " those fits.")
                .addTo(spec);
    }

    /** Where the audit log is. @throws LockstepException usage: two places are named, or none */
    public static DbTarget target(Invocation call) {
        Optional<String> db = call.get(Options.DB);
        Optional<String> to = call.get(Options.TO);
        if (db.isPresent() && to.isPresent()) {
            throw LockstepException.usage("the audit log is in one database: give --db or --to, not both", null);
        }
        Optional<String> file = db.or(() -> to.isPresent()
                ? Optional.empty()
                : call.databases().environment().get("LOCKSTEP_DB"));
        if (file.isPresent()) {
            return new SqliteTarget(Invocation.file(file.get()));
        }
        if (to.isEmpty() && call.databases().environment().get("LOCKSTEP_TO").isEmpty()) {
            throw LockstepException.usage("no database named", "give --db FILE or --to URL");
        }
        return target(call, to.orElse(null), "--to", "LOCKSTEP_TO");
    }

    /** A database that an option or its variable names; what is odd about the description is said. */
    public static DbTarget target(Invocation call, String url, String option, String variable) {
        Optional<Path> passwordFile = call.get(Options.PASSWORD_FILE).map(Invocation::file);
        DbTarget target = Targets.resolve(
                url,
                Options.sources(call.databases().environment())
                        .called(option, Options.PASSWORD_FILE.name())
                        .withVariable(variable)
                        .withPasswordFile(passwordFile));
        for (String warning : target.warnings()) {
            call.output().warn("connection", warning);
        }
        if (target instanceof PgTarget postgres && postgres.embedded()) {
            call.databases().onProgress(call.output()::message);
        }
        return target;
    }

    static Db open(Invocation call, DbTarget target, Session.Use use) {
        Session session = call.session(use);
        return call.databases()
                .open(target, session.lockTimeout().isZero() ? session.withLockTimeout(LOCK_TIMEOUT) : session);
    }

    public static AuditTable table(Invocation call, Db db) {
        return AuditTable.find(db, call.profile());
    }
}
