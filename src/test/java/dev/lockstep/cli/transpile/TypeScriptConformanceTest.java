package dev.lockstep.cli.transpile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.transpile.BuildHost.Compiler;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The TypeScript compiler, where there is one: it writes several files, prints what is wrong on standard output, and lists what
 * it has read. A script that does these three for the sources of this test stands in for it everywhere.
 */
class TypeScriptConformanceTest extends BuildConformance {
    private static final String STAND_IN = """
            read=$(sed -n "s/^import .* from '.\\/\\(.*\\)';/\\1.ts/p" main.ts)
            if [ "$1" = --listFilesOnly ]; then
              for file in $read main.ts; do [ -f "$file" ] && echo "$PWD/$file"; done
              exit 0
            fi
            if grep -q 'number = .no' main.ts; then echo 'main.ts(1,7): error TS2322: no'; exit 2; fi
            mkdir -p out
            for file in $read main.ts; do cp "$file" "out/${file%.ts}.js" || exit 2; done
            """;

    static List<String> compilersOfTypes() {
        return Machine.program("tsc", "transpile run with the TypeScript compiler")
                .map(tsc -> List.of("", tsc.toString()))
                .orElse(List.of(""));
    }

    @ParameterizedTest
    @MethodSource("compilersOfTypes")
    void allFilesOfAProgramComeBack(String tsc) throws IOException {
        BuildHost host = host(tsc);
        assertThat(build(host).endedWith(0).stderr()).isEmpty();
        byte[] main = Files.readAllBytes(host.file("out/main.js"));
        byte[] imported = Files.readAllBytes(host.file("out/imported.js"));
        Files.delete(host.file("out/main.js"));
        Files.delete(host.file("out/imported.js"));

        build(host).endedWith(0);

        assertThat(host.file("out/main.js")).hasBinaryContent(main);
        assertThat(host.file("out/imported.js")).hasBinaryContent(imported);
        assertThat(host.builds()).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("compilersOfTypes")
    void anImportedFileThatWasEditedIsBuiltAnew(String tsc) throws IOException {
        BuildHost host = host(tsc);
        build(host).endedWith(0);
        host.write("imported.ts", "export const one: number = 2;\n");

        build(host).endedWith(0);

        assertThat(host.file("out/imported.js")).content().contains("2");
        assertThat(host.builds()).isEqualTo(2);
    }

    @ParameterizedTest
    @MethodSource("compilersOfTypes")
    void whatIsWrongIsSaidAndNotStored(String tsc) throws IOException {
        BuildHost host = host(tsc);
        host.write("main.ts", "const text: number = 'no';\nexport { text };\n");

        LockstepRun failed = build(host);

        assertThat(failed.exit()).isNotZero();
        assertThat(failed.stdout() + failed.stderr()).contains("main.ts(1,7): error TS2322");
        host.write("main.ts", "export const text: number = 1;\n");
        build(host).endedWith(0);
        assertThat(host.file("out/main.js")).content().contains("text");
        assertThat(host.builds()).isEqualTo(2);
    }

    private BuildHost host(String tsc) throws IOException {
        BuildHost host = BuildHost.of(database, dir, Compiler.SCRIPT);
        Path program = host.write("tsc", STAND_IN);
        String run = tsc.isEmpty()
                ? "sh " + program
                : tsc + " --strict --target es2022 --module esnext --moduleResolution bundler";
        host.write("build", """
                echo main.ts >> "$BUILDS"
                cd '%1$s' || exit
                tsc() { %2$s "$@"; }
                tsc --listFilesOnly main.ts > main.d || exit
                tsc --outDir out main.ts
                """.formatted(dir, run));
        host.write("imported.ts", "export const one: number = 1;\n");
        host.write("main.ts", "import { one } from './imported';\nexport const two: number = one + 1;\n");
        return host;
    }

    private static LockstepRun build(BuildHost host) {
        String source = host.file("main.ts").toString();
        String deps = host.file("main.d").toString();
        String out = host.file("out") + "/";
        return host.run(
                "main.ts",
                "--source",
                source,
                "--deps",
                deps,
                "--output",
                out,
                "--",
                "sh",
                host.file("build").toString());
    }
}
