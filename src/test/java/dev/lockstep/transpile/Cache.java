package dev.lockstep.transpile;

import dev.lockstep.db.Connector;
import dev.lockstep.db.Db;
import dev.lockstep.db.DbPool;
import dev.lockstep.db.Session;
import dev.lockstep.db.Tx;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.libpq.TargetSources;
import dev.lockstep.db.listen.PgListener;
import dev.lockstep.db.open.Databases;
import dev.lockstep.support.Environment;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.transpile.TranspileCache.Hit;
import dev.lockstep.transpile.TranspileCache.Lookup;
import dev.lockstep.transpile.TranspileCache.StoreResult;
import dev.lockstep.transpile.schema.CacheSchema;
import dev.lockstep.transpile.schema.Upkeep;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** A test's own cache in a database of its own: what the tests say of it, in their words. */
public final class Cache implements AutoCloseable {
    public static final String REALM = "http://localhost:4201/luke/";
    public static final String MODULE = "cards/person.gts";

    private final Databases databases;
    private final PgTarget target;
    private final Db db;

    private Cache(TestDatabase database, UnaryOperator<Connector> around) {
        Environment environment = new Environment(database.environment());
        databases = new Databases(environment, around);
        target = PgTarget.resolve(null, TargetSources.of(environment));
        db = open();
    }

    /** A prepared one. */
    public static Cache in(TestDatabase database) {
        Cache cache = on(database);
        cache.db.run(CacheSchema::install);
        return cache;
    }

    /** On whatever there is. */
    public static Cache on(TestDatabase database) {
        return new Cache(database, UnaryOperator.identity());
    }

    public static Cache on(TestDatabase database, UnaryOperator<Connector> around) {
        return new Cache(database, around);
    }

    Db open() {
        return databases.postgres(target, Session.of("lockstep test", Session.Use.WRITE));
    }

    public DbPool pool(int limit) {
        return new DbPool(this::open, limit);
    }

    public PgListener listener() {
        return databases.listener(
                target, Session.of("lockstep test listener", Session.Use.LISTEN), PgListener.Options.DEFAULT);
    }

    public <T> T sql(Function<Tx, T> work) {
        return db.transact(work);
    }

    public static ArtifactKey key(String path) {
        return ArtifactKey.of(REALM, path, Optional.empty());
    }

    public static ArtifactKey key(String path, String fingerprint) {
        return ArtifactKey.of(REALM, path, Optional.of(fingerprint));
    }

    Lookup look(ArtifactKey key) {
        return db.autocommit(tx -> TranspileCache.look(tx, key));
    }

    public Captured capture(String path) {
        return look(key(path)).captured();
    }

    /** The text of the artifact, or the reason why there is none. */
    public String find(ArtifactKey key) {
        return look(key) instanceof Hit hit
                ? hit.artifact().content().text().orElse("not text")
                : ((TranspileCache.Miss) look(key)).reason().name();
    }

    public StoreResult store(Captured captured, String text) {
        return store(captured, Artifact.of(Content.of(text)));
    }

    public StoreResult store(Captured captured, Artifact artifact) {
        return db.autocommit(tx -> TranspileCache.store(tx, captured, artifact));
    }

    public Tombstones.Outcome tombstone(String... paths) {
        return sql(tx -> Tombstones.paths(tx, REALM, List.of(paths)));
    }

    public Tombstones.Outcome wipe() {
        return sql(tx -> Tombstones.realm(tx, REALM));
    }

    List<String> dependents(Collection<String> paths) {
        return sql(tx -> Tombstones.dependents(tx, REALM, paths));
    }

    Upkeep.RealmStatus status() {
        return db.autocommit(tx -> Upkeep.status(tx, Optional.of(REALM))).get(0);
    }

    Db db() {
        return db;
    }

    @Override
    public void close() {
        db.close();
    }
}
