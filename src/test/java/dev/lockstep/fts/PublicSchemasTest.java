package dev.lockstep.fts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.Counts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Schemas as widely used programs make them: bulk work under a deferral ends where it ends under live triggers, or the
 * deferral is refused and nothing changes. Each file says which.
 *
 * <p>Blank lines part its statements. Those under {@code -- rows} run for each {@code {id}} from 1; of those under
 * {@code -- work} some are drawn. {@code {id}} is a number that mostly has a row, {@code {new}} one that was never used, {@code
 * {words}} some text, {@code {a|b}} one of several.
 */
class PublicSchemasTest {
    private static final Path FOLDER = Path.of("src/test/resources/dev/lockstep/fts/schemas");
    private static final int ROWS = 12;
    private static final int STATEMENTS = 40;
    private static final String EXPECTED = "-- expected: ";
    private static final String AFTERWARDS = "-- afterwards: ";
    private static final Pattern CHOICE = Pattern.compile("\\{([^{}]+)}");
    private static final List<String> WORDS =
            List.of("running", "Éclair", "lines", "the", "42", "naïve", "O''Brien", "WORD", "c++", "日本語", "a");

    @TempDir
    private Path dir;

    static List<Path> schemas() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void deferredWorkEndsWhereLiveWorkEndsOrIsRefusedAsExpected(Path file) throws Exception {
        List<String> lines = Files.readAllLines(file);
        String expected = said(lines, EXPECTED).get(0);
        for (int seed = 1; seed <= Counts.of(1, 50); seed++) {
            for (BulkComparison.Way way : List.of(BulkComparison.Way.BEST, BulkComparison.Way.REBUILD)) {
                BulkComparison comparison = new Draft(lines, seed).comparison(way);

                BulkComparison.Result result;
                try {
                    result = comparison.run(dir);
                } catch (AssertionError e) {
                    throw new AssertionError("seed " + seed + ": " + e.getMessage() + "\n" + comparison, e);
                }

                String seen = result.verdict() == BulkComparison.Verdict.REFUSED
                        ? "refused, " + result.message()
                        : result.verdict().name().toLowerCase(Locale.ROOT);
                String clue = expected.startsWith("refused, ") ? expected.substring(9) : expected;
                assertThat(seen).as("seed %d, %s", seed, way).contains(clue);
                assertThat(seen.startsWith("refused")).isEqualTo(expected.startsWith("refused"));
            }
        }
    }

    private static List<String> said(List<String> lines, String prefix) {
        return lines.stream()
                .filter(line -> line.startsWith(prefix))
                .map(line -> line.substring(prefix.length()))
                .toList();
    }

    /** One schema with its rows and some work. */
    private static final class Draft {
        private final Random random;
        private final List<String> lines;
        private int last = 100;

        Draft(List<String> lines, int seed) {
            this.lines = lines;
            this.random = new Random(seed);
        }

        BulkComparison comparison(BulkComparison.Way way) {
            int rows = lines.indexOf("-- rows");
            int work = lines.indexOf("-- work");
            List<String> setup = new ArrayList<>(statements(lines.subList(0, rows)));
            for (int id = 1; id <= ROWS; id++) {
                for (String template : statements(lines.subList(rows, work))) {
                    setup.add(filled(template, id));
                }
            }
            setup.addAll(said(lines, AFTERWARDS));
            List<String> templates = statements(lines.subList(work, lines.size()));
            List<String> drawn = new ArrayList<>();
            for (int i = 0; i < STATEMENTS && !templates.isEmpty(); i++) {
                drawn.add(filled(templates.get(random.nextInt(templates.size())), 1 + random.nextInt(ROWS)));
            }
            boolean free = !said(lines, "-- numbers: the index's").isEmpty();
            return new BulkComparison(
                    setup, drawn, way, free ? BulkComparison.Numbers.INDEX : BulkComparison.Numbers.TRIGGERS);
        }

        private static List<String> statements(List<String> lines) {
            String text = String.join(
                    "\n", lines.stream().filter(line -> !line.startsWith("-- ")).toList());
            return Arrays.stream(text.split("\n\n", -1))
                    .map(statement -> statement.strip().replaceFirst(";$", ""))
                    .filter(statement -> !statement.isEmpty())
                    .toList();
        }

        private String filled(String template, int id) {
            last++;
            return CHOICE.matcher(template).replaceAll(choice -> value(choice, id));
        }

        private String value(MatchResult choice, int id) {
            String[] choices = choice.group(1).split("\\|", -1);
            String chosen = choices[random.nextInt(choices.length)];
            return switch (chosen) {
                case "id" -> Integer.toString(id);
                case "new" -> Integer.toString(last);
                case "words" -> words();
                default -> chosen;
            };
        }

        private String words() {
            List<String> words = new ArrayList<>();
            for (int i = random.nextInt(6); i >= 0; i--) {
                words.add(WORDS.get(random.nextInt(WORDS.size())));
            }
            return "'" + String.join(" ", words) + "'";
        }
    }
}
