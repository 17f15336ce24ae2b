package dev.lockstep.cli.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.Db;
import dev.lockstep.realm.Boxel;
import dev.lockstep.realm.outbox.OutboxSchema;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A step of the outbox that the server loses in a crash, when a subscriber has its last number already. */
@ExtendWith(PostgresExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class RelayLostStepTest {
    @BeforeEach
    void makeTheOutbox(TestDatabase database) {
        try (Db db = Boxel.open(database)) {
            OutboxSchema.install(db);
        }
    }

    /** The relay has told others meanwhile, and has nothing in memory but that. */
    @Test
    void whoWasAwayWhenTheNumbersBecameOthersIsToldOfAGap(TestDatabase database) throws Exception {
        try (RunningRelay relay = RunningRelay.of(database);
                EventReader stays = relay.subscriber()) {
            String id;
            try (EventReader goes = relay.subscriber()) {
                invalidate(database, "a.gts", "b.gts");
                stays.numbers(2);
                goes.numbers(2);
                id = goes.lastId();
            }
            loseAndRenumber(database);
            assertThat(stays.next("gap")).hasToString("{reason=rewound, seq=2}");

            try (EventReader back = relay.back(id)) {
                assertThat(back.next("gap")).hasToString("{reason=rewound, seq=2}");
                back.next("ready");
                assertThat(back.lastId()).isEqualTo(stays.lastId()).isNotEqualTo(id);
            }
            // Who was told of the gap has missed nothing since.
            try (EventReader back = relay.back(stays.lastId())) {
                back.next("ready");
                invalidate(database, "c.gts");
                assertThat(back.numbers(1)).containsExactly("3");
            }
        }
    }

    /** That relay has not heard of any of them; so for it nothing is missing. */
    @Test
    void whoHasGoneToARelayThatIsBehindIsToldOfAGap(TestDatabase database) throws Exception {
        try (RunningRelay one = RunningRelay.of(database);
                RunningRelay behind = RunningRelay.of(database, "--poll", "2s");
                EventReader reader = one.subscriber()) {
            invalidate(database, "a.gts", "b.gts");
            reader.numbers(2);
            try (EventReader moved = behind.back(reader.lastId())) {
                moved.next("ready");
                loseAndRenumber(database);

                Map<?, ?> gap = moved.next("gap");
                assertThat(gap.get("reason")).isEqualTo("rewound");
                invalidate(database, "c.gts");
                int missing = 3 - Integer.parseInt((String) gap.get("seq"));
                assertThat(moved.numbers(missing)).endsWith("3");
            }
        }
    }

    private static void invalidate(TestDatabase database, String... paths) throws SQLException {
        for (String path : paths) {
            database.execute("select lockstep_invalidate('http://localhost:4201/luke/', '" + path + "')");
        }
    }

    /** The same rows of the outbox have the same numbers, by another step; in one statement, so that no look falls between. */
    private static void loseAndRenumber(TestDatabase database) throws SQLException {
        database.execute("""
                with renumbered as (
                       update lockstep_inval_log
                          set at = clock_timestamp()
                    returning realm_url || ':' || path as payload)
                select pg_notify('realm_file_changes', payload)
                  from renumbered
                """);
    }
}
