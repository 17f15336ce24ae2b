package dev.lockstep.transpile;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbPool;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.libpq.TargetSources;
import dev.lockstep.db.listen.PgListener;
import dev.lockstep.db.open.Databases;
import dev.lockstep.support.Environment;
import dev.lockstep.transpile.service.Compiler;
import dev.lockstep.transpile.service.SharedBuilds;
import dev.lockstep.transpile.service.SharedBuilds.Served;
import dev.lockstep.transpile.service.Source;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A process of a fleet. {@code each N} asks for N paths, one after the other; {@code hold N} asks for N paths at once, and its
 * builds end when the database says so.
 */
final class FleetMember {
    private static final String BUILT = "insert into built (path, pid) values (?, pg_backend_pid())";
    private static final String WORK = "select pg_sleep(0.01)";
    private static final String RELEASED = "select exists (select 1 from released) as yes, pg_sleep(0.02)";

    private final Databases databases = new Databases(Environment.ofProcess());
    private final PgTarget target = PgTarget.resolve(null, TargetSources.of(databases.environment()));

    public static void main(String[] args) throws Exception {
        new FleetMember().run(args[0], Integer.parseInt(args[1]));
    }

    private void run(String mode, int paths) throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        try (DbPool pool = new DbPool(this::open, mode.equals("hold") ? paths + 1 : 2);
                PgListener listener = databases.listener(
                        target, Session.of("listener", Session.Use.LISTEN), PgListener.Options.DEFAULT);
                SharedBuilds builds = new SharedBuilds(pool, listener, Duration.ofSeconds(60), (cost, fault) -> {})) {
            List<Future<Served>> all = new ArrayList<>();
            for (int i = 0; i < paths; i++) {
                String path = "module-" + i + ".gts";
                all.add(threads.submit(() ->
                        builds.serve(Cache.key(path), Source.of(path, InputStream::nullInputStream), compiler(mode))));
                if (mode.equals("each")) {
                    all.get(i).get();
                }
            }
            for (Future<Served> served : all) {
                System.out.println(
                        "served " + served.get().role() + " " + served.get().stored());
            }
            System.out.println("done");
        } finally {
            threads.shutdownNow();
        }
    }

    private Compiler compiler(String mode) {
        return (source, captured) -> {
            source.open(captured).close();
            try (Db db = open()) {
                db.autocommit(tx -> tx.update(BUILT, source.path()));
                System.out.println("building " + source.path());
                if (mode.equals("each")) {
                    db.autocommit(tx -> tx.rows(WORK));
                } else {
                    while (!db.autocommit(tx -> tx.only(RELEASED)).flag("yes")) {
                        Thread.onSpinWait();
                    }
                }
            }
            return Artifact.of(Content.of("built by " + ProcessHandle.current().pid()));
        };
    }

    private Db open() {
        return databases.postgres(target, Session.of("fleet member", Session.Use.WRITE));
    }
}
