package dev.lockstep.fts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.profile.Profile;
import dev.lockstep.support.Json;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code profile list|show|schema|init}, and {@code --profile} wherever it may stand. */
@ExtendWith(PostgresExtension.class)
class ProfileCommandsTest {
    private static final String BAD = "{\"name\": \"x\", \"description\": \"\",\n \"conections\": {}}";

    @TempDir
    Path dir;

    private static LockstepRun run(int exit, String... arguments) {
        LockstepRun run = LockstepRun.of(Map.of(), arguments);
        assertThat(run.exit()).as("%s", run).isEqualTo(exit);
        return run;
    }

    @Test
    void aBuiltInProfileIsAPatternForOnesOwn() throws IOException {
        assertThat(run(0, "profile", "list").stdout()).contains("boxel  ", "cadt-v1  ", "cadt-v2  ");
        Path mine = Files.writeString(
                dir.resolve("mine.json"), run(0, "profile", "show", "cadt-v1").stdout());

        assertThat(Profile.load(mine.toString())).isEqualTo(Profile.load("cadt-v1"));
        assertThat(run(0, "profile", "schema").stdout()).isEqualTo(Profile.schema());
    }

    @Test
    void whatInitPrintsIsAProfileThatServesTheDatabase() throws Exception {
        String database = CadtDatabase.create(dir.resolve("cadt.db"), 3).toString();
        String before = TestSqlite.schema(Path.of(database));
        LockstepRun init = run(0, "profile", "init", "--db", database, "--name", "mine");
        String profile =
                Files.writeString(dir.resolve("mine.json"), init.stdout()).toString();

        assertThat(init.stderr()).contains("looks like the built-in profile cadt-v1");
        assertThat(Profile.load(profile).name()).isEqualTo("mine");
        run(0, "fts", "status", "--profile", profile);
        run(0, "fts", "defer", "--profile", profile);
        assertThat(run(6, "profile", "init", "--db", database).stderr()).contains("put away now");
        run(0, "fts", "restore", "--profile", profile);
        assertThat(TestSqlite.schema(Path.of(database))).startsWith(before.substring(0, 40));
        assertThat(TestSqlite.ask(Path.of(database), "select count(*) from sqlite_master where type = 'trigger'"))
                .isEqualTo("6");
    }

    @Test
    void triggersThatAreLostComeBackFromWhatInitPrintedByteForByte() throws Exception {
        Path database = CadtDatabase.create(dir.resolve("cadt.db"), 3);
        String before =
                TestSqlite.ask(database, "select group_concat(sql, '|') from sqlite_master where type = 'trigger'");
        Path profile = Files.writeString(
                dir.resolve("mine.json"),
                run(0, "profile", "init", "--db", database.toString()).stdout());
        for (String trigger : CadtDatabase.TRIGGERS) {
            TestSqlite.create(database, "drop trigger " + trigger);
        }

        run(0, "fts", "restore", "--from-profile", "--profile", profile.toString());

        assertThat(TestSqlite.ask(database, "select group_concat(sql, '|') from sqlite_master where type = 'trigger'"))
                .isEqualTo(before);
    }

    @Test
    void aProfileSaysWherePostgresqlIs(TestDatabase database) throws IOException {
        Map<String, String> login = new HashMap<>(Map.of("PGPASSWORD", database.password()));
        String url = "postgresql://%s@%s:%d/%s"
                .formatted(database.user(), database.host(), database.port(), database.name());
        LockstepRun init = LockstepRun.of(login, "profile", "init", "--pg", url);
        assertThat(init.exit()).as("%s", init).isZero();
        Path profile = Files.writeString(dir.resolve("pg.json"), init.stdout());

        LockstepRun locks = LockstepRun.of(login, "realm", "locks", "--profile", profile.toString(), "--json");

        assertThat(locks.exit()).as("%s", locks).isZero();
        assertThat(init.stdout()).doesNotContain(database.password());
    }

    @Test
    void aPasswordInAProfileIsRefused() throws IOException {
        Path profile = Files.writeString(
                dir.resolve("secret.json"),
                Json.write(Map.of(
                        "name",
                        "x",
                        "description",
                        "",
                        "connections",
                        Map.of("pg", "postgresql://app:S3CR3T-canary@localhost/db"))));

        LockstepRun locks = run(2, "realm", "locks", "--profile", profile.toString());

        assertThat(locks.stderr())
                .contains("the profile: a password must not stand here")
                .doesNotContain("S3CR3T");
    }

    @Test
    void everyCommandRefusesAProfileThatCannotBeRead() throws IOException, SQLException {
        String profile = Files.writeString(dir.resolve("bad.json"), BAD).toString();

        assertThat(run(2, "version", "--profile", profile).stderr())
                .contains(profile + ":2:2: unknown key 'conections'", "did you mean 'connections'?");
        assertThat(run(2, "profile", "show", profile).stderr()).contains(":2:2: unknown key 'conections'");
    }

    @Test
    void initWithoutADatabaseIsAUsageError() {
        assertThat(run(2, "profile", "init").stderr()).contains("give --db FILE, --pg URL, or both");
    }
}
