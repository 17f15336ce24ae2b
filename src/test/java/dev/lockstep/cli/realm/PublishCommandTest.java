package dev.lockstep.cli.realm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.DurableLogTest;
import dev.lockstep.db.LockKey;
import dev.lockstep.testing.Fault;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** {@code realm publish}, {@code unpublish} and {@code delete}, from end to end. */
@ExtendWith(PostgresExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class PublishCommandTest {
    private static final String REALM = "http://localhost:4201/luke/";

    @TempDir
    private Path dir;

    private Path source;
    private Path target;

    @BeforeEach
    void makeASource() throws IOException {
        source = Files.createDirectory(dir.resolve("source"));
        target = Files.createDirectory(dir.resolve("www")).resolve("site");
        Files.writeString(source.resolve("index.json"), "{}");
    }

    private static LockstepRun run(TestDatabase database, String... arguments) {
        return LockstepRun.of(database.environment(), arguments);
    }

    @Test
    void publishingShowsATreeAndTellsAListener(TestDatabase database) throws Exception {
        DurableLogTest.register(database, "replica");
        Path then = dir.resolve("then");
        Path reindex = Files.writeString(
                dir.resolve("reindex"), "#!/bin/sh\necho \"$LOCKSTEP_REALM $LOCKSTEP_TARGET\" > '" + then + "'\n");
        assertThat(reindex.toFile().setExecutable(true)).isTrue();

        Map<?, ?> data = run(
                        database,
                        "realm",
                        "publish",
                        source.toString(),
                        target.toString(),
                        "--realm",
                        REALM,
                        "--then",
                        reindex.toString(),
                        "--yes",
                        "--json")
                .endedWith(0)
                .data();

        assertThat(data.get("files")).isEqualTo(1L);
        assertThat(target.resolve("index.json")).hasContent("{}");
        assertThat(then).hasContent(REALM + " " + target);
        assertThat(run(database, "realm", "listen", "--durable", "replica", "--count", "1", "--timeout", "20s")
                        .stdout())
                .contains("realm_file_changes " + REALM + ":*");

        assertThat(run(database, "realm", "unpublish", target.toString(), "--realm", REALM, "-y")
                        .exit())
                .isZero();
        assertThat(target).doesNotExist();
        LockstepRun again = run(database, "realm", "unpublish", target.toString(), "--realm", REALM, "-y", "--json");
        assertThat(again.stdout()).contains("\"changed\":false");
        assertThat(run(database, "realm", "delete", source.toString(), "--realm", REALM, "-y")
                        .exit())
                .isZero();
        assertThat(source).doesNotExist();
    }

    @Test
    void publishingAsksFirstAndShowsAPlan(TestDatabase database) {
        String[] publish = {"realm", "publish", source.toString(), target.toString(), "--realm", REALM, "--json"};
        assertThat((String) run(database, publish).endedWith(6).error().get("hint"))
                .contains("--yes");

        publish[6] = "-n";
        assertThat(run(database, publish).stdout()).contains("would copy 1 file, 2 bytes");
        assertThat(target).doesNotExist();
        for (String verb : List.of("unpublish", "delete")) {
            assertThat(run(database, "realm", verb, target.toString(), "--realm", REALM, "-n")
                            .stdout())
                    .contains("nothing at " + target);
        }
        assertThat(run(database, "realm", "delete", source.toString(), "--realm", REALM, "-n")
                        .stdout())
                .contains("would take away " + source);
        assertThat(run(database, "realm", "unpublish", source.toString(), "--realm", REALM, "-n")
                        .exit())
                .isEqualTo(6);
        assertThat(source.resolve("index.json")).hasContent("{}");
    }

    @Test
    void aFollowUpThatFailsLeavesThePublication(TestDatabase database) {
        Map<?, ?> error = run(
                        database,
                        "realm",
                        "publish",
                        source.toString(),
                        target.toString(),
                        "--realm",
                        REALM,
                        "--then",
                        "false",
                        "-y",
                        "--json")
                .endedWith(7)
                .error();

        assertThat((String) error.get("hint")).endsWith("false");
        assertThat(target.resolve("index.json")).hasContent("{}");
    }

    @Test
    void publishingWaitsForTheRealmsLockAndNoLonger(TestDatabase database) throws Exception {
        try (Connection holder = database.connect();
                Statement statement = holder.createStatement()) {
            statement.execute("select pg_advisory_lock(" + LockKey.of(REALM).value() + ")");
            String[] publish = {
                "realm",
                "publish",
                source.toString(),
                target.toString(),
                "--realm",
                REALM,
                "-y",
                "--wait",
                "200ms",
                "--json"
            };

            assertThat(run(database, publish).endedWith(5).error().get("code")).isEqualTo("realm-locked");
            assertThat(target).doesNotExist();
            assertThat(run(database, "realm", "locks").stdout())
                    .contains("lock " + LockKey.of(REALM).value());
        }
    }

    /** Broken at any call to the database, readers see a whole tree or none, and the next run ends well. */
    @Test
    void publishingBrokenAtAnyCallIsPutRightByTheNext(TestDatabase database) throws Exception {
        run(database, "realm", "broadcast", REALM, "--durable");
        String[] publish = {"realm", "publish", source.toString(), target.toString(), "--realm", REALM, "-y"};
        boolean broken = true;
        for (int call = 1; broken; call++) {
            for (Fault.Mode mode : List.of(Fault.Mode.THROW_BEFORE, Fault.Mode.THROW_AFTER, Fault.Mode.CLOSE)) {
                Files.writeString(source.resolve("index.json"), call + mode.name());
                Fault fault = Fault.at(call, mode);
                LockstepRun run = LockstepRun.inProcess(fault, database.environment(), publish);
                broken = fault.hit();
                assertThat(run.exit()).as(run.stderr()).isIn(0, 1, 4, 5);

                assertThat(run(database, publish).exit()).isZero();
                assertThat(target.resolve("index.json")).hasContent(call + mode.name());
                assertThat(target.resolveSibling(".site.versions").resolve("pending"))
                        .doesNotExist();
            }
        }
    }
}
