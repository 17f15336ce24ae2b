package dev.lockstep.fts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code fts status}, {@code defer} and {@code restore} as scripts and people meet them. */
class FtsCommandsTest {
    @TempDir
    private Path dir;

    private Path file;

    @BeforeEach
    void makeDatabase() throws SQLException {
        file = CadtDatabase.create(dir.resolve("cadt.db"), 10);
    }

    private LockstepRun fts(String command, String... more) {
        return ftsOn(file, command, more);
    }

    private static LockstepRun ftsOn(Path database, String command, String... more) {
        List<String> words = new ArrayList<>(List.of("fts", command, "--db", database.toString()));
        words.addAll(List.of(more));
        return LockstepRun.of(Map.of(), words.toArray(String[]::new));
    }

    private static List<Map<String, Object>> tables(LockstepRun run) {
        List<Map<String, Object>> tables = new ArrayList<>();
        for (Object table : (List<?>) run.data().get("tables")) {
            Map<String, Object> typed = new LinkedHashMap<>();
            ((Map<?, ?>) table).forEach((key, value) -> typed.put((String) key, value));
            tables.add(typed);
        }
        return tables;
    }

    @Test
    void theWayThereAndBackInJson() throws SQLException {
        String master = TestSqlite.schema(file);
        LockstepRun active = fts("status", "--profile", "cadt-v1", "--json");
        assertThat(active.exit()).isZero();
        assertThat(tables(active).get(0))
                .containsEntry("table", "projects")
                .containsEntry("fts", "projects_fts")
                .containsEntry("kind", "own-content")
                .containsEntry("state", "active")
                .containsEntry("rows", 10L)
                .containsEntry("indexed", 10L)
                .containsEntry("dirty", 0L)
                .containsEntry("owner", null);

        LockstepRun deferred = fts("defer", "--profile", "cadt-v1", "--note", "catch-up", "-o", "json");
        assertThat(deferred.exit()).isZero();
        assertThat(deferred.envelope().get("changed")).isEqualTo(true);
        assertThat(tables(deferred)).extracting(table -> table.get("result")).containsOnly("deferred");

        LockstepRun status = fts("status", "--profile", "cadt-v1", "--json");
        assertThat(status.exit()).isEqualTo(3);
        assertThat(status.envelope().get("error")).isNull();
        assertThat(tables(status).get(1))
                .containsEntry("state", "deferred")
                .containsEntry("note", "catch-up")
                .containsEntry("mode", "journal")
                .containsEntry("dirty", 0L)
                .containsEntry("triggers", List.of("unit_delete_fts", "unit_insert_fts", "unit_update_fts"));

        LockstepRun again = fts("defer", "--profile", "cadt-v1", "--json");
        assertThat(again.exit()).isZero();
        assertThat(again.envelope().get("changed")).isEqualTo(false);
        assertThat(tables(again)).extracting(table -> table.get("result")).containsOnly("already");

        CadtDatabase.change(file);
        LockstepRun restored = fts("restore", "--profile", "cadt-v1", "--json");
        assertThat(restored.exit()).isZero();
        assertThat(restored.envelope().get("changed")).isEqualTo(true);
        assertThat(tables(restored).get(1)).containsEntry("fts", "units_fts").containsEntry("proof", "whole");
        assertThat(tables(restored).get(1).get("reindexed"))
                .isEqualTo(Long.parseLong(TestSqlite.ask(file, "select count(*) from units")));

        LockstepRun nothing = fts("restore", "--profile", "cadt-v1", "--json");
        assertThat(nothing.exit()).isZero();
        assertThat(nothing.envelope().get("changed")).isEqualTo(false);
        assertThat(TestSqlite.schema(file)).isEqualTo(master);
        assertThat(CadtDatabase.differences(file)).isZero();
    }

    @Test
    void theWayThereAndBackInWords() {
        assertThat(fts("defer").stdout())
                .contains("deferred units_fts, mode journal (unit_insert_fts, unit_delete_fts, unit_update_fts)");
        assertThat(fts("defer").stdout()).contains("units_fts is already deferred since 20", " by pid ");
        assertThat(fts("status", "--table", "units").stdout())
                .startsWith("units_fts: deferred since ")
                .contains("own-content of units; rows 30, indexed 30");
        assertThat(fts("restore", "-n").stdout()).contains("would restore units_fts: 3 triggers");
        assertThat(fts("restore").stdout()).contains("restored units_fts: 0 changed rows, 3 triggers");
        assertThat(fts("restore").stdout()).isEqualTo("nothing is deferred\n");
        assertThat(fts("restore", "-q").stdout()).isEmpty();
    }

    @Test
    void aRestoreForEveryStartLooksBeforeItLocks() throws SQLException {
        try (Connection holder = TestSqlite.connect(file);
                Statement statement = holder.createStatement()) {
            statement.execute("begin immediate");
            assertThat(fts("restore", "--if-deferred").exit()).isZero();
            assertThat(fts("restore", "--lock-timeout", "50ms").exit()).isEqualTo(5);
            statement.execute("rollback");
        }
        fts("defer");
        assertThat(fts("restore", "--if-deferred").stdout()).contains("restored units_fts");
    }

