package dev.lockstep.realm.publish;

import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.open.Databases;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.realm.invalidate.RealmInvalidator;
import dev.lockstep.realm.invalidate.RealmInvalidator.Durability;
import dev.lockstep.realm.lock.RealmLock;
import dev.lockstep.realm.log.InvalidationLog;
import dev.lockstep.realm.publish.Publication.PlainDirectory;
import dev.lockstep.support.ProgressListener;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * Changes the files of a realm under its write lock, and tells everybody: the {@link Publication} on the disk, and one
 * transaction that invalidates the realm, writes the log and notifies. That transaction is on the connection that holds
 * the lock, so it cannot commit when the lock is lost; then the files are put back.
 */
public final class Publisher {
    private final Databases databases;
    private final PgTarget server;
    private final Session session;
    private final Duration wait;
    private final Consumer<PublishStep> steps;
    private ProgressListener progress = ProgressListener.NOBODY;

    /** @param wait how long to try to get the realm's write lock */
    public Publisher(
            Databases databases, PgTarget server, Session session, Duration wait, Consumer<PublishStep> steps) {
        this.databases = databases;
        this.server = server;
        this.session = session;
        this.wait = wait;
        this.steps = steps;
    }

    /** The same publisher, which tells how much is copied. */
    public Publisher telling(ProgressListener listener) {
        progress = listener;
        return this;
    }

    /**
     * See {@link Publication#publish}.
     *
     * @throws dev.lockstep.support.LockstepException timeout: somebody else is changing the realm
     */
    public PublishOutcome publish(Path source, Path target, RealmUrl realm, PlainDirectory plain)
            throws InterruptedException {
        return locked(target, realm, publication -> publication.publish(source, plain));
    }

    /** See {@link Publication#unpublish}. */
    public PublishOutcome unpublish(Path target, RealmUrl realm) throws InterruptedException {
        return locked(target, realm, Publication::unpublish);
    }

    /** See {@link Publication#delete}. */
    public PublishOutcome delete(Path target, RealmUrl realm) throws InterruptedException {
        return locked(target, realm, Publication::delete);
    }

    private PublishOutcome locked(Path target, RealmUrl realm, Work work) throws InterruptedException {
        try (RealmLock lock = RealmLock.take(databases, server, session, realm, wait)) {
            InvalidationLog.prepare(lock.db());
            RealmInvalidator invalidator = new RealmInvalidator(lock.db(), Durability.LOG);
            Publication publication = new Publication(
                    target, realm, changed -> invalidator.invalidate(List.of(changed), List.of()), step -> {
                        if (step == PublishStep.COPIED) {
                            lock.check();
                        }
                        steps.accept(step);
                    });
            return work.run(publication.telling(progress));
        }
    }

    private interface Work {
        PublishOutcome run(Publication publication);
    }
}
