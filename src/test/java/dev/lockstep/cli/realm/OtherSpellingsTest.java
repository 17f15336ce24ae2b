package dev.lockstep.cli.realm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.BoxelTables;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Capital letters count; whoever names a file in others than the one that is known is told. */
@ExtendWith(PostgresExtension.class)
class OtherSpellingsTest {
    private static final String REALM = "http://localhost:4201/luke/";

    @BeforeEach
    void oneArtifactAndOneDefinition(TestDatabase database) throws SQLException {
        database.execute(BoxelTables.MODULES, BoxelTables.TRANSPILE_CACHE);
        LockstepRun.of(database.environment(), "transpile", "init").endedWith(0);
        LockstepRun.of(database.environment(), "transpile", "run", REALM, "cards/x.gts", "--", "echo", "x")
                .endedWith(0);
        database.execute("insert into modules (url, cache_scope, auth_user_id, resolved_realm_url)" + " values ('"
                + REALM + "cards/y.gts', 'public', '', '" + REALM + "')");
    }

    @ParameterizedTest
    @CsvSource({
        "realm invalidate URL --path cards/X.gts, cards/x.gts",
        "realm invalidate URL --durable --path Cards/y.gts, cards/y.gts",
        "realm broadcast URL --path cards/X.gts, cards/x.gts",
        "realm broadcast URL --durable --path cards/Y.gts, cards/y.gts",
        "transpile tombstone URL cards/X.gts, cards/x.gts",
        "realm invalidate URL --path cards/x.gts,",
        "realm invalidate URL --path cards/y.gts,",
        "realm invalidate URL --path cards/other.gts,",
        "realm invalidate URL,",
        "transpile tombstone URL --all -y,"
    })
    void theOneThatIsKnownIsNamed(String command, String known, TestDatabase database) {
        LockstepRun run = LockstepRun.of(
                        database.environment(), command.replace("URL", REALM).split(" "))
                .endedWith(0);

        if (known == null) {
            assertThat(run.stderr()).doesNotContain("capital letters");
        } else {
            assertThat(run.stderr()).contains("but of " + REALM + known + ": capital letters count");
        }
    }
}
