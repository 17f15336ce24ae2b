package dev.lockstep.cli.realm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A durable log in a schema that this login does not search is neither missing nor made a second time. */
@ExtendWith(PostgresExtension.class)
class HiddenLogTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "realm init",
                "realm init -n",
                "realm init --outbox",
                "realm broadcast http://localhost:4201/luke/ --durable",
                "realm listeners",
                "realm listen --durable=one --timeout 60s",
                "realm listen --poll 1s --timeout 60s"
            })
    void itIsSaidWhereItIs(String command, TestDatabase database) throws SQLException {
        LockstepRun.of(database.environment(), "realm", "init").endedWith(0);
        database.execute("create schema elsewhere");
        Map<String, String> environment = new HashMap<>(database.environment());
        environment.put("PGOPTIONS", "-c search_path=elsewhere");

        LockstepRun run = LockstepRun.of(environment, command.split(" ")).endedWith(6);

        assertThat(run.stderr())
                .contains("lockstep_inval_head is in the schema public", "PGOPTIONS='-c search_path=public'");
        assertThat(database.ask("select count(*) from pg_class where relname = 'lockstep_inval_head'"))
                .isEqualTo("1");
    }
}
