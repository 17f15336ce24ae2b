package dev.lockstep.cli.help;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.Catalog;
import dev.lockstep.cli.option.Options;
import dev.lockstep.testing.BoxelTables;
import dev.lockstep.testing.CadtSample;
import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.LockstepScript;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Model.OptionSpec;

/** Every page of help fits a screen, whatever its width, leaves nothing out unsaid, and its examples run. */
@ExtendWith(PostgresExtension.class)
class HelpPageTest {
    /** Examples that go on until somebody ends them, or start a server; with the test that runs each. */
    private static final Map<String, String> RUN_BY = Map.of(
            "lockstep demo", "DemoTest",
            "lockstep demo --keep", "cli/demo/DemoCommandTest",
            "lockstep realm relay --listen 127.0.0.1:4250", "cli/relay/RelayCommandTest",
            "lockstep mirror follow --db notes.db --to postgresql://app@db9/app", "mirror/FollowTest",
            "lockstep top --db notes.db --to postgresql://app@db9/app", "cli/top/TopTest",
            "lockstep shell --db notes.db", "cli/shell/ShellTest",
            "lockstep shell --db notes.db -c \"fts status\" -c \"fts check\"", "cli/shell/ShellTest");

    @TempDir
    Path folder;

    private static List<String> pages() {
        Set<String> pages = new LinkedHashSet<>(Set.of(""));
        pages.addAll(Catalog.TREE.nouns());
        pages.addAll(Catalog.TREE.paths());
        return List.copyOf(pages);
    }

    private static List<String> words(String path) {
        return path.isEmpty() ? List.of() : List.of(path.split(" "));
    }

    private static String brief(String path, int width) {
        return HelpPage.brief(Catalog.TREE, words(path), width);
    }

