package dev.lockstep.cli;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.BoxelTables;
import dev.lockstep.testing.CadtSample;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A dry run writes nothing, whatever the command; and what was done is done again without a change, unless the command's
 * help says what it does again.
 */
@ExtendWith(PostgresExtension.class)
class DryRunTest {
    private static final String REALM = "http://localhost:4201/luke/my-realm/";
    private static final String CADT = "--db FILE --profile cadt-v1";

    /** Whether a command that has been done says changed when it is done again. */
    private enum Again {
        NOTHING,
        CHANGES
    }

    /** @param arguments in which FILE is a SQLite database and SITE a folder with a realm's files */
    private record Request(String arguments, Again again) {}

    private static Request nothing(String arguments) {
        return new Request(arguments, Again.NOTHING);
    }

    private static Request changes(String arguments) {
        return new Request(arguments, Again.CHANGES);
    }

    /** What each command is asked for that has a dry run. */
    private static final Map<String, Request> REQUESTS = Map.ofEntries(
            entry("realm broadcast", changes(REALM)),
            entry("realm invalidate", changes(REALM + " --durable")),
            entry("realm publish", changes("SITE/source SITE/target -y --realm " + REALM)),
            entry("realm unpublish", nothing("SITE/shown -y --realm " + REALM)),
            entry("realm delete", nothing("SITE/old -y --realm " + REALM)),
            entry("definitions clear", changes(REALM)),
            entry("definitions check", nothing(REALM + " SITE/source --clear -y")),
            entry("realm init", nothing("--outbox")),
            entry("realm watch", nothing("modules --realm 'http://localhost/' --path file_alias")),
            entry("transpile init", nothing("--guard")),
            entry(
                    "transpile put",
                    changes("http://localhost:4201/luke/quiet/ a.gts --generation 0 --body SITE/source/a.gts")),
            entry("transpile tombstone", changes(REALM + " --all -y")),
            entry("transpile check", nothing(REALM + " SITE/source --tombstone -y")),
            entry("transpile prune", nothing("--older-than 1h -y")),
            entry("audit apply", nothing(CADT)),
            entry("audit write", nothing("SITE/rows.ndjson " + CADT)),
            entry("audit drop", nothing(CADT + " -y")),
            entry("fts defer", nothing(CADT)),
            entry("fts restore", nothing(CADT)),
            entry("fts run", changes(CADT + " -- true")),
            entry("fts rebuild", changes(CADT + " -y")),
            entry("fts tune", nothing(CADT + " -y")),
            entry("mirror backfill", nothing("--create --db FILE --to postgresql:///")),
            entry("mirror repair", nothing("--db SITE/notes.db --to sqlite:SITE/mirror.db")),
            entry("mirror follow", nothing("--db FILE --to postgresql:///")));

    /** Everything that is in the schema, row by row. */
    private static final String STATE = """
            select string_agg(relkind::text || relname || case relkind when 'r' then rows::text else '' end, ',' order by relname)
              from (select relkind, relname,
                           case relkind when 'r' then query_to_xml('select * from ' || oid::regclass, false, false, '') end as rows
                      from pg_class
                     where relnamespace = 'public'::regnamespace) as relation
            """;

    @TempDir
    Path folder;

    private Path site;

    @BeforeEach
    void createWhatCommandsWorkOn(TestDatabase database) throws Exception {
        site = Files.createDirectories(folder.resolve("site"));
        for (String realm : List.of("source", "old")) {
            Files.writeString(Files.createDirectories(site.resolve(realm)).resolve("a.gts"), "export {}");
        }
        Files.writeString(site.resolve("rows.ndjson"), "");
        TestSqlite.create(
                site.resolve("notes.db"), "create table note (id integer primary key)", "insert into note values (1)");
        TestSqlite.create(site.resolve("mirror.db"), "create table note (id integer primary key)");
        database.execute(BoxelTables.MODULES);
        succeed(database, "transpile init");
        succeed(database, "realm init --outbox");
        succeed(database, "realm publish " + site + "/source " + site + "/shown -y --realm " + REALM);
    }

