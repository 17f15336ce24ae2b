package dev.lockstep.cli.realm;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Output;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.metrics.Monitoring;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.cli.progress.WhereaboutsSignal;
import dev.lockstep.cli.text.Count;
import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.realm.log.OutboxState;
import dev.lockstep.realm.log.Sequencer;
import dev.lockstep.realm.log.Sequencing;
import dev.lockstep.support.LockstepException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep realm sequence}. */
public final class SequenceCommand implements Command {
    static final Opt<Duration> INTERVAL = Opt.duration(
            "How long to wait between two looks into the outbox while there is something in it (default 20ms).",
            "--sequence-interval");

    private static final Opt<Boolean> ONCE =
            Opt.flag("Move what is in the outbox now, and end; with 6 if somebody else is at it.", "--once");

    /** It looks at least each half a minute. */
    private static final Duration STUCK = Duration.ofMinutes(2);

    private static final Duration STATEMENT = Duration.ofSeconds(30);

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Take what transactions have put into the outbox, give it numbers in the durable log, and tell"
                                + " everybody, until stopped. Durable listeners do it, too; run this where there are none. Any"
                                + " number may run side by side: one takes each step.");
        Options.add(spec, ONCE, INTERVAL);
        Options.postgres(spec);
        Monitoring.declare(spec);
    }

    @Override
    public Result run(Invocation call) throws InterruptedException {
        Duration interval = interval(call);
        PgTarget target = call.postgres();
        Narration narration = new Narration(call.output());
        call.output().soFar(narration::result);
        Session session = call.session(Session.Use.WRITE).withStatementTimeout(STATEMENT);
        try (Db db = call.databases().postgres(target, session)) {
            check(db);
            if (call.has(ONCE)) {
                once(db, narration);
                return narration.result();
            }
        }
        try (Monitoring monitoring = Monitoring.start(call, STUCK);
                WhereaboutsSignal signal = WhereaboutsSignal.of(call.output(), narration::whereabouts)) {
            narration.watchedBy(monitoring);
            call.output().event("ready", Map.of(), "sequencing the outbox");
            monitoring.ready("sequencing the outbox");
            new Sequencing(call.databases(), target, interval).run(narration);
        }
        return narration.result();
    }

    /** @throws LockstepException usage: it is none */
    static Duration interval(Invocation call) {
        Duration interval = call.get(INTERVAL).orElse(Sequencing.DEFAULT_INTERVAL);
        if (interval.toMillis() == 0) {
            throw LockstepException.usage(INTERVAL + " needs some time between two looks", INTERVAL + " 20ms");
        }
        return interval;
    }

    private static void check(Db db) {
        switch (db.autocommit(OutboxState::access)) {
            case ABSENT ->
                throw LockstepException.usage("this database has no outbox", "'lockstep realm init --outbox' makes it");
            case HIDDEN, READ -> {
                List<String> denied = db.autocommit(OutboxState::denied);
                throw new LockstepException(
                        LockstepException.Kind.FAILED,
                        denied.isEmpty() ? "standby" : "no-privilege",
                        denied.isEmpty()
                                ? "a standby takes no writes"
                                : "what it takes to move the outbox is denied to this login: "
                                        + String.join(", ", denied),
                        denied.isEmpty()
                                ? "name the primary"
                                : "'lockstep help grants-postgresql' has what lockstep_sequencer is granted",
                        null);
            }
            case MOVE -> {}
        }
    }

    private static void once(Db db, Narration narration) {
        Sequencer sequencer = new Sequencer();
        while (true) {
            Sequencer.Step step = sequencer.step(db);
            switch (step.outcome()) {
                case MOVED -> narration.moved(step);
                case NOTHING -> {
                    return;
                }
                case BUSY ->
                    throw new LockstepException(
                            LockstepException.Kind.REFUSED,
                            "busy",
                            "somebody else is moving what is in the outbox",
                            "'lockstep realm listeners' names them",
                            null);
            }
        }
    }

    /** It may go on for months: it is counted, and not kept. */
    private static final class Narration implements Sequencing.Watcher {
        private final Output output;
        private final AtomicLong rows = new AtomicLong();
        private final AtomicLong numbers = new AtomicLong();
        private volatile boolean isLost;
        private Optional<Monitoring> monitoring = Optional.empty();

        private Narration(Output output) {
            this.output = output;
        }

        void watchedBy(Monitoring watcher) {
            monitoring = Optional.of(watcher);
            watcher.counter("lockstep_sequencer_rows_moved", "Rows of the outbox that were moved to the log.")
                    .show(rows::get);
            watcher.counter("lockstep_sequencer_numbers_given", "Numbers that were given in the log.")
                    .show(numbers::get);
            watcher.gauge("lockstep_sequencer_connected", "Whether the last look into the outbox succeeded: 1 or 0.")
                    .show(() -> isLost ? 0 : 1);
        }

        String whereabouts() {
            return Count.of(rows.get(), "row") + " moved" + (isLost ? ", not connected" : "");
        }

        @Override
        public void looked() {
            isLost = false;
            monitoring.ifPresent(Monitoring::beat);
        }

        @Override
        public void moved(Sequencer.Step step) {
            rows.addAndGet(step.rows());
            numbers.addAndGet(step.numbers());
            isLost = false;
        }

        @Override
        public void lost(LockstepException why) {
            if (!isLost) {
                output.warn("connection-lost", "the connection is lost, connecting again: " + why.getMessage());
            }
            isLost = true;
        }

        Result result() {
            Map<String, Object> data = new LinkedHashMap<>();
            data.put("rows", rows.get());
            data.put("numbers", numbers.get());
            List<String> text = List.of(Count.of(rows.get(), "row") + " of the outbox moved, "
                    + Count.of(numbers.get(), "number") + " given");
            return rows.get() == 0 ? Result.unchanged(data, text) : Result.changed(data, text);
        }
    }
}
