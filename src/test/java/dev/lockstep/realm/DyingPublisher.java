package dev.lockstep.realm;

import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.libpq.TargetSources;
import dev.lockstep.db.open.Databases;
import dev.lockstep.realm.publish.Publication.PlainDirectory;
import dev.lockstep.realm.publish.Publisher;
import dev.lockstep.support.Environment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Publishes, unpublishes or deletes, and stays right after its Nth step, to be killed there. */
public final class DyingPublisher {
    /** What it prints when it is there. */
    public static final String REACHED = "reached";

    private DyingPublisher() {}

    /** Takes the verb, the realm, the target, the step and the source. */
    public static void main(String[] args) throws InterruptedException {
        Environment environment = Environment.ofProcess();
        PgTarget server = PgTarget.resolve(null, TargetSources.of(environment));
        AtomicInteger left = new AtomicInteger(Integer.parseInt(args[3]));
        try (Databases databases = new Databases(environment)) {
            Publisher publisher = new Publisher(
                    databases,
                    server,
                    Session.of("lockstep test publisher", Session.Use.WRITE),
                    Duration.ofSeconds(20),
                    step -> {
                        if (left.decrementAndGet() == 0) {
                            System.out.println(REACHED);
                            while (true) {
                                LockSupport.park();
                            }
                        }
                    });
            RealmUrl realm = new RealmUrl(args[1]);
            Path target = Path.of(args[2]);
            switch (args[0]) {
                case "publish" -> publisher.publish(Path.of(args[4]), target, realm, PlainDirectory.CONVERT);
                case "unpublish" -> publisher.unpublish(target, realm);
                case "delete" -> publisher.delete(target, realm);
                default -> throw new IllegalArgumentException(args[0]);
            }
        }
    }
}
