package dev.lockstep;

import dev.lockstep.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** lockstep as it is installed, started as a shell would start it, in an environment of its own. */
final class Installation {
    /** Where Java and the shell's commands are, and nothing else. */
    static final Map<String, String> ENVIRONMENT =
            Map.of("PATH", "/usr/local/bin:/usr/bin:/bin", "JAVA_HOME", System.getProperty("java.home"));

    private static final Path BUILT = Path.of(System.getProperty("lockstep.distribution"));
    private static final Path TARBALL = Path.of(System.getProperty("lockstep.tarball"));

    private final Path home;
    private final Map<String, String> environment = new HashMap<>(ENVIRONMENT);
    private Path directory = Path.of("");

    private Installation(Path home) {
        this.home = home;
    }

    /** What the build has assembled, with its class archive. */
    static Installation built() {
        return new Installation(BUILT);
    }

    /** The folder is taken for an installation. */
    static Installation at(Path home) {
        return new Installation(home);
    }

    /** The same files under another name, by hard links, and no class archive. */
    static Installation linkedInto(Path home) throws IOException {
        try (Stream<Path> files = Files.walk(BUILT)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path copy = home.resolve(BUILT.relativize(file));
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else if (!file.toString().contains(".jsa")) {
                    Files.createLink(copy, file);
                }
            }
        }
        return new Installation(home);
    }

    /** The tarball, unpacked. */
    static Installation unpackedInto(Path folder) throws IOException, InterruptedException {
        Process tar = new ProcessBuilder("tar", "-xzf", TARBALL.toString(), "-C", folder.toString())
                .inheritIO()
                .start();
        if (tar.waitFor() != 0) {
            throw new IOException("tar ended with " + tar.exitValue());
        }
        String name = TARBALL.getFileName().toString();
        return new Installation(folder.resolve(name.substring(0, name.length() - ".tar.gz".length())));
    }

    Path home() {
        return home;
    }

    Path launcher() {
        return home.resolve("bin/lockstep");
    }

    Path lib() {
        return home.resolve("lib");
    }

    Installation with(String name, String value) {
        environment.put(name, value);
        return this;
    }

    Installation without(String name) {
        environment.remove(name);
        return this;
    }

    Installation in(Path workingDirectory) {
        directory = workingDirectory;
        return this;
    }

    ChildJvm start(String... arguments) {
        return startAs(launcher().toString(), arguments);
    }

    /** Starts it by another name: a link, a relative path. */
    ChildJvm startAs(String name, String... arguments) {
        List<String> command = new ArrayList<>(List.of(name));
        command.addAll(List.of(arguments));
        return ChildJvm.exec(directory, environment, command.toArray(String[]::new));
    }

    /** The class archives that lie beside its jars. */
    List<Path> archives() throws IOException {
        return archivesIn(lib());
    }

    static List<Path> archivesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jsa")).toList();
        }
    }
}
