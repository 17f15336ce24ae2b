package dev.lockstep.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.MariaDbDatabase;
import dev.lockstep.testing.MariaDbExtension;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What cannot be copied, or must not be: with which status it is refused, and by a message that names it. */
@ExtendWith({PostgresExtension.class, MariaDbExtension.class})
class MirrorBadInputTest {
    static final String MANY = "create table t (id integer primary key, v text); ";
    private static final String LONG = "x".repeat(65);

    /** The most lines of an error, its hint among them. */
    private static final int LINES = 3;

    @TempDir
    private Path dir;

    /**
     * A source that is in the way of its mirror.
     *
     * @param kind the kind of input, as the project numbers them
     * @param source statements that make its table {@code t}, each after a semicolon
     * @param mirror statements that make the mirror's table, two semicolons between them; empty: it is made by the backfill
     */
    private record Bad(int kind, int exit, String message, String source, String mirror) {}

    private static Bad bad(int kind, int exit, String message, String source) {
        return new Bad(kind, exit, message, source, "");
    }

    private static Bad bad(int kind, int exit, String message, String source, String mirror) {
        return new Bad(kind, exit, message, source, mirror);
    }

    private static String column(String type, String value) {
        return "create table t (id integer primary key, v %s); insert into t values (1, %s)".formatted(type, value);
    }

    private static String wide(int columns) {
        StringBuilder table = new StringBuilder("create table t (id integer primary key");
        for (int i = 1; i < columns; i++) {
            table.append(", c").append(i);
        }
        return table.append(")").toString();
    }

    private static final List<Bad> POSTGRES = List.of(
            bad(68, 6, "t, key 1, column v: a NUL character", column("text", "'a' || char(0) || 'b'")),
            bad(69, 6, "t, key 1, column v: not UTF-8", column("text", "cast(x'61ff' as text)")),
            bad(
                    70,
                    6,
                    "TEXT value in a column of type integer",
                    column("integer", "'abc'"),
                    "create table t (id bigint primary key, v integer)"),
            bad(
                    70,
                    6,
                    "BLOB value in a column of type text",
                    column("text", "x'00'") + "; insert into t values (2, 'a')"),
            bad(
                    70,
                    6,
                    "REAL value in a column of type bigint",
                    column("integer", "1.5") + "; insert into t values (2, x'00')"),
            bad(
                    70,
                    6,
                    "and 11 more rows",
                    MANY + "insert into t select value, cast('f' || char(0) as text) from"
                            + " (with recursive n (value) as (select 1 union all select value + 1 from n where value < 12) select * from n)"),
            bad(
                    71,
                    6,
                    "out of the range of integer",
                    column("integer", "3000000000"),
                    "create table t (id bigint primary key, v integer)"),
            bad(
                    71,
                    6,
                    "would round it",
                    column("real", "1.239"),
                    "create table t (id bigint primary key, v numeric(10,2))"),
            bad(73, 6, "t, key 1, column v", column("datetime", "'0000-00-00'")),
            bad(73, 6, "t, key 1, column v", column("datetime", "'2024-01-01 24:00:00'")),
            bad(73, 6, "t, key 1, column v", column("datetime", "'2016-12-31 23:59:60'")),
            bad(73, 6, "t, key 1, column v", column("datetime", "'soon'")),
            bad(
                    74,
                    6,
                    "one key to the mirror",
                    "create table t (k datetime primary key, v text); insert into t values"
                            + " ('2024-02-29', 1), ('2024-02-29 00:00:00', 2)"),
            bad(
                    82,
                    6,
                    "different keys of the source are one key to the mirror",
                    "create table t (k text primary key, v text); insert into t values ('a', 1), ('A', 2)",
                    "create table t (k text collate folded primary key, v text)"),
            bad(
                    75,
                    6,
                    "NULL in a column that takes none",
                    "create table t (k text primary key, v text); insert into t values (null, 1)"),
            bad(75, 2, "no key, and columns hide its rowid", "create table t (rowid, _rowid_, oid)"),
            bad(77, 2, "longer than the 63 bytes", "create table t (id integer primary key, " + LONG + " text)"),
            bad(78, 2, "1701 columns, and the mirror takes 1600", wide(1_701)),
            bad(80, 6, "not UTF-8", column("text", "cast(x'eda080' as text)")),
            bad(
                    81,
                    2,
                    "column more takes no NULL and has no default",
                    column("text", "'a'"),
                    "create table t (id bigint primary key, v text, more text not null)"),
            bad(
                    81,
                    2,
                    "column v of the mirror is generated",
                    column("text", "'a'"),
                    "create table t (id bigint primary key, v text generated always as ('x') stored)"),
            bad(
                    80,
                    6,
                    "JSON with a NUL character",
                    column("text", "'{\"a\":\"\\u0000\"}'"),
                    "create table t (id bigint primary key, v jsonb)"),
            bad(
                    81,
                    2,
                    "the mirror has a trigger, counting",
                    column("text", "'a'"),
                    "create table t (id bigint primary key, v text) ;; create or replace function counted() returns trigger"
                            + " language plpgsql as 'begin return new; end' ;; create trigger counting before insert on t"
                            + " for each row execute function counted()"),
            bad(
                    80,
                    2,
                    "column v has the type text[], which cannot be mirrored",
                    column("text", "'{a}'"),
                    "create table t (id bigint primary key, v text[])"),
            bad(86, 2, "no primary or unique key", column("text", "'a'"), "create table t (id bigint, v text)"));

