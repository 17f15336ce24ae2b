package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.RunningLockstep;
import dev.lockstep.testing.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What lies in {@code examples} does what it says. */
@ExtendWith(PostgresExtension.class)
class ExamplesTest {
    private static final String REALM = "http://localhost:4201/luke/my-realm/";
    private static final String OTHER = "http://localhost:4201/luke/other/";

    @TempDir
    Path cache;

    private Path cached(String realm, String path) throws IOException, NoSuchAlgorithmException {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(realm.getBytes(StandardCharsets.UTF_8));
        Path file = cache.resolve(HexFormat.of().formatHex(digest)).resolve(path);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, "cached");
    }

    @Test
    void onRealmChangeDropsWhatChangedAndNothingElse(TestDatabase database) throws Exception {
        Path person = cached(REALM, "cards/person.gts");
        Path pet = cached(REALM, "cards/pet.gts");
        Path elsewhere = cached(OTHER, "cards/person.gts");
        Map<String, String> environment = new HashMap<>(database.environment());
        environment.put("CACHE_DIR", cache.toString());
        environment.put("PATH", System.getenv("PATH"));
        String hook = Path.of("examples/on-realm-change").toAbsolutePath().toString();

        try (RunningLockstep listener =
                RunningLockstep.start(environment, "realm", "listen", "--count", "1", "-o", "jsonl", "--exec", hook)) {
            listener.awaitStdout("\"ready\"");
            LockstepRun.of(environment, "realm", "broadcast", REALM, "--path", "cards/person.gts");
            assertThat(listener.ended().exit()).isZero();
        }
        assertThat(person).doesNotExist();
        assertThat(pet).exists();

        try (RunningLockstep listener =
                RunningLockstep.start(environment, "realm", "listen", "--count", "1", "-o", "jsonl", "--exec", hook)) {
            listener.awaitStdout("\"ready\"");
            LockstepRun.of(environment, "realm", "broadcast", REALM);
            assertThat(listener.ended().exit()).isZero();
        }
        assertThat(pet.getParent()).doesNotExist();
        assertThat(elsewhere).exists();
    }
}
