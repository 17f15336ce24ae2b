package dev.lockstep;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The version stands in the POM; documents and examples that name one name that one. */
class VersionTest {
    private static final Pattern OURS =
            Pattern.compile("<artifactId>lockstep</artifactId>\\s*<version>([^<]+)</version>");

    /** As part of a file's name, of a dependency, or of a property. */
    private static final List<Pattern> NAMED = List.of(
            Pattern.compile("lockstep-([0-9][\\w.-]*?)(?:\\.tar\\.gz|/bin|\\.jar)"),
            Pattern.compile("<artifactId>lockstep</artifactId>\\s*<version>([^<$]+)</version>"),
            Pattern.compile("<lockstep\\.version>([^<]+)</lockstep\\.version>"));

    private static String version() throws IOException {
        Matcher ours = OURS.matcher(Files.readString(Path.of("pom.xml")));
        assertThat(ours.find()).isTrue();
        return ours.group(1);
    }

    private static List<String> namedIn(String text) {
        return NAMED.stream()
                .flatMap(pattern -> pattern.matcher(text).results())
                .map(match -> match.group(1))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "examples/library.md", "examples/spring-boot-starter/pom.xml"})
    void isTheSameWhereverItIsNamed(String file) throws IOException {
        assertThat(namedIn(Files.readString(Path.of(file)))).isNotEmpty().containsOnly(version());
    }

    /** What it means for the order of releases: a snapshot comes before the release of its number. */
    @Test
    void isANumberOfThreePartsAndBetweenReleasesASnapshot() throws IOException {
        assertThat(version()).matches("[0-9]+\\.[0-9]+\\.[0-9]+(-SNAPSHOT)?");
        if (Files.readString(Path.of("CHANGELOG.md")).contains("## [Unreleased]")) {
            assertThat(version()).endsWith("-SNAPSHOT");
        }
    }
}
