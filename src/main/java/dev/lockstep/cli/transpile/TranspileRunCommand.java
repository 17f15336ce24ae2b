package dev.lockstep.cli.transpile;

import dev.lockstep.cli.hint.Hints;
import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.cli.kit.ExitTrouble;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.db.DbException;
import dev.lockstep.db.DbPool;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.listen.PgListener;
import dev.lockstep.support.FileError;
import dev.lockstep.support.LockstepException;
import dev.lockstep.transpile.Artifact;
import dev.lockstep.transpile.ArtifactKey;
import dev.lockstep.transpile.TranspileCache;
import dev.lockstep.transpile.TranspileCache.StoreResult;
import dev.lockstep.transpile.schema.CacheSchema;
import dev.lockstep.transpile.service.SharedBuilds;
import dev.lockstep.transpile.service.SharedBuilds.Role;
import dev.lockstep.transpile.service.SharedBuilds.Served;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep transpile run}. */
public final class TranspileRunCommand implements Command {
    private static final Opt<Boolean> REQUIRE_CACHE =
            Opt.flag("Fail rather than build without the cache.", "--require-cache");
    private static final Opt<Duration> WAIT =
            Opt.duration("How long to wait for another host's build before building here (default 3m).", "--wait");
    private static final Opt<Duration> TIMEOUT =
            Opt.duration("Stop the command after this time, and end with 124.", "--timeout");

    private static final Duration DEFAULT_WAIT = Duration.ofMinutes(3);

    /** A server that answers no more must not hold up a build for ever. */
    private static final Duration STATEMENT = Duration.ofSeconds(30);

