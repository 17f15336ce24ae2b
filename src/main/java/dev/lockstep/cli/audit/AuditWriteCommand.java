package dev.lockstep.cli.audit;

import dev.lockstep.audit.write.AuditReplica;
import dev.lockstep.audit.write.AuditWriter;
import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.cli.progress.ProgressMeter;
import dev.lockstep.cli.progress.WatchedInput;
import dev.lockstep.cli.text.Count;
import dev.lockstep.db.Db;
import dev.lockstep.db.DbTarget;
import dev.lockstep.db.Session;
import dev.lockstep.db.sqlite.SqliteTarget;
import dev.lockstep.support.FileError;
import dev.lockstep.support.LockstepException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep audit write}. */
public final class AuditWriteCommand implements Command {
    private static final Opt<Integer> BATCH = Opt.count("How many rows a statement may have (default 500).", "--batch");
    private static final Opt<Long> MAX_ERRORS = Opt.number(
            "Go on after so many bad lines; a generation with one is left out (default 0: the first one ends it).",
            "--max-errors");
    private static final Opt<String> REJECT_FILE =
            Opt.text("FILE", "Write lines that are not taken to this file, as they are.", "--reject-file");

    private static final int DEFAULT_BATCH = 500;
    private static final int MAX_BATCH = 100_000;
    private static final Duration MIRROR_PATIENCE = Duration.ofSeconds(30);

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Write rows of an audit log from NDJSON, one object a line, its keys the names of the columns."
                                + " The rows of a generation stand together. Each generation is one transaction; one that is stored already"
                                + " is not written again.");
        Options.parameters(spec, "FILE", "1", "The rows; - for standard input.");
        AuditArguments.which(spec);
        Options.add(spec, Options.MIRROR, BATCH, MAX_ERRORS, REJECT_FILE, Options.DRY_RUN);
    }

    @Override
    public Result run(Invocation call) {
        String input = call.parameters().get(0);
        int batch = call.get(BATCH).orElse(DEFAULT_BATCH);
        if (batch > MAX_BATCH) {
            throw LockstepException.usage("--batch must be from 1 to " + MAX_BATCH, null);
        }
        DbTarget target = AuditArguments.target(call);
        Optional<DbTarget> mirror =
                call.get(Options.MIRROR).map(url -> AuditArguments.target(call, url, "--mirror", "LOCKSTEP_MIRROR"));
        if (mirror.isPresent() && name(mirror.get()).equals(name(target))) {
            throw LockstepException.refused("the mirror is the audit log itself: " + target, null);
        }
        ByteArrayOutputStream rejects = new ByteArrayOutputStream();
        AuditWriter.Mode mode = call.dryRun() ? AuditWriter.Mode.PREVIEW : AuditWriter.Mode.WRITE;
        AuditWriter.Options options =
                new AuditWriter.Options(mode, batch, call.get(MAX_ERRORS).orElse(0L), AuditWriter.into(rejects));
        try (ProgressMeter meter = ProgressMeter.of(call, "generations that are written are kept", "goes on");
                InputStream in = input.equals("-") ? watched(call.in(), meter) : open(input, meter);
                Db db = AuditArguments.open(call, target, call.dryRun() ? Session.Use.READ : Session.Use.WRITE)) {
            return written(call, target, write(call, db, mirror, options, in));
        } catch (IOException e) {
            throw new LockstepException("cannot read " + input + ": " + FileError.reason(e), null);
        } finally {
            save(call, rejects);
        }
    }

    private static InputStream watched(InputStream in, ProgressMeter meter) {
        return new WatchedInput(in, "standard input", 0, meter);
    }

    private static InputStream open(String input, ProgressMeter meter) {
        Path file = Invocation.file(input);
        if (!Files.isRegularFile(file) && !Files.isReadable(file)) {
            throw LockstepException.usage("no such file: " + file, "- means standard input");
        }
        try {
            long size = Files.isRegularFile(file) ? Files.size(file) : 0;
            return new WatchedInput(Files.newInputStream(file), String.valueOf(file.getFileName()), size, meter);
        } catch (IOException e) {
            throw LockstepException.usage("not readable: " + file, null);
        }
    }

    private static AuditWriter.Summary write(
            Invocation call, Db db, Optional<DbTarget> mirror, AuditWriter.Options options, InputStream in) {
        if (mirror.isEmpty() || call.dryRun()) {
            return new AuditWriter(AuditArguments.table(call, db), options, Optional.empty()).write(in);
        }
        try (AuditReplica leg = new AuditReplica(
                db, name(mirror.get()), () -> openMirror(call, mirror.get()), call.profile(), options.batch())) {
            return new AuditWriter(AuditArguments.table(call, db), options, Optional.of(leg)).write(in);
        }
    }

    /** The same from wherever it is written. */
    private static String name(DbTarget target) {
        return target instanceof SqliteTarget file
                ? Invocation.file(file.path().toString())
                        .toAbsolutePath()
                        .normalize()
                        .toString()
                : target.toString();
    }

    private static Db openMirror(Invocation call, DbTarget mirror) {
        Session session = Session.of("lockstep " + call.path(), Session.Use.WRITE)
                .withLockTimeout(call.get(Options.LOCK_TIMEOUT).orElse(Duration.ofSeconds(2)))
                .withStatementTimeout(MIRROR_PATIENCE);
        return call.databases().open(mirror, session);
    }

    private static void save(Invocation call, ByteArrayOutputStream rejects) {
        Optional<String> file = call.get(REJECT_FILE);
        if (file.isPresent() && !call.dryRun()) {
            try {
                Files.write(Invocation.file(file.get()), rejects.toByteArray());
            } catch (IOException e) {
                throw new LockstepException("cannot write " + file.get() + ": " + FileError.reason(e), null);
            }
        }
    }

    private static Result written(Invocation call, DbTarget target, AuditWriter.Summary summary) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("read", summary.read());
        data.put("inserted", summary.inserted());
        data.put("unchanged", summary.unchanged());
        data.put("rejected", summary.rejected());
        data.put("generations", summary.generations());
        data.put("mirror", summary.mirror().map(AuditWriteCommand::mirror).orElse(null));
        for (String problem : summary.problems()) {
            call.output().warn("rejected", problem);
        }
        // A server is no source of a mirror.
        String backfill = target instanceof SqliteTarget ? ", or 'lockstep mirror backfill'" : "";
        StringBuilder line = new StringBuilder();
        line.append(Count.of(summary.inserted(), "row"))
                .append(" of ")
                .append(Count.of(summary.generations(), "generation"))
                .append(call.dryRun() ? " would be written, " : " written, ")
                .append(Count.of(summary.unchanged()))
                .append(" there already, ")
                .append(Count.of(summary.rejected()))
                .append(" rejected");
        summary.mirror().ifPresent(outcome -> {
            line.append("; mirror ").append(outcome.state().label());
            if (outcome.error() != null) {
                call.output()
                        .warn(
                                "mirror",
                                "the mirror lacks " + Count.of(outcome.owed(), "generation")
                                        + "; the next run sends them" + backfill + ": " + outcome.error());
            }
        });
        List<String> lines = List.of(line.toString());
        boolean changed = summary.inserted() > 0
                || summary.mirror().filter(m -> m.sent() > 0).isPresent();
        Result result = changed && !call.dryRun() ? Result.changed(data, lines) : Result.unchanged(data, lines);
        return summary.rejected() > 0 ? result.with(ExitCode.INCOMPLETE) : result;
    }

    private static Map<String, Object> mirror(AuditReplica.Outcome outcome) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("state", outcome.state().label());
        tree.put("sent", outcome.sent());
        tree.put("owed", outcome.owed());
        tree.put("error", outcome.error());
        return tree;
    }
}
