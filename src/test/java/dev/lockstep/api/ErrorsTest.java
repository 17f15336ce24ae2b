package dev.lockstep.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.lockstep.db.Engine;
import dev.lockstep.support.LockstepException;
import dev.lockstep.testing.MariaDbDatabase;
import dev.lockstep.testing.MariaDbExtension;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestSqlite;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.mariadb.jdbc.MariaDbDataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** What a program is told when it cannot get in: by whatever way it says a password, that is in no message. */
@ExtendWith({PostgresExtension.class, MariaDbExtension.class})
class ErrorsTest {
    private static final String WRONG = "wr0ng-Passw0rd/of:mine";
    private static final String ENCODED = "wr0ng-Passw0rd%2Fof%3Amine";

    @TempDir
    Path dir;

    private Path notes;

    @BeforeEach
    void aFile() throws SQLException {
        notes = TestSqlite.create(
                dir.resolve("notes.db"),
                "create table note (id integer primary key, body text)",
                "insert into note values (1, 'one')");
    }

    private static LockstepException refused(Mirror mirror) {
        LockstepException e = catchThrowableOfType(LockstepException.class, mirror::plan);
        StringWriter all = new StringWriter();
        e.printStackTrace(new PrintWriter(all));
        assertThat(all.toString() + e.hint() + e.remedy()).doesNotContain(WRONG, ENCODED, "wr0ng");
        assertThat(e.getMessage() + e.hint()).doesNotContain("--", "'lockstep ");
        return e;
    }

    private static void isLogin(LockstepException e) {
        assertThat(e.code()).as("%s", e).isEqualTo("login-refused");
        assertThat(e.kind()).isEqualTo(LockstepException.Kind.UNREACHABLE);
    }

    private static HikariDataSource pool(String url, String user) {
        HikariConfig config = Pools.config(url, user, WRONG, 1);
        config.setConnectionTimeout(1_000);
        config.setInitializationFailTimeout(-1);
        return new HikariDataSource(config);
    }

    private static Properties login(String user) {
        Properties login = new Properties();
        login.setProperty("user", user);
        login.setProperty("password", WRONG);
        return login;
    }

    @Test
    void aPasswordIsInNoMessageOfPostgresql(TestDatabase database) throws Exception {
        Mirror.Source from = Mirror.from(notes);
        String at = database.host() + ":" + database.port() + "/" + database.name();
        String nobody = "nobody_of_that_name";
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl("jdbc:postgresql://" + at);
        source.setUser(nobody);
        source.setPassword(WRONG);

        isLogin(refused(from.to("postgresql://" + nobody + ":" + ENCODED + "@" + at)));
        isLogin(refused(from.to("jdbc:postgresql://" + at + "?user=" + nobody + "&password=" + ENCODED)));
        isLogin(refused(from.to("postgresql://" + at, login(nobody))));
        isLogin(refused(from.to(source)));
        try (HikariDataSource pool = pool("jdbc:postgresql://" + at, nobody)) {
            isLogin(refused(from.to(pool)));
        }
    }

    @Test
    void aPasswordIsInNoMessageOfMariaDb(MariaDbDatabase database) throws Exception {
        Mirror.Source from = Mirror.from(notes);
        String at = database.host() + ":" + database.port() + "/" + database.name();
        MariaDbDataSource source = new MariaDbDataSource("jdbc:mariadb://" + at);
        source.setUser(database.user());
        source.setPassword(WRONG);

        isLogin(refused(from.to("mariadb://" + database.user() + ":" + ENCODED + "@" + at)));
        isLogin(refused(from.to("jdbc:mariadb://" + at + "?user=" + database.user() + "&password=" + ENCODED)));
        isLogin(refused(from.to("mariadb://" + at, login(database.user()))));
        isLogin(refused(from.to(source)));
        try (HikariDataSource pool = pool("jdbc:mariadb://" + at, database.user())) {
            isLogin(refused(from.to(pool)));
        }
    }

    @Test
    void aMariaDbIsReachedByUrlDataSourceAndPool(MariaDbDatabase database) throws Exception {
        String at = "jdbc:mariadb://" + database.host() + ":" + database.port() + "/" + database.name();
        MariaDbDataSource source = new MariaDbDataSource(at);
        source.setUser(database.user());
        source.setPassword(database.password());
        Properties login = new Properties();
        login.setProperty("user", database.user());
        login.setProperty("password", database.password());

        Mirror.from(notes)
                .to(source)
                .create(Mirror.Create.EVERYTHING)
                .backfill()
                .orThrow();
        assertThat(Mirror.from(notes).to(at, login).verify().isEqual()).isTrue();
        try (HikariDataSource pool = new HikariDataSource()) {
            pool.setDataSource(source);
            assertThat(Mirror.from(notes).to(pool).verify().isEqual()).isTrue();
            assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
        }
    }

    @Test
    void whatIsNoDatabaseOfTheKindIsToldSo() {
        assertThat(refused(Mirror.from(notes).to("oracle://db9/" + WRONG)).kind())
                .isEqualTo(LockstepException.Kind.USAGE);
        assertThat(refused(Mirror.from(notes).to("sqlite:" + notes)).getMessage())
                .startsWith("source and mirror are the same database");
        assertThat(refused(Mirror.from(dir.resolve("none.db")).to("sqlite:" + notes))
                        .getMessage())
                .startsWith("no such file");
        LockstepException e =
                catchThrowableOfType(LockstepException.class, () -> Invalidations.listen("sqlite:" + notes)
                        .into(new RealmCache<String>(1, String::length)));
        assertThat(e)
                .hasMessageContaining(Engine.SQLITE.toString())
                .hasMessageStartingWith("this is kept in PostgreSQL");
    }
}
