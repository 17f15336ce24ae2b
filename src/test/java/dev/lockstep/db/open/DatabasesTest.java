package dev.lockstep.db.open;

import static dev.lockstep.db.PgClient.SESSION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.libpq.TargetSources;
import dev.lockstep.support.Environment;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.nio.file.Path;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Two programs that use lockstep in one JVM, each with databases of its own. */
@ExtendWith(PostgresExtension.class)
class DatabasesTest {
    @TempDir
    Path home;

    @Test
    void twoCallersInOneJvmKnowNothingOfEachOthersPasswords(TestDatabase database) {
        Environment one = environment(database, "S3CR3T-of-one");
        Environment two = environment(database, "S3CR3T-of-two");

        try (Databases ones = new Databases(one);
                Databases twos = new Databases(two);
                Db first = ones.postgres(target(one), SESSION);
                Db second = twos.postgres(target(two), SESSION)) {
            assertThat(refusal(first)).contains("\"***\"", "\"S3CR3T-of-two\"").doesNotContain("S3CR3T-of-one");
            assertThat(refusal(second)).contains("\"***\"", "\"S3CR3T-of-one\"").doesNotContain("S3CR3T-of-two");
        }
    }

    @Test
    void aPasswordIsTakenOutOfWhatAServerSaysAlsoWhenItLetsNobodyIn(TestDatabase database) {
        Environment environment = environment(database.as("x-S3CR3T-nobody-x", "other"), "S3CR3T-nobody");

        try (Databases databases = new Databases(environment)) {
            DbException refusal = catchThrowableOfType(
                    DbException.class,
                    () -> databases.postgres(target(environment), SESSION).close());

            assertThat(refusal).hasMessageContaining("\"x-***-x\"").hasMessageNotContaining("S3CR3T");
        }
    }

    @Test
    void whatIsConnectedToLeavesTheLogsOfTheDriversAsTheCallerHasSetThem(TestDatabase database) {
        Logger log = Logger.getLogger("org.postgresql");
        Level before = log.getLevel();
        log.setLevel(Level.SEVERE);
        try {
            Environment environment = environment(database, "S3CR3T-of-one");
            try (Databases databases = new Databases(environment);
                    Db db = databases.postgres(target(environment), SESSION)) {
                assertThat(db.isPooled()).isFalse();
            }

            assertThat(log.getLevel()).isEqualTo(Level.SEVERE);
        } finally {
            log.setLevel(before);
        }
    }

    private Environment environment(TestDatabase database, String secret) {
        return new Environment(
                Map.of("HOME", home.toString(), "LOCKSTEP_PG", database.url() + "?sslpassword=" + secret));
    }

    private static PgTarget target(Environment environment) {
        return PgTarget.resolve(null, TargetSources.of(environment));
    }

    /** What the server says of two tables that nobody has. */
    private static String refusal(Db db) {
        return refusal(db, "S3CR3T-of-one") + refusal(db, "S3CR3T-of-two");
    }

    private static String refusal(Db db, String table) {
        return catchThrowableOfType(
                        DbException.class, () -> db.run(tx -> tx.execute("select 1 from \"" + table + "\"")))
                .getMessage();
    }
}
