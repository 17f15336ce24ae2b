package dev.lockstep;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The templates of packages, each by the parser of what reads it. With what a release fills in: {@code ReleaseTest}. */
class PackagingTest {
    private static final Path PACKAGING = Path.of("src/main/packaging");

    /** What ends with {@code end}, and its indentation. */
    private static final Pattern BLOCK = Pattern.compile("(?m)^( *)(?:class |def |.* do$).*");

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static void assertSucceeds(String... command) {
        try (ChildJvm child = ChildJvm.exec(Path.of(""), Map.of("PATH", "/usr/bin:/bin"), command)) {
            assertThat(child.exitCode()).as("%s", child).isZero();
        }
    }

    @Test
    void theyAskForNothingThatTheReleaseDoesNotFillIn() throws IOException {
        Set<String> known = filledBy("src/main/sh/release.sh", "src/main/sh/package-deb.sh");
        for (Path template : files(PACKAGING)) {
            assertThat(placeholders(Files.readString(template)))
                    .as("%s", template)
                    .isSubsetOf(known);
        }
    }

    private static Set<String> filledBy(String... scripts) throws IOException {
        Set<String> known = new TreeSet<>();
        for (String script : scripts) {
            known.addAll(placeholders(Files.readString(Path.of(script))));
        }
        return known;
    }

    private static Set<String> placeholders(String text) {
        return Pattern.compile("@[A-Z0-9_]+@")
                .matcher(text)
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void theScriptsAreShell() throws IOException {
        for (String script : List.of("postinst", "prerm", "postrm")) {
            assertSucceeds("sh", "-n", PACKAGING.resolve("debian/" + script).toString());
        }
        for (Path script : files(Path.of("src/main/sh"))) {
            if (script.toString().endsWith(".sh")) {
                assertSucceeds("sh", "-n", script.toString());
            }
        }
    }

    @Test
    void theFormulaIsRubyAndInstallsWhatThereIs() throws IOException {
        Path formula = PACKAGING.resolve("homebrew/lockstep.rb");
        String text = Files.readString(formula);

        Machine.program("ruby", formula.toString())
                .ifPresent(ruby -> assertSucceeds(ruby.toString(), "-c", formula.toString()));
        assertThat(BLOCK.matcher(text).results().map(block -> block.group(1) + "end"))
                .containsExactlyInAnyOrderElementsOf(
                        text.lines().filter(line -> line.strip().equals("end")).toList());
        List<String> completions = Pattern.compile("\"completions/([^\"]+)\"")
                .matcher(text)
                .results()
                .map(named -> named.group(1))
                .toList();
        assertThat(completions).hasSize(3).allSatisfy(name -> assertThat(Path.of("src/completions", name))
                .exists());
    }

    @Test
    void theManifestIsJsonWithWhatSdkmanTakes() throws IOException {
        Map<String, String> fields = new HashMap<>();
        try (JsonParser json = new JsonFactory()
                .createParser(PACKAGING.resolve("sdkman/release.json").toFile())) {
            while (json.nextToken() != null) {
                if (json.currentToken() == JsonToken.VALUE_STRING) {
                    fields.put(json.currentName(), json.getText());
                }
            }
        }

        assertThat(fields).containsOnlyKeys("candidate", "version", "platform", "url", "SHA-256");
        assertThat(fields.get("url")).endsWith(".zip");
    }
}
