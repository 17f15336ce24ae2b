package dev.lockstep.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.mirror.TestMirror.Kind;
import dev.lockstep.testing.LockstepRun;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a mirror does not get, what it has too many, and how it is made equal again: each is told, and what is told works. */
class LeftOutTest {
    @TempDir
    private Path dir;

    private static final String[] SCHEMA = {
        "create table cat (id integer primary key autoincrement, name text not null default 'x', parent integer"
                + " references cat (id), twice as (id * 2), unique (name, parent), check (id > 0))",
        "create index cat_parent on cat (parent)",
        "create unique index cat_name on cat (name)",
        "create trigger cat_ai after insert on cat begin select 1; end",
        "create view v as select * from cat",
        "create virtual table own using fts5 (title)",
        "create virtual table outside using fts5 (name, content='cat', content_rowid='id')",
        "create virtual table box using rtree (id, minx, maxx)",
        "insert into cat (id, name) values (1, 'a')",
        "insert into own values ('only here')"
    };

    @ParameterizedTest
    @EnumSource
    void whatIsNotMirroredIsNamed(Kind kind) throws SQLException {
        try (TestMirror mirror = new TestMirror(kind, dir, SCHEMA)) {
            List<String> expected = List.of(
                    "virtual-table box",
                    "virtual-table outside",
                    "virtual-table own",
                    "view v",
                    "trigger cat_ai",
                    "index cat_name",
                    "index cat_parent",
                    "unique-key cat (name, parent)",
                    "foreign-key cat (parent)",
                    "default cat (name)",
                    "generated-column cat (twice)",
                    "identity cat (id)",
                    "check cat");
            LockstepRun first = mirror.run("mirror", "backfill", "--create=tables", "--json");
            assertThat(first.exit()).as(first.toString()).isZero();
            assertThat(named(first)).containsExactlyElementsOf(expected);
            assertThat(first.stderr()).contains("warning: not mirrored: virtual table box, ", "2 indexes", "1 check");
            LockstepRun plan = mirror.run("mirror", "plan", "--json");
            assertThat(named(plan)).containsExactlyElementsOf(expected);
            for (String thing : expected) {
                assertThat(mirror.run("mirror", "plan").stdout())
                        .contains("not mirrored: "
                                + thing.substring(0, thing.indexOf(' ')).replace('-', ' '))
                        .contains(thing.substring(thing.indexOf(' ') + 1) + ": ");
            }
            LockstepRun second = mirror.run("mirror", "backfill");
            assertThat(second.stderr()).isEmpty();
            LockstepRun verify = mirror.run("mirror", "verify");
            assertThat(verify.exit()).as(verify.toString()).isZero();
            assertThat(verify.stdout())
                    .contains("\n1 table equal; not mirrored: virtual table box, virtual table outside");
            assertThat(named(mirror.run("mirror", "verify", "--json"))).containsExactlyElementsOf(expected);
        }
    }

    private static List<String> named(LockstepRun run) {
        List<String> named = new ArrayList<>();
        for (Object thing : (List<?>) ((Map<?, ?>) run.envelope().get("data")).get("notMirrored")) {
            named.add(((Map<?, ?>) thing).get("kind") + " " + ((Map<?, ?>) thing).get("name"));
        }
        return named;
    }

