package dev.lockstep.realm.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.db.Db;
import dev.lockstep.realm.Boxel;
import dev.lockstep.realm.outbox.TableWatch.Expressions;
import dev.lockstep.realm.outbox.TableWatch.Plan;
import dev.lockstep.support.LockstepException;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A table's rows, told of by triggers. */
@ExtendWith(PostgresExtension.class)
class TableWatchTest {
    private static final Expressions CARDS = new Expressions("'http://h/' || owner || '/' -- o", "slug || '.json'", 3);

    private static final String TOLD = """
            with told as (delete from lockstep_inval_outbox returning realm_url, paths)
            select string_agg(realm_url || ' ' || coalesce(cast(paths as text), '*'), ' ' order by realm_url, paths) from told
            """;

    private static Plan watch(Db db, String table, Expressions expressions) {
        return db.transact(tx -> {
            Plan plan = TableWatch.install(tx, table, expressions);
            plan.statements().forEach(tx::execute);
            return plan;
        });
    }

    private static void assertTold(TestDatabase database, String statement, String told) throws SQLException {
        database.execute(statement);
        assertThat(database.ask(TOLD)).as(statement).isEqualTo(told);
    }

    @Test
    void whatEachStatementHasChangedIsToldOfAndNothingElse(TestDatabase database) throws SQLException {
        try (Db db = Boxel.open(database)) {
            OutboxSchema.install(db);
            database.execute(
                    "create table card (id int primary key, gone int, owner text, slug text, data json, n float8)",
                    "alter table card drop column gone");
            assertThat(watch(db, "card", CARDS).statements()).hasSize(16);
            assertThat(watch(db, "card", CARDS).statements()).isEmpty();

            assertTold(
                    database,
                    "insert into card select i, 'o' || i % 2, 's' || i, '{}' from generate_series(1, 4) as i",
                    "http://h/o0/ {s2.json,s4.json} http://h/o1/ {s1.json,s3.json}");
            assertTold(database, "update card set n = n, data = data", null);
            assertTold(database, "update card set n = 1 where id < 2", "http://h/o1/ {s1.json}");
            assertTold(
                    database,
                    "update card set owner = 'z', slug = 'q' where id = 2",
                    "http://h/o0/ {s2.json} http://h/z/ {q.json}");
            assertTold(database, "update card set owner = owner || 'x' where false", null);
            assertTold(
                    database,
                    "insert into card values (1, 'o1', 's1') on conflict (id) do update set n = 2",
                    "http://h/o1/ {s1.json}");
            assertTold(database, "insert into card values (9, null, 'x'), (10, 'no realm', 'x')", null);
            assertTold(
                    database,
                    "insert into card values (11, 'k', null), (12, 'l', 'a//b')",
                    "http://h/k/ * http://h/l/ *");
            assertTold(
                    database,
                    "insert into card select i, 'big', i from generate_series(20, 23) as i",
                    "http://h/big/ *");
            assertTold(
                    database, "delete from card where id in (3, 4)", "http://h/o0/ {s4.json} http://h/o1/ {s3.json}");
            assertTold(
                    database,
                    "truncate card",
                    "http://h/big/ * http://h/k/ * http://h/l/ * http://h/o1/ * http://h/z/ *");

            db.run(tx -> TableWatch.remove(tx, "card").statements().forEach(tx::execute));
            assertTold(database, "insert into card values (1, 'o1', 's1')", null);
            assertThat(database.ask("select count(*) from pg_proc where proname like 'lockstep\\_watch%'"))
                    .isEqualTo("0");
        }
    }

    @Test
    void oddNamesAndOperatorsAreTakenAsTheyAre(TestDatabase database) throws SQLException {
        try (Db db = Boxel.open(database)) {
            OutboxSchema.install(db);
            database.execute(
                    "create schema \"S $$ x\"", "create table \"S $$ x\".\"Card ?\" (\"p?\" text, tags jsonb)");
            Expressions odd = new Expressions("$q$http://h/$q$", "case when tags ? 'a' then \"p?\" else '?' end", 100);
            Plan plan = watch(db, "\"S $$ x\".\"Card ?\"", odd);

            assertTold(
                    database, "insert into \"S $$ x\".\"Card ?\" values ('a.gts', '{\"a\":1}')", "http://h/ {a.gts}");
            assertThat(plan.sample().orElseThrow().seen()).isZero();
            assertThat(watch(db, "\"S $$ x\".\"Card ?\"", odd)
                            .sample()
                            .orElseThrow()
                            .seen())
                    .isEqualTo(1);
        }
    }

    /** It has no right to the outbox, and what it makes for the trigger to stumble over is not found. */
    @Test
    void whoWritesTheTableNeedsNoOtherRight(TestDatabase database) throws SQLException {
        String role = "writer_" + database.name();
        try (Db db = Boxel.open(database);
                Connection admin = database.connectAsAdministrator();
                Statement administration = admin.createStatement()) {
            OutboxSchema.install(db);
            database.execute("create table card (owner text)");
            watch(db, "card", new Expressions("'http://h/' || upper(owner) || '/'", "null", 100));
            administration.execute("create role " + role + " login password 'S3CR3T-watch'");
            administration.execute("grant insert on card to " + role);
            try (Connection writer = database.as(role, "S3CR3T-watch").connect();
                    Statement statement = writer.createStatement()) {
                statement.execute(
                        "create function pg_temp.upper(text) returns text language sql as 'select null::text'");
                statement.execute("set search_path = pg_temp, public");
                statement.execute("insert into public.card values ('a')");
                assertThatThrownBy(() -> statement.execute("select lockstep_invalidate('http://h/')"))
                        .hasMessageContaining("permission denied");
            } finally {
                administration.execute("drop owned by " + role);
                administration.execute("drop role " + role);
            }
            assertThat(database.ask(TOLD)).isEqualTo("http://h/A/ *");
        }
    }

    @Test
    void whatIsNoExpressionOverTheRowIsRefused(TestDatabase database) throws SQLException {
        database.execute("create table card (owner text)");
        try (Db db = Boxel.open(database)) {
            assertThatThrownBy(() -> watch(db, "card", CARDS)).hasMessage("this database has no outbox");
            OutboxSchema.install(db);
            for (String wrong : new String[] {"nope", "max(owner)", "owner); drop table card; --", "", "owner,", "'"}) {
                assertThatThrownBy(() -> watch(db, "card", new Expressions(wrong, "null", 1)))
                        .as(wrong)
                        .isInstanceOf(LockstepException.class)
                        .hasMessageContaining("no expression over the columns of \"public\".\"card\"");
            }
            database.execute("insert into card values ('0')");
            assertThatThrownBy(() -> watch(db, "card", new Expressions("owner", "(1 / owner::int)::text", 1)))
                    .hasMessageContaining("for a row of \"public\".\"card\" the realm or the path cannot be said");
            assertThatThrownBy(() -> watch(db, "nowhere", CARDS)).hasMessage("no table nowhere");
            assertThatThrownBy(() -> watch(db, "a.b.c.d.e", CARDS)).hasMessage("no table a.b.c.d.e");
        }
        assertThat(database.ask("select count(*) from pg_trigger where tgname like 'lockstep\\_watch%'"))
                .isEqualTo("0");
    }
}
