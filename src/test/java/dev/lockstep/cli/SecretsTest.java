package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.CadtSample;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.RunningLockstep;
import dev.lockstep.testing.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Model.CommandSpec;

/** A password appears nowhere: not in results, messages, stack traces, or the environment of a hook. */
@ExtendWith(PostgresExtension.class)
class SecretsTest {
    private static final String REALM = "http://localhost:4201/luke/my-realm/";
    private static final String CANARY = "S3CR3T-canary";

    @TempDir
    Path folder;

    private static LockstepRun run(int expected, Map<String, String> environment, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--debug", "-v"));
        LockstepRun run = LockstepRun.of(environment, all.toArray(String[]::new));
        assertThat(run.exit()).as("%s", run).isEqualTo(expected);
        return run;
    }

    private static void assertHidden(LockstepRun run, String secret) {
        assertThat(run.stdout()).doesNotContain(secret);
        assertThat(run.stderr()).doesNotContain(secret);
    }

    @Test
    void whatAConnectionSaysHidesThePasswordInEveryForm(TestDatabase database) {
        for (String format : List.of("text", "json", "jsonl")) {
            LockstepRun sent = run(0, database.environment(), "realm", "broadcast", REALM, "-o", format);
            assertHidden(sent, database.password());

            Map<String, String> wrong = new HashMap<>(database.environment());
            wrong.put("PGPASSWORD", CANARY);
            assertHidden(run(4, wrong, "realm", "broadcast", REALM, "-o", format), CANARY);

            Map<String, String> elsewhere = new HashMap<>(database.environment());
            elsewhere.put("PGDATABASE", "no_such_database");
            assertHidden(run(4, elsewhere, "realm", "broadcast", REALM, "-o", format), database.password());
        }
    }

    @Test
    void aPasswordInAnArgumentIsRefusedWithoutBeingRepeated() {
        for (String url : List.of(
                "postgresql://app:" + CANARY + "@localhost/db",
                "postgres://app@localhost/db?password=" + CANARY,
                "host=localhost password=" + CANARY,
                "jdbc:postgresql://localhost/db?user=app&password=" + CANARY,
                "jdbc:postgresqlx://app:" + CANARY + "@localhost/db",
                "postgresql://app:" + CANARY + "@localhost:abc/db",
                "postgresql://app:" + CANARY)) {
            for (String format : List.of("text", "json")) {
                assertHidden(
                        run(2, Map.of("HOME", "/nonexistent"), "realm", "broadcast", REALM, "--pg", url, "-o", format),
                        CANARY);
            }
        }
    }

    /** Each command that takes a database, once as it may be used and once with a password that is wrong. */
    @Test
    void noCommandRepeatsAPassword(TestDatabase database) throws Exception {
        Path file = CadtSample.V1.create(folder.resolve("data.db"), new CadtSample.Size(3, 3, 5));
        Map<String, String> right = new HashMap<>(database.environment());
        right.put("XDG_STATE_HOME", folder.toString());
        right.put("LOCKSTEP_DB", file.toString());
        right.put("LOCKSTEP_PROFILE", "cadt-v1");
        right.put("LOCKSTEP_PG", database.url());
        right.put("LOCKSTEP_TO", database.url());
        String url = database.url().replace(database.password(), CANARY);
        Map<String, String> wrong = new HashMap<>(right);
        wrong.putAll(Map.of("LOCKSTEP_PG", url, "LOCKSTEP_TO", url, "PGPASSWORD", CANARY));
        int connected = 0;
        for (String leaf : Catalog.TREE.paths()) {
            CommandSpec spec =
                    Catalog.TREE.leaf(leaf, Catalog.TREE.command(leaf)).getCommandSpec();
            boolean connects =
                    spec.optionsMap().containsKey("--pg") || spec.optionsMap().containsKey("--to");
            // The demo plays on a server of its own unless it is given one, whatever the environment says.
            if (!connects || leaf.equals("demo")) {
                continue;
            }
            String typed =
                    leaf + " --debug -v --json --report " + folder.resolve("report.json") + arguments(leaf, spec);
            for (Map<String, String> environment : List.of(right, wrong)) {
                LockstepRun run = LockstepRun.of(environment, typed.split(" ", -1));
                assertThat(run.exit()).as("%s: %s", typed, run).isNotEqualTo(70);
                assertHidden(run, CANARY);
                assertHidden(run, database.password());
                connected += run.exit() == 4 ? 1 : 0;
            }
        }
        assertThat(connected).as("commands that tried the wrong password").isGreaterThan(10);
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path kept : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                assertThat(Files.readString(kept, StandardCharsets.ISO_8859_1))
                        .as("%s", kept)
                        .doesNotContain(CANARY, database.password());
            }
        }
    }

    private static String arguments(String leaf, CommandSpec spec) {
        StringBuilder arguments = new StringBuilder();
        if (spec.optionsMap().containsKey("--timeout")) {
            arguments.append(" --timeout 1s");
        }
        if (spec.optionsMap().containsKey("--install")) {
            // A follower does not end by itself.
            arguments.append(" --install");
        }
        if (spec.optionsMap().containsKey("--yes")) {
            arguments.append(" -y");
        }
        if (spec.optionsMap().containsKey("--realm") && !leaf.equals("realm listen")) {
            arguments.append(" --realm " + REALM);
        }
        return arguments
                + switch (leaf) {
                    case "realm broadcast", "realm invalidate", "definitions clear" -> " " + REALM;
                    case "realm publish" -> " /nonexistent/a /nonexistent/b";
                    case "realm unpublish", "realm delete", "audit write" -> " /nonexistent/a";
                    case "realm lock" -> " " + REALM + " -- true";
                    case "transpile get", "transpile tombstone" -> " " + REALM + " a.gts";
                    case "transpile put" -> " " + REALM + " a.gts --generation 0 --body /dev/null";
                    case "transpile run" -> " " + REALM + " a.gts -- true";
                    case "transpile prune" -> " --older-than 1h";
                    case "audit latest" -> " --registry x";
                    case "mirror backfill" -> " --create";
                    case "shell" -> " -c locks";
                    default -> "";
                };
    }

    @Test
    void aHookSeesNoPassword(TestDatabase database) throws IOException {
        Path seen = folder.resolve("seen");
        Path hook = Files.writeString(folder.resolve("hook"), "#!/bin/sh\nenv >>'" + seen + "'\n");
        Files.setPosixFilePermissions(hook, PosixFilePermissions.fromString("rwx------"));
        Map<String, String> environment = new HashMap<>(database.environment());
        environment.put("LOCKSTEP_PG", database.url());

        try (RunningLockstep listener = RunningLockstep.start(
                environment, "realm", "listen", "--count", "1", "-o", "jsonl", "--exec", hook.toString())) {
            listener.awaitStdout("\"ready\"");
            assertThat(LockstepRun.of(environment, "realm", "broadcast", REALM).exit())
                    .isZero();
            assertHidden(listener.ended(), database.password());
        }

        assertThat(seen).content().contains("LOCKSTEP_PAYLOAD=" + REALM + ":*").doesNotContain(database.password());
    }
}