    @ParameterizedTest
    @EnumSource
    void aTableThatNeitherSideHasAnyMoreIsForgotten(Kind kind) throws SQLException {
        try (TestMirror mirror = two(kind)) {
            mirror.sql("drop table old");
            mirror.execute("drop table old");

            assertThat(mirror.run("mirror", "verify").exit()).isZero();
            LockstepRun run = mirror.run("mirror", "backfill");
            assertThat(run.exit()).as(run.toString()).isZero();
            assertThat(run.stderr())
                    .contains("old: neither the source nor the mirror has it any more; it is forgotten");
            assertThat(mirror.run("mirror", "status").stdout()).doesNotContain("\nold: ");
            assertThat(mirror.run("mirror", "backfill").stderr()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTableThatOnlyTheMirrorHasIsDroppedIfThatIsMeant(Kind kind) throws SQLException {
        try (TestMirror mirror = two(kind)) {
            mirror.sql("alter table old rename to renamed");
            mirror.execute("create table others (id bigint primary key)");

            LockstepRun left = mirror.run("mirror", "backfill", "--create");
            assertThat(left.exit()).as(left.toString()).isEqualTo(7);
            assertThat(left.stdout()).contains("old: FAILED", "'lockstep mirror backfill --drop-extra-tables --db ");
            assertThat(mirror.run("mirror", "verify").exit()).isEqualTo(1);
            assertThat(mirror.run("mirror", "backfill", "--drop-extra-tables").exit())
                    .isEqualTo(6);
            assertThat(mirror.ask("select count(*) from old")).isEqualTo("1");
            LockstepRun dropped = mirror.run("mirror", "backfill", "--drop-extra-tables", "--yes", "--json");
            assertThat(dropped.exit()).as(dropped.toString()).isZero();
            assertThat(dropped.envelope().get("changed")).isEqualTo(true);
            assertThat(dropped.stdout()).contains("\"dropped\":[{");
            assertThat(mirror.run("mirror", "verify").exit()).isZero();
            assertThat(mirror.run("mirror", "backfill", "--drop-extra-tables", "--yes")
                            .exit())
                    .isZero();
            assertThat(mirror.ask("select count(*) from others")).isEqualTo("0");
        }
    }

    private TestMirror two(Kind kind) throws SQLException {
        TestMirror mirror = new TestMirror(
                kind,
                dir,
                "create table keep (id integer primary key, v text)",
                "insert into keep values (1, 'a')",
                "create table old (id integer primary key, v text)",
                "insert into old values (1, 'a')");
        assertThat(mirror.run("mirror", "backfill", "--create").exit()).isZero();
        return mirror;
    }

    /** In which letters SQLite means one table, PostgreSQL means two. */
    @ParameterizedTest
    @EnumSource(names = {"MARIADB", "SQLITE"})
    void aTableThatIsSpelledAnotherWayNowIsNotTakenForAnExtraOne(Kind kind) throws SQLException {
        try (TestMirror mirror = two(kind)) {
            mirror.sql("alter table old rename to renamed", "alter table renamed rename to OLD");
            LockstepRun run = mirror.run("mirror", "backfill", "--create", "--drop-extra-tables", "--yes");
            assertThat(run.exit()).as(run.toString()).isZero();
            assertThat(mirror.differences("OLD")).isEmpty();
            assertThat(mirror.run("mirror", "verify").exit()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void theCommandThatAVerificationNamesMakesTheMirrorEqual(Kind kind) throws SQLException {
        try (TestMirror mirror = new TestMirror(
                kind,
                dir,
                "create table keep (id integer primary key, v text)",
                "insert into keep values (1, 'a'), (2, 'b')",
                "create table \"two words\" (id integer primary key)",
                "create table gone (id integer primary key)",
                "insert into gone values (1)",
                "create table many (id integer primary key)",
                "insert into many with recursive n (i) as (select 1 union all select i + 1 from n where i < 1100) select i from n")) {
            assertThat(mirror.run("mirror", "backfill", "--create").exit()).isZero();
            assertThat(mirror.run("mirror", "verify", "--json").stdout()).contains("\"repair\":null");
            mirror.execute(
                    "update keep set v = 'z' where id = 2", "insert into \"two words\" values (7)", "drop table gone");
            mirror.sql("delete from many where id > 10");

            LockstepRun verify = mirror.run("mirror", "verify", "--json");
            assertThat(verify.exit()).isEqualTo(3);
            String repair = (String) ((Map<?, ?>) verify.envelope().get("data")).get("repair");
            assertThat(repair)
                    .startsWith(
                            "lockstep mirror backfill --recheck --allow-empty-source --create --max-delete 1090 --db ")
                    .endsWith(" --yes");
            String own = repair.substring("lockstep ".length(), repair.indexOf(" --db ")) + " --yes";
            LockstepRun mended = mirror.run(own.split(" "));
            assertThat(mended.exit()).as(mended.toString()).isZero();
            assertThat(mirror.run("mirror", "verify").exit()).isZero();
            mirror.execute("insert into \"two words\" values (8)");
            assertThat(mirror.run("mirror", "verify").stderr())
                    .contains("'lockstep mirror repair --allow-empty-source --table \"two words\" --db ");
        }
    }

    @Test
    void whatIsCutOffIsToldOnce() throws SQLException {
        try (TestMirror mirror = new TestMirror(
                Kind.POSTGRESQL,
                dir,
                "create table t (id integer primary key, at datetime)",
                "insert into t values (1, '2024-02-29 12:00:00.5')")) {
            mirror.execute("create table t (id bigint primary key, at timestamptz(0))");
            assertThat(mirror.run("mirror", "backfill").stderr()).contains("keeps 0 digits of a second");
            assertThat(mirror.run("mirror", "backfill").stderr()).isEmpty();
            assertThat(mirror.run("mirror", "backfill", "-v").stderr()).contains("keeps 0 digits of a second");
        }
    }

    @ParameterizedTest
    @EnumSource(names = "SQLITE", mode = EnumSource.Mode.EXCLUDE)
    void howManyTimesWereCutIsToldOnce(Kind kind) throws SQLException {
        try (TestMirror mirror = new TestMirror(
                kind,
                dir,
                "create table t (id integer primary key, at datetime)",
                "insert into t values (1, '2024-02-29 12:00:00.123456789')")) {
            String cut = "more than six digits of a second";
            assertThat(mirror.run("mirror", "backfill", "--create", "-q").stderr())
                    .contains(cut);
            for (int id = 2; id < 4; id++) {
                mirror.sql("insert into t values (" + id + ", '2024-02-29 12:00:00.987654321')");
                assertThat(mirror.run("mirror", "backfill", "-q").stderr()).isEmpty();
            }
            mirror.sql("insert into t values (9, '2024-02-29 12:00:00.5')");
            assertThat(mirror.run("mirror", "backfill", "-v").stderr()).contains(cut);
        }
    }

    @Test
    void aMirrorThatIsTooOldIsCalledStale() throws SQLException {
        try (TestMirror mirror = two(Kind.SQLITE)) {
            mirror.execute("update lockstep_mirror_table set finished_at = '2020-01-01T00:00:00.000Z'");
            LockstepRun run = mirror.run("mirror", "status", "--max-age", "1h");
            assertThat(run.exit()).isEqualTo(3);
            assertThat(run.stderr()).contains("stale: ", " days old, and --max-age is 60m\n");
            assertThat(mirror.run("mirror", "status", "--max-age", "1h", "--json")
                            .stdout())
                    .contains("\"code\":\"stale\"");
        }
    }

    @Test
    void theStatementThatAPlanShowsRunsWhenItIsPastedIntoMariaDb() throws SQLException {
        try (TestMirror mirror = new TestMirror(
                Kind.MARIADB, dir, "create table \"a `b`\" (\"select\" integer primary key, v varchar(20), w text)")) {
            String plan = mirror.run("mirror", "plan").stdout();
            String statement = plan.substring(plan.indexOf("create table"), plan.indexOf(';'));
            mirror.execute("set sql_mode = 'STRICT_ALL_TABLES'", statement);
            assertThat(mirror.run("mirror", "backfill").exit()).isZero();
        }
    }
}
