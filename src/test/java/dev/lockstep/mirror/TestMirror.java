package dev.lockstep.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.Counts;
import dev.lockstep.testing.Fault;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.MariaDbDatabase;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestMariaDb;
import dev.lockstep.testing.TestMySql;
import dev.lockstep.testing.TestPostgres;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A source and an empty mirror of it, for tests that are the same for every kind of mirror. */
public final class TestMirror implements AutoCloseable {
    /** What the mirror is. */
    public enum Kind {
        POSTGRESQL,
        MARIADB,
        MYSQL,
        SQLITE;

        /** Those of a long test: in every build MariaDB stands for MySQL, too. */
        static List<Kind> ofLongTests() {
            return Arrays.stream(values())
                    .filter(kind -> kind != MYSQL || Counts.of(0, 1) == 1)
                    .toList();
        }
    }

    public final Path source;
    private final Kind kind;
    private final TestDatabase postgres;
    private final MariaDbDatabase mariaDb;
    private final MirrorPair pair;

    /** @param dir an empty folder */
    public TestMirror(Kind kind, Path dir, String... sourceSql) throws SQLException {
        this.kind = kind;
        this.source = TestSqlite.create(dir.resolve("source.db"), sourceSql);
        this.postgres = kind == Kind.POSTGRESQL ? TestPostgres.shared().createDatabase() : null;
        this.mariaDb = switch (kind) {
            case MARIADB -> TestMariaDb.shared().createDatabase();
            case MYSQL -> TestMySql.shared().createDatabase();
            case POSTGRESQL, SQLITE -> null;
        };
        this.pair = switch (kind) {
            case POSTGRESQL -> MirrorPair.of(source, postgres);
            case MARIADB, MYSQL -> MirrorPair.of(source, mariaDb);
            case SQLITE -> MirrorPair.of(source, dir.resolve("mirror.db"));
        };
    }

    /** One whose table {@code many} has so many rows, and is mirrored. */
    public static TestMirror filled(Kind kind, Path dir, int rows) throws SQLException {
        TestMirror mirror = new TestMirror(kind, dir, "create table many (id integer primary key, name text, n real)");
        mirror.sql("""
                insert into many with recursive i (i) as (select 1 union all select i + 1 from i where i < %d)
                select i, 'row ' || i, i / 4.0 from i""".formatted(rows));
        assertThat(mirror.run("mirror", "backfill", "--create").exit()).isZero();
        return mirror;
    }

    Kind kind() {
        return kind;
    }

    public Map<String, String> environment() {
        return pair.environment();
    }

    public LockstepRun run(String... arguments) {
        return pair.run(arguments);
    }

    /** The same by a superuser of PostgreSQL, where the mirror is one. */
    LockstepRun runAsSuperuser(String... arguments) throws SQLException {
        if (postgres == null) {
            return run(arguments);
        }
        try (Connection admin = postgres.connectAsAdministrator();
                Statement statement = admin.createStatement()) {
            statement.execute("drop role if exists lockstep_super");
            statement.execute("create role lockstep_super superuser login password 'S3CR3T'");
            Map<String, String> environment = new HashMap<>(environment());
            environment.compute("LOCKSTEP_TO", (name, url) -> url.replaceFirst("//[^@]*@", "//lockstep_super:S3CR3T@"));
            LockstepRun run = LockstepRun.of(environment, arguments);
            statement.execute("reassign owned by lockstep_super to " + postgres.user());
            statement.execute("drop role lockstep_super");
            return run;
        }
    }

    public LockstepRun run(Fault fault, String... arguments) {
        return LockstepRun.inProcess(fault, environment(), arguments);
    }

    /** A connection of the bare driver in UTC, for which names stand in double quotes. */
    Connection connect() throws SQLException {
        return pair.opener().open();
    }

    /** Runs statements on the source. */
    public void sql(String... statements) throws SQLException {
        pair.sql(statements);
    }

    /** Runs statements on the mirror. */
    public void execute(String... statements) throws SQLException {
        pair.execute(statements);
    }

    /** The first column of the first row in the mirror as text; null if it is NULL or there is no row. */
    public String ask(String sql) throws SQLException {
        return pair.ask(sql);
    }

    /** Ends every connection to a PostgreSQL mirror. */
    void disconnectAll() throws SQLException {
        postgres.terminateAll();
    }

    /** What differs, as the bare drivers see it; empty if the tables are equal. */
    public List<String> differences(String table) throws SQLException {
        try (Connection connection = connect()) {
            return Mirrored.differences(source, connection, table);
        }
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