    private static LockstepRun run(TestDatabase database, String command) {
        return LockstepRun.of(database.environment(), command.split(" +", -1));
    }

    private static void succeed(TestDatabase database, String command) {
        LockstepRun run = run(database, command);
        assertThat(run.exit()).as("%s: %s", command, run).isZero();
    }

    private static Path sample(Path file) throws Exception {
        Path created = CadtSample.V1.create(file, new CadtSample.Size(3, 3, 5));
        TestSqlite.create(created, "pragma journal_mode = delete");
        return created;
    }

    /** The leaves that have the option {@code --dry-run}. */
    private static List<String> leaves() {
        return Catalog.TREE.paths().stream()
                .filter(path -> Catalog.TREE
                        .leaf(path, Catalog.TREE.command(path))
                        .getCommandSpec()
                        .optionsMap()
                        .containsKey("--dry-run"))
                .toList();
    }

    private String command(String leaf, Path database) {
        assertThat(REQUESTS).containsKey(leaf);
        return (leaf + " --json " + REQUESTS.get(leaf).arguments())
                .replace("FILE", database.toString())
                .replace("SITE", site.toString());
    }

    /** Each file below the folder with its content, and each link with its target. */
    private static Map<String, String> tree(Path folder) throws IOException {
        Map<String, String> tree = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                tree.put(
                        folder.relativize(file).toString(),
                        Files.isSymbolicLink(file)
                                ? "link to " + Files.readSymbolicLink(file)
                                : Files.isDirectory(file) ? "folder" : Arrays.toString(Files.readAllBytes(file)));
            }
        }
        return tree;
    }

    @Test
    void aDryRunLeavesEverythingAsItIs(TestDatabase database) throws Exception {
        Path copy = Files.createDirectories(folder.resolve("read-only")).resolve("copy.db");
        Files.copy(sample(folder.resolve("sample.db")), copy);
        Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("r--r--r--"));
        Map<String, String> files = tree(folder);
        String state = database.ask(STATE);

        for (String leaf : leaves()) {
            String command = command(leaf, copy);
            int arguments = command.contains(" -- ") ? command.indexOf(" -- ") : command.length();
            LockstepRun run = run(database, command.substring(0, arguments) + " -n" + command.substring(arguments));

            assertThat(run.exit()).as("%s: %s", command, run).isIn(0, 3);
            assertThat(run.stdout()).as(command).contains("\"changed\":false", "\"dryRun\":true");
            assertThat(tree(folder)).as(command).isEqualTo(files);
            assertThat(database.ask(STATE)).as(command).isEqualTo(state);
        }
    }

    @Test
    void whatIsDoneAgainChangesNothingOrSaysInItsHelpWhatItDoesAgain(TestDatabase database) throws Exception {
        Path file = sample(folder.resolve("sample.db"));
        List<String> surprises = new ArrayList<>();
        for (String leaf : leaves()) {
            String command = command(leaf, file);
            if (leaf.equals("mirror follow")) {
                // It goes on until it is stopped; what it does first is a backfill.
                continue;
            }
            if (leaf.equals("fts restore")) {
                succeed(database, command.replace("restore", "defer"));
            }
            if (leaf.equals("transpile put")) {
                LockstepRun miss = run(database, "transpile get --json http://localhost:4201/luke/quiet/ a.gts");
                command = command.replace(
                        "--generation 0", "--generation " + miss.data().get("generation"));
            }
            LockstepRun first = run(database, command);
            LockstepRun second = run(database, command);
            assertThat(List.of(first.exit(), second.exit()))
                    .as("%s: %s then %s", command, first, second)
                    .containsOnly(0);
            Again expected = REQUESTS.get(leaf).again();
            boolean changed = (boolean) second.envelope().get("changed");
            if (changed != (expected == Again.CHANGES)) {
                surprises.add(command + ": " + second);
            }
            if (expected == Again.CHANGES) {
                assertThat(LockstepRun.of(Map.of(), ("help " + leaf).split(" ", -1))
                                .stdout()
                                .replaceAll("\\s+", " "))
                        .as(leaf)
                        .contains("Done again, it ");
            }
        }
        assertThat(surprises).isEmpty();
    }
}
