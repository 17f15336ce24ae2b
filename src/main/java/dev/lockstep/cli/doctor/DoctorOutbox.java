package dev.lockstep.cli.doctor;

import dev.lockstep.cli.doctor.DoctorReport.Check;
import dev.lockstep.cli.doctor.DoctorReport.State;
import dev.lockstep.db.Db;
import dev.lockstep.realm.log.OutboxState;
import dev.lockstep.realm.log.OutboxState.Access;
import dev.lockstep.realm.outbox.OutboxSchema;
import java.time.Duration;

/** What {@code doctor} finds out about the outbox. */
final class DoctorOutbox {
    private static final String NAME = "realm.outbox";

    /** Somebody sequences, and does not keep up. */
    private static final Duration LATE = Duration.ofSeconds(10);

    private DoctorOutbox() {}

    static Check check(Db db) {
        Access access = db.autocommit(OutboxState::access);
        if (access == Access.ABSENT) {
            return new Check(NAME, State.SKIPPED, "there is no outbox", null);
        }
        if (access == Access.HIDDEN) {
            return new Check(NAME, State.SKIPPED, "this login may not look into the outbox", null);
        }
        OutboxState state = db.autocommit(OutboxState::of);
        String waiting = state.waiting() + " waiting"
                + state.oldest()
                        .map(age -> ", the oldest for " + age.toMillis() + " ms")
                        .orElse("");
        if (state.isAbandoned()) {
            String last = state.sequencer().map(step -> "since " + step.at()).orElse("and nobody ever did");
            return new Check(
                    NAME,
                    State.FAIL,
                    "nobody sequences the outbox, " + last + ": " + waiting,
                    "'lockstep realm sequence', where it is kept running; or a durable listener or a relay whose login may do it");
        }
        String who =
                waiting + "; sequenced by " + state.sequencer().orElseThrow().client() + ", backend "
                        + state.sequencer().orElseThrow().pid();
        if (state.oldest().filter(age -> age.compareTo(LATE) > 0).isPresent()) {
            return new Check(NAME, State.WARN, who + ", who does not keep up", "end what slows that server down");
        }
        return outdated(db, who);
    }

    /** What an earlier lockstep has made does what it did then. */
    private static Check outdated(Db db, String who) {
        OutboxSchema.Plan plan = db.read(OutboxSchema::plan);
        return plan.parts().isEmpty()
                ? Check.ok(NAME, who)
                : new Check(
                        NAME,
                        State.WARN,
                        "not as this lockstep makes it: " + String.join(", ", plan.parts()),
                        "'lockstep realm init --outbox'");
    }
}
