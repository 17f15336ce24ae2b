package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.Await;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.RunningLockstep;
import dev.lockstep.testing.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What doctor advises about the cache, the log and the outbox, and what the outbox itself does, pasted, mends it. */
@ExtendWith(PostgresExtension.class)
class AdvisedDoctorTest extends AdvisedStates {
    private static final String REALM = "https://boxel.example/luke/";

    private String[] here(TestDatabase database) throws Exception {
        Path password = password(database.password());
        return new String[] {"--pg", url(database), "--password-file", password.toString()};
    }

    @Test
    void ofTheCache(TestDatabase database) throws Exception {
        String[] here = here(database);
        List<String> doctor = words("doctor --for transpile", here);
        row("no cache", 3, "lockstep transpile init --guard", 0, doctor);
        assertThat(advice.run(doctor).stdout())
                .contains("transpile.guard")
                .doesNotContain("fix: 'lockstep transpile init");

        database.execute("drop trigger lockstep_guard on module_transpile_cache");
        row("no guard", 0, "lockstep transpile init --guard", LEADS_ON, doctor);
        database.execute("insert into module_transpile_cache"
                + " (realm_url, canonical_path, generation)"
                + " select '" + REALM + "', '" + REALM + "' || n || '.js', 1 from generate_series(1, 1100) n");
        row("many tombstones", 0, "lockstep transpile prune --older-than", LEADS_ON, doctor);
    }

    @Test
    void ofTheOutbox(TestDatabase database) throws Exception {
        String[] here = here(database);
        List<String> invalidate = words("realm invalidate " + REALM, with(here, "--outbox"));
        row("no outbox", 2, "lockstep realm init --outbox", 0, invalidate);
        database.execute("drop table lockstep_inval_outbox cascade");
        row("no outbox", 2, "lockstep realm init --outbox", LEADS_ON, words("realm sequence --once", here));
        database.execute("create table note (id integer primary key)", "drop table lockstep_inval_outbox cascade");
        row(
                "no outbox",
                2,
                "lockstep realm init --outbox",
                0,
                words("realm watch note", with(here, "--realm", "'" + REALM + "'", "--path", "id || '.json'")));
        advice.run(invalidate).endedWith(0);
        List<String> doctor = words("doctor --for realm", here);
        try (RunningLockstep sequence = running("nobody sequences", 3, "lockstep realm sequence", advice.run(doctor))) {
            Await.until("the outbox to be empty", Duration.ofSeconds(30), () -> database.ask(
                            "select count(*) from lockstep_inval_outbox")
                    .equals("0"));
            assertThat(sequence.stderr()).doesNotContain("hint:");
        }
    }

    @Test
    void ofAListenerThatStays(TestDatabase database) throws Exception {
        String[] here = here(database);
        advice.run(words("realm init", here)).endedWith(0);
        try (RunningLockstep listen =
                RunningLockstep.start(database.environment(), "realm", "listen", "--durable", "it's late")) {
            listen.awaitStdout("listening");
        }
        database.execute("update lockstep_listener set epoch = gen_random_uuid()");
        try (RunningLockstep listen = running(
                "at another log",
                3,
                "lockstep realm listen --durable",
                advice.run(words("doctor --for realm", here)))) {
            listen.awaitStdout("listening");
        }
        assertThat(advice.run(words("doctor --for realm", here)).stdout()).contains("none far behind");
    }
}
