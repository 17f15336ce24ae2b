package dev.lockstep;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What is typed in a session that is shown: lines of shell, each shown before it runs. */
final class SessionScript {
    private static final Path SCRIPTS = Path.of("src/test/resources/dev/lockstep/sessions");

    private SessionScript() {}

    /** For a shell; a line that begins with an at-sign runs unseen, one that begins with {@code >} is only shown. */
    static String of(String name) throws IOException {
        StringBuilder script = new StringBuilder();
        for (String line : Files.readAllLines(SCRIPTS.resolve(name + ".txt"))) {
            boolean isShown = !line.startsWith("@");
            boolean runs = !line.startsWith(">");
            String command = isShown && runs ? line : line.substring(1);
            script.append(isShown ? "cat <<'typed'\n$ " + command + "\ntyped\n" : "")
                    .append(runs ? command + "\n" : "");
        }
        return script.toString();
    }
}
