package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.Await;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.RunningLockstep;
import dev.lockstep.testing.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is advised about realms, artifacts, and what is typed. */
@ExtendWith(PostgresExtension.class)
class AdvisedRealmTest extends AdvisedStates {
    private static final String REALM = "https://boxel.example/luke/";

    @Test
    void ofARealm(TestDatabase database) throws Exception {
        Path password = password(database.password());
        String[] here = {"--pg", url(database), "--password-file", password.toString()};
        String put = "transpile put " + REALM + " a.js --body /dev/null";
        List<String> get = words("transpile get " + REALM + " a.js", here);
        row("no cache", 2, "lockstep transpile init", 3, get);
        row("no generation", 2, "lockstep transpile get " + REALM + " a.js", LEADS_ON, words(put, here));
        row(
                "no epoch",
                2,
                "lockstep transpile get " + REALM + " a.js",
                LEADS_ON,
                words(put + " --generation 1 --epoch x", here));
        row(
                "no definitions",
                6,
                "lockstep realm invalidate " + REALM,
                LEADS_ON,
                words("definitions clear " + REALM, here));
        Path plain = Files.createDirectories(dir.resolve("o'ld \"site\""));
        row(
                "a plain directory",
                6,
                "lockstep realm delete",
                LEADS_ON,
                words("realm unpublish", with(here, plain.toString(), "--realm", REALM, "--yes")));
        assertThat(plain).doesNotExist();
        try (RunningLockstep holder = RunningLockstep.start(
                database.environment(), "realm", "lock", REALM, "--", "sh", "-c", "echo held; exec sleep 600")) {
            waitFor(database, "select count(*) > 0 from pg_locks where locktype = 'advisory' and granted");
            row(
                    "locked",
                    124,
                    "lockstep realm locks",
                    LEADS_ON,
                    words("realm lock " + REALM + " --wait 100ms", with(here, "--", "true")));
        }
        Path stuck = Files.writeString(dir.resolve("stuck"), "#!/bin/sh\nexec sleep 600\n");
        assertThat(stuck.toFile().setExecutable(true)).isTrue();
        try (RunningLockstep listen = RunningLockstep.start(
                database.environment(), "realm", "listen", "--durable", "late", "--exec", stuck.toString())) {
            listen.awaitStdout("listening");
            row(
                    "not applied",
                    5,
                    "lockstep realm listeners",
                    LEADS_ON,
                    words("realm broadcast " + REALM + " --wait --wait-timeout 200ms", here));
            row(
                    "a name that is taken",
                    6,
                    "lockstep realm listeners",
                    LEADS_ON,
                    words("realm listen --durable late --timeout 20s", here));
        }
    }

    private static void waitFor(TestDatabase database, String condition) {
        Await.until(
                condition, Duration.ofSeconds(30), () -> database.ask(condition).equals("t"));
    }

    @Test
    void ofWhatIsTyped() throws Exception {
        row("no verb", 2, "lockstep help realm", LEADS_ON, words("realm bogus"));
        row("no program", 2, "lockstep transpile run --help", LEADS_ON, words("transpile run"));
        row("no program", 2, "lockstep realm lock --help", LEADS_ON, words("realm lock"));
        row("no program", 2, "lockstep fts run --help", LEADS_ON, words("fts run", "--db", source().toString()));
        row("an option", 2, "lockstep audit check --help", LEADS_ON, words("audit check --nope"));
    }
}
