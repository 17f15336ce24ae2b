package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.LockstepRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Nobody has named a PostgreSQL, and nobody is at a terminal: none is started. */
class UnnamedDatabaseTest {
    private static final String REALM = "https://boxel.example/luke/";

    @TempDir
    Path home;

    static Stream<String> everyLeaf() {
        return Catalog.TREE.paths().stream();
    }

    /** What each command that needs a PostgreSQL takes besides. */
    private Map<String, List<String>> needsPostgres() throws IOException {
        Path file = Files.writeString(home.resolve("file"), "x");
        String tree = Files.createDirectories(home.resolve("tree")).toString();
        Map<String, List<String>> needing = new HashMap<>();
        needing.put("realm broadcast", List.of(REALM));
        needing.put("realm invalidate", List.of(REALM));
        needing.put("realm listen", List.of());
        needing.put("realm listeners", List.of());
        needing.put("realm publish", List.of(tree, home + "/site", "--realm", REALM, "--yes"));
        needing.put("realm unpublish", List.of(tree, "--realm", REALM, "--yes"));
        needing.put("realm delete", List.of(tree, "--realm", REALM, "--yes"));
        needing.put("realm lock", List.of(REALM, "--", "true"));
        needing.put("realm locks", List.of());
        needing.put("definitions clear", List.of(REALM));
        needing.put("transpile init", List.of());
        needing.put("transpile get", List.of(REALM, "a.js"));
        needing.put("transpile put", List.of(REALM, "a.js", "--generation", "1", "--body", file.toString()));
        needing.put("transpile run", List.of(REALM, "a.js", "--", "cat", file.toString()));
        needing.put("transpile tombstone", List.of(REALM, "a.js"));
        needing.put("transpile status", List.of());
        needing.put("transpile prune", List.of("--older-than", "7d", "--yes"));
        return needing;
    }

    private LockstepRun run(Map<String, String> more, String path, List<String> arguments) {
        Map<String, String> environment = new HashMap<>(more);
        environment.put("HOME", home.toString());
        environment.put("XDG_STATE_HOME", home.resolve("state").toString());
        environment.put("PATH", System.getenv("PATH"));
        List<String> words = new ArrayList<>(List.of(path.split(" ", -1)));
        words.addAll(arguments);
        return LockstepRun.of(environment, words.toArray(String[]::new));
    }

    @ParameterizedTest
    @MethodSource("everyLeaf")
    void startsNoServerThatNobodyAskedFor(String path) throws IOException {
        boolean takesPostgres =
                takes(path, "--pg") && !List.of("demo", "doctor", "shell").contains(path);
        List<String> arguments = needsPostgres().get(path);
        if (path.equals("demo")) {
            // It is asked for by that name.
            arguments = List.of("--help");
        }

        LockstepRun run = run(Map.of(), path, arguments == null ? List.of() : arguments);

        assertThat(home.resolve("state/lockstep/embedded")).as(path).doesNotExist();
        if (arguments != null && takesPostgres) {
            assertThat(run.exit()).as(run.stderr()).isEqualTo(2);
            assertThat(run.stderr().lines())
                    .containsExactly(
                            "lockstep " + path + ": no PostgreSQL named",
                            "hint: give --pg URL, or set LOCKSTEP_PG or PGHOST; --pg embedded is one that lockstep starts itself");
        } else if (takesPostgres) {
            assertThat(run.exit()).as(path).isEqualTo(2);
        }
    }

    private static boolean takes(String path, String option) {
        return Catalog.TREE
                        .leaf(path, Catalog.TREE.command(path))
                        .getCommandSpec()
                        .findOption(option)
                != null;
    }

    @Test
    void aScriptOfTheShellGetsNoneEither() throws IOException {
        Path script = Files.writeString(home.resolve("script"), "realm broadcast " + REALM + "\nversion\n");

        for (List<String> arguments :
                List.of(List.of("-c", "realm locks"), List.of("-f", script.toString()), List.of("-c", "\\conninfo"))) {
            LockstepRun run = run(Map.of(), "shell", arguments);

            assertThat(home.resolve("state/lockstep/embedded")).doesNotExist();
            assertThat(run.stdout()).doesNotContain("lockstep 0.");
            assertThat(run.stdout() + run.stderr()).containsAnyOf("no PostgreSQL named", "pg: none");
        }
    }

    @Test
    void doctorSaysTheSame() {
        assertThat(run(Map.of(), "doctor", List.of()).stdout()).contains("postgresql: none is named\n");
        LockstepRun asked = run(Map.of(), "doctor", List.of("--for", "realm"));
        assertThat(asked.exit()).isEqualTo(3);
        assertThat(asked.stdout()).contains("postgresql: no PostgreSQL named", "--pg URL");
        assertThat(home.resolve("state/lockstep/embedded")).doesNotExist();
    }

    @Test
    void noConnectionIsMadeWhereNothingIsSent() {
        assertThat(run(Map.of(), "realm broadcast", List.of(REALM, "--dry-run")).exit())
                .isZero();
        assertThat(home.resolve("state/lockstep/embedded")).doesNotExist();
    }

    /** A state folder that is none keeps the server from starting; that it was to be is all that is to be seen. */
    @Test
    void whoNamesItOrIsThereToBeToldGetsIt() throws IOException {
        Path none = Files.writeString(home.resolve("state"), "a file");
        Path profile = Files.writeString(
                home.resolve("p.json"),
                "{\"name\": \"p\", \"description\": \"d\", \"connections\": {\"pg\": \"embedded\"}}");
        String told = "no PostgreSQL named; using the embedded one";

        for (LockstepRun run : List.of(
                run(Map.of(), "realm locks", List.of("--pg", "embedded")),
                run(Map.of("LOCKSTEP_PG", "embedded"), "realm locks", List.of()),
                run(Map.of(), "realm locks", List.of("--profile", profile.toString())))) {
            assertThat(run.stderr()).contains("embedded PostgreSQL").doesNotContain(told);
        }
        assertThat(onTerminals("012", none)).contains("warning: " + told, "embedded PostgreSQL");
        assertThat(onTerminals("02", none)).contains("warning: " + told, "embedded PostgreSQL");
        assertThat(onTerminals("12", none)).contains("no PostgreSQL named\n").doesNotContain(told);
    }

    private String onTerminals(String terminals, Path state) {
        List<String> command = new ArrayList<>(ChildJvm.command());
        command.add("-Dlockstep.tty=" + terminals);
        command.addAll(List.of(Lockstep.class.getName(), "realm", "locks"));
        Map<String, String> environment = Map.of("HOME", home.toString(), "XDG_STATE_HOME", state.toString());
        try (ChildJvm child = ChildJvm.exec(home, environment, command.toArray(String[]::new))) {
            child.exitCode();
            return child.stderr();
        }
    }
}
