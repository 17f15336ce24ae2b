package dev.lockstep.mirror.repair;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.mirror.TestMirror;
import dev.lockstep.testing.ChildJvm;
import java.io.File;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Runs a script on a mirror as a person would: by psql, mariadb or sqlite3; where there is none, by the bare driver. */
final class ScriptClient {
    private ScriptClient() {}

    static void run(TestMirror mirror, Path script, String... settings) throws Exception {
        String url = mirror.environment().get("LOCKSTEP_TO");
        String program = url.startsWith("postgres") ? "psql" : url.startsWith("sqlite") ? "sqlite3" : "mariadb";
        if (isThere(program)) {
            List<String> command = command(program, url, settings);
            Path home = script.toAbsolutePath().getParent();
            String line = String.join(
                            " ", command.stream().map(word -> "'" + word + "'").toList()) + " < '" + script + "'";
            try (ChildJvm client = ChildJvm.exec(home, Map.of("PATH", System.getenv("PATH")), "sh", "-c", line)) {
                assertThat(client.exitCode(Duration.ofMinutes(1)))
                        .as("%s", client)
                        .isZero();
            }
        } else {
            byDriver(url, Files.readString(script));
        }
    }

    private static boolean isThere(String program) {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    private static List<String> command(String program, String url, String... settings) {
        if (program.equals("psql")) {
            List<String> command = new ArrayList<>(List.of("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1"));
            for (String setting : settings) {
                command.addAll(List.of("-c", setting));
            }
            command.addAll(List.of("-f", "-", url));
            return command;
        }
        if (program.equals("sqlite3")) {
            return List.of("sqlite3", url.substring("sqlite:".length()));
        }
        URI at = URI.create(url);
        String[] user = at.getUserInfo().split(":", 2);
        List<String> command = new ArrayList<>(List.of(
                "mariadb",
                "--no-defaults",
                "--skip-ssl",
                "-h" + at.getHost(),
                "-P" + at.getPort(),
                "-u" + user[0],
                "-p" + user[1],
                at.getPath().substring(1)));
        for (String setting : settings) {
            command.add(command.size() - 1, "--init-command=" + setting);
        }
        return command;
    }

    private static void byDriver(String url, String script) throws Exception {
        String jdbc = url.startsWith("sqlite")
                ? "jdbc:" + url
                : "jdbc:" + url.replaceFirst("^(postgres|mysql)(ql)?:", "$1$2:").replaceFirst("//[^@]*@", "//");
        String[] user = url.startsWith("sqlite")
                ? new String[] {"", ""}
                : URI.create(url).getUserInfo().split(":", 2);
        try (Connection connection =
                        DriverManager.getConnection(jdbc.replace("jdbc:mysql:", "jdbc:mariadb:"), user[0], user[1]);
                Statement statement = connection.createStatement()) {
            for (String one : statements(script)) {
                statement.execute(one);
            }
        }
    }

    /** Each ends a line with a semicolon that is in no text. */
    private static List<String> statements(String script) {
        List<String> statements = new ArrayList<>();
        StringBuilder statement = new StringBuilder();
        for (String line : script.split("(?<=\n)", -1)) {
            boolean begins = statement.length() == 0;
            if (begins && (line.startsWith("--") || line.startsWith(".") || line.isBlank())) {
                continue;
            }
            statement.append(line);
            long quotes = statement.chars().filter(c -> c == '\'').count();
            if (line.endsWith(";\n") && quotes % 2 == 0) {
                statements.add(statement.toString().strip().replaceFirst(";$", ""));
                statement.setLength(0);
            }
        }
        assertThat(statement.toString().getBytes(StandardCharsets.UTF_8)).isEmpty();
        return statements;
    }
}
