package dev.lockstep.cli.transpile;

import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A machine that builds with the cache of a fleet: a checkout, a compiler, and a list of what that was run for. The compiler is gcc,
 * or a script that does what a compiler of C does for the sources of these tests: it follows includes, writes an object with
 * bytes that no text holds and a rule of make, and knows {@code #error} and {@code #warning}.
 */
final class BuildHost {
    /** Who compiles. */
    enum Compiler {
        SCRIPT,
        GCC;

        /** The script everywhere, and gcc where there is one. */
        static List<Compiler> here() {
            return isOnPath("gcc") ? List.of(SCRIPT, GCC) : List.of(SCRIPT);
        }

        private static boolean isOnPath(String program) {
            for (String folder : System.getenv("PATH").split(":", -1)) {
                if (Files.isExecutable(Path.of(folder, program))) {
                    return true;
                }
            }
            return false;
        }
    }

    private static final String SCRIPT = """
            #!/bin/sh
            # cc SOURCE OBJECT RULE
            echo "$1" >> "$BUILDS"
            if grep '^#error' "$1"; then exit 1; fi
            grep '^#warning' "$1" >&2
            included=$(sed -n 's/^#include "\\(.*\\)"/\\1/p' "$1")
            cd "$(dirname "$1")"
            { printf '\\177ELF\\000\\377'; cat "$1"; for file in $included; do cat "$file" || exit 1; done; printf "$MODE"; } > "$2" || exit
            escape() { printf ' %s' "$1" | sed 's/\\$/$$/g; s/\\(.\\) /\\1\\\\ /g'; }
            { printf object:; escape "$1"; for file in $included; do escape "$PWD/$file"; done; echo; } > "$3"
            """;

    private static final String GCC = """
            #!/bin/sh
            echo "$1" >> "$BUILDS"
            cd "$(dirname "$1")"
            exec gcc -c -DMODE="${MODE-0}" "$1" -o "$2" -MD -MF "$3"
            """;

    private final Path folder;
    private final String realm;
    private final Map<String, String> environment;
    private final Path compiler;

    private BuildHost(Path folder, String realm, Map<String, String> environment) {
        this.folder = folder;
        this.realm = realm;
        this.environment = environment;
        this.compiler = folder.resolve("cc");
    }

    /** @param folder an empty one; its name is the realm's, so that scenarios of one database do not meet */
    static BuildHost of(TestDatabase database, Path folder, Compiler with) throws IOException {
        Map<String, String> environment = new HashMap<>(database.environment());
        environment.put("PATH", System.getenv("PATH"));
        environment.put("HOME", folder.toString());
        environment.put("BUILDS", folder.resolve("builds").toString());
        BuildHost host = new BuildHost(folder, "http://localhost:4201/" + folder.getFileName() + "/", environment);
        Files.writeString(host.compiler, with == Compiler.GCC ? GCC : SCRIPT);
        return host;
    }

    /** Another machine with the same sources and the same compiler, which builds for the same realm. */
    BuildHost another() throws IOException {
        Path place = Files.createDirectories(folder.resolve("another"));
        Map<String, String> its = new HashMap<>(environment);
        its.put("HOME", place.toString());
        BuildHost other = new BuildHost(place, realm, its);
        for (String name : List.of("cc", "main.c")) {
            if (Files.exists(folder.resolve(name))) {
                Files.copy(folder.resolve(name), place.resolve(name));
            }
        }
        return other;
    }

    BuildHost with(String variable, String value) {
        Map<String, String> its = new HashMap<>(environment);
        its.put(variable, value);
        return new BuildHost(folder, realm, its);
    }

    String realm() {
        return realm;
    }

    Map<String, String> environment() {
        return environment;
    }

    Path file(String name) {
        return folder.resolve(name);
    }

    Path write(String name, String text) throws IOException {
        Files.createDirectories(file(name).getParent());
        return Files.writeString(file(name), text);
    }

    /** Compiles {@code main.c} to {@code main.o}. */
    LockstepRun build(String... options) {
        return compile("main.c", options);
    }

    LockstepRun compile(String source, String... options) {
        return LockstepRun.of(environment, words(source, options));
    }

    String[] words(String source, String... options) {
        List<String> words = new ArrayList<>(List.of("--source", file(source).toString(), "--output", object(source)));
        words.addAll(List.of("--deps", file(source + ".d").toString()));
        words.addAll(List.of(options));
        words.addAll(List.of("--", "sh", compiler.toString(), file(source).toString(), object(source)));
        words.add(file(source + ".d").toString());
        words.addAll(0, List.of("transpile", "run", realm, source));
        return words.toArray(String[]::new);
    }

    private String object(String source) {
        return file(source.replaceFirst("[.]c$", ".o")).toString();
    }

    /** Runs a build of some other kind: what follows the realm and the path. */
    LockstepRun run(String path, String... words) {
        return transpile("run", path, words);
    }

    /** Runs another command on the realm. */
    LockstepRun transpile(String command, String path, String... words) {
        List<String> all = new ArrayList<>(List.of("transpile", command, realm));
        Optional.ofNullable(path).ifPresent(all::add);
        all.addAll(List.of(words));
        return LockstepRun.of(environment, all.toArray(String[]::new));
    }

    /** The object of {@code main.c}. */
    byte[] object() throws IOException {
        return Files.readAllBytes(file("main.o"));
    }

    /** How often the compiler has run. */
    int builds() throws IOException {
        Path list = Path.of(environment.get("BUILDS"));
        return Files.exists(list) ? Files.readAllLines(list).size() : 0;
    }
}