    /** The connection that looks or holds the lock; the listener has its own. */
    private static final int CONNECTIONS = 1;

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Run a build command, unless some host has its artifact already, or is making it: then wait"
                                + " and take that. The command gets the source on standard input, and LOCKSTEP_REALM and"
                                + " LOCKSTEP_PATH; its standard output is the artifact, and becomes ours; its exit status too."
                                + " Of one that fails, what it printed goes to standard error. An artifact of more than 50 MB"
                                + " is handed on, and not stored.");
        Options.parameters(
                spec,
                "URL PATH -- CMD",
                "1..*",
                TranspileArguments.REALM + " " + TranspileArguments.PATH
                        + " The command, after --, with its arguments.");
        BuildProgram.declare(spec);
        Options.add(spec, REQUIRE_CACHE, WAIT, TIMEOUT);
        TranspileArguments.key(spec);
        Options.REPORT
                .meaning("Write the result as a JSON object to this file.")
                .addTo(spec);
        Options.postgres(spec);
    }

    @Override
    public Result run(Invocation call) throws InterruptedException {
        Optional<Path> report = call.get(Options.REPORT).map(Invocation::file);
        if (call.parameters().size() < 3) {
            throw LockstepException.usage(
                    "a realm, a path and a command are needed",
                    "give URL PATH -- CMD ...; 'lockstep transpile run --help' shows more");
        }
        ArtifactKey key = TranspileArguments.key(call);
        BuildProgram build = new BuildProgram(call, key, call.get(TIMEOUT));
        if (build.printsTheArtifact()) {
            if (report.isEmpty() && call.format() != Options.Format.TEXT) {
                throw LockstepException.usage(
                        "standard output is the artifact; -o needs another place", "--report FILE");
            }
            call.output().bare(report);
        }
        try (Served served = serve(call, key, build)) {
            call.output().soFar(() -> result(served));
            call.output().detail(words(served, build));
            build.deliver(served.artifact(), isBuiltHere(served));
            if (served.stored().equals(Optional.of(StoreResult.NOT_STORABLE))) {
                call.output().warn("not-stored", notStorable(served.artifact()));
            }
            return result(served);
        } catch (BuildProgram.ChildFailed e) {
            return new Result(e.status(), Result.Change.UNCHANGED, Map.of("childStatus", e.status()), List.of());
        } catch (IOException e) {
            throw new ExitTrouble(
                    ExitCode.AROUND_CHILD, "output", "cannot write the artifact: " + FileError.namedReason(e), null, e);
        } catch (LockstepException e) {
            throw ExitTrouble.around(e);
        }
    }

    private static String notStorable(Artifact artifact) {
        return artifact.content().size() > TranspileCache.LARGEST
                ? "not stored: " + artifact.content().size() + " bytes; the cache takes artifacts of up to "
                        + (TranspileCache.LARGEST >> 20) + " MB (" + TranspileCache.LARGEST + " bytes)"
                : "not stored: what it was built from has changed meanwhile";
    }

    private static Served serve(Invocation call, ArtifactKey key, BuildProgram build)
            throws IOException, InterruptedException {
        PgTarget target = call.postgres();
        Session session = call.session(Session.Use.WRITE).withStatementTimeout(STATEMENT);
        try (DbPool pool = new DbPool(() -> call.databases().postgres(target, session), CONNECTIONS);
                PgListener listener = call.databases()
                        .listener(target, call.session(Session.Use.LISTEN), PgListener.Options.DEFAULT);
                SharedBuilds builds = new SharedBuilds(
                        pool,
                        listener,
                        call.get(WAIT).orElse(DEFAULT_WAIT),
                        (cost, fault) -> heard(call, cost, fault))) {
            Served served = builds.serve(key, build::digest, build.source(), build);
            if (wasOvertaken(served) && build.canBeReadAgain()) {
                call.output().detail("its source was changed while it was built: once more");
                served.close();
                return builds.serve(key, build::digest, build.source(), build);
            }
            return served;
        }
    }

    /** What it was built from has changed since: the source was invalidated, or simply edited. */
    private static boolean wasOvertaken(Served served) {
        return served.stored().equals(Optional.of(StoreResult.STALE))
                || !served.artifact().build().isSettled();
    }

    /** A cache that was never made is a mistake to be told; one that cannot help now costs a build. */
    private static void heard(Invocation call, SharedBuilds.Cost cost, LockstepException fault) {
        if (fault instanceof DbException e) {
            CacheSchema.require(e);
        }
        if (call.has(REQUIRE_CACHE)) {
            // Whatever the database says, the child has no status of its own.
            throw new ExitTrouble(ExitCode.AROUND_CHILD, fault.code(), fault.getMessage(), Hints.of(fault), fault);
        }
        call.output()
                .warn(
                        "cache",
                        switch (cost) {
                                    case BUILT_WITHOUT_CACHE -> "building without the cache: ";
                                    case NOT_STORED -> "built, but not stored: ";
                                }
                                + fault.getMessage());
    }

    private static String words(Served served, BuildProgram build) {
        boolean isStored = served.stored().equals(Optional.of(StoreResult.STORED));
        String how =
                switch (served.role()) {
                    case HIT -> "it was in the cache";
                    case WAITER -> "another built it meanwhile";
                    case WINNER -> isStored ? "built here, for all" : "built here";
                    case LOCAL -> "built here, without the lock";
                };
        if (!isBuiltHere(served)) {
            return how + (build.knowsItsInputs() ? "" : "; without --source, only an invalidation makes it stale");
        }
        return served.stored().equals(Optional.of(StoreResult.STALE))
                ? how + "; refused by the cache: its source was invalidated meanwhile"
                : how + (isStored ? "" : "; not stored");
    }

    private static boolean isBuiltHere(Served served) {
        return served.role() == Role.WINNER || served.role() == Role.LOCAL;
    }

    private static Result result(Served served) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("role", served.role().name().toLowerCase(Locale.ROOT));
        data.put("bytes", served.artifact().content().size());
        data.put(
                "stored",
                served.stored()
                        .map(stored -> stored.name().toLowerCase(Locale.ROOT))
                        .orElse(null));
        data.putAll(TranspileArguments.data(served.captured()));
        return isBuiltHere(served) ? Result.changed(data, List.of()) : Result.unchanged(data, List.of());
    }
}