    @Test
    void noPageIsLongerThanAScreen() {
        for (String path : pages()) {
            assertThat(brief(path, 80).lines()).as(path).hasSizeLessThanOrEqualTo(HelpPage.MOST_LINES);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {40, 60, 80})
    void noLineIsWiderThanTheTerminalUnlessOfOneWord(int width) {
        for (String path : pages()) {
            for (String page : List.of(brief(path, width), HelpPage.whole(Catalog.TREE, words(path), width))) {
                assertThat(page.lines())
                        .as(path)
                        .allMatch(line -> line.length() <= width
                                || line.strip()
                                                .replaceAll(" \\\\$|^-., |\"[^\"]*\"", "")
                                                .split(" ")
                                                .length
                                        == 1);
            }
        }
    }

    @Test
    void theWholePageSaysEverythingAndTheShortOneNamesEveryOption() {
        for (String path : Catalog.TREE.paths()) {
            String brief = brief(path, 80);
            String whole = HelpPage.whole(Catalog.TREE, words(path), 10_000);
            for (OptionSpec option : Catalog.TREE.spec(words(path)).options()) {
                String said = String.join(" ", option.description()).replace("%%", "%");
                assertThat(whole).as(path).contains(option.longestName(), said);
                String topics = HelpTopics.text("connections") + HelpTopics.text("output");
                assertThat(brief + (brief.contains("lockstep help --all") ? topics : ""))
                        .as(path)
                        .contains(option.longestName());
            }
        }
    }

    @Test
    void whatIsFoldedIsDescribedWhereThePageSays() {
        for (String path : Catalog.TREE.paths()) {
            for (OptionSpec option : Catalog.TREE.spec(words(path)).options()) {
                String topic = Options.isConnection(option) ? "connections" : Options.isCommon(option) ? "output" : "";
                if (!topic.isEmpty()) {
                    assertThat(HelpTopics.text(topic)).contains(" " + option.longestName());
                }
            }
        }
    }

    @Test
    void theWidthIsTheTerminals() {
        LockstepRun narrow = LockstepRun.of(Map.of("COLUMNS", "40"), "help", "realm", "listen");
        LockstepRun odd = LockstepRun.of(Map.of("COLUMNS", "wide"), "help", "realm", "listen");

        assertThat(narrow.stdout().lines()).allMatch(line -> line.length() <= 40);
        assertThat(odd.stdout()).isEqualTo(brief("realm listen", 80));
        assertThat(LockstepRun.of(Map.of(), "realm", "listen", "--help").stdout())
                .isEqualTo(brief("realm listen", 80));
    }

    @Test
    void everyPageHasAnExample() {
        Set<String> expected = new LinkedHashSet<>(pages());
        expected.remove("");
        expected.add("lockstep");

        assertThat(Examples.all().keySet()).containsAll(expected);
        assertThat(Examples.all().values()).allMatch(examples -> !examples.isEmpty());
        assertThat(RUN_BY.values()).allSatisfy(test -> assertThat(Path.of("src/test/java/dev/lockstep", test + ".java"))
                .exists());
    }

    /** In one shell, one after the other, in a folder that holds what they name, with a server as the environment says. */
    @Test
    void everyExampleRuns(TestDatabase database) throws Exception {
        files();
        database.execute("create table card (slug text primary key, realm_url text)", BoxelTables.MODULES);
        List<String> script = new ArrayList<>();
        for (Map.Entry<String, List<String>> examples : Examples.all().entrySet()) {
            boolean isThere = examples.getKey().equals("lockstep") || pages().contains(examples.getKey());
            for (String example : isThere ? examples.getValue() : List.<String>of()) {
                if (!RUN_BY.containsKey(example)) {
                    boolean endless = example.startsWith("lockstep realm listen ") && !example.contains("--timeout");
                    script.add(example.replace("postgresql://app@db9/app", "postgresql:///")
                            + (endless ? " --timeout 1s" : ""));
                }
            }
        }
        Path file = Files.write(folder.resolve("examples"), script);
        Map<String, String> environment = new HashMap<>(database.environment());
        environment.put("PATH", LockstepScript.onPath(Files.createDirectory(folder.resolve("bin"))));
        environment.put("HOME", folder.toString());
        try (ChildJvm shell =
                ChildJvm.exec(folder, environment, "lockstep", "shell", "-c", "\\timing on", "-f", file.toString())) {
            int exit = shell.exitCode();
            int ran = (int) shell.stderr()
                            .lines()
                            .filter(line -> line.startsWith("time: "))
                            .count()
                    - 1;

            assertThat(exit)
                    .as("%s: %s", script.get(Math.max(ran - 1, 0)), shell)
                    .isZero();
            assertThat(ran).isEqualTo(script.size());
        }
    }

    /** What the examples name. */
    private void files() throws Exception {
        TestSqlite.create(
                folder.resolve("notes.db"),
                "create table note (id integer primary key, body text)",
                "create virtual table note_fts using fts5(body, content = 'note', content_rowid = 'id')",
                "create trigger note_ai after insert on note begin"
                        + " insert into note_fts (rowid, body) values (new.id, new.body); end",
                "create trigger note_ad after delete on note begin"
                        + " insert into note_fts (note_fts, rowid, body) values ('delete', old.id, old.body); end",
                "create trigger note_au after update on note begin"
                        + " insert into note_fts (note_fts, rowid, body) values ('delete', old.id, old.body);"
                        + " insert into note_fts (rowid, body) values (new.id, new.body); end",
                "insert into note values (1, 'one'), (2, 'two')");
        CadtSample.V1.create(folder.resolve("audit.db"), new CadtSample.Size(3, 3, 5));
        Files.writeString(folder.resolve("rows.ndjson"), """
                {"registryId":"r","orgUid":"o","rootHash":"0x1","type":"CREATE REGISTRY",\
                "onchainConfirmationTimeStamp":"1","generation":0}
                """);
        TestSqlite.create(folder.resolve("copy.db"), "vacuum");
        Files.writeString(folder.resolve("import.sql"), "insert into note (body) values ('three');\n");
        Files.writeString(folder.resolve("person.gts"), "export class Person {}\n");
        Files.writeString(folder.resolve("person.js"), "export class Person {}\n");
        Files.createDirectories(folder.resolve("files"));
        Files.createDirectories(folder.resolve("drafts"));
        Files.writeString(folder.resolve("drafts/index.json"), "{}");
        for (String program : List.of("import", "drop-cached")) {
            Path file = Files.writeString(folder.resolve(program), "#!/bin/sh\n");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }
}
