package dev.lockstep.cli.transpile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.transpile.BuildHost.Compiler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What builders expect a hit to give back, scenario by scenario: what the compiler wrote and said. Each is built with a script
 * that stands in for a compiler, and with gcc where there is one.
 */
class BuildOutputConformanceTest extends BuildConformance {
    @ParameterizedTest
    @MethodSource("compilers")
    void anObjectThatIsGoneIsRestoredByteForByte(Compiler compiler) throws IOException {
        BuildHost host = host(compiler);
        assertThat(role(host)).isEqualTo("build");
        byte[] object = host.object();

        Files.delete(host.file("main.o"));
        assertThat(role(host)).isEqualTo("hit");
        assertThat(host.object()).isEqualTo(object);
        Files.writeString(host.file("main.o"), "somebody wrote here");
        assertThat(role(host)).isEqualTo("hit");
        assertThat(host.object()).isEqualTo(object);
    }

    @ParameterizedTest
    @MethodSource("compilers")
    void warningsAreSaidAgainWithAHitUnlessNobodyWantsThem(Compiler compiler) throws IOException {
        BuildHost host = host(compiler);
        host.write("main.c", "#warning old\n" + ONE);
        assertThat(host.build().endedWith(0).stderr()).contains("#warning old");

        assertThat(host.build().endedWith(0).stderr()).contains("#warning old");
        assertThat(host.build("--replay", "none").endedWith(0).stderr()).isEmpty();
        assertThat(host.builds()).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("compilersOfToday")
    void aProgramThatWasBuiltMayBeExecutedAfterAHit(Compiler compiler) throws IOException {
        BuildHost host = host(compiler);
        Path program = host.file("program");
        String[] words = {
            "--output",
            program.toString(),
            "--",
            "sh",
            "-c",
            "echo 'echo hello' > %1$s; chmod +x %1$s".formatted(program)
        };
        host.run("program", words).endedWith(0);
        Files.delete(program);

        host.run("program", words).endedWith(0);

        assertThat(program).isExecutable().hasContent("echo hello");
    }

    @ParameterizedTest
    @MethodSource("compilersOfToday")
    void aFolderOfOutputsIsRestoredWithItsModesAndKeepsWhatElseIsInIt(Compiler compiler) throws IOException {
        BuildHost host = host(compiler);
        Path out = host.file("out");
        String build = "mkdir -p '%1$s/d'; echo js > '%1$s/a.js'; echo map > '%1$s/d/a.map'; chmod 700 '%1$s/d/a.map'";
        String[] words = {"--output", out + "/", "--", "sh", "-c", build.formatted(out)};
        host.run("a.ts", words).endedWith(0);
        Files.delete(out.resolve("a.js"));
        Files.delete(out.resolve("d/a.map"));
        Files.writeString(out.resolve("mine"), "kept");

        host.run("a.ts", "--output", out + "/", "--", "false").endedWith(0);

        assertThat(out.resolve("a.js")).hasContent("js");
        assertThat(out.resolve("d/a.map")).hasContent("map").isExecutable();
        assertThat(out.resolve("mine")).hasContent("kept");
        assertThat(host.run("a.ts", "--", "echo", "alone").stdout())
                .as("a folder is no hit for a file")
                .isEqualTo("alone\n");
    }

    @ParameterizedTest
    @MethodSource("compilersOfToday")
    void anObjectOfMegabytesIsKeptCompressedAndGivenBackWhole(Compiler compiler) throws Exception {
        BuildHost host = host(compiler);
        String text = "0123456789abcde\n".repeat(1 << 17);
        String large = host.write("large", text).toString();
        host.run("large.js", "--source", large, "--key", "k", "--", "cat").endedWith(0);

        assertThat(host.run("large.js", "--source", large, "--key", "k", "--", "false")
                        .endedWith(0)
                        .stdout())
                .isEqualTo(text);
        String stored = "select octet_length(content) < 100000 and build ->> 'encoding' = 'zstd' and body = ''"
                + " from lockstep_keyed_artifact where canonical_path = '" + host.realm() + "large.js'";
        assertThat(database.ask(stored)).isEqualTo("t");
    }

    @ParameterizedTest
    @MethodSource("compilersOfToday")
    void anEmptyArtifactIsRefusedUnlessItIsMeant(Compiler compiler) throws IOException {
        BuildHost host = host(compiler);

        assertThat(host.run("empty.js", "--", "true").exit()).isEqualTo(125);
        assertThat(host.transpile("get", "empty.js").exit()).isEqualTo(3);
        assertThat(host.run("empty.js", "--allow-empty", "--", "true").exit()).isZero();
        assertThat(host.run("empty.js", "--allow-empty", "--", "false").exit()).isZero();
    }

    @ParameterizedTest
    @MethodSource("compilersOfToday")
    void theReportSaysWhetherItWasAHitAndTheStatusWhatThatHasSaved(Compiler compiler) throws IOException {
        BuildHost host = host(compiler);
        String report = host.file("report").toString();
        host.build("--report", report).endedWith(0);
        assertThat(Path.of(report)).content(StandardCharsets.UTF_8).contains("\"role\":\"winner\"");
        host.build("--report", report).endedWith(0);
        assertThat(Path.of(report)).content(StandardCharsets.UTF_8).contains("\"role\":\"hit\"");
        host.build().endedWith(0);

        String status = host.transpile("status", null, "-o", "json").stdout();
        assertThat(status).contains("\"hits\":2,\"waits\":0,\"builds\":1,\"hitRate\":0.66");
        assertThat(status).doesNotContain("\"savedMs\":0,").doesNotContain("\"builtMs\":0,");
    }
}
