package dev.lockstep.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.mirror.TestMirror.Kind;
import dev.lockstep.testing.LockstepRun;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What a made table is given says in the mirror's words what SQLite's say, and refuses nothing that SQLite takes. */
class TranslatedSchemaTest {
    @TempDir
    private Path dir;

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "SQLITE")
    void whatIsTheTimeOrBytesByDefaultIsSoThere(Kind kind) throws SQLException {
        try (TestMirror mirror = new TestMirror(
                kind,
                dir,
                "create table d (id integer primary key, a text default (datetime('now')), b datetime default (datetime('now')),"
                        + " c date default (date('now')), e text default current_date, f text default ( time ( 'now' ) ),"
                        + " u integer default (unixepoch()), s integer default (cast(strftime('%s', 'now') as int)),"
                        + " h blob default x'00CAfe', x integer default 0x1F, m integer default -0x10,"
                        + " l text default (datetime('now', 'localtime')), o text default (strftime('%m', 'now')))",
                "insert into d values (1, 'a', '2024-02-29 10:11:12', '2024-02-29', 'e', 'f', 2, 3, x'00', 4, 5, 'l', 'o')")) {
            LockstepRun run = mirror.run("mirror", "backfill", "--create");
            assertThat(run.exit()).as(run.toString()).isZero();
            assertThat(run.stderr()).contains("not mirrored: 2 defaults").doesNotContain("not made");
            mirror.execute("insert into d (id) values (2)");
            boolean postgres = kind == Kind.POSTGRESQL;
            assertThat(mirror.ask("select concat_ws(' ', x, m, " + (postgres ? "encode(h, 'hex')" : "lower(hex(h))")
                            + ", coalesce(l, 'none'), coalesce(o, 'none')) from d where id = 2"))
                    .isEqualTo("31 -16 00cafe none none");
            assertThat(mirror.ask("select concat_ws(' ', a, e, f) from d where id = 2"))
                    .matches("\\d{4}(-\\d\\d){2} \\d\\d(:\\d\\d){2} \\d{4}(-\\d\\d){2} \\d\\d(:\\d\\d){2}");
            String now = postgres ? "floor(extract(epoch from now()))" : "unix_timestamp()";
            String utc = postgres ? "now() at time zone 'UTC'" : "utc_timestamp()";
            String text = postgres ? "to_char(b at time zone 'UTC', 'YYYY-MM-DD')" : "date_format(b, '%Y-%m-%d')";
            assertThat(mirror.ask("select count(*) from d where id = 2 and u between " + now + " - 3600 and " + now
                            + " and s between u - 1 and u + 1 and " + text + " = "
                            + (postgres ? "to_char(c, 'YYYY-MM-DD')" : "date_format(c, '%Y-%m-%d')") + " and e = "
                            + text
                            + " and substr(a, 1, 10) = e and substr(a, 12) = f and a <= "
                            + (postgres ? "to_char(" + utc + ", 'YYYY-MM-DD HH24:MI:SS')" : utc)))
                    .isEqualTo("1");
        }
    }

    @Test
    void postgresqlTakesTextsForTheSameThatSqliteTakesForTheSame() throws SQLException {
        try (TestMirror mirror = new TestMirror(
                Kind.POSTGRESQL,
                dir,
                "create table u (id integer primary key, name text not null unique collate nocase, r text collate rtrim)",
                "create unique index u_r on u (r desc, name)",
                "create table tag (name text primary key collate nocase) without rowid",
                "create table post (id integer primary key, tag text references tag)",
                "insert into u values (1, 'Ann', 'x'), (2, 'bob', 'y '), (3, '\u00c4RGER', 'z'), (4, '\u00e4rger', 'z')",
                "insert into tag values ('Alpha')",
                "insert into post values (1, 'Alpha')")) {
            LockstepRun run = mirror.run("mirror", "backfill", "--create");
            assertThat(run.exit()).as(run.toString()).isZero();
            assertThat(mirror.run("mirror", "plan").stdout())
                    .contains("not mirrored: foreign key post (tag): the collation nocase is SQLite's")
                    .doesNotContain("not mirrored: unique key", "not mirrored: index");
            assertThat(mirror.run("mirror", "backfill", "--create").stderr()).doesNotContain("not made");
            for (String twin : new String[] {"7, 'ANN', 'q'", "7, 'bOB', 'q'"}) {
                assertThatThrownBy(() -> mirror.execute("insert into u values (" + twin + ")"))
                        .hasMessageContaining("u_name_key");
            }
            mirror.execute("drop index u_name_key");
            assertThatThrownBy(() -> mirror.execute("insert into u values (7, 'bob', 'y   ')"))
                    .hasMessageContaining("u_r");
            assertThat(mirror.run("mirror", "backfill", "--create").exit()).isZero();

            mirror.sql(
                    "update u set name = 'other' where id = 1",
                    "update u set name = 'ANN' where id = 2",
                    "update u set name = 'BOB' where id = 1",
                    "insert into post values (2, 'ALPHA')");
            LockstepRun changed = mirror.run("mirror", "backfill");
            assertThat(changed.exit()).as(changed.toString()).isZero();
            assertThat(mirror.run("mirror", "verify").exit()).isZero();
        }
    }

    @Test
    void aRowThatRefersToNothingIsTakenAfterWhatTheHintSays() throws SQLException {
        try (TestMirror mirror = new TestMirror(
                Kind.POSTGRESQL,
                dir,
                "create table p (id integer primary key)",
                "create table \"a c\" (id integer primary key, pid integer references p)",
                "insert into p values (1)",
                "insert into \"a c\" values (1, 1)")) {
            assertThat(mirror.run("mirror", "backfill", "--create").exit()).isZero();
            mirror.sql("insert into \"a c\" values (2, 99)");
            LockstepRun run = mirror.run("mirror", "backfill", "--table", "a c");
            assertThat(run.exit()).as(run.toString()).isNotZero();
            assertThat(run.stderr()).contains("the mirror takes it after alter table \"a c\" drop constraint ");
            mirror.execute(run.stderr().replaceAll("(?s).*takes it after (alter .*?); or .*", "$1"));
            LockstepRun again = mirror.run("mirror", "backfill");
            assertThat(again.exit()).as(again.toString()).isZero();
            assertThat(mirror.run("mirror", "verify").exit()).isZero();
        }
    }

    @Test
    void ofATableWithoutAKeyNoMoreIsSaid() throws SQLException {
        try (TestMirror mirror = new TestMirror(
                Kind.POSTGRESQL,
                dir,
                "create table r (rowid text, oid int, _rowid_ int)",
                "insert into r values ('x', 1, 1)")) {
            assertThat(mirror.run("mirror", "plan").stdout())
                    .contains("it has no key, and columns hide its rowid")
                    .doesNotContain("lockstep_rowid takes no NULL");
        }
    }
}
