package dev.lockstep.cli.transpile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.transpile.BuildHost.Compiler;
import dev.lockstep.testing.LockstepRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What builders expect of a compiler cache, scenario by scenario: what a hit is, and what is none. Each is built with a script that stands in for a compiler, and with gcc where there is one.
 */
class BuildCacheConformanceTest extends BuildConformance {
    private static final String TWO = "int two(void) { return 2; }\n";

    @ParameterizedTest
    @MethodSource("compilers")
    void theFirstBuildIsAMissAndTheSecondAHit(Compiler compiler) throws IOException {
        BuildHost host = host(compiler);

        assertThat(role(host)).isEqualTo("build");
        byte[] object = host.object();
        assertThat(role(host)).isEqualTo("hit");
        assertThat(host.object()).isEqualTo(object).contains(0, 0x7f);
    }

    @ParameterizedTest
    @MethodSource("compilersOfToday")
    void anotherMachineGetsWhatTheFirstHasBuilt(Compiler compiler) throws IOException {
        BuildHost host = host(compiler);
        assertThat(host.run("plain.js", "--source", host.file("main.c").toString(), "--", "cat")
                        .stdout())
                .isEqualTo(ONE);
        BuildHost other = host.another();

        assertThat(other.run("plain.js", "--source", other.file("main.c").toString(), "--", "false")
                        .endedWith(0)
                        .stdout())
                .isEqualTo(ONE);
    }

    @ParameterizedTest
    @MethodSource("compilers")
    void anEditedSourceIsBuiltAnew(Compiler compiler) throws IOException {
        BuildHost host = host(compiler);
        assertThat(role(host)).isEqualTo("build");
        byte[] object = host.object();

        host.write("main.c", TWO);
        assertThat(role(host)).isEqualTo("build");
        assertThat(host.object()).isNotEqualTo(object);
        host.write("main.c", ONE);
        host.build().endedWith(0);
        assertThat(host.object()).isEqualTo(object);
    }

    @ParameterizedTest
    @MethodSource("compilersOfToday")
    void aSourceThatIsOnlyTouchedIsAHit(Compiler compiler) throws IOException {
        BuildHost host = host(compiler);
        assertThat(role(host)).isEqualTo("build");

        Files.setLastModifiedTime(host.file("main.c"), FileTime.fromMillis(0));

        assertThat(role(host)).isEqualTo("hit");
    }

    @ParameterizedTest
    @MethodSource("compilers")
    void anEditedHeaderIsBuiltAnew(Compiler compiler) throws IOException {
        BuildHost host = host(compiler);
        host.write("lib.h", ONE);
        host.write("main.c", "#include \"lib.h\"\n");
        assertThat(role(host)).isEqualTo("build");
        assertThat(role(host)).isEqualTo("hit");

        host.write("lib.h", TWO);

        assertThat(role(host)).isEqualTo("build");
        assertThat(role(host)).isEqualTo("hit");
    }

    @ParameterizedTest
    @MethodSource("compilers")
    void aHeaderThatIsGoneIsNoHit(Compiler compiler) throws IOException {
        BuildHost host = host(compiler);
        host.write("lib.h", ONE);
        host.write("main.c", "#include \"lib.h\"\n");
        assertThat(role(host)).isEqualTo("build");

        Files.delete(host.file("lib.h"));

        assertThat(host.build().exit()).isEqualTo(1);
        assertThat(host.builds()).isEqualTo(2);
    }

    /** Nobody can tell whether it has changed. */
    @ParameterizedTest
    @MethodSource("compilersOfToday")
    void aHeaderThatIsNotWhereTheRuleSaysIsNeverAHit(Compiler compiler) throws IOException {
        BuildHost host = host(compiler);
        String rule = host.file("rule").toString();
        String build = "echo 'a.o: no-such-folder/lib.h' > '" + rule + "'; echo >> \"$BUILDS\"; echo js";

        for (int i = 1; i <= 2; i++) {
            LockstepRun run =
                    host.run("a.js", "--deps", rule, "--", "sh", "-c", build).endedWith(0);
            assertThat(run.stderr()).contains("no hit", "no-such-folder/lib.h");
            assertThat(host.builds()).isEqualTo(i);
        }
    }

    @ParameterizedTest
    @MethodSource("compilersOfToday")
    void aFileThatNobodyReadsIsNoInput(Compiler compiler) throws IOException {
        BuildHost host = host(compiler);
        host.write("other.h", ONE);
        assertThat(role(host)).isEqualTo("build");

        host.write("other.h", TWO);

        assertThat(role(host)).isEqualTo("hit");
    }

    @ParameterizedTest
    @MethodSource("compilersOfToday")
    void aNamedInputIsPartOfTheKey(Compiler compiler) throws IOException {
        BuildHost host = host(compiler);
        String flags = host.write("flags", "-O1").toString();
        assertThat(role(host, "--input", flags)).isEqualTo("build");
        assertThat(role(host, "--input", flags)).isEqualTo("hit");

        host.write("flags", "-O2");

        assertThat(role(host, "--input", flags)).isEqualTo("build");
    }

    @ParameterizedTest
    @MethodSource("compilersOfToday")
    void aNamedVariableIsPartOfTheKeyAndUnsetIsNotEmpty(Compiler compiler) throws IOException {
        BuildHost host = host(compiler);
        assertThat(role(host, "--env", "MODE")).isEqualTo("build");

        assertThat(role(host.with("MODE", ""), "--env", "MODE")).isEqualTo("build");
        assertThat(role(host.with("MODE", "1"), "--env", "MODE")).isEqualTo("build");
        assertThat(role(host.with("MODE", "1"), "--env", "MODE")).isEqualTo("hit");
    }

    @ParameterizedTest
    @MethodSource("compilersOfToday")
    void aVariableThatIsNotNamedIsNone(Compiler compiler) throws IOException {
        BuildHost host = host(compiler);
        assertThat(role(host)).isEqualTo("build");

        assertThat(role(host.with("MODE", "1"))).isEqualTo("hit");
    }

    @ParameterizedTest
    @MethodSource("compilersOfToday")
    void twoCompilersThatTakeTurnsBuildOnceEach(Compiler compiler) throws IOException {
        BuildHost host = host(compiler);

        for (int i = 0; i < 3; i++) {
            for (String version : List.of("12", "13", "")) {
                String[] key = version.isEmpty() ? new String[0] : new String[] {"--key", version};
                assertThat(role(host, key)).as("%d of '%s'", i, version).isEqualTo(i == 0 ? "build" : "hit");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("compilers")
    void namesThatDifferInAnEscapeAreTwoFiles(Compiler compiler) throws IOException {
        BuildHost host = host(compiler);
        host.write("a b.c", ONE);
        host.write("a%20b.c", TWO);
        host.write("ü 'q\" $x.c", ONE + TWO);

        for (String name : List.of("a b.c", "a%20b.c", "ü 'q\" $x.c")) {
            host.compile(name).endedWith(0);
        }
        host.compile("a b.c").endedWith(0);
        host.compile("a%20b.c").endedWith(0);
        host.compile("ü 'q\" $x.c").endedWith(0);

        assertThat(host.builds()).isEqualTo(3);
        assertThat(host.file("a b.o")).exists();
        host.transpile("tombstone", "a b.c").endedWith(0);
        assertThat(host.transpile("get", "a%20b.c").exit()).isZero();
        assertThat(host.transpile("get", "a b.c").exit()).isEqualTo(3);
    }
}
