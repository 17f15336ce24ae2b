package dev.lockstep.realm.publish;

import static dev.lockstep.support.Work.BYTES_COPIED;

import dev.lockstep.realm.RealmRemedy;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.realm.publish.PublishOutcome.Change;
import dev.lockstep.realm.publish.PublishOutcome.Recovery;
import dev.lockstep.realm.publish.PublishedTree.State;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.ProgressListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Publishes a tree of files at a name, and takes it away again, so that a reader of that name sees the old tree or the
 * new one and never half; whatever happens, and whenever this process dies, the next call finishes or undoes it.
 *
 * <p>The name becomes a symbolic link to the version that was copied beside it ({@link PublishedTree}). A note on the disk
 * precedes each visible change and stays until the database has been told; so a run that finds a note tells the
 * database first, before anything of its own.
 */
public final class Publication {
    /** Tells the database, and so everybody who caches, that all of a realm may have changed. */
    @FunctionalInterface
    public interface Announcement {
        /**
         * Returns when everybody who listens has been told, or will be.
         *
         * @throws LockstepException it is not known to be committed
         */
        void of(RealmUrl realm);
    }

    /** What to do with a plain directory at the target's name. */
    public enum PlainDirectory {
        REFUSE,
        /** Make it the first version; for a moment readers find nothing at the name. */
        CONVERT
    }

    private final PublishedTree target;
    private final VersionSwitch swap;
    private final Consumer<PublishStep> steps;
    private ProgressListener progress = ProgressListener.NOBODY;

    /**
     * @param target the name that readers open; its parent must exist, be ours and be closed to others
     * @param steps told of each step when it is taken
     */
    public Publication(Path target, RealmUrl realm, Announcement announcement, Consumer<PublishStep> steps) {
        this.steps = steps;
        this.target = PublishedTree.at(target);
        this.swap = new VersionSwitch(this.target, realm, announcement, steps);
    }

    /** The same publication, which tells how much is copied. */
    public Publication telling(ProgressListener listener) {
        progress = listener;
        return this;
    }

    /** How much a publication of this source would copy; checks what can be checked without writing. */
    public PublishOutcome plan(Path source, PlainDirectory plain) {
        return guarded(
                "read " + source,
                () -> outcome(Change.UNCHANGED, checked(source, plain).size(), Recovery.NOT_NEEDED));
    }

    /** Shows a copy of the source at the target's name. */
    public PublishOutcome publish(Path source, PlainDirectory plain) {
        return guarded("publish " + source + " at " + target.path(), () -> {
            refuseForeign();
            return alone(recovery -> {
                SourceTree tree = checked(source, plain);
                String version = copy(tree);
                swap.show(version);
                return outcome(Change.CHANGED, tree.size(), recovery);
            });
        });
    }

    /** Takes away what {@link #publish} shows. Nothing there is nothing to do. */
    public PublishOutcome unpublish() {
        return guarded("unpublish " + target.path(), () -> {
            refusePlain();
            return remove();
        });
    }

    /** Whether {@link #unpublish} would change anything; checks what can be checked without writing. */
    public PublishOutcome planUnpublish() {
        return guarded("unpublish " + target.path(), () -> {
            refusePlain();
            return planned();
        });
    }

    /** Whether {@link #delete} would change anything; checks what can be checked without writing. */
    public PublishOutcome planDelete() {
        return guarded("delete " + target.path(), this::planned);
    }

    private PublishOutcome planned() throws IOException {
        refuseForeign();
        boolean nothing = target.state() == State.ABSENT && !target.hasTraces();
        Change change = nothing ? Change.UNCHANGED : Change.CHANGED;
        return new PublishOutcome(change, null, null, 0, 0, Recovery.NOT_NEEDED);
    }

    private void refusePlain() throws IOException {
        if (target.state() == State.PLAIN_DIRECTORY) {
            throw LockstepException.refused(
                            target.path() + " is a plain directory, which 'realm publish' did not make", null)
                    .advising(RealmRemedy.DELETE_THE_DIRECTORY.of(target.path()));
        }
    }

