package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.BoxelTables;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Of PostgreSQL, all of it. */
@ExtendWith(PostgresExtension.class)
class PostgresGrantsTest extends GrantsConformance {
    /** A listener that has not heard the first of the log. */
    private static final String LATE = """
            insert into lockstep_listener (name, channel, epoch, seq)
            select 'late', channel, epoch, 0 from lockstep_inval_head
            """;

    private static final String OLD_RECORDS = """
            insert into lockstep_inval_log (channel, seq, id, realm_url, path)
            select channel, -n, gen_random_uuid(), 'http://old/', '*'
              from lockstep_inval_head, generate_series(1, 10) as n
            """;

    private static final String OLD_LISTENERS = """
            insert into lockstep_listener (name, channel, epoch, seq, seen_at)
            select n, channel, epoch, -n, now() - interval '31 days'
              from lockstep_inval_head, generate_series(1, 10) as n
            """;

    private static final GrantedPart OWNER = new GrantedPart(
            "lockstep_owner",
            List.of("drop table if exists units"),
            List.of(
                    "transpile init --guard",
                    "realm init --outbox",
                    "realm broadcast http://NEW/ --durable",
                    "mirror backfill SOURCE --to SERVER --create --table units --on-bad-row quarantine"));

    private TestDatabase database;

    @BeforeEach
    void given(TestDatabase fresh) {
        database = fresh;
    }

    @Override
    Connection connect() throws SQLException {
        return database.connect();
    }

    @Override
    Connection connectAsAdministrator() throws SQLException {
        return database.connectAsAdministrator();
    }

    @Override
    Map<String, String> login(String user, String password) {
        return database.as(user, password).environment();
    }

    @Override
    String url() {
        return "postgresql:///";
    }

    @Override
    String topic() {
        return "grants-postgresql";
    }

    @Override
    List<String> newUser(String user, String password, String role) {
        return List.of("create role " + user + " login password '" + password + "' in role " + role);
    }

    @Override
    List<String> gone(String role) {
        return List.of("drop owned by " + role, "drop role " + role);
    }

    @Test
    void everyRoleIsTried() {
        assertThat(roles())
                .containsOnlyOnceElementsOf(parts().map(GrantedPart::role).toList())
                .contains(OWNER.role())
                .hasSize(1 + (int) parts().count());
    }

    static Stream<GrantedPart> parts() {
        return Stream.of(
                new GrantedPart(
                        "lockstep_emitter",
                        List.of(),
                        List.of(
                                "realm broadcast http://NEW/ --durable",
                                "realm broadcast http://NEW/ --durable --id ID --wait --wait-timeout 5s",
                                "realm invalidate http://NEW/ --path a.gts",
                                "realm invalidate http://NEW/ --durable",
                                "definitions clear http://NEW/ --module a",
                                "definitions clear --all -y",
                                "realm publish DIR/site/source DIR/site/NEW -y --realm http://NEW/")),
                new GrantedPart(
                        "lockstep_caller",
                        List.of(),
                        List.of(
                                "realm invalidate http://NEW/ --outbox",
                                "realm invalidate http://NEW/ --path a.gts --outbox",
                                "realm broadcast http://NEW/ --outbox")),
                new GrantedPart(
                        "lockstep_sequencer",
                        List.of("select lockstep_invalidate('http://sequenced/')"),
                        List.of("realm sequence --once", "realm listeners")),
                new GrantedPart(
                        "lockstep_listener",
                        List.of("delete from lockstep_listener", LATE),
                        List.of(
                                "realm listen --durable late --count 1 --timeout 60s",
                                "realm listen --durable late --poll 50ms --count 1 --timeout 60s",
                                "realm listeners",
                                "realm locks",
                                "realm broadcast http://NEW/",
                                "realm lock http://NEW/ -- true")),
                new GrantedPart(
                        "lockstep_cache",
                        List.of("delete from lockstep_epoch"),
                        List.of(
                                "transpile get http://NEW/ a.gts",
                                "transpile put http://NEW/ a.gts --generation 0 --body DIR/rows",
                                "transpile put http://NEW/ b.gts --key k --generation 0 --body DIR/rows",
                                "transpile run http://NEW/ a.gts -- echo built",
                                "transpile tombstone http://NEW/ a.gts",
                                "transpile tombstone http://NEW/ --all -y --broadcast",
                                "transpile status",
                                "transpile prune --older-than 1h -y")),
                GrantedPart.AUDIT_LOG,
                GrantedPart.MIRROR);
    }

