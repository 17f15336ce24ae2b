import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.libpq.TargetSources;
import dev.lockstep.db.open.Databases;
import dev.lockstep.db.sqlite.SqliteFiles;
import dev.lockstep.mirror.copy.Backfill;
import dev.lockstep.mirror.run.MirrorConnection;
import dev.lockstep.mirror.run.MirrorRun;
import dev.lockstep.mirror.run.Progress;
import dev.lockstep.mirror.run.RunClaim;
import dev.lockstep.mirror.source.Selection;
import dev.lockstep.mirror.source.SourceFile;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Makes tables of PostgreSQL, the one that the PG variables name, equal to those of a SQLite file. Stopped anywhere, it
 * goes on there when it is run again.
 *
 * <pre>java -cp 'lib/*' examples/CopyTables.java notes.db note</pre>
 */
class CopyTables {
    public static void main(String[] args) throws Exception {
        Path file = Path.of(args[0]).toRealPath();
        Environment environment = Environment.ofProcess();
        PgTarget server = PgTarget.resolve(null, TargetSources.of(environment));
        Session session = Session.of("copy tables", Session.Use.WRITE);
        try (SourceFile kept = SourceFile.of(file);
                Databases databases = new Databases(environment);
                Db source = databases.sqlite(file, SqliteFiles.Access.READ, Databases.BUSY_TIMEOUT);
                MirrorConnection link = new MirrorConnection(
                        () -> databases.postgres(server, session), Duration.ofMinutes(1), System.err::println);
                MirrorRun run = MirrorRun.begin(link, file.toString(), "copy tables", RunClaim.Policy.RESPECT)) {
            new Backfill(Backfill.Options.DEFAULT, Progress.NONE)
                    .run(source, kept, run, Selection.of(List.of(args).subList(1, args.length)))
                    .forEach(table -> System.out.println(table.table() + ": "
                            + table.failure().map(LockstepException::getMessage).orElse(table.inserted() + " new rows")));
        }
    }
}
