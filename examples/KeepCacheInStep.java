import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.libpq.TargetSources;
import dev.lockstep.db.open.Databases;
import dev.lockstep.realm.RealmHandler;
import dev.lockstep.realm.log.RealmListener;
import dev.lockstep.support.Environment;
import dev.lockstep.transpile.service.LocalCache;

/**
 * A replica that keeps what it has in memory in step with its realms, over any number of lost connections. PostgreSQL is
 * the one that the PG variables name.
 *
 * <pre>java -cp 'lib/*' examples/KeepCacheInStep.java replica-1</pre>
 */
class KeepCacheInStep {
    public static void main(String[] args) throws Exception {
        LocalCache<String> cache = new LocalCache<>(1_000_000, String::length);
        Environment environment = Environment.ofProcess();
        PgTarget server = PgTarget.resolve(null, TargetSources.of(environment));
        try (Databases databases = new Databases(environment);
                RealmListener listener =
                        RealmListener.durable(databases, server, args[0], RealmHandler.of(cache))) {
            listener.awaitReady();
            System.out.println("in step; end the input to stop");
            System.in.read();
        }
    }
}
