package dev.lockstep.fts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.TestExtension;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Schemas that need what only the application's SQLite has, with and without the library that has it. */
class LoadExtensionTest {
    @TempDir
    private Path dir;

    private Path file;
    private Path extension;

    @BeforeEach
    void schemasOfAnApplication() throws SQLException {
        file = dir.resolve("t.db");
        extension = TestExtension.in(dir);
        List<String> schema = new ArrayList<>();
        schema.addAll(index("tokenizer", "t text", "t, tokenize = 'app_words'", "new.t"));
        schema.addAll(index("function", "t text", "t", "app_fold(new.t)"));
        schema.addAll(index("collation", "t text", "t", "iif(new.t = 'q' collate app_order, 'Q', new.t)"));
        schema.addAll(index("column", "t text, g text generated always as (app_fold(t))", "t", "new.g"));
        TestExtension.run(file, extension, schema.toArray(String[]::new));
    }

    /** The base is called b_NAME. */
    private static List<String> index(String name, String columns, String options, String text) {
        String base = "b_" + name;
        return List.of(
                "create table " + base + " (id integer primary key, " + columns + ")",
                "create virtual table " + name + " using fts5(" + options + ")",
                "create trigger " + name + "_i after insert on " + base + " begin insert into " + name
                        + " (rowid, t) values (new.id, " + text + "); end",
                "create trigger " + name + "_d after delete on " + base + " begin delete from " + name
                        + " where rowid = old.id; end",
                "create trigger " + name + "_u after update on " + base + " begin update " + name + " set t = " + text
                        + " where rowid = old.id; end",
                "insert into " + base + " (id, t) values (1, 'One'), (2, 'q')");
    }

    private LockstepRun fts(String command, String... more) {
        List<String> words = new ArrayList<>(List.of("fts", command, "--db", file.toString()));
        words.addAll(List.of(more));
        return LockstepRun.of(Map.of(), words.toArray(String[]::new));
    }

    private LockstepRun loaded(String command, String... more) {
        List<String> words = new ArrayList<>(List.of(more));
        words.addAll(List.of("--load-extension", extension.toString()));
        return fts(command, words.toArray(String[]::new));
    }

    @ParameterizedTest
    @CsvSource({"tokenizer,app_words", "function,app_fold", "collation,app_order", "column,app_fold"})
    void whatIsNotThereIsRefusedByNameBeforeAnythingIsPutAway(String index, String lacking) throws SQLException {
        String before = TestSqlite.schema(file);

        LockstepRun refused = fts("defer", "--table", index).endedWith(6);

        assertThat(refused.stderr()).contains(lacking, "--load-extension FILE");
        assertThat(fts("rebuild", "--yes", "--table", index).endedWith(6).stderr())
                .contains(lacking);
        assertThat(fts("check", "--table", index).endedWith(3).stdout()).contains(lacking);
        assertThat(TestSqlite.schema(file)).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({"tokenizer", "function", "collation", "column"})
    void withTheLibraryItIsDeferredRestoredAndEqual(String index) throws SQLException {
        loaded("defer", "--table", index).endedWith(0);
        TestExtension.run(file, extension, "insert into b_" + index + " (id, t) values (3, 'Three')");
        loaded("restore", "--table", index).endedWith(0);

        assertThat(loaded("check", "--deep", "--table", index).endedWith(0).stdout())
                .contains("equal (every row)", "indexed 3");
        loaded("rebuild", "--yes", "--table", index).endedWith(0);
    }

    @ParameterizedTest
    @CsvSource({
        "tokenizer,journal",
        "tokenizer,rebuild",
        "function,journal",
        "function,rebuild",
        "collation,journal",
        "column,rebuild"
    })
    void withoutTheLibraryTheTriggersComeBackAndTheIndexIsToldToBeStale(String index, String mode) throws SQLException {
        String before = TestSqlite.schema(file);
        loaded("defer", "--table", index, "--mode", mode).endedWith(0);
        TestExtension.run(file, extension, "insert into b_" + index + " (id, t) values (3, 'Three')");

        LockstepRun restored = fts("restore", "--table", index).endedWith(3);

        assertThat(restored.stdout()).contains("not rebuilt: " + index);
        assertThat(restored.stderr()).contains("its rows are as old as the deferral");
        assertThat(TestSqlite.schema(file)).contains(before.lines().toList());
        assertThat(fts("check", "--table", index).exit()).isEqualTo(3);
        loaded("rebuild", "--yes", "--table", index).endedWith(0);
        assertThat(loaded("check", "--deep", "--table", index).endedWith(0).stdout())
                .contains("indexed 3");
    }

    @Test
    void aTriggerCannotLoadWhatNobodyNamed() throws SQLException {
        TestExtension.run(
                file,
                extension,
                "create table loads (id integer primary key, t text)",
                "create virtual table loads_f using fts5(t)",
                "create trigger loads_i after insert on loads begin insert into loads_f (rowid, t) values (new.id,"
                        + " coalesce(load_extension('" + extension + "'), new.t)); end");

        assertThat(loaded("defer", "--table", "loads_f").endedWith(6).stderr())
                .contains("unsafe use of load_extension");
    }

    @Test
    void whatIsNoLibraryIsSaidSo() throws Exception {
        Path text = Files.writeString(dir.resolve("text.so"), "no library");

        assertThat(fts("status", "--load-extension", dir.resolve("gone.so").toString())
                        .endedWith(2)
                        .stderr())
                .contains("no such file", "gone.so");
        assertThat(fts("status", "--load-extension", dir.toString())
                        .endedWith(2)
                        .stderr())
                .contains("not a file");
        assertThat(fts("status", "--load-extension", text.toString())
                        .endedWith(2)
                        .stderr())
                .contains("not an extension that SQLite can load", "text.so", "Linux");
    }
}
