import dev.lockstep.api.FtsDeferral;
import dev.lockstep.api.Invalidations;
import dev.lockstep.api.Mirror;
import dev.lockstep.api.RealmCache;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;

/** Run with a SQLite file and a URL: {@code notes.db postgresql:///app}. */
class InStep {
    public static void main(String[] args) throws Exception {
        // SQLite's search indexes, deferred around bulk work.
        try (Connection notes = DriverManager.getConnection("jdbc:sqlite:" + args[0]);
                Statement statement = notes.createStatement()) {
            FtsDeferral.on(notes).around(() -> statement.execute("insert into note (body) select body from note"));
        }

        // Tables of a SQLite file, made and kept equal in another database; a URL or a DataSource.
        Mirror mirror = Mirror.from(Path.of(args[0])).to(args[1]).tables("note").create(Mirror.Create.EVERYTHING);
        mirror.backfill().orThrow();
        System.out.println(mirror.verify().isEqual() ? "equal" : "NOT EQUAL");

        // What this process has of realms in memory, kept in step over any number of lost connections.
        RealmCache<String> cache = new RealmCache<>(1_000_000, String::length);
        try (Invalidations heard = Invalidations.listen(args[1]).named("replica-1").into(cache)) {
            String card = cache.get("http://localhost:4201/luke/", "cards/person.gts", () -> "as it is now");
            System.out.println(heard.isListening() ? card : "nobody listens");
        }
    }
}
