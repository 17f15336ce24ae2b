package dev.lockstep.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.mirror.copy.BackfillConformance;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PostgresExtension.class)
class PostgresBackfillTest extends BackfillConformance {
    private TestDatabase mirror;

    @BeforeEach
    void mirror(TestDatabase database) {
        mirror = database;
    }

    @Override
    protected String url() {
        return mirror.url();
    }

    @Override
    protected Connection connect() throws SQLException {
        return mirror.connect();
    }

    @Test
    void findsTheRowThatTheMirrorItselfRefuses() throws SQLException {
        sql(MANY.formatted("many", 1, 3_000));
        execute("create table many (id bigint primary key, name text check (name <> 'row 2000'))");

        LockstepRun failed = backfill();
        assertThat(failed.exit()).isEqualTo(7);
        assertThat(failed.stderr()).contains("many, key 2000: ", "23514");
        LockstepRun run = backfill("--on-bad-row", "quarantine");
        assertThat(run.exit()).isEqualTo(7);
        assertThat(run.stdout()).contains("1 rejected", "many, key 2000");
        assertThat(ask("select count(*) from many")).isEqualTo("2999");
    }

    @Test
    void setsSequencesSoThatTheNextRowOfAnApplicationFits() throws SQLException {
        sql(MANY.formatted("many", 1, 10));
        execute("create table many (id bigserial primary key, name text)");
        backfill();

        assertThat(ask("insert into many (name) values ('next') returning id")).isEqualTo("11");
    }

    /** Whoever makes the tables by hand, from what the plan prints, may go on with the next number, before a backfill and after. */
    @Test
    void thePlansOwnStatementsGiveTheNextRowItsNumber() throws SQLException {
        sql(MANY.formatted("many", 1, 10));
        String plan = run(source, "mirror", "plan").stdout();
        execute(plan.substring(plan.indexOf("create table"), plan.indexOf(';')));
        int identity = plan.indexOf("alter table");
        execute(plan.substring(identity, plan.indexOf(';', identity)));

        assertThat(ask("insert into many (name) values ('first') returning id")).isEqualTo("11");
        execute("delete from many");
        assertThat(backfill().exit()).isZero();
        assertThat(ask("insert into many (name) values ('next') returning id")).isEqualTo("12");
    }
}
