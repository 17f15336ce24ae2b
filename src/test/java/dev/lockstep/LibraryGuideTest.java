package dev.lockstep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The programs of the guide, as it shows them, against the engine as other programs get it. */
@Tag("distribution")
@ExtendWith(PostgresExtension.class)
class LibraryGuideTest {
    private static final Path GUIDE = Path.of("examples/library.md");
    private static final Pattern PROGRAM = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern NAME = Pattern.compile("^class (\\w+) ", Pattern.MULTILINE);
    private static final String REALM = "http://localhost:4201/luke/";

    @TempDir
    Path folder;

    private String run(String program, String input, String... arguments) throws Exception {
        Path source = Path.of("examples", program + ".java");
        List<String> command = new ArrayList<>(List.of(
                "sh",
                "-c",
                "printf %s \"$0\" | \"$@\"",
                input,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-Dorg.sqlite.tmpdir=" + folder,
                "-cp",
                EngineJarTest.classPath(),
                source.toString()));
        command.addAll(List.of(arguments));
        try (ChildJvm child = ChildJvm.exec(Path.of(""), Installation.ENVIRONMENT, command.toArray(String[]::new))) {
            assertThat(child.exitCode()).as("%s", child).isZero();
            return child.stdout();
        }
    }

    @Test
    void itShowsThemAsTheyAre() throws Exception {
        List<String> shown = new ArrayList<>();
        Matcher programs = PROGRAM.matcher(Files.readString(GUIDE));
        while (programs.find()) {
            String program = programs.group(1);
            Matcher name = NAME.matcher(program);
            assertThat(name.find()).as(program).isTrue();
            shown.add(name.group(1));
            assertThat(program).isEqualTo(Files.readString(Path.of("examples", name.group(1) + ".java")));
            assertThat(program.lines()).hasSizeLessThan(45);
        }

        assertThat(shown).containsExactly("CopyTables", "ImportInBulk", "KeepCacheInStep", "TellReplicas");
    }

    @Test
    void theyRun(TestDatabase database) throws Exception {
        Path notes = TestSqlite.create(
                folder.resolve("notes.db"),
                "create table note (id integer primary key, body text)",
                "create table tag (name text primary key)",
                "insert into note (body) values ('one'), ('two')");

        assertThat(run("CopyTables", "", notes.toString(), database.url(), "note", "tag"))
                .isEqualTo("note: 2 new rows\ntag: 0 new rows\nequal\n");
        assertThat(run("TellReplicas", "", database.url(), REALM, "cards/person.gts"))
                .isEqualTo("0 compiled modules are stale now, 0 of them by import\n");
        assertThat(run("KeepCacheInStep", REALM + " cards/person.gts\n", database.url(), "replica-1"))
                .contains("in step; ", "cards/person.gts as of 20");
    }

    /** The one of README. */
    @Test
    void theThreeFrontsRunInOneProgram(TestDatabase database) throws Exception {
        Path notes = TestSqlite.create(
                folder.resolve("notes.db"),
                "create table note (id integer primary key, body text)",
                "create virtual table note_fts using fts5(body, content = 'note', content_rowid = 'id')",
                "create trigger note_ai after insert on note begin"
                        + " insert into note_fts (rowid, body) values (new.id, new.body); end",
                "insert into note (body) values ('one'), ('two')");

        assertThat(run("InStep", "", notes.toString(), database.url())).isEqualTo("equal\nas it is now\n");
        assertThat(TestSqlite.ask(notes, "select count(*) from note_fts where note_fts match 'two'"))
                .isEqualTo("2");
    }
}
