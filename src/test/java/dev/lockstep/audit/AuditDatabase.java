package dev.lockstep.audit;

import dev.lockstep.testing.Counts;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.MariaDbDatabase;
import dev.lockstep.testing.Statements;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestMariaDb;
import dev.lockstep.testing.TestMySql;
import dev.lockstep.testing.TestPostgres;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A database of any engine with CADT's audit table of data model 1, as the application makes it there. */
public final class AuditDatabase implements AutoCloseable {
    public enum Kind {
        SQLITE,
        POSTGRESQL,
        MARIADB,
        MYSQL;

        /** Those of a long test: in every build MariaDB stands for MySQL, too. */
        static List<Kind> ofLongTests() {
            return Arrays.stream(values())
                    .filter(kind -> kind != MYSQL || Counts.of(0, 1) == 1)
                    .toList();
        }

        /** Whether it is one of the two that are alike. */
        boolean isMariaDb() {
            return this == MARIADB || this == MYSQL;
        }
    }

    private static final String SQLITE = """
            create table audit (
              id integer primary key autoincrement, "orgUid" varchar(255) not null, "registryId" varchar(255) not null,
              "rootHash" varchar(255) not null, type varchar(255) not null, change text, "table" varchar(255),
              "onchainConfirmationTimeStamp" varchar(255) not null, "createdAt" datetime, "updatedAt" datetime,
              comment varchar(255), author varchar(255), generation integer)
            """;

    private static final String POSTGRESQL = SQLITE.replace(
                    "integer primary key autoincrement", "bigserial primary key")
            .replace("datetime", "timestamptz");

    private static final String MARIADB = SQLITE.replace(
                    "integer primary key autoincrement", "integer primary key auto_increment")
            .replace('"', '`')
            .replace(" change ", " `change` ");

    private static final String IN_PART = """
            select count(*)
              from (select generation, count(*) as n from audit group by generation) g
             where not (generation = 0 and n = 1 or generation > 0 and n = 5)
            """;

    private static final String CONTENT = """
            select coalesce(%s, '')
              from (select id, "registryId" as r, generation as g, type as t, "change" as c from audit order by id) a
            """;

    /** Those of one test, which end with it. */
    public static final class OfTest implements AfterEachCallback {
        private final List<AuditDatabase> made = new ArrayList<>();

        /**
         * A database of one engine.
         *
         * @param file where it lies if it is a SQLite database
         */
        public AuditDatabase create(Kind kind, Path file) throws SQLException {
            AuditDatabase database = AuditDatabase.create(kind, file);
            made.add(database);
            return database;
        }

        @Override
        public void afterEach(ExtensionContext context) {
            made.forEach(AuditDatabase::close);
        }
    }

    private final Kind kind;
    private final Path file;
    private final TestDatabase postgres;
    private final MariaDbDatabase mariaDb;

    private AuditDatabase(Kind kind, Path file, TestDatabase postgres, MariaDbDatabase mariaDb) {
        this.kind = kind;
        this.file = file;
        this.postgres = postgres;
        this.mariaDb = mariaDb;
    }

    /** @param file where it lies if it is a SQLite database */
    static AuditDatabase create(Kind kind, Path file) throws SQLException {
        AuditDatabase made = empty(kind, file);
        made.execute(
                switch (kind) {
                    case SQLITE -> SQLITE;
                    case POSTGRESQL -> POSTGRESQL;
                    case MARIADB, MYSQL -> MARIADB;
                });
        return made;
    }

    public static AuditDatabase empty(Kind kind, Path file) throws SQLException {
        return switch (kind) {
            case SQLITE ->
                new AuditDatabase(
                        kind,
                        TestSqlite.create(file, "pragma journal_mode = wal", "create table made (a)"),
                        null,
                        null);
            case POSTGRESQL ->
                new AuditDatabase(kind, null, TestPostgres.shared().createDatabase(), null);
            case MARIADB ->
                new AuditDatabase(kind, null, null, TestMariaDb.shared().createDatabase());
            case MYSQL -> new AuditDatabase(kind, null, null, TestMySql.shared().createDatabase());
        };
    }

    Kind kind() {
        return kind;
    }

    /** Where it lies if it is a SQLite database. */
    public Path file() {
        return file;
    }

    /** The same database by way of a proxy's port. */
    public AuditDatabase through(int port) {
        return new AuditDatabase(
                kind,
                file,
                postgres == null ? null : postgres.through(port),
                mariaDb == null ? null : mariaDb.through(port));
    }

    public int port() {
        return postgres == null ? mariaDb.port() : postgres.port();
    }

    Connection connect() throws SQLException {
        return switch (kind) {
            case SQLITE -> {
                Connection connection = TestSqlite.connect(file);
                try (Statement statement = connection.createStatement()) {
                    statement.execute("pragma busy_timeout = 60000");
                }
                yield connection;
            }
            case POSTGRESQL -> postgres.connect();
            case MARIADB, MYSQL -> {
                Connection connection = mariaDb.connect();
                try (Statement statement = connection.createStatement()) {
                    statement.execute("set session sql_mode = 'ANSI_QUOTES,STRICT_ALL_TABLES'");
                }
                yield connection;
            }
        };
    }