    @Test
    void aDatabaseWithoutIndexesHasNothingToShowAndNothingToDefer() throws SQLException {
        Path plain = TestSqlite.create(dir.resolve("plain.db"), "create table t (a)");

        assertThat(ftsOn(plain, "status").exit()).isZero();
        assertThat(ftsOn(plain, "defer").exit()).isEqualTo(2);
        assertThat(ftsOn(plain, "restore").exit()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"what?.db", "what?journal_mode=off.db", "anchor#1.db", "per%20cent.db", "é 😀.db", "a;b.db"})
    void everyCharacterOfAFileNameIsMeantLiterally(String name) throws IOException {
        Path odd = Files.copy(file, dir.resolve(name));

        assertThat(ftsOn(odd, "defer").exit()).isZero();
        assertThat(ftsOn(odd, "status").exit()).isEqualTo(3);
        assertThat(ftsOn(odd, "restore").exit()).isZero();
        assertThat(ftsOn(odd, "check").exit()).isZero();
        assertThat(ftsOn(odd, "rebuild", "-y").exit()).isZero();
        assertThat(ftsOn(odd, "tune", "-y").exit()).isZero();
        assertThat(fts("status").exit()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "defer", "restore"})
    void whatIsNoDatabaseIsAUsageErrorAndStaysAsItIs(String command) throws IOException {
        Path missing = dir.resolve("missing.db");
        Path empty = Files.createFile(dir.resolve("empty.db"));
        Path text = Files.writeString(
                dir.resolve("text.db"), "not a database, but long enough to be looked at\n".repeat(50));

        for (Path bad : List.of(missing, empty, text, dir)) {
            LockstepRun run = ftsOn(bad, command);
            assertThat(run.exit()).as(bad.toString()).isEqualTo(2);
            assertThat(run.stderr()).contains(bad.toString());
            assertThat(run.stderr().lines()).hasSizeLessThanOrEqualTo(3);
        }
        assertThat(missing).doesNotExist();
        assertThat(empty).isEmptyFile();
        assertThat(text).content(StandardCharsets.UTF_8).startsWith("not a database");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --table nope               | 2 | no such table: nope                                   | indexes here: projects_fts, units_fts
            --table unit               | 2 | no such table: unit                                   | did you mean 'units'?
            --table bare               | 2 | no full-text index is about bare                      | indexes here
            --table meta_view          | 2 | meta_view is a view                                   | indexes here
            --table units_fts_data     | 2 | units_fts_data is a part of a full-text table         | name the table itself
            --table old                | 2 | old is a virtual table of module rtree                | indexes here
            --table lonely             | 2 | no trigger on a table writes lonely                   | looked at each statement
            --table noisy              | 2 | what belongs into noisy cannot be told                | leave it out
            --profile cadt-v9          | 2 | no such profile: cadt-v9                              | did you mean 'cadt-v1'?
            --profile cadt-v2          | 2 | the profile keeps its state in meta(meta_key          | the right profile?
            --mode sideways            | 2 | unknown mode 'sideways'                               | rebuild
            --lock-timeout 5           | 2 | 5                                                     | 30s
            """)
    void aDeferralThatCannotBeMeantIsAUsageError(String options, int exit, String message, String hint)
            throws SQLException {
        TestSqlite.create(
                file,
                "create view meta_view as select * from meta",
                "create table bare (a)",
                "create virtual table old using rtree(id, a, b)",
                "create virtual table lonely using fts5(a)",
                "create virtual table noisy using fts5(a)",
                "create trigger noise after insert on meta begin insert into noisy values (random()); end");
        String before = TestSqlite.schema(file);

        LockstepRun run = fts("defer", options.split(" ", -1));

        assertThat(run.exit()).isEqualTo(exit);
        assertThat(run.stderr())
                .startsWith("lockstep fts defer: ")
                .contains(message)
                .contains(hint);
        assertThat(run.stderr().lines()).hasSizeLessThanOrEqualTo(3);
        assertThat(TestSqlite.schema(file)).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            update lockstep_fts_deferral set ddl_json = replace(ddl_json, 'AFTER', 'BEFORE') | are not what lockstep stored | put them back as they were
            create trigger unit_insert_fts after insert on units begin select 1; end     | unit_insert_fts of units_fts was made anew meanwhile | --prefer
            alter table units rename column unitOwner to keeper                           | column unitOwner of units is gone | change it back
            alter table units drop column unitTags                                        | column unitTags of units is gone | change it back
            drop table units                                                              | no table units any more | give the triggers up
            drop table units_fts                                                          | the index units_fts is gone | give the triggers up
            """)
    void aRestoreThatWouldNotBeWhatItWasIsRefused(String meanwhile, String message, String hint) throws SQLException {
        fts("defer");
        TestSqlite.create(file, meanwhile);
        String before = TestSqlite.schema(file);

        LockstepRun run = fts("restore", "--json");

        assertThat(run.exit()).isEqualTo(6);
        assertThat(run.stderr().lines()).hasSizeLessThanOrEqualTo(3);
        assertThat(run.stderr()).contains(message).contains(hint);
        assertThat(run.envelope().get("changed")).isEqualTo(false);
        assertThat(TestSqlite.schema(file)).isEqualTo(before);
        assertThat(fts("status").exit()).isEqualTo(3);
    }

    @Test
    void aDamagedPageIsFoundBeforeAnythingIsKept() throws Exception {
        fts("defer", "--mode", "rebuild");
        long root = Long.parseLong(TestSqlite.ask(file, "select rootpage from sqlite_master where name = 'units'"));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(4096), (root - 1) * 4096);
        }
        String before = TestSqlite.schema(file);

        LockstepRun run = fts("restore");

        assertThat(run.exit()).isEqualTo(6);
        assertThat(TestSqlite.schema(file)).isEqualTo(before);
    }

    @Test
    void aPreferenceIsLiveOrStored() {
        LockstepRun run = fts("restore", "--prefer", "mine");

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.stderr()).contains("unknown preference 'mine'", "--prefer takes live or stored");
    }

    @Test
    void aNoteWithControlCharactersDoesNotReachTheTerminal() {
        fts("defer", "--note", "\u001b]0;evil\u0007");

        assertThat(fts("status").stdout()).doesNotContain("\u001b").contains("\\x1b]0;evil\\x07");
    }
}
