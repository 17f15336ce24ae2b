package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.help.HelpTopics;
import dev.lockstep.testing.CadtSample;
import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.LockstepScript;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What README and the help tell people to type works, and what they refer to is there. */
@ExtendWith(PostgresExtension.class)
class DocumentationTest {
    /** README's lines for a shell, each with the test that runs it; the pictures' commands are SessionsTest's. */
    private static final Map<String, String> RUN_BY = Map.of(
            "bin/lockstep demo", "DemoTest",
            "mvn -B verify", "cli/DocumentationTest",
            "tar -xzf lockstep-0.1.0-SNAPSHOT.tar.gz", "TarballTest",
            "ln -s \"$PWD/lockstep-0.1.0-SNAPSHOT/bin/lockstep\" ~/.local/bin/lockstep", "TarballTest");

    @TempDir
    Path folder;

    private static List<String> matches(String text, String pattern) {
        return Pattern.compile(pattern, Pattern.MULTILINE)
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    private static String readme() throws IOException {
        return Files.readString(Path.of("README.md"));
    }

    @Test
    void whatTheGuidesReferToIsThere() throws IOException {
        List<Path> guides = List.of(
                Path.of("README.md"),
                Path.of("CONTRIBUTING.md"),
                Path.of("examples/guarantees.md"),
                Path.of("examples/library.md"),
                Path.of("examples/mirror.md"));
        for (Path guide : guides) {
            assertThat(matches(Files.readString(guide), "\\]\\(([^):#]+)\\)"))
                    .allSatisfy(link -> assertThat(guide.resolveSibling(link))
                            .as(guide.toString())
                            .exists());
        }
        assertThat(matches(readme(), "\\]\\(([^):#]+)\\)")).hasSizeGreaterThan(10);
    }

    /** As long as one reads at a sitting: what is longer is a guide beside it. */
    @Test
    void readmeIsNoWall() throws IOException {
        assertThat(readme().lines()).hasSizeLessThanOrEqualTo(250);
    }

    /** What is pasted on one's own file and database, block by block. */
    private static List<String> quickStarts() throws IOException {
        String readme = readme();
        String section = readme.substring(readme.indexOf("## Quick start"), readme.indexOf("## What it does"));
        return matches(section, "```sh\n([^`]*)```");
    }

    /** As it stands, with a file and a database that are the reader's. */
    @Test
    void everyQuickStartRuns(TestDatabase database) throws Exception {
        Path file = CadtSample.V1.create(folder.resolve("data.db"), new CadtSample.Size(3, 3, 5));
        Map<String, String> environment = new HashMap<>(database.environment());
        environment.put("PATH", LockstepScript.onPath(Files.createDirectory(folder.resolve("bin"))));
        environment.put("HOME", folder.toString());
        environment.put("LOCKSTEP_DB", file.toString());
        environment.put("LOCKSTEP_TO", "postgresql:///");
        environment.put("LOCKSTEP_PG", "postgresql:///");
        List<String> blocks = quickStarts();
        assertThat(blocks).hasSize(6);
        Files.writeString(folder.resolve("pasted"), "set -e\n" + String.join("\n", blocks));
        try (ChildJvm shell = ChildJvm.exec(folder, environment, "sh", "pasted")) {
            assertThat(shell.exitCode(Duration.ofMinutes(5))).as("%s", shell).isZero();
            assertThat(shell.stdout())
                    .contains("person.gts", "EXPORT CLASS PERSON")
                    .doesNotContain("unknown command");
        }
    }

    /** The program itself is run with the guide's. */
    @Test
    void readmeShowsAProgramAsItIs() throws IOException {
        assertThat(matches(readme(), "```java\n([^`]*)```"))
                .containsExactly(Files.readString(Path.of("examples/InStep.java")));
    }

    @Test
    void whatReadmeTellsToTypeIsRunByATest() throws IOException {
        List<String> pasted = quickStarts();
        List<String> lines = matches(readme(), "```sh\n([^`]*)```").stream()
                .filter(block -> !pasted.contains(block))
                .flatMap(String::lines)
                .map(line -> line.replaceAll(" +# .*", "").strip())
                .toList();

        assertThat(lines).isNotEmpty().allSatisfy(line -> {
            assertThat(RUN_BY).containsKey(line);
            assertThat(Path.of("src/test/java/dev/lockstep", RUN_BY.get(line) + ".java"))
                    .exists();
        });
    }

    @Test
    void everyCommandThatIsNamedExists() throws IOException {
        StringBuilder all = new StringBuilder(readme());
        HelpTopics.NAMES.forEach(topic -> all.append(HelpTopics.text(topic)));
        try (Stream<Path> examples = Files.list(Path.of("examples"))) {
            for (Path example : (Iterable<Path>) examples.filter(Files::isRegularFile)::iterator) {
                all.append(Files.readString(example));
            }
        }
        for (String words : matches(all.toString(), "(?:`|^ {6}|bin/|&& |\\* \\* )lockstep ([a-z]+(?: [a-z-]+)?)")) {
            String[] named = words.split(" ", -1);
            String noun = named[0];
            assertThat(Catalog.TREE.nouns()).as(words).contains(noun);
            if (!Catalog.TREE.verbs(noun).isEmpty() && named.length > 1) {
                assertThat(Catalog.TREE.verbs(noun)).as(words).contains(named[1]);
            }
        }
    }

    @Test
    void whatTheHelpShowsRuns(TestDatabase database) throws Exception {
        Path file = CadtSample.V1.create(folder.resolve("data.db"), new CadtSample.Size(3, 3, 5));
        Map<String, String> environment = new HashMap<>(database.environment());
        environment.put("PATH", LockstepScript.onPath(Files.createDirectory(folder.resolve("bin"))));
        environment.put("HOME", folder.toString());
        int run = 0;
        for (String topic : HelpTopics.NAMES) {
            String script = String.join("\n", matches(HelpTopics.text(topic), "^ {6}((?:lockstep|case) .*)$"));
            if (!script.isEmpty()) {
                String typed = script.replace("URL", "postgresql:///").replace("FILE", file.toString());
                try (ChildJvm shell = ChildJvm.exec(folder, environment, "sh", "-c", typed)) {
                    assertThat(shell.exitCode(Duration.ofMinutes(5)))
                            .as("%s: %s", typed, shell)
                            .isIn(0, 3);
                    assertThat(shell.stderr()).as(typed).doesNotContain("unknown", "Usage");
                }
                run++;
            }
        }
        assertThat(run).isPositive();
    }
}
