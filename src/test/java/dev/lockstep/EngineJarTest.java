package dev.lockstep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The engine as other programs get it: a jar that needs the drivers and the JSON reader, and nothing of the command line. */
@Tag("distribution")
class EngineJarTest {
    private static final Path ENGINE = Path.of(System.getProperty("lockstep.engine"));
    private static final List<String> NEEDED =
            List.of("postgresql-", "sqlite-jdbc-", "mariadb-java-client-", "jackson-core-");

    /** A project of its own, which needs more than the engine. */
    private static final String SPRINGS = "/spring-boot-starter/";

    @TempDir
    Path folder;

    /** With what it needs, as that was published. */
    static String classPath() {
        String tests = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return Stream.concat(
                        Stream.of(ENGINE.toString()),
                        Stream.of(tests.split(":", -1)).filter(jar -> NEEDED.stream()
                                .anyMatch(Path.of(jar).getFileName().toString()::startsWith)))
                .collect(Collectors.joining(":"));
    }

    private static List<String> sources(Path root, String but) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.map(Path::toString)
                    .filter(file -> file.endsWith(".java") && !file.contains(but))
                    .toList();
        }
    }

    private static String run(String tool, List<String> arguments) {
        StringWriter said = new StringWriter();
        PrintWriter printer = new PrintWriter(said);
        int status = ToolProvider.findFirst(tool).orElseThrow().run(printer, printer, arguments.toArray(String[]::new));
        assertThat(status).as("%s: %s", tool, said).isZero();
        return said.toString();
    }

    @Test
    void theExamplesCompileAgainstItWithoutAWarning() throws Exception {
        List<String> arguments = new ArrayList<>(
                List.of("--release", "17", "-Xlint:all", "-Werror", "-d", folder.toString(), "-cp", classPath()));
        arguments.addAll(sources(Path.of("examples"), SPRINGS));
        assertThat(arguments).anyMatch(file -> file.endsWith("KeepCacheInStep.java"));

        assertThat(run("javac", arguments)).isEmpty();
    }

    @Test
    void aProgramRunsWithIt() throws Exception {
        Path notes = TestSqlite.create(
                folder.resolve("notes.db"),
                "create table note (id integer primary key, body text)",
                "create virtual table note_fts using fts5(body, content = 'note', content_rowid = 'id')",
                "create trigger note_ai after insert on note begin"
                        + " insert into note_fts (rowid, body) values (new.id, new.body); end");
        Path lines = Files.writeString(folder.resolve("lines.txt"), "one\ntwo\n");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();

        try (ChildJvm program = ChildJvm.exec(
                Path.of(""),
                Installation.ENVIRONMENT,
                java,
                "-XX:-UsePerfData",
                "-Dorg.sqlite.tmpdir=" + folder,
                "-cp",
                classPath(),
                "examples/ImportInBulk.java",
                notes.toString(),
                lines.toString())) {
            assertThat(program.exitCode()).as("%s", program).isZero();
            assertThat(program.stdout()).isEqualTo("note_fts: 2 rows indexed\n");
        }
    }

    /** An application of modules sees what is exported, and no more. */
    @Test
    void itIsAModuleThatSpeaksOfNoTypeItDoesNotExport() throws Exception {
        List<String> arguments = new ArrayList<>(List.of(
                "--release",
                "17",
                "-proc:none",
                "-Xlint:exports",
                "-Werror",
                "-d",
                folder.resolve("engine").toString()));
        arguments.addAll(List.of(
                "--module-path",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
                        .replaceFirst("^[^:]*target/test-classes:[^:]*target/classes:", "")));
        arguments.addAll(sources(Path.of("src/main/java"), "/cli/"));
        arguments.add("src/main/module/module-info.java");

        assertThat(run("javac", arguments)).isEmpty();

        List<String> examples = new ArrayList<>(List.of(
                "--release",
                "17",
                "-d",
                folder.resolve("examples").toString(),
                "--module-path",
                classPath(),
                "--add-modules",
                "dev.lockstep"));
        examples.addAll(sources(Path.of("examples"), SPRINGS));
        assertThat(run("javac", examples)).isEmpty();
    }

    @Test
    void itHoldsNothingOfTheCommandLine() throws Exception {
        try (JarFile jar = new JarFile(ENGINE.toFile())) {
            assertThat(jar.stream().map(Object::toString))
                    .contains("dev/lockstep/realm/log/RealmListener.class", "dev/lockstep/fts/ledger/schema.sql")
                    .noneMatch(name -> name.contains("/cli/"));
        }
    }

    @Test
    void itsDocumentationIsMadeWithoutAWarning() throws Exception {
        List<String> arguments = new ArrayList<>(List.of(
                "-quiet",
                "-package",
                "-Xdoclint:all,-missing",
                "-Werror",
                "--release",
                "17",
                "-encoding",
                "UTF-8",
                "-d",
                folder.resolve("javadoc").toString(),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))));
        arguments.addAll(sources(Path.of("src/main/java"), "/cli/"));

        assertThat(run("javadoc", arguments)).isEmpty();
    }
}
