package dev.lockstep.cli.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.support.Json;
import dev.lockstep.testing.Machine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules, the dashboard and the units are what their own programs take, as far as those are here; what must hold is looked at always. */
class MonitoringExamplesTest {
    private static final Path EXAMPLES = Path.of("examples");
    private static final Path ALERTS = Path.of("src/test/resources/dev/lockstep/alerts-test.yml");
    private static final Pattern RULE = Pattern.compile("""
                  - alert: ([A-Z][A-Za-z]+)
                    expr: (.+)
            (?:        for: \\d+[smh]
            )?        labels:
                      severity: (?:warning|critical)
                    annotations:
                      summary: "[^"]+"
            """);

    @TempDir
    Path dir;

    /** What a program has against it; nothing if the machine has none of that name. */
    private static String faults(List<String> command) throws IOException, InterruptedException {
        if (Machine.program(command.get(0), "the examples of monitoring").isEmpty()) {
            return "";
        }
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() == 0 ? "" : said;
    }

    @Test
    void theRulesAreThoseOfPrometheus() throws Exception {
        String text = Files.readString(EXAMPLES.resolve("alerts.yml"));
        Map<String, String> rules = new TreeMap<>();
        Matcher rule = RULE.matcher(text);
        while (rule.find()) {
            rules.put(rule.group(1), rule.group(2));
        }
        assertThat(rules).hasSize(text.split("- alert:", -1).length - 1).hasSizeGreaterThan(9);
        assertThat(rules.values()).allMatch(expression -> expression.contains("lockstep_"));
        assertThat(faults(List.of("promtool", "check", "rules", "examples/alerts.yml")))
                .isEmpty();
        rules.keySet().forEach(name -> assertThat(ALERTS)
                .as("a case of silence, and one of alarm")
                .content()
                .contains("{eval_time: 2h, alertname: " + name + "}", "        alertname: " + name + "\n"));
    }

    @Test
    void eachRuleSpeaksWhereItShouldAndIsSilentElsewhere() throws Exception {
        Files.copy(EXAMPLES.resolve("alerts.yml"), dir.resolve("alerts.yml"));
        Path cases = Files.copy(ALERTS, dir.resolve("alerts-test.yml"));
        assertThat(faults(List.of("promtool", "test", "rules", cases.toString())))
                .isEmpty();
        // What they are tried on is what is served: the series of a case are those that its rule names.
        String text = Files.readString(ALERTS);
        Matcher name = Pattern.compile("series: '(lockstep_[a-z_]+)").matcher(text);
        String rules = Files.readString(EXAMPLES.resolve("alerts.yml"));
        while (name.find()) {
            assertThat(rules).contains(name.group(1));
        }
    }

    @Test
    void theDashboardIsWholeAndItsPanelsDoNotOverlap() throws IOException {
        Map<?, ?> dashboard = (Map<?, ?>) Json.parse(Files.readString(EXAMPLES.resolve("grafana-dashboard.json")));
        List<String> places = new ArrayList<>();
        for (Object one : (List<?>) dashboard.get("panels")) {
            Map<?, ?> panel = (Map<?, ?>) one;
            assertThat((List<?>) panel.get("targets")).isNotEmpty();
            Map<?, ?> at = (Map<?, ?>) panel.get("gridPos");
            for (long x = (Long) at.get("x"); x < (Long) at.get("x") + (Long) at.get("w"); x++) {
                for (long y = (Long) at.get("y"); y < (Long) at.get("y") + (Long) at.get("h"); y++) {
                    places.add(x + "," + y);
                }
            }
        }
        assertThat(places).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(strings = {"follow", "listen", "sequence"})
    void theUnitsAreThoseOfSystemd(String name) throws Exception {
        String unit = Files.readString(EXAMPLES.resolve("lockstep-" + name + ".service"));
        assertThat(unit)
                .contains("\nType=notify\nNotifyAccess=all\n", "\nWatchdogSec=", "\nNoNewPrivileges=yes\n")
                .contains("\nProtectSystem=strict\n", " --metrics-listen ");
        assertThat(unit.lines().filter(line -> !line.startsWith("#") && !line.isEmpty()))
                .allMatch(line -> line.matches("\\[[A-Z][a-z]+]|[A-Z][A-Za-z]+=.*"));
        // The program and its user are of another machine.
        Path here = Files.writeString(
                dir.resolve("lockstep-" + name + ".service"),
                unit.replace("/usr/bin/lockstep", "/bin/true").replace("\nUser=app\n", "\n"));
        assertThat(faults(List.of("systemd-analyze", "verify", "--man=no", here.toString())))
                .isEmpty();
        assertThat(faults(List.of("systemd-analyze", "security", "--offline=yes", "--threshold=30", here.toString())))
                .isEmpty();
    }
}
