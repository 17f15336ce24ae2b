package dev.lockstep.cli.shell;

import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.option.Options;
import dev.lockstep.db.Db;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.Row;
import dev.lockstep.db.Session;
import dev.lockstep.db.Tx;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.open.Databases;
import dev.lockstep.db.sqlite.SqliteFiles;
import dev.lockstep.support.LockstepException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The names in the databases that the shell's defaults mean, for completion. They are fetched behind the prompt, on a
 * connection of their own that is closed again; completion takes what is there and never waits. Of each kind there are at
 * most as many as a person could choose from.
 */
final class ShellNames implements AutoCloseable {
    /** What a name is the name of. */
    enum Kind {
        REALM,
        TABLE,
        REGISTRY
    }

    /** Tables that name realms, with what asks for them. */
    private static final Map<String, String> REALMS = Map.of(
            "realm_registry",
            "select url as name from realm_registry order by 1 limit 500",
            "lockstep_realm_floor",
            "select realm_url as name from lockstep_realm_floor order by 1 limit 500",
            "lockstep_inval_log",
            "select distinct realm_url as name from lockstep_inval_log order by 1 limit 500");

    private static final String TABLES = """
            select name from pragma_table_list
             where schema = 'main'
               and type in ('table', 'virtual')
               and name not like 'sqlite\\_%' escape '\\'
             order by 1
             limit 500
            """;

    private static final String REGISTRIES = "select distinct %s as name from audit order by 1 limit 500";
    private static final String PRESENT = "select to_regclass(?) is not null as present";
    private static final String AUDIT_COLUMNS =
            "select name from pragma_table_info('audit') where name in ('registryId', 'registry_id')";
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final Duration FRESH = Duration.ofSeconds(10);

    private final Shell shell;
    private final Invocation call;
    private final Map<Kind, List<String>> names = new ConcurrentHashMap<>();
    private final ExecutorService background = Executors.newSingleThreadExecutor(work -> {
        Thread thread = new Thread(work, "names");
        thread.setDaemon(true);
        return thread;
    });
    private String fetched = "";
    private long fetchedNanos;

    ShellNames(Shell shell, Invocation call) {
        this.shell = shell;
        this.call = call;
    }

    /** What is known now; possibly nothing. */
    List<String> of(Kind kind) {
        return names.getOrDefault(kind, List.of());
    }

    /** The folder from which files are named. */
    Optional<String> home() {
        return call.databases().environment().get("HOME");
    }

    /** Fetches anew, if the defaults have changed since the last time, or if that is a while ago. */
    void refresh() {
        String now = shell.connection("pg").orElse("") + "\n"
                + shell.connection("db").orElse("");
        boolean changed = !now.equals(fetched);
        if (changed || System.nanoTime() - fetchedNanos > FRESH.toNanos()) {
            fetched = now;
            fetchedNanos = System.nanoTime();
            background.execute(this::fetch);
        }
    }

    private void fetch() {
        try (Databases databases = new Databases(call.databases().environment())) {
            if (shell.connection("db").isPresent()) {
                fetchSqlite(databases, Invocation.file(shell.connection("db").get()));
            }
            if (shell.connection("pg").isPresent()) {
                fetchPostgres(databases);
            }
        } catch (LockstepException e) {
            // Completion knows nothing then; whoever uses the database is told what is wrong with it.
            names.clear();
        }
    }

    private void fetchSqlite(Databases databases, Path file) {
        try (Db db = databases.sqlite(file, SqliteFiles.Access.READ, PATIENCE)) {
            db.read(tx -> {
                names.put(Kind.TABLE, texts(tx.rows(TABLES)));
                for (Row column : tx.rows(AUDIT_COLUMNS)) {
                    names.put(Kind.REGISTRY, texts(tx.rows(REGISTRIES.formatted(new Identifier(column.text("name"))))));
                }
                return null;
            });
        }
    }

    private void fetchPostgres(Databases databases) {
        PgTarget target = PgTarget.resolve(null, Options.sources(databases.environment()));
        Session session = Session.of("lockstep shell", Session.Use.READ).withStatementTimeout(PATIENCE);
        try (Db db = databases.postgres(target, session)) {
            TreeSet<String> realms = new TreeSet<>();
            for (Map.Entry<String, String> table : REALMS.entrySet()) {
                if (isPresent(db, table.getKey())) {
                    realms.addAll(texts(db.autocommit((Tx tx) -> tx.rows(table.getValue()))));
                }
            }
            names.put(Kind.REALM, List.copyOf(realms));
        }
    }

    private static boolean isPresent(Db db, String table) {
        return db.autocommit(tx -> tx.only(PRESENT, table)).flag("present");
    }

    private static List<String> texts(List<Row> rows) {
        return rows.stream()
                .map(row -> row.text("name"))
                .filter(name -> name != null)
                .toList();
    }

    @Override
    public void close() {
        background.shutdownNow();
    }
}
