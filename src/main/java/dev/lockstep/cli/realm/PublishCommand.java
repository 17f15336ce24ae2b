package dev.lockstep.cli.realm;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Output;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.cli.option.TimeLimit;
import dev.lockstep.cli.process.Hook;
import dev.lockstep.cli.progress.ProgressMeter;
import dev.lockstep.cli.text.Count;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.realm.publish.Publication;
import dev.lockstep.realm.publish.Publication.PlainDirectory;
import dev.lockstep.realm.publish.PublishOutcome;
import dev.lockstep.realm.publish.PublishStep;
import dev.lockstep.realm.publish.Publisher;
import dev.lockstep.support.LockstepException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep realm publish}, {@code unpublish} and {@code delete}. */
public final class PublishCommand implements Command {
    private static final Opt<String> REALM = Opt.text("URL", "The realm whose files these are. Required.", "--realm");
    private static final Opt<Duration> WAIT =
            Opt.duration("How long to try to get the realm's write lock (default 30s).", "--wait");
    private static final Opt<String> THEN = Opt.text(
            "CMD",
            "Run a program when everybody is told, a reindex say; it finds LOCKSTEP_REALM, LOCKSTEP_TARGET"
                    + " and LOCKSTEP_VERSION in its environment. If it fails, the publication stays.",
            "--then");
    private static final Opt<Boolean> CONVERT = Opt.flag(
            "Make a plain directory at the name the first version. Once, readers find nothing for an instant.",
            "--convert");

    /** Which of the three. */
    public enum Verb {
        PUBLISH,
        UNPUBLISH,
        DELETE
    }

    private static final Duration DEFAULT_WAIT = Duration.ofSeconds(30);
    private static final Duration STATEMENT = Duration.ofMinutes(1);

    private final Verb verb;

    public PublishCommand(Verb verb) {
        this.verb = verb;
    }

    @Override
    public void declare(CommandSpec spec) {
        switch (verb) {
            case PUBLISH -> declarePublish(spec);
            case UNPUBLISH -> {
                spec.usageMessage().description("Take away what 'realm publish' shows, and tell every replica.");
                Options.parameters(spec, "TARGET", "1", "The name it is shown at.");
            }
            case DELETE -> {
                spec.usageMessage().description("Delete a realm's directory, and tell every replica.");
                Options.parameters(spec, "DIR", "1", "The directory, or the name of what is published.");
            }
        }
        Options.add(spec, REALM, WAIT, Options.YES);
        Options.postgres(spec);
        Options.DRY_RUN.addTo(spec);
    }

    private static void declarePublish(CommandSpec spec) {
        spec.usageMessage()
                .description("Show a copy of a directory at another name, at once, and tell every replica."
                        + " The name is a symbolic link to the newest copy; the one before it is kept. What a run"
                        + " that died has left, the next one finishes or undoes. Done again, it copies again.");
        Options.parameters(spec, "SOURCE TARGET", "2", "The directory to copy, and the name to show it at.");
        Options.add(spec, THEN, CONVERT);
    }

    @Override
    public Result run(Invocation call) throws InterruptedException {
        RealmUrl realm = RealmArguments.read(
                call.get(REALM)
                        .orElseThrow(() -> LockstepException.usage(
                                "no realm given", "--realm URL says whose files these are, and so who is told")),
                "taken",
                call.output());
        Path target = Invocation.file(call.parameters().get(verb == Verb.PUBLISH ? 1 : 0));
        PlainDirectory plain = call.find(CONVERT).isPresent() ? PlainDirectory.CONVERT : PlainDirectory.REFUSE;
        if (call.dryRun()) {
            return planned(realm, target, plain, call);
        }
        Optional<Hook> then = call.find(THEN)
                .map(command -> Hook.of("--then", command, call.databases().environment(), call.output()));
        call.confirm(verb.name().toLowerCase(Locale.ROOT) + " " + target + " as " + realm);
        PgTarget server = call.postgres();
        Publisher publisher = new Publisher(
                call.databases(),
                server,
                call.session(Session.Use.WRITE).withStatementTimeout(STATEMENT),
                call.get(WAIT).orElse(DEFAULT_WAIT),
                step -> tell(step, call.output()));
        PublishOutcome outcome;
        try (ProgressMeter meter =
                ProgressMeter.of(call, "readers see the old state or the new one", "finishes what was begun")) {
            outcome = switch (verb) {
                case PUBLISH -> publisher.telling(meter).publish(source(call), target, realm, plain);
                case UNPUBLISH -> publisher.unpublish(target, realm);
                case DELETE -> publisher.delete(target, realm);
            };
        }
        Result result = result(outcome, target);
        if (then.isPresent()) {
            follow(then.get(), outcome, realm, target, call.get(THEN).orElseThrow());
        }
        return result;
    }

    private static Path source(Invocation call) {
        return Invocation.file(call.parameters().get(0));
    }

    private Result planned(RealmUrl realm, Path target, PlainDirectory plain, Invocation call) {
        Publication publication = new Publication(target, realm, changed -> {}, step -> {});
        if (verb == Verb.PUBLISH) {
            PublishOutcome plan = publication.plan(source(call), plain);
            return Result.unchanged(
                    data(plan), List.of("would copy " + amount(plan) + ", to " + target + " and tell " + realm));
        }
        PublishOutcome plan = verb == Verb.UNPUBLISH ? publication.planUnpublish() : publication.planDelete();
        return Result.unchanged(
                Map.of(),
                List.of(
                        plan.change() == PublishOutcome.Change.UNCHANGED
                                ? "nothing at " + target
                                : "would take away " + target + " and tell " + realm));
    }

    private static void tell(PublishStep step, Output output) {
        if (step != PublishStep.COPYING) {
            output.detail(step.name().toLowerCase(Locale.ROOT));
        }
    }

    private static void follow(Hook then, PublishOutcome outcome, RealmUrl realm, Path target, String command)
            throws InterruptedException {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("LOCKSTEP_REALM", realm.value());
        variables.put("LOCKSTEP_TARGET", target.toAbsolutePath().toString());
        variables.put("LOCKSTEP_VERSION", outcome.version());
        Optional<String> failure = then.run(variables, TimeLimit.of(Optional.empty()));
        if (failure.isPresent()) {
            throw new LockstepException(
                    LockstepException.Kind.INCOMPLETE,
                    "then-failed",
                    target + " is published and everybody is told, but " + failure.get(),
                    "nothing else is left to do but this: " + command,
                    null);
        }
    }

    private Result result(PublishOutcome outcome, Path target) {
        Map<String, Object> data = data(outcome);
        if (outcome.change() == PublishOutcome.Change.UNCHANGED) {
            return Result.unchanged(data, List.of("nothing at " + target));
        }
        String what =
                switch (verb) {
                    case PUBLISH -> "published " + amount(outcome) + ", at " + target;
                    case UNPUBLISH -> "unpublished " + target;
                    case DELETE -> "deleted " + target;
                };
        String before =
                outcome.recovery() == PublishOutcome.Recovery.DONE ? " (after putting right an earlier run)" : "";
        return Result.changed(data, List.of(what + before));
    }

    private static String amount(PublishOutcome outcome) {
        return Count.of(outcome.files(), "file") + ", " + Count.of(outcome.bytes(), "byte");
    }

    private static Map<String, Object> data(PublishOutcome outcome) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("version", outcome.version());
        data.put("previous", outcome.previous());
        data.put("files", outcome.files());
        data.put("bytes", outcome.bytes());
        data.put("recovered", outcome.recovery() == PublishOutcome.Recovery.DONE);
        return data;
    }
}
