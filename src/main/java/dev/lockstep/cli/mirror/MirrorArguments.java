package dev.lockstep.cli.mirror;

import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.db.Db;
import dev.lockstep.db.DbTarget;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.open.Databases;
import dev.lockstep.db.open.Targets;
import dev.lockstep.db.sqlite.SqliteFiles;
import dev.lockstep.db.sqlite.SqliteTarget;
import dev.lockstep.mirror.copy.Backfill;
import dev.lockstep.mirror.copy.Preflight;
import dev.lockstep.mirror.run.MirrorConnection;
import dev.lockstep.mirror.run.MirrorRun;
import dev.lockstep.mirror.run.MirrorSchema;
import dev.lockstep.mirror.source.Selection;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.ProcessIdentity;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** What the {@code mirror} commands take alike: the source, the mirror, and which tables. */
public final class MirrorArguments {
    private static final Opt<String> SCHEMA = Opt.text(
            "NAME",
            "The schema of PostgreSQL that the mirror is in, with what lockstep keeps of it. Default: where the connection"
                    + " looks first.",
            "--schema");
    private static final Opt<Duration> RETRY_FOR =
            Opt.duration("How long to try again while the mirror is away, once connected (default 1m).", "--retry-for");

    /** How long to try again while a mirror is away. */
    static final Duration PATIENCE = Duration.ofMinutes(1);

    private static final Duration BRIEFLY = Duration.ofSeconds(2);

    private MirrorArguments() {}

    static void which(CommandSpec spec) {
        databases(spec);
        SelectionArguments.declare(spec);
    }

    static void databases(CommandSpec spec) {
        Options.sqlite(spec);
        Options.TO.addTo(spec);
        Options.PASSWORD_FILE
                .meaning("Read the mirror's password from this file, which nobody else may read.")
                .addTo(spec);
        Options.add(spec, SCHEMA, RETRY_FOR);
    }

    /** The mirror that {@code --to} or LOCKSTEP_TO means; what is odd about the description is said. */
    static DbTarget target(Invocation call) {
        DbTarget target = resolve(call);
        target.warnings().forEach(warning -> call.output().warn("connection", warning));
        call.databases().onProgress(call.output()::message);
        refuseItself(call, target);
        return target;
    }

    /** What identifies the mirror, for people too. */
    static String mirrorId(Invocation call) {
        DbTarget target = resolve(call);
        refuseItself(call, target);
        return schema(call).map(name -> target + ", schema " + name).orElseGet(target::toString);
    }

    /** Which mirror is meant. */
    static DbTarget resolve(Invocation call) {
        return Targets.resolve(
                call.get(Options.TO).orElse(null),
                Options.sources(call.databases().environment())
                        .called("--to", Options.PASSWORD_FILE.name())
                        .withVariable("LOCKSTEP_TO")
                        .withPasswordFile(call.get(Options.PASSWORD_FILE).map(Invocation::file)));
    }

    private static void refuseItself(Invocation call, DbTarget target) {
        if (target instanceof SqliteTarget file && file.isSameAs(Invocation.file(call.sqliteFile()))) {
            throw LockstepException.refused("source and mirror are the same database: " + file, null);
        }
    }

    /** Connects to the mirror. */
    public static MirrorConnection link(Invocation call, Session.Use use) {
        return link(call, use, PATIENCE);
    }

    /** Connects to the mirror for a run, if nothing can be told before that; see {@link Preflight#check}. */
    public static MirrorConnection link(Invocation call, Db source, Backfill.Trust trust, Duration patience) {
        Preflight.check(source, resolve(call), selection(call), trust);
        return link(call, Session.Use.WRITE, patience);
    }

    /** @param patience with a mirror that is away, if nobody says */
    private static MirrorConnection link(Invocation call, Session.Use use, Duration patience) {
        return link(call, call.session(use), patience);
    }

    /** Connects to look, and waits for no lock: who fills a mirror in SQLite has it for as long as that takes. */
    static MirrorConnection linkBriefly(Invocation call) {
        return link(call, call.session(Session.Use.READ).withLockTimeout(BRIEFLY), PATIENCE);
    }

    private static MirrorConnection link(Invocation call, Session session, Duration patience) {
        DbTarget target = target(call);
        Databases databases = call.databases();
        Duration retrying = call.find(RETRY_FOR).orElse(patience);
        Optional<String> schema = schema(call);
        if (schema.isPresent() && !(target instanceof PgTarget)) {
            throw LockstepException.usage(
                    "--schema is of PostgreSQL", "of MariaDB and MySQL, --to names the database; SQLite has one");
        }
        return new MirrorConnection(
                () -> MirrorSchema.in(databases.open(target, session), schema), retrying, call.output()::message);
    }

    /** Becomes the one that writes. @throws LockstepException refused: another run is alive */
    static MirrorRun begin(Invocation call, MirrorConnection link) {
        try {
            return MirrorRun.begin(link, sourceId(call), owner(), BackfillArguments.policy(call));
        } catch (LockstepException e) {
            if (!e.code().equals(MirrorRun.ANOTHER_RUN)) {
                throw e;
            }
            throw new LockstepException(
                    e.kind(),
                    e.code(),
                    e.getMessage(),
                    "wait for it; 'lockstep " + call.path()
                            + " --take-over' takes over, and it will not write any more",
                    e);
        }
    }

    private static Optional<String> schema(Invocation call) {
        return call.find(SCHEMA)
                .or(() -> call.profile().flatMap(profile -> profile.mirror().schema()));
    }

    /** The tables that are asked for. */
    static Selection selection(Invocation call) {
        return SelectionArguments.of(call);
    }

    /** What identifies the source in all its runs. */
    public static String sourceId(Invocation call) {
        try {
            return Invocation.file(call.sqliteFile()).toRealPath().toString();
        } catch (IOException e) {
            throw LockstepException.usage("no such file: " + call.sqliteFile(), "lockstep opens databases that exist");
        }
    }

    /** Which databases a report is about. */
    static Map<String, String> facts(Invocation call) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("source", sourceId(call));
        facts.put("mirror", mirrorId(call));
        return facts;
    }

    /** Who this process is, for whoever finds it in the way. */
    public static String owner() {
        return ProcessIdentity.ofProcess().toText();
    }

    static Db source(Invocation call) {
        return call.sqlite(SqliteFiles.Access.SALVAGE);
    }
}
