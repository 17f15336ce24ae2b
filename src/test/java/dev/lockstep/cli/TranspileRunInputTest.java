package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an artifact is made from, and is served for. */
@ExtendWith(PostgresExtension.class)
class TranspileRunInputTest {
    private static final String REALM = "http://localhost:4201/luke/";

    @TempDir
    Path dir;

    private TranspileUser transpile;

    @BeforeEach
    void prepare(TestDatabase database) {
        transpile = TranspileUser.of(database, dir);
    }

    @Test
    void anEditedInputIsNoHitAndTheSameInputIs() throws IOException {
        transpile.ok("init");
        Path source = Files.writeString(dir.resolve("a.ts"), "v1");
        Path config = Files.writeString(dir.resolve("tsconfig.json"), "{}");
        Path log = dir.resolve("builds");
        String[] words = {
            "run",
            REALM,
            "a.ts",
            "--source",
            source.toString(),
            "--input",
            config.toString(),
            "--env",
            "MODE",
            "--",
            "sh",
            "-c",
            "echo built >> " + log + "; cat; printf ' %s' \"$MODE\""
        };

        assertThat(transpile.run(words).stdout()).isEqualTo("v1 ");
        assertThat(transpile.run(words).stdout()).isEqualTo("v1 ");
        assertThat(Files.readAllLines(log)).hasSize(1);
        Files.writeString(source, "v2");
        assertThat(transpile.run(words).stdout()).isEqualTo("v2 ");
        Files.writeString(config, "{\"strict\": true}");
        assertThat(transpile.run(words).stdout()).isEqualTo("v2 ");
        assertThat(transpile.with("MODE", "production").run(words).stdout()).isEqualTo("v2 production");
        assertThat(Files.readAllLines(log)).hasSize(4);
    }

    /** Of an artifact that is called as its source, and of one that has its own ending, as compilers give it. */
    @ParameterizedTest
    @ValueSource(strings = {"main.ts", "main.js"})
    void aFileThatTheCompilerNamesIsAnInputAndADependency(String artifact) throws IOException {
        transpile.ok("init");
        Path realm = Files.createDirectories(dir.resolve("realm/lib")).getParent();
        Path source = Files.writeString(realm.resolve("main.ts"), "main");
        Path imported = Files.writeString(realm.resolve("lib/my util.ts"), "old");
        Path deps = dir.resolve("main.d");
        String rule = "main.js: " + source + " \\\n  " + imported.toString().replace(" ", "\\ ") + "\n\n"
                + imported.toString().replace(" ", "\\ ") + ":\n";
        Files.writeString(dir.resolve("rule"), rule);
        String build = "cp '" + dir.resolve("rule") + "' '" + deps + "'; cat - '" + imported + "'";
        String[] words = {
            "run", REALM, artifact, "--source", source.toString(), "--deps", deps.toString(), "--", "sh", "-c", build
        };

        assertThat(transpile.run(words).stdout()).isEqualTo("mainold");
        Files.writeString(imported, "new");
        assertThat(transpile.run(words).stdout()).isEqualTo("mainnew");
        assertThat(transpile
                        .run("tombstone", REALM, "lib/my util.ts", "--dependents")
                        .exit())
                .isZero();
        assertThat(transpile.run("get", REALM, artifact).exit()).isEqualTo(3);
    }
}