    /** Deletes a directory, or takes away what {@link #publish} shows. Nothing there is nothing to do. */
    public PublishOutcome delete() {
        return guarded("delete " + target.path(), this::remove);
    }

    private PublishOutcome outcome(Change change, SourceTree.Size size, Recovery recovery) throws IOException {
        return new PublishOutcome(
                change,
                target.current().orElse(null),
                target.previous().orElse(null),
                size.files(),
                size.bytes(),
                recovery);
    }

    private SourceTree checked(Path source, PlainDirectory plain) throws IOException {
        refuseForeign();
        if (target.state() == State.PLAIN_DIRECTORY && plain == PlainDirectory.REFUSE) {
            throw new LockstepException(
                            LockstepException.Kind.REFUSED,
                            "plain-directory",
                            target.path()
                                    + " is a plain directory; it cannot be replaced without readers finding nothing there",
                            null,
                            null)
                    .advising(RealmRemedy.CONVERT_THE_DIRECTORY.of());
        }
        Path real = SourceTree.locate(source);
        if (target.overlaps(real)) {
            throw LockstepException.refused(
                    "source and target overlap: " + source + " and " + target.path(),
                    "publish to a directory outside the source");
        }
        return SourceTree.at(real);
    }

    private void refuseForeign() throws IOException {
        if (target.state() == State.FOREIGN) {
            throw LockstepException.refused(
                    target.path() + " is neither a directory nor a link that 'realm publish' made",
                    "'ls -l " + target.path() + "' shows what it is; choose another name or move it away");
        }
        if (target.state() == State.PLAIN_DIRECTORY && target.isMountPoint()) {
            throw LockstepException.refused(
                    target.path() + " is a mount point, which cannot be moved aside",
                    "publish to a directory inside it, or beside it");
        }
    }

    private String copy(SourceTree tree) throws IOException {
        String version = PublishedTree.newVersion();
        long wanted = tree.size().bytes();
        long free = Files.getFileStore(target.path().getParent()).getUsableSpace();
        if (wanted > free) {
            throw new LockstepException(
                    LockstepException.Kind.FAILED,
                    "disk-full",
                    "not enough room beside " + target.path() + ": " + wanted + " bytes to copy, " + free + " free",
                    "nothing was changed",
                    null);
        }
        String name = String.valueOf(target.path().getFileName());
        progress.at(name, BYTES_COPIED, 0, wanted);
        tree.visit(new TreeCopy(
                target.partial(version),
                () -> steps.accept(PublishStep.COPYING),
                bytes -> progress.at(name, BYTES_COPIED, bytes, wanted)));
        target.complete(version);
        steps.accept(PublishStep.COPIED);
        return version;
    }

    private PublishOutcome remove() throws IOException {
        refuseForeign();
        if (target.state() == State.ABSENT && !target.hasTraces()) {
            return PublishOutcome.unchanged();
        }
        return alone(recovery -> {
            Change change = Change.UNCHANGED;
            if (target.state() != State.ABSENT) {
                swap.hide();
                change = Change.CHANGED;
            }
            return new PublishOutcome(change, null, null, 0, 0, recovery);
        });
    }

    /** Keeps others out, puts right what an earlier run left, works, and leaves nothing that nobody needs. */
    private PublishOutcome alone(Work work) throws IOException {
        try (PublishedTreeLock lock = target.lock()) {
            PublishOutcome outcome;
            try {
                Recovery recovery = swap.recover();
                steps.accept(PublishStep.READY);
                outcome = work.run(recovery);
            } catch (IOException | RuntimeException | Error e) {
                try {
                    swap.tidy();
                } catch (IOException | LockstepException failed) {
                    e.addSuppressed(failed);
                }
                throw e;
            }
            swap.tidy();
            steps.accept(PublishStep.CLEANED);
            return outcome;
        }
    }

    private interface Work {
        PublishOutcome run(Recovery recovery) throws IOException;
    }

    private interface Job {
        PublishOutcome run() throws IOException;
    }

    private static PublishOutcome guarded(String what, Job job) {
        try {
            return job.run();
        } catch (IOException e) {
            throw DurableFiles.trouble(what, e);
        }
    }
}
