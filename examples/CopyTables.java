import dev.lockstep.mirror.run.RunClaim;
import dev.lockstep.db.open.Databases;
import dev.lockstep.db.Db;
import dev.lockstep.support.Environment;
import dev.lockstep.db.PgSession;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.sqlite.Sqlite;
import dev.lockstep.support.Trouble;
import dev.lockstep.mirror.copy.Backfill;
import dev.lockstep.mirror.run.MirrorLink;
import dev.lockstep.mirror.run.MirrorRun;
import dev.lockstep.mirror.run.Progress;
import dev.lockstep.mirror.source.SourceFile;
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
        PgTarget server = PgTarget.resolve(null, PgTarget.Sources.of(environment));
        PgSession session = PgSession.of("copy tables", PgSession.Use.WRITE);
        try (SourceFile kept = SourceFile.of(file);
                Databases databases = new Databases(environment);
                Db source = databases.sqlite(file, Sqlite.Access.READ, Databases.BUSY_TIMEOUT);
                MirrorLink link = new MirrorLink(
                        () -> databases.postgres(server, session), Duration.ofMinutes(1), System.err::println);
                MirrorRun run = MirrorRun.begin(link, file.toString(), "copy tables", RunClaim.Policy.RESPECT)) {
            new Backfill(Backfill.Options.DEFAULT, Progress.NONE)
                    .run(source, kept, run, List.of(args).subList(1, args.length))
                    .forEach(table -> System.out.println(table.table() + ": "
                            + table.failure().map(Trouble::getMessage).orElse(table.inserted() + " new rows")));
        }
    }
}