    private static final List<Bad> MARIADB = List.of(
            bad(69, 6, "t, key 1, column v: not UTF-8", column("text", "cast(x'ff' as text)")),
            bad(
                    70,
                    6,
                    "TEXT value in a column of type int",
                    column("integer", "'abc'"),
                    "create table t (id bigint primary key, v int)"),
            bad(
                    71,
                    6,
                    "would round it",
                    column("real", "1.239"),
                    "create table t (id bigint primary key, v decimal(10,2))"),
            bad(72, 6, "t, key 1, column v: infinite", column("real", "9e999")),
            bad(73, 6, "t, key 1, column v", column("datetime", "'10000-01-01 00:00:00'")),
            bad(
                    74,
                    6,
                    "one key to the mirror",
                    "create table t (k text primary key, v text); insert into t values ('a', 1), ('a ', 2)",
                    "create table t (k varchar(20) character set utf8mb4 collate utf8mb4_bin primary key, v text)"),
            bad(
                    74,
                    6,
                    "one key to the mirror",
                    "create table t (k text primary key, v text); insert into t values ('é', 1), ('e', 2)",
                    "create table t (k varchar(20) character set utf8mb4 collate utf8mb4_general_ci primary key, v text)"),
            bad(
                    76,
                    6,
                    "t, key ",
                    "create table t (k text primary key, v text); insert into t values (printf('%.4000c', 'x'), 1)"),
            bad(77, 2, "longer than the 64 characters", "create table t (id integer primary key, " + LONG + " text)"),
            bad(78, 2, "1018 columns, and the mirror takes 1017", wide(1_018)),
            bad(79, 6, "where the mirror takes", column("blob", "zeroblob(40000000)")),
            bad(
                    81,
                    2,
                    "the mirror has a trigger, counting",
                    column("text", "'a'"),
                    "create table t (id bigint primary key, v text) ;; create trigger counting before insert on t"
                            + " for each row set new.v = 'b'"),
            bad(
                    82,
                    6,
                    "a character that latin1 does not have",
                    column("text", "'☃'"),
                    "create table t (id bigint primary key, v varchar(20) character set latin1)"));

    @Test
    void whatPostgresCannotHoldIsRefusedByName(TestDatabase mirror) throws SQLException {
        mirror.execute("create collation folded (provider = icu, locale = 'und-u-ks-level2', deterministic = false)");
        refuseAll(POSTGRES, (source, number) -> MirrorPair.of(source, mirror));
    }

    @Test
    void whatMariaDbCannotHoldIsRefusedByName(MariaDbDatabase mirror) throws SQLException {
        refuseAll(MARIADB, (source, number) -> MirrorPair.of(source, mirror));
    }

    /** Makes the pair of a source. */
    @FunctionalInterface
    private interface Pairing {
        MirrorPair of(Path source, int number) throws SQLException;
    }

    private void refuseAll(List<Bad> table, Pairing pairing) throws SQLException {
        for (int i = 0; i < table.size(); i++) {
            Bad bad = table.get(i);
            Path source = TestSqlite.create(
                    dir.resolve("source-" + i + ".db"), bad.source().split("; "));
            MirrorPair pair = pairing.of(source, i);
            pair.execute("drop table if exists t");
            if (!bad.mirror().isEmpty()) {
                pair.execute(bad.mirror().split(" ;; "));
            }
            LockstepRun run = pair.backfill("--restart");
            expect(bad.kind(), run, bad.exit(), bad.message());
            if (!bad.mirror().isEmpty()) {
                assertThat(pair.ask("select count(*) from t"))
                        .as(bad.toString())
                        .isEqualTo("0");
            }
        }
    }

    static void expect(int kind, LockstepRun run, int exit, String message) {
        List<String> seen = new ArrayList<>(List.of(run.stdout(), run.stderr()));
        assertThat(run.exit()).as(kind + ": " + seen).isEqualTo(exit);
        assertThat(run.stderr().lines().filter(line -> !line.startsWith("paused ") && !line.equals("going on")))
                .as("%d", kind)
                .hasSizeLessThanOrEqualTo(LINES)
                .anyMatch(line -> line.contains(message));
    }
}
