package dev.lockstep.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.mirror.copy.BackfillConformance;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.MariaDbDatabase;
import dev.lockstep.testing.MariaDbExtension;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(MariaDbExtension.class)
class MariaDbBackfillTest extends BackfillConformance {
    private MariaDbDatabase mirror;

    @BeforeEach
    void mirror(MariaDbDatabase database) {
        mirror = database;
    }

    @Override
    protected String url() {
        return mirror.url();
    }

    @Override
    protected Connection connect() throws SQLException {
        return MirrorPair.strict(mirror.connect());
    }

    /** However strict the session is, a column that is derived from another is rounded with a note and no more. */
    @Test
    void aRowOfWhichTheServerOnlyWarnsIsFoundAndTheOthersArrive() throws SQLException {
        sql(
                "create table price (id integer primary key, amount numeric)",
                "insert into price with recursive n (i) as (select 1 union all select i + 1 from n where i < 3000)"
                        + " select i, i * 0.5 from n",
                "update price set amount = 0.25 where id = 1234");
        execute("create table price (id bigint primary key, amount decimal(20,2),"
                + " tenths decimal(20,1) as (amount) stored)");

        LockstepRun failed = backfill("--table", "price");
        assertThat(failed.exit()).isEqualTo(7);
        assertThat(failed.stderr()).contains("price, key 1234: the server warns: Data truncated for column 'tenths'");
        LockstepRun run = backfill("--table", "price", "--on-bad-row", "quarantine");
        assertThat(run.exit()).as(run.stdout() + run.stderr()).isEqualTo(7);
        assertThat(run.stdout()).contains("3000 read", "1 rejected", "price, key 1234: the server warns");
        assertThat(ask("select row_key from lockstep_mirror_reject")).isEqualTo("1234");
        assertThat(ask("select count(*) from price")).isEqualTo("2999");

        sql("update price set amount = 7.5 where id = 1234");
        assertThat(backfill("--table", "price").exit()).isZero();
        assertThat(ask("select tenths from price where id = 1234")).isEqualTo("7.5");
        sql("update price set amount = 0.75 where id = 1234");
        assertThat(backfill("--table", "price", "--on-bad-row", "quarantine").exit())
                .isEqualTo(7);
        assertThat(ask("select count(*) from price")).isEqualTo("2999");
    }
}
