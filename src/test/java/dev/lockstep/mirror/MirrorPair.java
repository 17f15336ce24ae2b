package dev.lockstep.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.Fault;
import dev.lockstep.testing.FaultProxy;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.MariaDbDatabase;
import dev.lockstep.testing.Statements;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A source and its mirror, driven by the command line and looked at with the bare drivers.
 *
 * @param url the mirror's address, with the password
 */
public record MirrorPair(Path source, String url, Opener opener) {
    /** Opens the mirror with the bare driver. */
    @FunctionalInterface
    public interface Opener {
        Connection open() throws SQLException;
    }

    public static MirrorPair of(Path source, TestDatabase mirror) {
        return new MirrorPair(source, mirror.url(), mirror::connect);
    }

    public static MirrorPair of(Path source, MariaDbDatabase mirror) {
        return new MirrorPair(source, mirror.url(), () -> strict(mirror.connect()));
    }

    /** Makes the mirror's file. */
    public static MirrorPair of(Path source, Path mirror) throws SQLException {
        TestSqlite.create(mirror, "pragma user_version = 1");
        return new MirrorPair(source, "sqlite:" + mirror, () -> TestSqlite.connect(mirror));
    }

    /** The same connection, in which names stand in double quotes and times are UTC. */
    static Connection strict(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("set sql_mode = concat(@@sql_mode, ',ANSI_QUOTES'), time_zone = '+00:00'");
        }
        return connection;
    }

    /** The same through a proxy of this machine that can read what is sent. */
    MirrorPair through(FaultProxy proxy) {
        String there = url.replaceFirst("@[^/]*/", "@127.0.0.1:" + proxy.port() + "/");
        return new MirrorPair(source, there + (url.startsWith("m") ? "&sslmode=disable" : ""), opener);
    }

    /** What a command must see. */
    public Map<String, String> environment() {
        return Map.of(
                "LOCKSTEP_TO",
                url,
                "LOCKSTEP_DB",
                source.toString(),
                "HOME",
                source.getParent().toString());
    }

    LockstepRun run(String... arguments) {
        return LockstepRun.of(environment(), arguments);
    }

    public LockstepRun backfill(String... more) {
        return backfill(Fault.none(), more);
    }

    public LockstepRun backfill(Fault fault, String... more) {
        return LockstepRun.inProcess(fault, environment(), arguments(more));
    }

    public static String[] arguments(String... more) {
        List<String> arguments = new ArrayList<>(List.of("mirror", "backfill", "--create=tables"));
        arguments.addAll(List.of(more));
        return arguments.toArray(String[]::new);
    }

    /** A backfill that must succeed, and whose mirror must be equal then. */
    public void backfillToEqual(List<String> tables, String... more) throws SQLException {
        LockstepRun run = backfill(more);
        assertThat(run.exit()).as(run.stdout() + run.stderr()).isZero();
        assertEqual(tables);
    }

    public void assertEqual(List<String> tables) throws SQLException {
        try (Connection connection = opener.open()) {
            for (String table : tables) {
                assertThat(Mirrored.differences(source, connection, table))
                        .as(table)
                        .isEmpty();
            }
        }
    }

    /** Runs statements on the source. */
    public void sql(String... statements) throws SQLException {
        TestSqlite.create(source, statements);
    }

    /** Runs statements on the mirror. */
    public void execute(String... statements) throws SQLException {
        Statements.execute(opener.open(), statements);
    }

    /** The first column of the first row of the mirror's answer as text; null if it is NULL or there is no row. */
    public String ask(String sql) throws SQLException {
        return Statements.ask(opener.open(), sql);
    }
}
