package dev.lockstep.db.libpq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.support.Environment;
import dev.lockstep.support.Redactor;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What of a target is never printed, and what still is. */
class TargetRedactionTest {
    private static PgTarget resolve(String url) {
        Environment environment = new Environment(Map.of("HOME", "/nonexistent", "LOCKSTEP_PG", url));
        return PgTarget.resolve(null, TargetSources.of(environment).called("--pg", "--password-file"));
    }

    @Test
    void nothingOfATargetPrintsItsPasswordAndNothingElseWillEither() {
        PgTarget target = resolve("postgresql://bob:S3CR3T-target@db9/app?sslpassword=S3CR3T-key");

        assertThat(target + target.hosts().toString() + target.provenance()).doesNotContain("S3CR3T");
        assertThat(target.redactor().redact("the driver said S3CR3T-target and S3CR3T-key"))
                .doesNotContain("S3CR3T");
    }

    @Test
    void aPasswordThatIsTheUsersNameDoesNotBlackOutEveryMessage() {
        Redactor redactor = resolve("postgresql://postgres:postgres@db9").redactor();

        assertThat(redactor.redact("cannot connect to db9:5432 as postgres")).endsWith("as postgres");
    }
}
