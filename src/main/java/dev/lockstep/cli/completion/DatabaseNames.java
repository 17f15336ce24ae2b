package dev.lockstep.cli.completion;

import dev.lockstep.audit.RegistryNames;
import dev.lockstep.cli.completion.ValueKind.Source;
import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.open.Databases;
import dev.lockstep.db.sqlite.SqliteCatalog;
import dev.lockstep.db.sqlite.SqliteFiles;
import dev.lockstep.realm.RealmNames;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The names that are in databases, of each kind at most as many as a person could choose from. */
public final class DatabaseNames {
    private static final int MOST = 500;

    private DatabaseNames() {}

    /** The tables and the registries of a SQLite database. */
    public static Map<Source, List<String>> ofSqlite(Databases databases, Path file, Duration patience) {
        try (Db db = databases.sqlite(file, SqliteFiles.Access.READ, patience)) {
            return db.read(tx -> Map.of(
                    Source.TABLE,
                    SqliteCatalog.of(tx).tables().stream()
                            .filter(table -> table.isOrdinary() || table.type().equals("virtual"))
                            .map(SqliteCatalog.Table::name)
                            .filter(name -> !name.startsWith("sqlite_"))
                            .limit(MOST)
                            .toList(),
                    Source.REGISTRY,
                    RegistryNames.of(tx)));
        }
    }

    /** The realms that a PostgreSQL knows. */
    public static List<String> realms(Databases databases, PgTarget target, Duration patience) {
        Session session = Session.of("lockstep completion", Session.Use.READ).withStatementTimeout(patience);
        try (Db db = databases.postgres(target, session)) {
            return db.autocommit(RealmNames::all).stream().sorted().limit(MOST).toList();
        }
    }
}
