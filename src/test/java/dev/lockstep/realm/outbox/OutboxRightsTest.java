package dev.lockstep.realm.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.db.Db;
import dev.lockstep.realm.Boxel;
import dev.lockstep.realm.log.Sequencer;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.transpile.schema.CacheSchema;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who may call the functions of the outbox may do no more than that. */
@ExtendWith(PostgresExtension.class)
class OutboxRightsTest {
    @Test
    void whoMayOnlyExecuteInvalidatesAndDoesNothingElse(TestDatabase database) throws SQLException {
        String role = "caller_" + database.name();
        try (Db db = Boxel.open(database);
                Connection admin = database.connectAsAdministrator();
                Statement administration = admin.createStatement()) {
            db.transact(CacheSchema::install);
            OutboxSchema.install(db);
            administration.execute("create role " + role + " login password 'S3CR3T-outbox'");
            administration.execute(
                    "grant execute on function lockstep_invalidate, lockstep_invalidate_many, lockstep_broadcast to "
                            + role);
            try (Connection caller = database.as(role, "S3CR3T-outbox").connect();
                    Statement statement = caller.createStatement()) {
                statement.execute("create temporary table lockstep_inval_outbox (x int)");
                statement.execute("create temporary table module_transpile_cache (x int)");
                statement.execute(
                        "create function pg_temp.now() returns timestamptz language sql as 'select 1/0; select null::timestamptz'");
                statement.execute("set search_path = pg_temp, public");
                statement.execute("select lockstep_invalidate('http://x.test/a/', 'a.gts')");
                statement.execute("select lockstep_invalidate_many('http://x.test/a/', array['b.gts'])");
                statement.execute("select lockstep_broadcast('http://x.test/a/')");
                for (String denied : List.of(
                        "select * from public.lockstep_inval_outbox",
                        "insert into public.lockstep_inval_outbox (channel, realm_url, forgets) values ('realm_file_changes', 'http://x/', false)",
                        "delete from public.lockstep_inval_outbox",
                        "select * from public.module_transpile_cache",
                        "select * from public.lockstep_sequencer",
                        "select * from public.lockstep_inval_log",
                        "select * from public.lockstep_realm_floor",
                        "select public.lockstep_emit('http://x/', null, true)",
                        "select public.lockstep_forget_artifacts('http://x/', null)",
                        "select public.lockstep_forget_definitions('http://x/', null)",
                        "select public.lockstep_imports('http://x/')",
                        "select public.lockstep_changes(0)")) {
                    assertThatThrownBy(() -> statement.execute(denied))
                            .as(denied)
                            .hasMessageContaining("permission denied");
                }
            } finally {
                administration.execute("drop owned by " + role);
                administration.execute("drop role " + role);
            }
            assertThat(new Sequencer().step(db).rows()).isEqualTo(3);
            assertThat(database.ask("select count(*) from module_transpile_cache"))
                    .isEqualTo("2");
        }
    }
}
