package dev.lockstep.realm;

import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.libpq.TargetSources;
import dev.lockstep.db.open.Databases;
import dev.lockstep.support.Environment;
import dev.lockstep.testing.TestDatabase;

/** How a test opens a database with tables of Boxel. */
public final class Boxel {
    private Boxel() {}

    public static Databases databases(TestDatabase database) {
        return new Databases(new Environment(database.environment()));
    }

    public static PgTarget target(TestDatabase database) {
        return PgTarget.resolve(null, TargetSources.of(new Environment(database.environment())));
    }

    public static Db open(TestDatabase database) {
        return databases(database).postgres(target(database), Session.of("lockstep test", Session.Use.WRITE));
    }
}
