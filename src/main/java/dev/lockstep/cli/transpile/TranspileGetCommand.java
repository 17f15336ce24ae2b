package dev.lockstep.cli.transpile;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.db.DbException;
import dev.lockstep.db.Session;
import dev.lockstep.support.Json;
import dev.lockstep.support.LockstepException;
import dev.lockstep.transpile.Artifact;
import dev.lockstep.transpile.ArtifactKey;
import dev.lockstep.transpile.Content;
import dev.lockstep.transpile.TranspileCache;
import dev.lockstep.transpile.TranspileCache.Hit;
import dev.lockstep.transpile.TranspileCache.Lookup;
import dev.lockstep.transpile.TranspileCache.Miss;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep transpile get}. */
public final class TranspileGetCommand implements Command {
    private static final Opt<String> BODY =
            Opt.text("FILE|-", "Write the artifact to a file, or to standard output.", "--body");

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Look an artifact up in the cache. A miss ends with 3, and says from which generation a new"
                                + " one may be put; look before you read the source.");
        Options.parameters(spec, "URL PATH", "2", TranspileArguments.REALM + " " + TranspileArguments.PATH);
        BODY.addTo(spec);
        TranspileArguments.key(spec);
        Options.postgres(spec);
    }

    @Override
    public Result run(Invocation call) {
        boolean toStdout = call.get(BODY).equals(Optional.of("-"));
        if (toStdout && call.format() != Options.Format.TEXT) {
            throw LockstepException.usage("--body - and -o both want standard output", "write the body to a file");
        }
        if (toStdout) {
            call.output().bare(Optional.empty());
        }
        ArtifactKey key = TranspileArguments.key(call);
        Lookup seen =
                TranspileArguments.on(call, Session.Use.READ, db -> db.autocommit(tx -> TranspileCache.peek(tx, key)));
        Lookup lookup = TranspileCache.isToBeLeftARow(seen) ? begin(call, key, seen) : seen;
        Map<String, Object> data = TranspileArguments.data(lookup.captured());
        if (lookup instanceof Hit hit) {
            return hit(call, hit, data);
        }
        String state = ((Miss) seen).reason().name().toLowerCase(Locale.ROOT).replace('_', '-');
        data.put("state", state);
        call.output().detail(state);
        List<String> lines = List.of(state + ": " + TranspileArguments.words(lookup.captured()));
        nearMiss(call, key).ifPresent(near -> call.output()
                .warn(
                        "near-miss",
                        "there is an artifact of " + near + ", whose name looks the same and is another file's"));
        boolean begun = lookup.captured().generation() > seen.captured().generation();
        return (begun ? Result.changed(data, lines) : Result.unchanged(data, lines)).with(ExitCode.DIFFERS);
    }

    /** Beside Boxel a path has its row before its generation is told; whoever may not write cannot put either. */
    private static Lookup begin(Invocation call, ArtifactKey key, Lookup seen) {
        try {
            return TranspileArguments.on(
                    call, Session.Use.WRITE, db -> db.autocommit(tx -> TranspileCache.look(tx, key)));
        } catch (LockstepException e) {
            boolean mayNot = e.kind() == LockstepException.Kind.REFUSED
                    || (e instanceof DbException db && db.reason() == DbException.Reason.NO_PRIVILEGE);
            if (mayNot) {
                return seen;
            }
            throw e;
        }
    }

    private static Optional<String> nearMiss(Invocation call, ArtifactKey key) {
        return ArtifactKey.lookalike(key.path())
                .filter(path -> isThere(call, new ArtifactKey(key.realm(), path, key.fingerprint())));
    }

    private static boolean isThere(Invocation call, ArtifactKey key) {
        Lookup lookup =
                TranspileArguments.on(call, Session.Use.READ, db -> db.autocommit(tx -> TranspileCache.peek(tx, key)));
        if (!(lookup instanceof Hit hit)) {
            return false;
        }
        try {
            hit.artifact().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return true;
    }

    private static Result hit(Invocation call, Hit hit, Map<String, Object> data) {
        Artifact artifact = hit.artifact();
        data.put("state", "live");
        data.put("bytes", artifact.content().size());
        data.put("headers", tree(artifact.headers()));
        data.put("dependencies", tree(artifact.dependencyKeys()));
        call.get(BODY).ifPresent(file -> write(call, artifact.content(), file));
        return Result.unchanged(
                data,
                List.of("live: " + artifact.content().size() + " bytes, " + TranspileArguments.words(hit.captured())));
    }

    private static Object tree(String json) {
        return json == null ? null : Json.parse(json);
    }

    private static void write(Invocation call, Content content, String file) {
        try {
            if (file.equals("-")) {
                call.output().bytes(content::writeTo);
                return;
            }
            try (OutputStream out = Files.newOutputStream(Invocation.file(file))) {
                content.writeTo(out);
            }
        } catch (IOException e) {
            throw new LockstepException("cannot write " + file + ": " + TranspileArguments.reason(e), null);
        }
    }
}
