package dev.lockstep.cli.transpile;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.ShellWord;
import dev.lockstep.transpile.Artifact;
import dev.lockstep.transpile.Captured;
import dev.lockstep.transpile.Content;
import dev.lockstep.transpile.Depfile;
import dev.lockstep.transpile.TranspileCache;
import dev.lockstep.transpile.TranspileCache.StoreResult;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep transpile put}. */
public final class TranspilePutCommand implements Command {
    private static final Opt<Long> GENERATION = Opt.number("The generation that get said.", "--generation");
    private static final Opt<Long> FLOOR = Opt.number("The floor that get said (default 0).", "--floor");
    private static final Opt<String> EPOCH = Opt.text(
            "UUID", "The epoch that get said; without it a crash of the server in between goes unnoticed.", "--epoch");
    private static final Opt<Long> AS_OF = Opt.number(
            "What get said it was as of; without it, an invalidation of what --deps names goes unnoticed until now.",
            "--as-of");
    private static final Opt<String> BODY = Opt.text("FILE|-", "The artifact: a file, or standard input.", "--body");
    private static final Opt<String> HEADERS =
            Opt.text("FILE", "A JSON object of HTTP headers, without which Boxel serves nothing.", "--headers");
    private static final Opt<String> DEPS = Opt.text(
            "FILE", "A JSON array of what the artifact imports: paths in the realm, without extension.", "--deps");

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description("Store an artifact, unless its source was invalidated since: then it is rejected, with 8."
                        + " Give what 'transpile get' said before the source was read. Done again, it stores again.");
        Options.parameters(spec, "URL PATH", "2", TranspileArguments.REALM + " " + TranspileArguments.PATH);
        Options.add(spec, GENERATION, FLOOR, EPOCH, AS_OF, BODY, HEADERS, DEPS);
        TranspileArguments.key(spec);
        Options.postgres(spec);
        Options.DRY_RUN.addTo(spec);
    }

    @Override
    public Result run(Invocation call) {
        long generation = call.get(GENERATION)
                .orElseThrow(() -> LockstepException.usage(
                        "--generation is missing", asked(call) + " says it; ask before you read the source"));
        String body = call.get(BODY)
                .orElseThrow(() ->
                        LockstepException.usage("--body is missing", "--body FILE, or --body - for standard input"));
        Captured seen = Captured.writtenDown(
                TranspileArguments.key(call),
                call.get(EPOCH).map(text -> uuid(text, call)),
                generation,
                call.get(FLOOR).orElse(0L));
        Captured captured = call.get(AS_OF).map(seen::asOf).orElse(seen);
        Artifact artifact = artifact(call, body, captured.key().realm());
        return TranspileArguments.on(
                call, Session.Use.WRITE, db -> call.dryRun() ? plan(db, captured) : put(db, captured, artifact));
    }

    private static Artifact artifact(Invocation call, String body, String realm) {
        Content content = TranspileArguments.content(body, call.in());
        if (content.size() > TranspileCache.LARGEST) {
            throw LockstepException.usage(
                    "an artifact of " + content.size() + " bytes is too large; the limit is "
                            + (TranspileCache.LARGEST >> 20) + " MB (" + TranspileCache.LARGEST + " bytes)",
                    null);
        }
        Optional<String> headers = call.get(HEADERS).map(file -> TranspileArguments.json(file, call, Map.class));
        if (headers.isPresent() && content.text().isEmpty()) {
            throw LockstepException.usage(
                    "--headers are for text of at most " + Content.SMALL + " bytes",
                    "Boxel would serve an empty module in place of this artifact");
        }
        Optional<String> dependencies = call.get(DEPS)
                .map(file -> TranspileArguments.modules(
                        realm,
                        Depfile.parse(TranspileArguments.json(file, call, List.class))
                                .modules()));
        return new Artifact(content, headers.orElse(null), dependencies.orElse(null));
    }

    /** What tells the generation and the epoch of what is to be put. */
    private static String asked(Invocation call) {
        StringBuilder command = new StringBuilder("'lockstep transpile get");
        call.parameters().forEach(word -> command.append(' ').append(ShellWord.quote(word)));
        return command + "'";
    }

    private static String uuid(String text, Invocation call) {
        try {
            return java.util.UUID.fromString(text).toString();
        } catch (IllegalArgumentException e) {
            throw LockstepException.usage(
                    "not an epoch: '" + text + "'", "it is the UUID that " + asked(call) + " says");
        }
    }

    private static Result put(Db db, Captured captured, Artifact artifact) {
        StoreResult result = db.transact(tx -> TranspileCache.store(tx, captured, artifact));
        return result(captured, result == StoreResult.STORED, "stored");
    }

    private static Result plan(Db db, Captured captured) {
        Captured now =
                db.autocommit(tx -> TranspileCache.peek(tx, captured.key())).captured();
        boolean sameEpoch = captured.epoch().isEmpty() || captured.epoch().equals(now.epoch());
        return result(captured, sameEpoch && captured.isAsNewAs(now), "would be stored")
                .asUnchanged();
    }

    private static Result result(Captured captured, boolean stored, String done) {
        Map<String, Object> data = TranspileArguments.data(captured);
        data.put("stored", stored);
        if (stored) {
            return Result.changed(data, List.of(done + ": " + TranspileArguments.words(captured)));
        }
        return Result.unchanged(
                        data,
                        List.of("rejected: the cache has moved on since " + TranspileArguments.words(captured)
                                + "; get again, then read the source again"))
                .with(ExitCode.CONFLICT);
    }
}
