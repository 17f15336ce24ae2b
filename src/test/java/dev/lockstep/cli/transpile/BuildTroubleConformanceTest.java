package dev.lockstep.cli.transpile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.transpile.BuildHost.Compiler;
import dev.lockstep.testing.LockstepRun;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What builders expect when something is wrong, scenario by scenario: with the source, the compiler, or the cache. */
class BuildTroubleConformanceTest extends BuildConformance {
    private BuildHost host;

    @BeforeAll
    void makeAFault() throws SQLException {
        database.execute("create function refuse() returns trigger language plpgsql as $$ begin"
                + " raise exception 'injected' using errcode = tg_argv[0]; end $$");
    }

    @BeforeEach
    void open() throws IOException {
        host = host(Compiler.SCRIPT);
    }

    private static List<String> warnings(LockstepRun run) {
        return run.stderr().lines().filter(line -> !line.startsWith("hint: ")).toList();
    }

    @Test
    void aFailingCompilerIsHeardAndItsStatusPassedOnAndNothingIsStored() throws IOException {
        host.write("main.c", "#error no\n");

        LockstepRun failed = host.build().endedWith(1);

        assertThat(failed.stderr()).contains("#error no");
        assertThat(failed.stdout()).isEmpty();
        assertThat(host.transpile("get", "main.c").exit()).isEqualTo(3);
    }

    @Test
    void aFailingBuildLeavesTheArtifactOfWhatCompiled() throws IOException {
        host.build().endedWith(0);
        host.write("main.c", "#error no\n");
        host.build().endedWith(1);

        host.write("main.c", ONE);

        host.build().endedWith(0);
        assertThat(host.builds()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({"exit 42, 42", "kill -9 $$, 137", "kill -TERM $$, 143", "echo half; exit 255, 255"})
    void theStatusOfTheCompilerIsOurs(String build, int status) {
        host.run("a.js", "--", "sh", "-c", build).endedWith(status);
    }

    @Test
    void aCompilerThatIsNotThereOrMayNotRunIsSaid() throws IOException {
        host.run("a.js", "--", "no-such-compiler").endedWith(127);
        host.run("a.js", "--", host.write("plain", "text").toString()).endedWith(126);
    }

    @Test
    void aCompilerThatWritesNoFileHasMadeNoArtifact() throws IOException {
        String old = host.write("old.o", "from an earlier build").toString();

        host.run("a.js", "--output", old, "--", "true").endedWith(125);
        host.run("a.js", "--output", host.file("none.o").toString(), "--", "true")
                .endedWith(125);
        host.run("a.js", "--output", host.file("none") + "/", "--", "true").endedWith(125);

        assertThat(host.transpile("get", "a.js").exit()).isEqualTo(3);
    }

    @Test
    void aLinkOutOfTheFolderIsNotShared() throws IOException {
        Files.createDirectories(dir.resolve("out"));

        host.run("a.js", "--output", dir.resolve("out").toString(), "--", "ln", "-s", "/etc", dir + "/out/etc")
                .endedWith(125);

        assertThat(host.transpile("get", "a.js").exit()).isEqualTo(3);
    }

    @Test
    void aBuildThatTakesTooLongIsEnded() {
        host.run("a.js", "--timeout", "200ms", "--", "sleep", "60").endedWith(124);
    }

    @Test
    void whatWasInvalidatedIsBuiltAnew() throws IOException {
        host.build().endedWith(0);
        host.transpile("tombstone", "main.c").endedWith(0);
        host.build().endedWith(0);
        host.transpile("tombstone", null, "--all", "--yes").endedWith(0);
        host.build().endedWith(0);

        assertThat(host.builds()).isEqualTo(3);
    }

    @Test
    void anInvalidationReachesTheArtifactsOfAllKeysAtOnce() throws IOException {
        host.build("--key", "12").endedWith(0);
        host.build("--key", "13").endedWith(0);

        host.transpile("tombstone", "main.c").endedWith(0);

        assertThat(host.transpile("get", "main.c", "--key", "12").exit()).isEqualTo(3);
        assertThat(host.transpile("get", "main.c", "--key", "13").exit()).isEqualTo(3);
    }

    @Test
    void anInvalidatedHeaderReachesWhatIncludesIt() throws IOException {
        host.write("lib.h", ONE);
        host.write("main.c", "#include \"lib.h\"\n");
        host.build().endedWith(0);

        host.transpile("tombstone", "lib.h", "--dependents").endedWith(0);

        host.build().endedWith(0);
        assertThat(host.builds()).isEqualTo(2);
    }

    @Test
    void whatWasEvictedIsBuiltAnew() throws IOException {
        host.build().endedWith(0);

        host.transpile("prune", null, "--max-bytes", "0", "--yes").endedWith(0);

        host.build().endedWith(0);
        assertThat(host.builds()).isEqualTo(2);
    }

    @Test
    void aCacheThatIsAwayCostsOneLineUnlessItIsRequired() throws IOException {
        BuildHost alone = host.with("PGPORT", "1");

        LockstepRun run = alone.build().endedWith(0);

        assertThat(warnings(run)).singleElement().asString().contains("building without the cache");
        assertThat(alone.object()).isNotEmpty();
        alone.build("--require-cache").endedWith(125);
        assertThat(alone.builds()).isEqualTo(1);
    }

    /** The disk is full, the server reads only, the role may not, the server shuts down. */
    @ParameterizedTest
    @CsvSource({"53100", "25006", "42501", "57P01"})
    void aCacheThatTakesNothingCostsOneLineUnlessItIsRequired(String state) throws Exception {
        database.execute("create trigger refuse before insert on module_transpile_cache for each row"
                + " when (new.realm_url = '" + host.realm() + "') execute function refuse('" + state + "')");
        try {
            LockstepRun run = host.build().endedWith(0);

            assertThat(warnings(run)).singleElement().asString().contains("built, but not stored", "injected");
            assertThat(host.object()).isNotEmpty();
            host.build("--require-cache").endedWith(125);
        } finally {
            database.execute("drop trigger refuse on module_transpile_cache");
        }
        host.build().endedWith(0);
        assertThat(host.transpile("get", "main.c").exit()).isZero();
    }

    @Test
    void anArtifactThatIsTooLargeIsHandedOnAndNotStored() throws IOException {
        Path large = host.file("large");
        try (RandomAccessFile file = new RandomAccessFile(large.toFile(), "rw")) {
            file.setLength((50L << 20) + 1);
        }
        Path out = host.file("large.out");

        LockstepRun run = host.run("large", "--output", out.toString(), "--", "cp", large.toString(), out.toString())
                .endedWith(0);

        assertThat(warnings(run)).singleElement().asString().contains("not stored: 52428801 bytes", "50 MB");
        assertThat(out).hasSize((50L << 20) + 1);
        assertThat(host.transpile("get", "large").exit()).isEqualTo(3);
        host.transpile("put", "large", "--generation", "0", "--body", large.toString())
                .endedWith(2);
    }

    @Test
    void aDamagedArtifactIsBuiltAnew() throws Exception {
        String text = "0123456789abcde\n".repeat(1 << 17);
        String source = host.write("large", text).toString();
        host.run("large.js", "--source", source, "--", "cat").endedWith(0);
        database.execute("update module_transpile_cache set content = overlay(content placing '\\x00000000' from 90)"
                + " where canonical_path = '" + host.realm() + "large.js'");

        assertThat(host.run("large.js", "--source", source, "--", "cat").stdout())
                .isEqualTo(text);
        assertThat(host.transpile("get", "large.js").exit()).isZero();
    }
}