    /** As whoever may do what the application's own account may not. */
    void administer(String sql) throws SQLException {
        Statements.execute(kind == Kind.POSTGRESQL ? postgres.connectAsAdministrator() : connect(), sql);
    }

    public void execute(String... statements) throws SQLException {
        Statements.execute(connect(), statements);
    }

    public String ask(String sql) throws SQLException {
        return Statements.ask(connect(), sql);
    }

    /** How many generations are there in part, where one has 5 rows, and the first 1. */
    public String inPart() throws SQLException {
        return ask(IN_PART);
    }

    /** What tells two tables apart. */
    public String content() throws SQLException {
        return ask(CONTENT.formatted(
                switch (kind) {
                    case SQLITE ->
                        "group_concat(id || '|' || r || '|' || g || '|' || t || '|' || coalesce(c, 'N'), ' ')";
                    case POSTGRESQL ->
                        "string_agg(id || '|' || r || '|' || g || '|' || t || '|' || coalesce(c, 'N'), ' ' order by id)";
                    case MARIADB, MYSQL ->
                        "group_concat(concat(id, '|', r, '|', g, '|', t, '|', coalesce(c, 'N')) order by id separator ' ')";
                }));
    }

    /** Makes the table's rows: 40 registries of 5 organisations with 25 generations each. */
    AuditDatabase fill() throws SQLException {
        String numbers = "with recursive g(n) as (select 1 union all select n + 1 from g where n < 1000) ";
        String insert = "insert into audit (\"orgUid\", \"registryId\", \"rootHash\", type, \"change\", \"table\","
                + " \"onchainConfirmationTimeStamp\", comment, author, generation) ";
        String select = "select %s, %s, 'root', 'INSERT', '{}', 'units', '1700000000', '', '', n / 40 from g";
        String text = kind.isMariaDb() ? "concat('%s', n %% %d)" : "'%s' || (n %% %d)";
        String rows = select.formatted(text.formatted("org", 5), text.formatted("registry", 40));
        execute(kind.isMariaDb() ? insert + numbers + rows : numbers + insert + rows);
        execute(
                switch (kind) {
                    case SQLITE, POSTGRESQL -> "analyze audit";
                    case MARIADB, MYSQL -> "analyze table audit";
                });
        return this;
    }

    /** SQL with names in backticks, as the engine's own client reads it. */
    String quoted(String sql) {
        return kind.isMariaDb() ? sql : sql.replace('`', '"');
    }

    /** What follows a command to make it mean this database. */
    List<String> options() {
        return kind == Kind.SQLITE ? List.of("--db", file.toString()) : List.of("--to", url());
    }

    /** The address without its password. */
    public String url() {
        return switch (kind) {
            case SQLITE -> "sqlite:" + file;
            case POSTGRESQL ->
                "postgresql://" + postgres.user() + "@" + postgres.host() + ":" + postgres.port() + "/"
                        + postgres.name();
            case MARIADB, MYSQL ->
                "mariadb://" + mariaDb.user() + "@" + mariaDb.host() + ":" + mariaDb.port() + "/" + mariaDb.name()
                        + "?sslmode=disable&connect_timeout=60";
        };
    }

    public Map<String, String> environment() {
        return switch (kind) {
            case SQLITE -> Map.of();
            case POSTGRESQL -> {
                Map<String, String> login = new HashMap<>(postgres.environment());
                login.keySet().retainAll(Set.of("PGPASSWORD", "PGCONNECT_TIMEOUT"));
                yield login;
            }
            case MARIADB, MYSQL -> Map.of("MYSQL_PWD", mariaDb.password());
        };
    }

    /** The words of {@code audit VERB …} on this database. */
    public String[] words(String verb, String... more) {
        List<String> words = new ArrayList<>(List.of("audit", verb));
        words.addAll(List.of(more));
        words.addAll(options());
        return words.toArray(String[]::new);
    }

    public LockstepRun run(String verb, String... more) {
        return LockstepRun.of(environment(), words(verb, more));
    }

    /** How many deadlocks the server has seen; the server's log has an entry for each. */
    long deadlocks() throws SQLException {
        return switch (kind) {
            case SQLITE -> 0;
            case POSTGRESQL ->
                Long.parseLong(ask("select deadlocks from pg_stat_database where datname = current_database()"));
            case MARIADB ->
                Long.parseLong(
                        ask(
                                "select variable_value from information_schema.global_status where variable_name = 'INNODB_DEADLOCKS'"));
            case MYSQL ->
                Long.parseLong(Statements.ask(
                        mariaDb.connectAsAdministrator(),
                        "select `count` from information_schema.innodb_metrics where name = 'lock_deadlocks'"));
        };
    }

    @Override
    public void close() {
        if (postgres != null) {
            postgres.close();
        }
        if (mariaDb != null) {
            mariaDb.close();
        }
    }
}
