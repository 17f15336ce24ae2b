package dev.lockstep.realm.publish;

import dev.lockstep.realm.RealmUrl;
import dev.lockstep.realm.publish.PublishOutcome.Recovery;
import dev.lockstep.realm.publish.PublishedTree.Operation;
import dev.lockstep.realm.publish.PublishedTree.Pending;
import dev.lockstep.realm.publish.PublishedTree.State;
import dev.lockstep.support.LockstepException;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Changes what readers of a target see, and tells the database; or takes the change back.
 *
 * <pre>
 *   note ──> keep the old version ──> show ──> announce ──> drop the note
 *    │                                           │ failed: show the old version; the note stays
 *    └── died anywhere: {@link #recover} announces, and if readers find nothing, shows the old version first
 * </pre>
 *
 * <p>The note is on the disk before readers can see anything new, and is dropped only when the announcement is known to be
 * committed. So a note means: perhaps somebody has read what nobody was told of. One announcement too many is harmless.
 */
final class VersionSwitch {
    private final PublishedTree target;
    private final RealmUrl realm;
    private final Publication.Announcement announcement;
    private final Consumer<PublishStep> steps;

    VersionSwitch(
            PublishedTree target, RealmUrl realm, Publication.Announcement announcement, Consumer<PublishStep> steps) {
        this.target = target;
        this.realm = realm;
        this.announcement = announcement;
        this.steps = steps;
    }

    /** Finishes or undoes what an earlier run left, and deletes what nobody needs. */
    Recovery recover() throws IOException {
        Optional<Pending> pending = target.pending();
        if (pending.isPresent()) {
            Optional<String> previous = target.previous();
            if (pending.get().operation() == Operation.PUBLISH
                    && target.state() == State.ABSENT
                    && previous.isPresent()) {
                target.show(previous.get());
            }
            announcement.of(pending.get().realm());
            target.settle();
        }
        if (target.state() == State.ABSENT) {
            target.forget();
        }
        target.clean();
        return pending.isPresent() ? Recovery.DONE : Recovery.NOT_NEEDED;
    }

    /** Shows a version that is whole, in the place of whatever readers see now. */
    void show(String version) throws IOException {
        boolean convert = target.state() == State.PLAIN_DIRECTORY;
        Optional<String> old = convert ? Optional.of(PublishedTree.newVersion()) : target.current();
        note(Operation.PUBLISH);
        if (old.isPresent()) {
            target.keep(old.get());
            steps.accept(PublishStep.KEPT);
        }
        if (convert) {
            target.moveIn(old.get());
            steps.accept(PublishStep.MOVED);
        }
        target.show(version);
        announce(() -> {
            if (old.isPresent()) {
                target.show(old.get());
            } else {
                target.hide();
            }
        });
    }

    /** Takes away what readers see now. */
    void hide() throws IOException {
        Optional<String> current = target.current();
        String version = current.orElseGet(PublishedTree::newVersion);
        note(Operation.REMOVE);
        if (current.isPresent()) {
            target.hide();
            announce(() -> target.show(version));
        } else {
            target.moveIn(version);
            announce(() -> target.moveOut(version));
        }
    }

    /** Deletes what nobody needs, unless a note says that something is still open. */
    void tidy() throws IOException {
        if (target.pending().isEmpty()) {
            target.clean();
            if (target.state() != State.PUBLISHED) {
                target.dissolve();
            }
        }
    }

    private void note(Operation operation) throws IOException {
        target.note(new Pending(operation, realm));
        steps.accept(PublishStep.NOTED);
    }

    /** The first error survives. */
    private void announce(Undo undo) throws IOException {
        steps.accept(PublishStep.SHOWN);
        try {
            announcement.of(realm);
        } catch (RuntimeException | Error e) {
            try {
                undo.run();
                steps.accept(PublishStep.UNDONE);
            } catch (IOException | LockstepException failed) {
                e.addSuppressed(failed);
            }
            throw e;
        }
        steps.accept(PublishStep.ANNOUNCED);
        target.settle();
        steps.accept(PublishStep.SETTLED);
    }

    private interface Undo {
        void run() throws IOException;
    }
}
