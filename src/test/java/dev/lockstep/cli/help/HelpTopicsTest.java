package dev.lockstep.cli.help;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.profile.Profile;
import dev.lockstep.support.Json;
import dev.lockstep.testing.LockstepRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What {@code lockstep help TOPIC} says is true, and the man pages in sections 5 and 7 say the same. {@code
 * -Dlockstep.update=true} writes these.
 */
class HelpTopicsTest {
    private static final Pattern VARIABLE = Pattern.compile("get\\(\"(LOCKSTEP_[A-Z_]+)\"\\)");

    static List<String> topics() {
        return HelpTopics.NAMES;
    }

    @ParameterizedTest
    @MethodSource("topics")
    void everyTopicIsShownAndFitsATerminal(String topic) {
        LockstepRun run = LockstepRun.of(Map.of(), "help", topic);

        assertThat(run.exit()).isZero();
        assertThat(run.stdout()).isEqualTo(HelpTopics.text(topic));
        boolean free = topic.equals("protocol") || topic.equals("profile-format");
        assertThat(run.stdout().lines()).allMatch(line -> free || line.length() <= 80);
        assertThat(LockstepRun.of(Map.of(), "help").stdout()).contains(topic);
    }

    /** Nothing is lost of it, and what is to be copied stays on its line. */
    @ParameterizedTest
    @MethodSource("topics")
    void everyTopicIsReadableOnANarrowTerminal(String topic) {
        String narrow = LockstepRun.of(Map.of("COLUMNS", "40"), "help", topic).stdout();

        if (!topic.startsWith("grants-")) {
            assertThat(narrow.lines())
                    .allMatch(line -> line.length() <= 40
                            || line.startsWith("      ")
                            || line.strip().indexOf(' ') < 0);
        }
        if (!topic.equals("json")) {
            assertThat(words(narrow)).isEqualTo(words(HelpTopics.text(topic)));
        }
    }

    private static List<String> words(String text) {
        return List.of(text.replaceAll(":(?=\\s)", "").strip().split("\\s+", -1));
    }

    @Test
    void everyExitCodeIsListed() {
        for (ExitCode code : ExitCode.values()) {
            assertThat(HelpTopics.text("exit-codes")).containsPattern("\\b" + code.status() + "\\b");
        }
    }

    @Test
    void everyVariableThatIsReadIsListed() throws IOException {
        List<String> read = new ArrayList<>();
        try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
            for (Path source :
                    (Iterable<Path>) sources.filter(file -> file.toString().endsWith(".java"))::iterator) {
                Matcher variable = VARIABLE.matcher(Files.readString(source));
                while (variable.find()) {
                    read.add(variable.group(1));
                }
            }
        }
        assertThat(read).isNotEmpty().allMatch(name -> HelpTopics.text("environment")
                .contains(name));
    }

    @Test
    void theEnvelopeHasTheFieldsThatAreListed() {
        Map<?, ?> envelope = (Map<?, ?>)
                Json.parse(LockstepRun.of(Map.of(), "version", "--json").stdout());

        for (Object field : envelope.keySet()) {
            assertThat(HelpTopics.text("output")).contains("      " + field + "  ");
        }
    }

    @Test
    void theExampleOfAProfileIsOne(@TempDir Path folder) throws IOException {
        String text = HelpTopics.text("profile-format");
        Path file = Files.writeString(
                folder.resolve("example.json"), text.substring(text.indexOf("EXAMPLE") + "EXAMPLE".length()));

        assertThat(Profile.load(file.toString()).name()).isEqualTo("notes");
    }

    @ParameterizedTest
    @CsvSource({
        "lockstep-profile, 5, profile-format, what an application's databases look like",
        "lockstep-protocol, 7, protocol, wire formats and tables for programs in any language"
    })
    void theManPageSaysTheSame(String name, int section, String topic, String summary) throws IOException {
        Path page = Path.of("man", name + "." + section);
        String troff = troff(name, section, summary, HelpTopics.text(topic));
        if (Boolean.getBoolean("lockstep.update")) {
            Files.writeString(page, troff);
        }

        assertThat(page).content().isEqualTo(troff);
    }

    private static String troff(String name, int section, String summary, String text) {
        StringBuilder page = new StringBuilder();
        page.append(".TH \"")
                .append(name.toUpperCase(Locale.ROOT))
                .append("\" \"")
                .append(section);
        page.append("\" \"2026-11-21\" \"\" \"Lockstep Manual\"\n.SH \"NAME\"\n");
        page.append(escaped(name)).append(" \\- ").append(escaped(summary)).append('\n');
        boolean literal = false;
        boolean paragraph = true;
        for (String line : text.split("\n", -1)) {
            boolean code = line.startsWith("      ");
            boolean heading = !line.isEmpty() && !line.startsWith(" ");
            if (literal && !code && !line.isEmpty()) {
                page.append(".fi\n.RE\n");
                literal = false;
                paragraph = true;
            }
            if (heading) {
                page.append(".SH \"").append(escaped(line)).append("\"\n");
                paragraph = false;
            } else if (code) {
                page.append(literal ? "" : ".RS 4\n.nf\n");
                literal = true;
                page.append(escaped(line.substring(6))).append('\n');
            } else if (line.isEmpty()) {
                page.append(literal ? ".sp\n" : "");
                paragraph = true;
            } else {
                page.append(paragraph ? ".PP\n" : "")
                        .append(escaped(line.strip()))
                        .append('\n');
                paragraph = false;
            }
        }
        return page.append(literal ? ".fi\n.RE\n" : "").toString();
    }

    private static String escaped(String line) {
        String safe = line.replace("\\", "\\e").replace("-", "\\-");
        return safe.startsWith(".") || safe.startsWith("'") ? "\\&" + safe : safe;
    }
}
