package dev.lockstep.realm;

import dev.lockstep.db.Databases;
import dev.lockstep.db.Db;
import dev.lockstep.db.Environment;
import dev.lockstep.db.PgSession;
import dev.lockstep.db.PgTarget;
import dev.lockstep.testing.TestDatabase;

/** How a test opens a database with tables of Boxel. */
final class Boxel {
    private Boxel() {}

    static Databases databases(TestDatabase database) {
        return new Databases(new Environment(database.environment()));
    }

    static PgTarget target(TestDatabase database) {
        return PgTarget.resolve(null, PgTarget.Sources.of(new Environment(database.environment())));
    }

    static Db open(TestDatabase database) {
        return databases(database).postgres(target(database), PgSession.of("lockstep test", PgSession.Use.WRITE));
    }
}
