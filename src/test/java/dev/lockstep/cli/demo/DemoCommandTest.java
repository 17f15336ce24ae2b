package dev.lockstep.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The demo in a program whose own environment is not that of the command. */
@ExtendWith(PostgresExtension.class)
class DemoCommandTest {
    private static final String PLAYER = "demo_player";
    private static final String PASSWORD = "dem0-pl4yer-s3cret";

    @TempDir
    Path state;

    @Test
    void itsReplicasAndBuildsFindTheVariablesOfTheCommand(TestDatabase database) throws SQLException {
        administer(database, "create role " + PLAYER + " login createdb password '" + PASSWORD + "'");
        try {
            Map<String, String> environment =
                    new HashMap<>(database.as(PLAYER, PASSWORD).environment());
            environment.put("XDG_STATE_HOME", state.toString());
            String url =
                    "postgresql://%s@%s:%d/%s".formatted(PLAYER, database.host(), database.port(), database.name());

            LockstepRun demo = LockstepRun.of(environment, "demo", "--pg", url).endedWith(0);

            assertThat(demo.stdout())
                    .contains("replica C heard http://localhost:4201/luke/my-realm/:*, number 3")
                    .contains("built so far: LET VERSION = 1; LET VERSION = 2; LET VERSION = 3;\n")
                    .contains("The database lockstep_demo_");
        } finally {
            administer(database, "drop role " + PLAYER);
        }
    }

    private static void administer(TestDatabase database, String sql) throws SQLException {
        try (Connection admin = database.connectAsAdministrator();
                Statement statement = admin.createStatement()) {
            statement.execute(sql);
        }
    }
}
