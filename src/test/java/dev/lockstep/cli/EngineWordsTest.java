package dev.lockstep.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.lockstep.cli.hint.Hints;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Remedy;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The mechanisms do not know the words of the command line: a Java program has no use for them. */
@AnalyzeClasses(packages = "dev.lockstep.cli", importOptions = ImportOption.DoNotIncludeTests.class)
class EngineWordsTest {
    private static final Path CLASSES = Path.of("target/classes/dev/lockstep");

    /**
     * The options of PostgreSQL's own programs; the names of locks and of sessions, by which every version knows them; and who
     * has made a directory, which is {@code realm publish} for whoever did it.
     */
    private static final Set<String> OTHER_WORDS = Set.of(
            "db/embedded/Cluster",
            "db/embedded/Binaries",
            "audit/index/PostgresIndexes",
            "audit/write/GenerationLog",
            "realm/log/NamedListeners",
            "realm/publish/Publication");

    @ArchTest
    static final ArchRule whatIsAdvisedIsSaidInTheWordsOfTheCommandLine = noClasses()
            .that()
            .resideOutsideOfPackage("dev.lockstep.cli.hint")
            .should()
            .callMethod(LockstepException.class, "hint")
            .because("Hints.of says it in the words of the command line");

    @ArchTest
    static void noTextOfAMechanismNamesACommandOrAnOption(JavaClasses commandLine) throws IOException {
        Pattern words = words();
        TreeMap<String, List<String>> found = new TreeMap<>();
        for (Path file : engine()) {
            String type = CLASSES.relativize(file).toString().replaceAll("(\\$.*)?\\.class$", "");
            List<String> named = constants(file).stream()
                    .filter(text -> words.matcher(text).find())
                    .toList();
            if (!named.isEmpty() && !OTHER_WORDS.contains(type)) {
                found.computeIfAbsent(type, none -> new ArrayList<>()).addAll(named);
            }
        }

        assertThat(found).isEmpty();
    }

    @ArchTest
    static void everyRemedyHasWordsInTheCommandLine(JavaClasses commandLine) throws Exception {
        int kinds = 0;
        for (Path file : engine()) {
            if (file.toString().endsWith("Remedy.class") && !file.endsWith("support/Remedy.class")) {
                String name = "dev.lockstep."
                        + CLASSES.relativize(file)
                                .toString()
                                .replace(".class", "")
                                .replace('/', '.');
                for (Object kind : Class.forName(name).getEnumConstants()) {
                    LockstepException refusal = LockstepException.refused("refused", null)
                            .advising(((Remedy.Kind) kind).of("2", "3", "4", "5"));
                    assertThat(Hints.of(refusal)).as("%s", kind).isNotBlank();
                    kinds++;
                }
            }
        }

        assertThat(kinds).isGreaterThan(10);
    }

    /** {@code lockstep fts}, {@code 'fts check} and {@code --table}, of all that there are. */
    private static Pattern words() {
        Set<String> options = new TreeSet<>();
        for (String path : Catalog.TREE.paths()) {
            options.addAll(Catalog.TREE
                    .leaf(path, Catalog.TREE.command(path))
                    .getCommandSpec()
                    .optionsMap()
                    .keySet());
        }
        String commands =
                Catalog.TREE.paths().stream().filter(path -> path.contains(" ")).collect(Collectors.joining("|"));
        String nouns = Catalog.TREE.nouns().stream().map(noun -> noun + "\\b").collect(Collectors.joining("|"));
        String named = options.stream()
                .filter(name -> name.startsWith("--"))
                .map(name -> name + "(?![a-z-])")
                .collect(Collectors.joining("|"));
        assertThat(options).hasSizeGreaterThan(50);
        return Pattern.compile("lockstep (" + nouns + ")|'(" + commands + ")\\b|(?<![a-z-])(" + named + ")");
    }

    private static List<Path> engine() throws IOException {
        try (Stream<Path> files = Files.walk(CLASSES)) {
            List<Path> found = files.filter(file -> file.toString().endsWith(".class"))
                    .filter(file -> !file.startsWith(CLASSES.resolve("cli")))
                    .toList();
            assertThat(found).hasSizeGreaterThan(300);
            return found;
        }
    }

    /** The texts of a class file; of those that are put together, what stands between the parts. */
    private static List<String> constants(Path file) throws IOException {
        try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
            in.skipNBytes(8);
            int count = in.readUnsignedShort();
            String[] texts = new String[count];
            List<Integer> strings = new ArrayList<>();
            for (int i = 1; i < count; i++) {
                int tag = in.readUnsignedByte();
                switch (tag) {
                    case 1 -> texts[i] = in.readUTF();
                    case 8 -> strings.add(in.readUnsignedShort());
                    case 7, 16, 19, 20 -> in.skipNBytes(2);
                    case 15 -> in.skipNBytes(3);
                    case 3, 4, 9, 10, 11, 12, 17, 18 -> in.skipNBytes(4);
                    case 5, 6 -> {
                        in.skipNBytes(8);
                        i++;
                    }
                    default -> throw new IOException(file + " has a constant of kind " + tag);
                }
            }
            return strings.stream().map(index -> texts[index]).toList();
        }
    }
}
