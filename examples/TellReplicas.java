import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.libpq.TargetSources;
import dev.lockstep.db.open.Databases;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.realm.invalidate.RealmInvalidator.Durability;
import dev.lockstep.realm.invalidate.RealmInvalidator;
import dev.lockstep.support.Environment;
import java.util.List;

/**
 * Tells every replica, also those that are away just now, that files of a realm have changed, or the whole realm. What the
 * database caches of them is forgotten in the same transaction. PostgreSQL is the one that the PG variables name.
 *
 * <pre>java -cp 'lib/*' examples/TellReplicas.java http://localhost:4201/luke/ cards/person.gts</pre>
 */
class TellReplicas {
    public static void main(String[] args) {
        List<RealmUrl> realms = List.of(RealmUrl.read(args[0]).url());
        List<String> paths = List.of(args).subList(1, args.length);
        Environment environment = Environment.ofProcess();
        PgTarget server = PgTarget.resolve(null, TargetSources.of(environment));
        Session session = Session.of("tell replicas", Session.Use.WRITE);
        try (Databases databases = new Databases(environment);
                Db db = databases.postgres(server, session)) {
            new RealmInvalidator(db, Durability.LOG).invalidate(realms, paths);
        }
    }
}
