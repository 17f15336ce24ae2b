package dev.lockstep.cli;

import dev.lockstep.db.DbException;
import dev.lockstep.db.DbPool;
import dev.lockstep.db.PgListener;
import dev.lockstep.db.PgSession;
import dev.lockstep.db.PgTarget;
import dev.lockstep.db.Trouble;
import dev.lockstep.transpile.Artifact;
import dev.lockstep.transpile.ArtifactKey;
import dev.lockstep.transpile.CacheSchema;
import dev.lockstep.transpile.Captured;
import dev.lockstep.transpile.Compiler;
import dev.lockstep.transpile.Content;
import dev.lockstep.transpile.SharedBuilds;
import dev.lockstep.transpile.SharedBuilds.Role;
import dev.lockstep.transpile.SharedBuilds.Served;
import dev.lockstep.transpile.Source;
import dev.lockstep.transpile.TranspileCache;
import dev.lockstep.transpile.TranspileCache.StoreResult;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep transpile run}. */
final class TranspileRunCommand implements Command {
    private static final Duration WAIT = Duration.ofMinutes(3);

    /** A server that answers no more must not hold up a build for ever. */
    private static final Duration STATEMENT = Duration.ofSeconds(30);

    /** The connection that looks or holds the lock; the listener has its own. */
    private static final int CONNECTIONS = 1;

    /** The build command has ended with a status that is not 0. */
    private static final class ChildFailed extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final int status;

        ChildFailed(int status) {
            super("exit status " + status);
            this.status = status;
        }
    }

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Run a build command, unless some host has its artifact already, or is making it: then wait"
                                + " and take that. The command gets the source on standard input, and LOCKSTEP_REALM and"
                                + " LOCKSTEP_PATH; its standard output is the artifact, and becomes ours; its exit status too.");
        Options.parameters(
                spec,
                "URL PATH -- CMD",
                "1..*",
                TranspileArguments.REALM + " " + TranspileArguments.PATH
                        + " The command, after --, with its arguments.");
        Options.value(spec, "FILE", "The source. It is opened when the cache has been looked at.", "--source");
        Options.duration(
                spec, "How long to wait for another host's build before building here (default 3m).", "--wait");
        Options.duration(spec, "Stop the command after this time, and end with 124.", "--timeout");
        TranspileArguments.key(spec);
        Options.value(spec, "FILE", "Write the result as a JSON object to this file.", "--report");
        Options.postgres(spec);
    }

    @Override
    public Result run(Invocation call) throws InterruptedException {
        Optional<Path> report = call.text("--report").map(Invocation::file);
        if (report.isEmpty() && call.format() != Options.Format.TEXT) {
            throw Trouble.usage("standard output is the artifact; -o needs another place", "--report FILE");
        }
        call.output().bare(report);
        if (call.parameters().size() < 3) {
            throw Trouble.usage(
                    "a realm, a path and a command are needed", "lockstep transpile run URL PATH -- CMD ...");
        }
        Optional<Path> source = call.text("--source").map(Invocation::file);
        source.ifPresent(file -> check(file));
        ArtifactKey key = TranspileArguments.key(call);
        List<String> words = call.parameters().subList(2, call.parameters().size());
        Child child = Child.of(words, call.databases().environment());
        try (Served served = serve(call, key, source(source, call), compiler(child, key, call))) {
            call.output().detail(words(served));
            call.output().bytes(served.artifact().content()::writeTo);
            if (served.artifact().content().size() > TranspileCache.LARGEST) {
                call.output().warn("too-large", "not stored: larger than " + TranspileCache.LARGEST + " bytes");
            }
            return result(served);
        } catch (ChildFailed e) {
            return new Result(e.status, Result.Change.UNCHANGED, Map.of("childStatus", e.status), List.of());
        } catch (IOException e) {
            throw new ExitTrouble(
                    ExitCode.AROUND_CHILD, "output", "cannot write the artifact: " + e.getMessage(), null, e);
        } catch (Trouble e) {
            throw ExitTrouble.around(e);
        }
    }

    private static Served serve(Invocation call, ArtifactKey key, Source source, Compiler compiler)
            throws IOException, InterruptedException {
        PgTarget target = call.postgres();
        PgSession session = call.session(PgSession.Use.WRITE).withStatementTimeout(STATEMENT);
        try (DbPool pool = new DbPool(() -> call.databases().postgres(target, session), CONNECTIONS);
                PgListener listener = call.databases()
                        .listener(target, call.session(PgSession.Use.LISTEN), PgListener.Options.DEFAULT);
                SharedBuilds builds = new SharedBuilds(
                        pool, listener, call.duration("--wait").orElse(WAIT), fault -> fault(call, fault))) {
            Served served = builds.serve(key, source, compiler);
            if (served.stored().equals(Optional.of(StoreResult.STALE)) && canBeReadAgain(call)) {
                call.output().detail("its source was changed while it was built: once more");
                served.close();
                return builds.serve(key, source, compiler);
            }
            return served;
        }
    }

    /** Whoever asked before the change may have what was made from the older source; but why, if the new one is there. */
    private static boolean canBeReadAgain(Invocation call) {
        return call.text("--source")
                .map(Invocation::file)
                .map(Files::isRegularFile)
                .orElse(true);
    }

    /** A cache that was never made is a mistake to be told; one that cannot help now costs a build. */
    private static void fault(Invocation call, DbException fault) {
        CacheSchema.require(fault);
        call.output().warn("cache", "building without the cache: " + fault.getMessage());
    }

    private static void check(Path file) {
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw Trouble.usage("cannot read the source " + file + (Files.exists(file) ? "" : ": no such file"), null);
        }
    }

    private static Source source(Optional<Path> file, Invocation call) {
        String path = call.parameters().get(1);
        return file.map(existing -> Source.of(path, existing))
                .orElseGet(() -> Source.of(path, InputStream::nullInputStream));
    }

    private static Compiler compiler(Child child, ArtifactKey key, Invocation call) {
        Map<String, String> variables = Map.of(
                "LOCKSTEP_REALM",
                key.realm(),
                "LOCKSTEP_PATH",
                call.parameters().get(1));
        boolean reads = call.flag("--source");
        return (Source source, Captured captured) -> {
            InputStream input = reads ? source.open(captured) : null;
            Child.Ended<Content> ended = child.run(variables, input, Content::read, call.duration("--timeout"));
            if (ended.status() != 0) {
                ended.output().close();
                throw new ChildFailed(ended.status());
            }
            return Artifact.of(ended.output());
        };
    }

    private static String words(Served served) {
        boolean stale = served.stored().equals(Optional.of(StoreResult.STALE));
        return switch (served.role()) {
                    case HIT -> "it was in the cache";
                    case WAITER -> "another built it meanwhile";
                    case WINNER -> "built here, for all";
                    case LOCAL -> "built here, without the lock";
                }
                + (stale ? "; refused by the cache: its source was invalidated meanwhile" : "");
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
        boolean built = served.role() == Role.WINNER || served.role() == Role.LOCAL;
        return built ? Result.changed(data, List.of()) : Result.unchanged(data, List.of());
    }
}
