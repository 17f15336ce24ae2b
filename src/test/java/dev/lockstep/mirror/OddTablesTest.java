package dev.lockstep.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.mirror.TestMirror.Kind;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sqlite.Collation;
import org.sqlite.Function;

/** A table that SQLite cannot read, or that the mirror cannot have, is named and keeps nobody from the others. */
class OddTablesTest {
    @TempDir
    private Path dir;

    /** Statements of an application that has a collation and a function of its own. */
    private static void asTheApplication(Path source, String... statements) throws SQLException {
        try (Connection connection = TestSqlite.connect(source);
                Statement statement = connection.createStatement()) {
            Collation.create(connection, "unicase", new Collation() {
                @Override
                protected int xCompare(String a, String b) {
                    return a.compareToIgnoreCase(b);
                }
            });
            Function.create(
                    connection,
                    "title_sort",
                    new Function() {
                        @Override
                        protected void xFunc() throws SQLException {
                            result(value_text(0));
                        }
                    },
                    1,
                    Function.FLAG_DETERMINISTIC);
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatOnlyTheApplicationCanReadIsNamedAndTheOthersArrive(Kind kind) throws SQLException {
        try (TestMirror mirror = new TestMirror(
                kind,
                dir,
                "create table notes (id integer primary key, v text)",
                "insert into notes values (1, 'x')")) {
            asTheApplication(
                    mirror.source,
                    "create table tags (tag text primary key collate unicase, usn integer) without rowid",
                    "insert into tags values ('Verb', 1)",
                    "create table books (id integer primary key, title text, sort as (title_sort(title)))",
                    "create table nameless (\"\" text, b text)",
                    "insert into nameless values ('a', 'b')");
            for (String[] command : new String[][] {{"plan"}, {"backfill", "--create"}, {"verify"}}) {
                LockstepRun run = mirror.run(command(command));
                int expected = command[0].equals("plan") ? 3 : command[0].equals("verify") ? 1 : 7;
                assertThat(run.exit()).as(run.toString()).isEqualTo(expected);
                assertThat(lines(run, "tags")).contains("unicase");
                assertThat(lines(run, "books")).contains("function: title_sort");
                assertThat(lines(run, "nameless")).contains("a column has no name");
                assertThat(lines(run, "notes")).isNotEmpty().doesNotContain("FAILED", "NOT COMPARED", "CANNOT");
            }
            assertThat(mirror.differences("notes")).isEmpty();
            assertThat(mirror.run("mirror", "plan").stdout()).contains("tags: rows not counted");
        }
    }

    private static String[] command(String... words) {
        String[] all = new String[words.length + 1];
        all[0] = "mirror";
        System.arraycopy(words, 0, all, 1, words.length);
        return all;
    }

    /** The line of a table, and those below it that are indented. */
    private static String lines(LockstepRun run, String table) {
        StringBuilder lines = new StringBuilder();
        boolean inside = false;
        for (String line : run.stdout().lines().toList()) {
            inside = line.startsWith(table + ":") || (inside && line.startsWith(" "));
            lines.append(inside ? line + "\n" : "");
        }
        return lines.toString();
    }

    @ParameterizedTest
    @EnumSource
    void whateverWasCopiedIsComparedThoughAnIndexCannotBeRead(Kind kind) throws SQLException {
        try (TestMirror mirror = new TestMirror(kind, dir)) {
            asTheApplication(
                    mirror.source,
                    "create table a (id integer primary key, tag text)",
                    "create index by_tag on a (tag collate unicase)",
                    "create table b (tag text primary key collate unicase, n integer)",
                    "create table c (id integer primary key, tag text check (title_sort(tag) is not null))",
                    "create index by_sort on c (title_sort(tag))",
                    "create view v as select title_sort(tag) from c",
                    "insert into a values (1, 'x'), (2, 'y')",
                    "insert into b values ('x', 1), ('y', 2)",
                    "insert into c values (1, 'x')");
            assertThat(mirror.run("mirror", "backfill", "--create").exit()).isZero();
            LockstepRun verify = mirror.run("mirror", "verify");
            assertThat(verify.exit()).as(verify.toString()).isZero();
            assertThat(mirror.run("mirror", "plan").exit()).isZero();
            for (String table : List.of("a", "b", "c")) {
                assertThat(mirror.differences(table)).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDamagedPageIsToldOfItsTableWhereverThatStands(Kind kind) throws SQLException, IOException {
        try (TestMirror mirror = new TestMirror(
                kind,
                dir,
                "create table a_ok (id integer primary key, v text)",
                "insert into a_ok values (1, 'fine')",
                "create table z_ok (id integer primary key, v text)",
                "insert into z_ok values (1, 'fine')",
                "create table broken (id integer primary key, v text)",
                "insert into broken with recursive n (i) as (select 1 union all select i + 1 from n where i < 5000)"
                        + " select i, 'row ' || i || printf('%.100c', 'x') from n")) {
            byte[] bytes = Files.readAllBytes(mirror.source);
            Arrays.fill(bytes, 4_096 * 40, 4_096 * 41, (byte) 0xff);
            Files.write(mirror.source, bytes);

            assertThat(mirror.run("mirror", "plan").exit()).isEqualTo(3);
            LockstepRun run = mirror.run("mirror", "backfill", "--create", "--json");
            assertThat(run.exit()).as(run.toString()).isEqualTo(7);
            assertThat(run.envelope().get("changed")).isEqualTo(true);
            assertThat(run.stdout()).contains("\"table\":\"broken\"", "SQLITE_CORRUPT");
            for (String table : List.of("a_ok", "z_ok")) {
                assertThat(mirror.differences(table)).isEmpty();
            }
            LockstepRun verify = mirror.run("mirror", "verify");
            assertThat(verify.exit()).isEqualTo(1);
            assertThat(verify.stdout()).contains("z_ok: 1 row, equal", "broken: NOT COMPARED: ");
            assertThat(mirror.run("mirror", "status").exit()).isEqualTo(7);
        }
    }

    @Test
    void namesThatPostgresHasForItselfAreToldBeforeARun() throws SQLException {
        namesAreToldBeforeARun(
                Kind.POSTGRESQL, "create table t (id integer primary key, xmin, ctid)", "'xmin'", "'ctid'");
    }

    @Test
    void namesThatAreOneToMariaDbAreToldBeforeARun() throws SQLException {
        namesAreToldBeforeARun(
                Kind.MARIADB, "create table t (id integer primary key, \"É\", \"é\")", "Duplicate column");
        String table = "\"" + "表".repeat(60) + "\"";
        namesAreToldBeforeARun(
                Kind.MARIADB, "create table " + table + " (id integer primary key)", "longer name than a file");
    }

    private void namesAreToldBeforeARun(Kind kind, String table, String... said) throws SQLException {
        Path folder = dir.resolve(Integer.toHexString(table.hashCode()));
        folder.toFile().mkdirs();
        try (TestMirror mirror = new TestMirror(kind, folder, table, "create table ok (id integer primary key)")) {
            LockstepRun plan = mirror.run("mirror", "plan");
            assertThat(plan.exit()).isEqualTo(3);
            LockstepRun run = mirror.run("mirror", "backfill", "--create");
            assertThat(run.exit()).as(run.toString()).isEqualTo(7);
            assertThat(plan.stdout()).contains(said).contains("CANNOT BE MIRRORED");
            assertThat(run.stdout())
                    .contains(said)
                    .contains("cannot be mirrored")
                    .contains("ok: 0 read");
            assertThat(mirror.run("mirror", "verify").stdout()).contains("the mirror has no table");
        }
    }
}
