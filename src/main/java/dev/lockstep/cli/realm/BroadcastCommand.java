package dev.lockstep.cli.realm;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.listen.ListenSession;
import dev.lockstep.realm.FileChange;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.realm.invalidate.Broadcast;
import dev.lockstep.realm.outbox.Outbox;
import dev.lockstep.support.FileError;
import dev.lockstep.support.LockstepException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep realm broadcast}. */
public final class BroadcastCommand implements Command {
    static final Opt<List<String>> PATH = Opt.texts("P", RealmArguments.PATH, "--path");
    private static final Opt<String> PATHS_FROM =
            Opt.text("FILE|-", "Read paths from a file, or from standard input; one a line.", "--paths-from");

    private static final Duration ECHO = Duration.ofSeconds(2);
    private static final Duration STATEMENT = Duration.ofSeconds(10);
    private static final int SHOWN = 20;

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Tell every replica to drop the files that it cached of a realm, all or the paths given, in one"
                                + " transaction. Its name, icon and routes, and the shared cache, are for 'realm invalidate'."
                                + " Done again, it sends again.");
        Options.parameters(spec, "URL", "1..*", "The realm, as http://host:port/path/.");
        Options.add(spec, PATH, PATHS_FROM);
        DurableBroadcast.declare(spec);
        OutboxEmission.OUTBOX.addTo(spec);
        ExpectedListeners.declare(spec);
        RealmArguments.declareStrictness(spec);
        Options.postgres(spec);
        Options.DRY_RUN.addTo(spec);
    }

    @Override
    public Result run(Invocation call) throws InterruptedException {
        DurableBroadcast.checkAgainstOutbox(call);
        List<String> paths = new ArrayList<>(call.all(PATH));
        call.get(PATHS_FROM).ifPresent(file -> paths.addAll(paths(file, call.in())));
        List<RealmUrl> realms = realms(call);
        PgTarget target = call.dryRun() ? call.describedPostgres() : call.postgres();
        if (paths.isEmpty() && call.has(PATHS_FROM)) {
            // No path is not every path: a list that came out empty must not drop a whole realm.
            return Result.unchanged(data(List.of(), null), List.of("no paths, nothing to send"));
        }
        Broadcast.Plan plan = Broadcast.plan(realms, paths);
        RealmArguments.checkWidth(plan, call);
        if (plan.collapsed() > 0) {
            call.output()
                    .warn(
                            "collapsed",
                            plan.collapsed() + " of them named twice, which PostgreSQL collapses; sent once");
        }
        if (call.dryRun()) {
            return Result.unchanged(data(plan.changes(), null), lines("would send ", plan));
        }
        if (call.has(OutboxEmission.OUTBOX)) {
            ExpectedListeners listeners = OutboxEmission.put(Outbox.Call.BROADCAST, realms, paths, target, call);
            Map<String, Object> data = data(plan.changes(), null);
            data.put("outbox", true);
            return listeners.of(Result.changed(data, lines("in the outbox: ", plan)), data, call.output());
        }
        if (DurableBroadcast.isWanted(call)) {
            return new DurableBroadcast(call, target)
                    .send(plan, realms, data(plan.changes(), null), lines("sent ", plan));
        }
        return send(plan, realms, target, call);
    }

    private static Result send(Broadcast.Plan plan, List<RealmUrl> realms, PgTarget target, Invocation call) {
        Session session = call.session(Session.Use.WRITE).withStatementTimeout(STATEMENT);
        try (ListenSession listener = call.databases().listenSession(target, call.session(Session.Use.LISTEN));
                Db emitter = call.databases().postgres(target, session)) {
            RealmArguments.checkRecipients(emitter, realms, call);
            RealmArguments.warnOfOtherSpellings(emitter, realms, call.all(PATH), call.output());
            ExpectedListeners listeners = ExpectedListeners.look(emitter, call);
            Result committed = Result.changed(data(plan.changes(), null), lines("sent ", plan));
            Duration echo = new Broadcast(emitter, listener)
                    .telling(() -> call.output().soFar(() -> committed))
                    .send(plan, ECHO);
            List<String> text = lines("sent ", plan);
            text.add("heard again after " + echo.toMillis() + " ms");
            Map<String, Object> data = data(plan.changes(), echo.toMillis());
            return listeners.of(Result.changed(data, text), data, call.output());
        }
    }

    private static List<RealmUrl> realms(Invocation call) {
        List<RealmUrl> realms = new ArrayList<>();
        for (String typed : call.parameters()) {
            realms.add(RealmArguments.read(typed, "sent", call.output()));
        }
        return realms;
    }

    private static List<String> lines(String verb, Broadcast.Plan plan) {
        List<String> lines = new ArrayList<>();
        for (FileChange change : plan.changes()) {
            if (lines.size() == SHOWN) {
                lines.add("... and " + (plan.changes().size() - SHOWN) + " more");
                break;
            }
            lines.add(verb + change.payload());
        }
        return lines;
    }

    private static Map<String, Object> data(List<FileChange> changes, Long echoMillis) {
        List<Object> payloads = new ArrayList<>(changes.size());
        for (FileChange change : changes) {
            Map<String, Object> payload = new LinkedHashMap<>();
            payload.put("payload", change.payload());
            payload.put("bytes", change.bytes());
            payloads.add(payload);
        }
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("payloads", payloads);
        data.put("echoMs", echoMillis);
        return data;
    }

    /** The lines that are not empty. */
    private static List<String> paths(String file, InputStream in) {
        List<String> paths = new ArrayList<>();
        try (InputStream bytes = file.equals("-") ? in : Files.newInputStream(Invocation.file(file));
                BufferedReader reader =
                        new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8.newDecoder()))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (!line.isEmpty()) {
                    paths.add(line);
                }
            }
            return paths;
        } catch (CharacterCodingException e) {
            throw LockstepException.usage("not UTF-8: " + file + ", after line " + paths.size(), null);
        } catch (IOException e) {
            throw LockstepException.usage("cannot read paths from " + file + ": " + FileError.reason(e), null);
        }
    }
}
