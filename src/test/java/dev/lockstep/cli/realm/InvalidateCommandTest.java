package dev.lockstep.cli.realm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.BoxelTables;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** {@code realm invalidate} and {@code definitions clear}, from end to end. */
@ExtendWith(PostgresExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class InvalidateCommandTest {
    private static final String REALM = "http://localhost:4201/luke/";

    private static LockstepRun run(TestDatabase database, String... arguments) {
        return LockstepRun.of(database.environment(), arguments);
    }

    @Test
    void invalidatingDoesWithWhatThereIs(TestDatabase database) {
        Map<?, ?> data = run(database, "realm", "invalidate", REALM, "--json")
                .endedWith(0)
                .data();

        assertThat(data)
                .hasToString("{tombstoned=0, definitionsDeleted=0, payloads=[" + REALM + ":*, " + REALM
                        + "], dependents=[]}");
        assertThat(run(database, "definitions", "clear", REALM, "--json")
                        .endedWith(6)
                        .error()
                        .get("code"))
                .isEqualTo("refused");
    }

    @Test
    void definitionsAreClearedByModuleByRealmAndWhole(TestDatabase database) throws SQLException {
        database.execute(BoxelTables.MODULES, """
                insert into modules (url, cache_scope, auth_user_id, resolved_realm_url, deps, file_alias)
                select 'http://localhost:4201/luke/' || n || '.gts', 'public', '', 'http://localhost:4201/luke/', '[]',
                       'http://localhost:4201/luke/' || n
                  from generate_series(1, 4) as n
                """);

        for (String[] plan : new String[][] {{"1", REALM, "--module", "1.gts"}, {"4", REALM}, {"4", "--all"}}) {
            List<String> command = new ArrayList<>(List.of("definitions", "clear", "-n"));
            command.addAll(List.of(plan).subList(1, plan.length));
            assertThat(run(database, command.toArray(String[]::new)).stdout())
                    .startsWith("would delete " + plan[0] + " definition")
                    .endsWith(" and send 1 notification\n");
        }

        assertThat(run(database, "definitions", "clear", REALM, "--module", "1.gts", "--json")
                        .endedWith(0)
                        .data()
                        .get("deleted"))
                .isEqualTo(1L);
        assertThat(run(database, "definitions", "clear", REALM, "--module", REALM + "2", "--json")
                        .endedWith(0)
                        .data()
                        .get("deleted"))
                .isEqualTo(1L);
        assertThat(run(database, "definitions", "clear", "--all", "--json")
                        .endedWith(6)
                        .error()
                        .get("hint"))
                .isEqualTo("add --yes if that is meant");
        assertThat(run(database, "definitions", "clear", "--all", "-y", "--json")
                        .endedWith(0)
                        .data())
                .hasToString("{deleted=2, payloads=[{\"k\":\"global\"}]}");
    }

    @Test
    void aModuleThatNothingIsKnownOfIsSaidWithTheOneThatWasProbablyMeant(TestDatabase database) throws SQLException {
        database.execute(BoxelTables.MODULES, """
                insert into modules (url, cache_scope, auth_user_id, resolved_realm_url, deps, file_alias)
                values ('http://localhost:4201/luke/person.gts', 'public', '', 'http://localhost:4201/luke/', '[]',
                        'http://localhost:4201/luke/person')
                """);

        LockstepRun run = run(database, "definitions", "clear", REALM, "--module", "persn.gts", "--module", "person");
        assertThat(run.exit()).isEqualTo(3);
        assertThat(run.stderr()).contains("persn.gts", "did you mean " + REALM + "person.gts?");
        assertThat(run.stdout()).startsWith("1 definition deleted");
        assertThat(run(database, "definitions", "clear", REALM, "--module", "@cardstack/base/card-api")
                        .stderr())
                .contains("write card-api if it is in " + REALM);
        assertThat(run(database, "definitions", "clear", REALM, "--module", REALM + "person?x")
                        .exit())
                .isEqualTo(2);
    }

    @Test
    void aModuleIsFoundHoweverItsAccentsAreWritten(TestDatabase database) throws SQLException {
        database.execute(BoxelTables.MODULES, """
                insert into modules (url, cache_scope, auth_user_id, resolved_realm_url, deps, file_alias)
                values ('http://localhost:4201/luke/caf%C3%A9.gts', 'public', '', 'http://localhost:4201/luke/', '[]',
                        'http://localhost:4201/luke/caf%C3%A9')
                """);

        LockstepRun run = run(database, "definitions", "clear", REALM, "--module", "cafe\u0301");

        assertThat(run.endedWith(0).stdout()).startsWith("1 definition deleted");
    }

    /** Nothing would be forgotten, and a second cache made where no replica looks. */
    @Test
    void tablesInASchemaThatIsNotSearchedAreNoReasonToDoWithout(TestDatabase database) throws SQLException {
        database.execute(BoxelTables.MODULES);
        database.execute(BoxelTables.TRANSPILE_CACHE);
        database.execute("create schema other", """
                do $$ begin
                  execute format('alter database %I set search_path = other', current_database());
                end $$
                """);

        for (String command : List.of(
                "realm invalidate " + REALM,
                "transpile init",
                "transpile status",
                "definitions clear " + REALM,
                "transpile tombstone " + REALM + " person.gts")) {
            LockstepRun run = run(database, command.split(" "));
            assertThat(run.exit()).as(run.stderr()).isEqualTo(6);
            assertThat(run.stderr()).contains("in the schema public", "PGOPTIONS='-c search_path=public'");
        }
        assertThat(database.ask("select count(*) from pg_tables where schemaname = 'other'"))
                .isEqualTo("0");
    }
}
