package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.Await;
import dev.lockstep.testing.CadtSample;
import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PastedAdvice;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is advised about a search index, pasted, mends it or leads on. */
class AdvisedSearchTest extends AdvisedStates {
    private static final String UPDATE =
            "create trigger note_au after update on note begin %sinsert into \"it's\" (\"it's\", rowid, body)"
                    + " values ('delete', old.id, old.body); insert into \"it's\" (rowid, body)"
                    + " values (new.id, new.body); end";

    @Test
    void ofASearchIndex() throws Exception {
        Path file = index();
        drift(file);
        String[] here = {"--db", file.toString()};
        row("a row is missing", 3, "lockstep fts check", LEADS_ON, words("doctor --for fts", here));
        row("a row is missing", 3, "lockstep fts rebuild --table \"it's\"", 0, words("fts check", here));
        advice.run(words("fts defer", here)).endedWith(0);
        row("deferred", 3, "lockstep fts restore", 0, words("fts status", here));
        TestSqlite.create(file, "drop trigger note_au");
        LockstepRun run = advice.run(words("fts status", here)).endedWith(3);
        assertThat(run.stdout()).contains("hint: make its triggers");
        assertThat(PastedAdvice.commands(run)).isEmpty();
    }

    /** An index that its triggers keep, under a name that a shell and SQL read in their own ways. */
    private Path index() throws SQLException {
        return TestSqlite.create(
                named("it's a $search"),
                "create table note (id integer primary key, body text)",
                "create virtual table \"it's\" using fts5 (body, content = 'note', content_rowid = 'id')",
                "create trigger note_ai after insert on note begin insert into \"it's\" (rowid, body)"
                        + " values (new.id, new.body); end",
                "create trigger note_ad after delete on note begin insert into \"it's\" (\"it's\", rowid, body)"
                        + " values ('delete', old.id, old.body); end",
                UPDATE.formatted(""),
                "insert into note values (1, 'lighthouse'), (2, 'keeper')");
    }

    private static void drift(Path file) throws SQLException {
        TestSqlite.create(file, "insert into \"it's\" (\"it's\", rowid, body) values ('delete', 1, 'lighthouse')");
    }

    private Path deferred() throws SQLException {
        Path file = index();
        advice.run(words("fts defer", "--db", file.toString())).endedWith(0);
        return file;
    }

    @Test
    void ofATriggerThatIsThereTwice() throws Exception {
        for (String choice : List.of("live", "stored")) {
            Path file = deferred();
            TestSqlite.create(file, UPDATE.formatted("select 1; "));
            choice(
                    "another trigger of the name",
                    6,
                    "lockstep fts restore --prefer " + choice,
                    words("fts restore", "--db", file.toString()));
            assertThat(TestSqlite.schema(file).contains("select 1; ")).isEqualTo(choice.equals("live"));
        }
        Path file = deferred();
        TestSqlite.create(file, UPDATE.formatted("").replace("note_au", "note_au2"));
        row(
                "one more trigger",
                6,
                "lockstep fts restore --prefer live",
                0,
                words("fts restore", "--db", file.toString()));
    }

    @Test
    void ofADeferralOfAnotherProcess() throws Exception {
        Path file = index();
        try (ChildJvm holder = ChildJvm.start(
                Lockstep.class,
                Map.of("HOME", dir.toString()),
                words("fts run --mode rebuild --db", file.toString(), "--", "sleep", "600")
                        .toArray(String[]::new))) {
            Await.until("a deferral", Duration.ofSeconds(30), () -> TestSqlite.schema(file)
                    .contains("lockstep_fts_deferral"));
            row("held", 6, "lockstep fts restore --steal", 0, words("fts restore", "--db", file.toString()));
        }
    }

    @Test
    void ofAnIndexThatCannotBeOpened() throws Exception {
        Path file = index();
        TestSqlite.create(file, "drop table \"it's_data\"");
        row(
                "a shadow table is gone",
                6,
                "lockstep fts rebuild --recreate --table \"it's\"",
                0,
                words("fts rebuild", "--yes", "--db", file.toString()));
    }

    @Test
    void ofADeferralThatAProfileReads() throws Exception {
        Path file = CadtSample.V1.create(named("it's cadt's"), new CadtSample.Size(2, 3, 4));
        advice.run(words("fts defer", "--profile", "cadt-v1", "--db", file.toString()))
                .endedWith(0);
        row(
                "CADT's own state",
                6,
                "lockstep fts status --profile cadt-v1",
                LEADS_ON,
                words("fts restore", "--db", file.toString()));
    }

    @Test
    void ofTextThatOnlyTheIndexHas() throws Exception {
        Path file = TestSqlite.create(
                named("it's own"),
                "create table note (id integer primary key, body text)",
                "create virtual table own using fts5 (body)",
                "create trigger own_ai after insert on note begin insert into own (rowid, body)"
                        + " values (new.id, new.body); end",
                "create trigger own_ad after delete on note begin delete from own where rowid = old.id; end",
                "create trigger own_au after update on note begin"
                        + " update own set body = new.body where rowid = old.id; end",
                "insert into note values (1, 'lighthouse')",
                "insert into own (rowid, body) values (99, 'of its own')");
        row(
                "a row of its own",
                6,
                "lockstep fts check --deep --table own",
                LEADS_ON,
                words("fts defer", "--db", file.toString()));
        advice.run(words("fts defer", "--db", file.toString())).endedWith(0);
    }

    @Test
    void ofTriggersThatScan() throws Exception {
        Path file = TestSqlite.create(
                named("it's slow"),
                "create table note (id text primary key, body text)",
                "create virtual table slow using fts5 (id unindexed, body)",
                "create trigger slow_ai after insert on note begin insert into slow (id, body)"
                        + " values (new.id, new.body); end",
                "create trigger slow_ad after delete on note begin delete from slow where id = old.id; end",
                "create trigger slow_au after update on note begin delete from slow where id = old.id;"
                        + " insert into slow (id, body) values (new.id, new.body); end",
                "insert into note values ('a', 'lighthouse'), ('b', 'keeper')");
        row("a scan", 0, "lockstep fts tune -n", LEADS_ON, words("fts check", "--db", file.toString()));
    }

    @Test
    void ofDamage() throws Exception {
        Path kept = index();
        TestSqlite.create(kept, "update \"it's_data\" set block = x'00' where id > 10");
        row("damage", 3, "lockstep fts rebuild --table \"it's\"", 0, words("fts check", "--db", kept.toString()));
        for (String damaging : List.of(
                "fts5; update own_data set block = x'00' where id > 10", "fts4; update own_segdir set root = x'00'")) {
            String[] parts = damaging.split("; ", -1);
            Path own = TestSqlite.create(
                    named("it's own"),
                    "create virtual table own using " + parts[0] + " (title, body)",
                    "insert into own values ('a', 'lighthouse'), ('b', 'keeper')",
                    parts[1]);
            row(
                    "damage of " + parts[0] + " that no trigger keeps",
                    3,
                    "lockstep fts rebuild --table own",
                    0,
                    words("fts check", "--db", own.toString()));
            assertThat(TestSqlite.ask(own, "select title from own where own match 'keeper'"))
                    .isEqualTo("b");
        }
    }
}
