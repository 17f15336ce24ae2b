package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.LockstepScript;
import dev.lockstep.testing.PastedAdvice;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestSqlite;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What the commands advise, pasted into a shell, is understood and leads on. */
@ExtendWith(PostgresExtension.class)
class EveryFixWorksTest {
    private static final String REALM = "https://boxel.example/luke/";
    private static final List<String> ODD_NAMES = List.of(
            "plain.db",
            "with blank.db",
            "it's.db",
            "say \"hi\".db",
            "$HOME and `id`.db",
            "back\\slash.db",
            "new\nline.db",
            "-n",
            "@args",
            "wow!.db",
            "ünïcode.db",
            "a;b&c|d.db",
            "*?[x].db",
            "~x",
            "a=b%41.db",
            "tab\there.db");

    @TempDir
    Path dir;

    private static String[] schema() {
        return new String[] {
            "create table note (id integer primary key, body text)",
            "create table \"it's a \"\"memo\"\"\" (id integer primary key, body text)",
            "insert into note values (1, 'lighthouse')"
        };
    }

    /** The values that were given come back word for word, through a shell. */
    @Test
    void whateverAFileIsCalledACommandThatIsAdvisedNamesIt() throws Exception {
        PastedAdvice advice = new PastedAdvice(Map.of("HOME", dir.toString()));
        for (String name : ODD_NAMES) {
            Path source = TestSqlite.create(dir.resolve(name), schema());
            String closed = "postgresql://my-role@127.0.0.1:1/" + "some%20db?application_name=a'b&connect_timeout=2";
            LockstepRun run = advice.run(
                    List.of("mirror", "backfill", "--db=" + source, "--to", closed, "--table", "it's a \"memo\""));
            assertThat(run.exit()).as(run.stderr()).isEqualTo(4);
            assertThat(run.stderr().lines().count()).isLessThanOrEqualTo(3);
            String command = PastedAdvice.commands(run).get(0);
            assertThat(PastedAdvice.words(command))
                    .containsExactly("lockstep", "doctor", "--db", source.toString(), "--to", closed);

            LockstepRun pasted = advice.paste(command);
            assertThat(pasted.exit()).as(pasted.stdout()).isEqualTo(3);
            assertThat(pasted.stdout())
                    .contains("fail     mirror.connection: cannot connect to 127.0.0.1:1 as my-role");
        }
        assertThat(advice.count()).isPositive();
    }

    @Test
    void aMirrorThatWasNeverMadeIsMadeByTheFix() throws Exception {
        PastedAdvice advice = new PastedAdvice(Map.of("HOME", dir.toString()));
        for (String name : ODD_NAMES) {
            Path source = TestSqlite.create(dir.resolve(name), schema());
            Path mirror = TestSqlite.create(dir.resolve("to " + name), "create table x (id integer primary key)");
            advice.followUntil(
                    0, List.of("doctor", "--for", "mirror", "--db=" + source, "--to", "sqlite:" + mirror), sql -> {});
        }
        assertThat(advice.count()).isPositive();
    }

    @Test
    void whatPostgresqlLacksIsMadeByTheFix(TestDatabase database) throws Exception {
        Path password = Files.writeString(dir.resolve("pass word's"), database.password());
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
        PastedAdvice advice = new PastedAdvice(Map.of("HOME", dir.toString()));
        String url = "postgresql://" + database.user() + "@" + database.host() + ":" + database.port() + "/"
                + database.name() + "?application_name=a%20'b'";
        List<String> where = List.of("--pg", url, "--password-file", password.toString());

        advice.followUntil(3, with(where, "transpile", "get", REALM, "a.js"), sql -> {});
        advice.followUntil(0, with(where, "doctor", "--for", "transpile"), database::execute);
        advice.followUntil(0, with(where, "doctor", "--for", "realm"), database::execute);
        LockstepRun invalid = advice.run(List.of("realm", "locks", "--pg", "postgresql://127.0.0.1:1/x y"));
        assertThat(invalid.exit()).isIn(2, 4);
        assertThat(advice.count()).isPositive();
    }

    /** With the real shell from beginning to end. */
    @Test
    void aLineThatIsPastedIntoAShellRuns() throws Exception {
        String path = LockstepScript.onPath(Files.createDirectory(dir.resolve("bin")));
        Path source = TestSqlite.create(dir.resolve("it's \"here\"\n!.db"), schema());
        Path mirror = TestSqlite.create(dir.resolve("to.db"), "create table x (id integer primary key)");
        LockstepRun run = LockstepRun.of(
                Map.of(), "doctor", "--for", "mirror", "--db", source.toString(), "--to", "sqlite:" + mirror);
        String command = PastedAdvice.commands(run).get(0);

        ProcessBuilder shell = new ProcessBuilder("sh", "-c", command).redirectErrorStream(true);
        shell.environment().put("PATH", path);
        Process process = shell.start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(command + "\n" + printed).isZero();
        assertThat(TestSqlite.ask(mirror, "select count(*) from note")).isEqualTo("1");
    }

    private static List<String> with(List<String> where, String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(where);
        return all;
    }
}
