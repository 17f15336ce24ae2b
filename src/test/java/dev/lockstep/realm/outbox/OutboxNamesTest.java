package dev.lockstep.realm.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.realm.Boxel;
import dev.lockstep.realm.RealmPath;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.support.LockstepException;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The outbox reads the names of realms and paths as the command line does. */
@ExtendWith(PostgresExtension.class)
class OutboxNamesTest {
    private static final String REALM = "http://x.test/a/";

    private static final List<String> REALMS = List.of(
            "",
            "x",
            "http://",
            "http://h",
            "http://h/",
            "http://h/r",
            "https://h:4201/r/",
            "http://h:80/r/",
            "https://h:80/r/",
            "http://h:443/",
            "http://h/r/~x-1.y/",
            "http://h/r/.x/",
            "http://h:0/",
            "https://h:443/",
            "http://h:080/",
            "http://H/r/",
            "HTTP://h/r/",
            "http://u:p@h/r/",
            "http://h/a b/",
            "http://h/a%20b/",
            "http://h/a%2Fb/",
            "http://h/%zz/",
            "http://h/%ff/",
            "http://h/%00/",
            "http://h/r/:x/",
            "http://h/../r/",
            "http://h/%2e%2e/r/",
            "http://h/r?q/",
            "http://h/r#f/",
            "http://h\\r/",
            "http://[::1]/r/",
            "http://[::1/r/",
            "http://h/é/",
            "http://h/%C3%A9/",
            "http://h/r//",
            "http://h:x/",
            "http://h/\u0007/");

    private static final List<String> PATHS = List.of(
            "",
            "*",
            "a.gts",
            "/a",
            "a/",
            "a//b",
            ".",
            "..",
            "a/../b",
            "./a",
            "a/.b",
            "a b.gts",
            "a%20b.gts",
            "a%2520b.gts",
            "a%23b",
            "a#b",
            "a?b",
            "a%3Fb",
            "a\\b",
            "%",
            "%4",
            "%zz",
            "%e9",
            "%C3%A9",
            "é",
            "a\u0001b",
            "a%0Ab",
            "http://x.test/a/",
            "http://x.test/a/b.gts",
            "http://x.test/b/c.gts",
            "http://x.test/a/b%20c.gts",
            "http://x.test/a/b#c",
            "%F0%9F%98%80.gts",
            "a:b.gts",
            "a%2Fb",
            "a%252Fb");

    @Test
    void itKnowsARealmWhereAPersonMayTypeOne(TestDatabase database) {
        agree(database, "select lockstep_realm(?)", REALMS, typed -> RealmUrl.read(typed)
                .url()
                .value());
    }

    @Test
    void itKnowsAPathWhereAPersonMayTypeOne(TestDatabase database) {
        RealmUrl realm = new RealmUrl(REALM);
        agree(database, "select lockstep_local('" + REALM + "', ?)", PATHS, typed -> RealmPath.read(realm, typed)
                .local());
    }

    /** There is a shorter way for names that need not be read. */
    @Test
    void aCallWritesWhatTheNamesAreReadAs(TestDatabase database) {
        try (Db db = Boxel.open(database)) {
            OutboxSchema.install(db);
            for (String realm : REALMS) {
                assertWritten(db, realm, "a.gts");
            }
            for (String path : PATHS) {
                assertWritten(db, REALM, path);
            }
        }
    }

    private static void assertWritten(Db db, String realm, String path) {
        String read = db.autocommit(tx -> tx.only("""
                select (select n || ' ' || lockstep_local(n, ?) from lockstep_realm(?) as n) as name
                """, path, realm).text("name"));
        String written;
        try {
            written = db.transact(tx -> {
                tx.only("select lockstep_invalidate(?, ?)", realm, path);
                return tx.only("""
                        delete from lockstep_inval_outbox returning realm_url || ' ' || paths[1] as name
                        """).text("name");
            });
        } catch (DbException refused) {
            written = null;
        }
        assertThat(written).as(realm + " " + path).isEqualTo(read);
    }

    private static void agree(TestDatabase database, String sql, List<String> names, UnaryOperator<String> reader) {
        try (Db db = Boxel.open(database)) {
            OutboxSchema.install(db);
            for (String typed : names) {
                String expected;
                try {
                    expected = reader.apply(typed);
                } catch (LockstepException e) {
                    expected = null;
                }
                String read = db.autocommit(tx -> tx.only(sql, typed).text(0));
                assertThat(read).as(typed).isEqualTo(expected);
            }
        }
    }
}
