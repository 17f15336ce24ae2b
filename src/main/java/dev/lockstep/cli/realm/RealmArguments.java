package dev.lockstep.cli.realm;

import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Output;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.db.Db;
import dev.lockstep.realm.FileChange;
import dev.lockstep.realm.Notifications;
import dev.lockstep.realm.Notifications.Queue;
import dev.lockstep.realm.RealmNames;
import dev.lockstep.realm.RealmNames.Unregistered;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.realm.RealmUrl.Correction;
import dev.lockstep.realm.RealmUrl.Reading;
import dev.lockstep.realm.invalidate.Broadcast;
import dev.lockstep.realm.invalidate.OtherSpellings;
import dev.lockstep.support.LockstepException;
import java.util.Collection;
import picocli.CommandLine.Model.CommandSpec;

/** A realm's URL as a person types it, and what is odd about telling its replicas something; that is said, or refused. */
public final class RealmArguments {
    private static final Opt<Boolean> NO_WIDEN =
            Opt.flag("Refuse a path whose payload is too long, instead of sending the whole realm.", "--no-widen");
    private static final Opt<Boolean> MUST_EXIST =
            Opt.flag("Refuse a realm that is not in the table realm_registry, if there is one.", "--must-exist");

    static final String PATH =
            "A file: relative to the realm, like cards/person.gts, or its whole URL. Without extension: every file"
                    + " that it may stand for; with %20: that with a space, and one that is called so. Repeatable. None:"
                    + " the whole realm.";

    private RealmArguments() {}

    /** The options by which whoever tells replicas something wants it refused rather than said. */
    static void declareStrictness(CommandSpec spec) {
        Options.add(spec, NO_WIDEN, MUST_EXIST);
    }

    /**
     * Reads it.
     *
     * @param verb what is done with the corrected one: sent, taken
     */
    public static RealmUrl read(String typed, String verb, Output output) {
        Reading reading = RealmUrl.read(typed);
        if (reading.corrections().contains(Correction.SLASH_ADDED)) {
            output.warn("slash-added", "a realm's URL ends in a slash: " + verb + " as " + reading.url());
        }
        if (reading.corrections().contains(Correction.PERCENT_DECODED)) {
            output.warn("percent-decoded", "replicas decode a realm's URL: " + verb + " as " + reading.url());
        }
        return reading.url();
    }

    /**
     * Says which paths will be sent as their whole realm.
     *
     * @throws LockstepException refused: there are any, and that was not wanted
     */
    static void checkWidth(Broadcast.Plan plan, Invocation call) {
        for (FileChange change : plan.widened()) {
            // It is the realm that may be long.
            String path = change.path().length() > 60 ? change.path().substring(0, 60) + "..." : change.path();
            if (call.has(NO_WIDEN)) {
                throw new LockstepException(
                        LockstepException.Kind.REFUSED,
                        "too-long",
                        "a payload of " + change.bytes() + " bytes does not fit a notification: path " + path,
                        "without --no-widen the whole of " + change.realm() + " is sent for it",
                        null);
            }
            call.output()
                    .warn(
                            "widened",
                            "a payload of " + change.bytes() + " bytes does not fit a notification; the whole of "
                                    + change.realm() + " is sent for path " + path);
        }
    }

    /**
     * Says, before anything is sent, that a realm is unknown, and that the server's queue is filling up.
     *
     * @throws LockstepException usage: a realm is unknown, and that was not wanted
     */
    static void checkRecipients(Db db, Collection<RealmUrl> realms, Invocation call) {
        for (Unregistered unknown : db.autocommit(tx -> RealmNames.unregistered(tx, realms))) {
            String message = "no realm " + unknown.realm() + " in realm_registry";
            String hint =
                    unknown.nearest().map(near -> "did you mean " + near + "?").orElse(null);
            if (call.find(MUST_EXIST).isPresent()) {
                throw new LockstepException(LockstepException.Kind.USAGE, "unknown-realm", message, hint, null);
            }
            call.output().warn("unknown-realm", message + (hint == null ? "" : "; " + hint));
        }
        warnOfFullQueue(db, call.output());
    }

    /** Says of which file nothing is known, where one is that is written in other capital letters. */
    public static void warnOfOtherSpellings(
            Db db, Collection<RealmUrl> realms, Collection<String> paths, Output output) {
        for (OtherSpellings.Other other : db.autocommit(tx -> OtherSpellings.of(tx, realms, paths))) {
            output.warn(
                    "unknown-path",
                    "nothing is known of " + other.typed() + ", but of " + other.known() + ": capital letters count");
        }
    }

    /** Says that the server's queue of notifications is filling up, if it is. */
    static void warnOfFullQueue(Db db, Output output) {
        Queue queue = db.autocommit(Notifications::queue);
        if (queue.isFillingUp()) {
            output.warn(
                    "queue-full",
                    "the server's notification queue is " + Math.round(queue.usage() * 100) + " % full; "
                            + cause(queue));
        }
    }

    private static String cause(Queue queue) {
        return queue.pid()
                .map(pid -> "backend " + pid + " has the oldest transaction: if it listens, the queue cannot shrink")
                .orElse("a session that listens is asleep in a transaction");
    }
}