    private void makeAllTables() throws Exception {
        own(BoxelTables.MODULES, AUDIT.formatted("bigserial", "timestamptz"));
        run(database.environment(), "transpile init").endedWith(0);
        run(database.environment(), "realm broadcast http://x/ --durable").endedWith(0);
        run(database.environment(), "realm init --outbox").endedWith(0);
        makeTables(database.environment());
    }

    @Test
    void aBackfillOfAnUnchangedSourceTakesNoMore() throws Exception {
        makeAllTables();

        anUnchangedSourceTakesNoMoreThanIsGranted();
    }

    static Stream<GrantedPart> logAndMirror() {
        return Stream.of(GrantedPart.AUDIT_LOG, GrantedPart.MIRROR);
    }

    @ParameterizedTest
    @MethodSource("logAndMirror")
    void whoMayDoNothingIsShownWhatToGrant(GrantedPart part) throws Exception {
        makeAllTables();

        whoMayDoNothingIsShownTheScript(part);
    }

    @ParameterizedTest
    @MethodSource("parts")
    void aRoleTakesWhatItIsGrantedAndNoLess(GrantedPart part) throws Exception {
        makeAllTables();

        takesWhatItIsGrantedAndNoLess(
                part,
                List.of(
                        "delete on lockstep_inval_log",
                        "delete on lockstep_listener",
                        "insert on lockstep_cache_use",
                        "update on lockstep_cache_use"));
    }

    @Test
    void whoMayMakeTablesMakesThem() throws Exception {
        own("revoke create on schema public from public");

        takesWhatItIsGrantedAndNoLess(OWNER, List.of());
    }

    @ParameterizedTest
    @CsvSource({
        "lockstep_audit, audit apply --profile cadt-v1 --to SERVER, audit",
        "lockstep_audit, audit drop --profile cadt-v1 --to SERVER -y, audit_registry_id_generation",
        "lockstep_owner, transpile init --guard, module_transpile_cache",
    })
    void whoOwnsNoTableIsToldSo(String role, String command, String object) throws Exception {
        makeAllTables();
        run(database.environment(), "audit apply --profile cadt-v1 --to SERVER").endedWith(0);
        database.execute(
                "drop index audit_org_uid_generation", "alter table module_transpile_cache drop column content");

        LockstepRun run = run(granted(role), command).endedWith(1);
        assertThat(run.stderr()).contains("must be owner of", object);
    }

    @ParameterizedTest
    @ValueSource(strings = {"lockstep_inval_log", "lockstep_listener"})
    void whoMayNotDeleteLeavesItToOthersToPrune(String table) throws Exception {
        makeAllTables();
        own(OLD_LISTENERS, OLD_RECORDS, "update lockstep_inval_head set seq = 1000000");
        Map<String, String> user = granted("lockstep_emitter");
        Files.write(
                dir.resolve("paths"),
                LongStream.range(0, 1_000).mapToObj(Long::toString).toList());
        String broadcast = "realm broadcast http://NEW/ --durable --paths-from DIR/paths";
        String count = "select count(*) from " + table + " where seq < 0";

        revoke("delete on " + table, "lockstep_emitter");
        run(user, broadcast).endedWith(0);
        assertThat(database.ask(count)).isEqualTo("10");
        grant("delete on " + table, "lockstep_emitter");
        run(user, broadcast).endedWith(0);
        assertThat(database.ask(count)).isEqualTo("0");
    }
}
