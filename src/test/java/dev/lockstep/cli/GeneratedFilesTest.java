package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.completion.ShellScripts;
import dev.lockstep.cli.help.Examples;
import dev.lockstep.cli.help.HelpTopics;
import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.Machine;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Model.CommandSpec;
import picocli.codegen.docgen.manpage.ManPageGenerator;

/**
 * The files that are made from the model of the commands and committed are those that the model makes.
 *
 * <p>{@code mvn test -Dtest=GeneratedFilesTest -Dlockstep.update=true} writes them; then {@code mvn -Pman
 * process-resources} makes {@code man/*.1} of {@code src/man/*.adoc}.
 */
class GeneratedFilesTest {
    private static final boolean UPDATE = Boolean.getBoolean("lockstep.update");
    private static final Path MAN_SOURCES = Path.of("src/man");
    private static final Path COMPLETIONS = Path.of("src/completions");

    @TempDir
    Path fresh;

    @Test
    void manPageSourcesFollowTheCommands() throws IOException {
        File none = null;
        CommandSpec lockstep = Catalog.TREE.tree().getCommandSpec();
        addExamples(lockstep, "lockstep");
        ManPageGenerator.generateManPage(fresh.toFile(), none, new boolean[0], false, lockstep);

        compare(MAN_SOURCES);
    }

    /** As the page's last section, in the form that the generator has for it. */
    private static void addExamples(CommandSpec spec, String path) {
        List<String> section = new ArrayList<>(List.of("----"));
        section.addAll(Examples.of(path));
        section.add("----");
        section.addAll(List.of(spec.usageMessage().footer()));
        spec.usageMessage().footerHeading("Examples%n").footer(section.toArray(String[]::new));
        spec.subcommands()
                .forEach((name, command) ->
                        addExamples(command.getCommandSpec(), path.equals("lockstep") ? name : path + " " + name));
    }

    @Test
    void completionsFollowTheCommands() throws IOException {
        for (String shell : ShellScripts.SHELLS) {
            Files.writeString(
                    fresh.resolve(shell.equals("zsh") ? "_lockstep" : "lockstep." + shell),
                    ShellScripts.of(Catalog.TREE, shell, HelpTopics.NAMES));
        }

        compare(COMPLETIONS);
    }

    @Test
    void everyManPageSourceHasItsManPage() {
        assertThat(names(Path.of("man")).stream()
                        .filter(name -> name.endsWith(".1"))
                        .toList())
                .isEqualTo(names(MAN_SOURCES).stream()
                        .map(name -> name.replace(".adoc", ".1"))
                        .toList());
    }

    /** By groff, where there is one; it says nothing about a page that is right. */
    @Test
    void everyManPageRendersWithoutAWarning() throws IOException {
        Optional<Path> groff = Machine.program("groff", "how the man pages render");
        for (String name : names(Path.of("man"))) {
            assertThat(Path.of("man", name)).content().contains(".TH ", ".SH \"NAME\"\n");
            if (groff.isPresent()) {
                String[] command = {groff.get().toString(), "-ww", "-man", "-Tutf8", "-z", "man/" + name};
                Map<String, String> environment = Map.of("PATH", System.getenv("PATH"));
                try (ChildJvm render = ChildJvm.exec(Path.of(""), environment, command)) {
                    assertThat(render.exitCode()).as("%s", render).isZero();
                    assertThat(render.stdout() + render.stderr()).isEmpty();
                }
            }
        }
    }

    private void compare(Path committed) throws IOException {
        if (UPDATE) {
            Files.createDirectories(committed);
            for (String name : names(committed)) {
                Files.delete(committed.resolve(name));
            }
            for (Map.Entry<String, String> file : contents(fresh).entrySet()) {
                Files.writeString(committed.resolve(file.getKey()), file.getValue());
            }
        }
        assertThat(contents(committed)).isEqualTo(contents(fresh));
    }

    private static List<String> names(Path directory) {
        return List.copyOf(contents(directory).keySet());
    }

    private static Map<String, String> contents(Path directory) {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                contents.put(file.getFileName().toString(), Files.readString(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return contents;
    }
}
