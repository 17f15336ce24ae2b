package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.CadtSample;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Each command answers programs as is declared of it: {@link LockstepRun} holds every answer to that, and here is one of each. */
@ExtendWith(PostgresExtension.class)
class EveryOutputTest {
    private static final String REALM = "http://localhost:4201/luke/";

    /** They have no end, ask people, or print what is no answer. */
    private static final Set<String> OTHERS =
            Set.of("realm relay", "mirror follow", "shell", "completion", "complete-names", "demo");

    /** In an order in which each has something to do; what stands in capitals is made before. */
    private static final List<String> RUNS = List.of(
            "version",
            "help",
            "doctor",
            "profile list",
            "profile show cadt-v1",
            "profile schema",
            "profile init --db SOURCE",
            "fts status",
            "fts status nothing",
            "fts check",
            "fts check --deep",
            "fts tune",
            "fts tune -n",
            "fts defer -n",
            "fts defer",
            "fts status",
            "fts check",
            "fts restore -n",
            "fts restore",
            "fts rebuild -n",
            "fts rebuild --yes",
            "fts run -- true",
            "fts run --mode rebuild -- true",
            "audit status",
            "audit check",
            "audit apply -n",
            "audit apply",
            "audit apply",
            "audit check",
            "audit suggest select*from\u00a0audit\u00a0where\u00a0author=?",
            "audit latest",
            "audit write ROWS -n",
            "audit write ROWS",
            "audit drop -n",
            "audit drop --yes",
            "mirror plan",
            "mirror backfill --create -n",
            "mirror backfill --create",
            "mirror backfill",
            "mirror verify",
            "mirror status",
            "DAMAGE",
            "mirror verify",
            "mirror verify --diff",
            "mirror repair -n",
            "mirror repair",
            "mirror backfill --table nothing",
            "realm init -n",
            "realm init --outbox",
            "realm broadcast REALM -n",
            "realm broadcast REALM",
            "realm broadcast REALM --path a.gts --durable",
            "realm broadcast REALM --outbox",
            "realm broadcast REALM --expect 3",
            "realm invalidate REALM -n",
            "realm invalidate REALM",
            "realm invalidate REALM --path a.gts",
            "realm invalidate REALM --path a.gts --outbox",
            "realm sequence --once",
            "realm listen --count 1 --timeout 50ms",
            "realm listen --durable one --timeout 50ms",
            "realm listeners",
            "realm locks",
            "realm lock REALM -- true",
            "realm watch units --realm 'http://h/' --path NULL -n",
            "realm watch units --realm 'http://h/' --path NULL",
            "realm watch units --remove",
            "realm publish PUBLISHED TREE --yes --realm REALM",
            "realm publish PUBLISHED TREE --yes --realm REALM -n",
            "realm unpublish TREE --yes --realm REALM -n",
            "realm unpublish TREE --yes --realm REALM",
            "realm publish PUBLISHED TREE --yes --realm REALM",
            "realm delete TREE --yes --realm REALM",
            "transpile init -n",
            "transpile init --guard",
            "transpile run REALM a.gts --source ROWS -- cat",
            "transpile run REALM a.gts --source ROWS -- cat",
            "transpile status",
            "transpile get REALM a.gts",
            "transpile get REALM none.gts",
            "transpile put REALM b.gts ROWS",
            "transpile check REALM PUBLISHED",
            "transpile tombstone REALM a.gts -n",
            "transpile tombstone REALM a.gts",
            "transpile tombstone REALM --all --yes",
            "transpile prune -n",
            "transpile prune",
            "definitions clear REALM",
            "definitions clear --all --yes",
            "definitions check REALM PUBLISHED",
            "top --once",
            "nothing of the kind");

    @TempDir
    Path folder;

    @Test
    void isAsDeclared(TestDatabase database) throws Exception {
        Path source = CadtSample.V1.create(folder.resolve("data.db"), new CadtSample.Size(3, 3, 5));
        Path rows = Files.writeString(folder.resolve("rows.ndjson"), "");
        Path published = Files.createDirectory(folder.resolve("published"));
        Files.writeString(published.resolve("index.gts"), "export {}");
        Map<String, String> places = Map.of(
                "SOURCE", source.toString(),
                "ROWS", rows.toString(),
                "PUBLISHED", published.toString(),
                "TREE", folder.resolve("tree").toString(),
                "REALM", REALM);
        Map<String, String> environment = new HashMap<>(database.environment());
        environment.putAll(Map.of(
                "HOME", folder.toString(),
                "PATH", System.getenv("PATH"),
                "LOCKSTEP_DB", source.toString(),
                "LOCKSTEP_TO", "postgresql:///",
                "LOCKSTEP_PG", "postgresql:///"));
        Set<String> answered = new TreeSet<>();
        for (String line : RUNS) {
            if (line.equals("DAMAGE")) {
                database.execute("delete from audit where id = (select min(id) from audit)");
                continue;
            }
            LockstepRun run = LockstepRun.of(environment, words(line, places));
            Map<String, Object> envelope = run.envelope();
            if (envelope.get("data") != null) {
                answered.add((String) envelope.get("command"));
            }
        }
        assertThat(answered)
                .containsAll(Catalog.TREE.paths().stream()
                        .filter(name -> !OTHERS.contains(name))
                        .toList());
    }

    /** {@code -o json} is for lockstep, and so it stands before what is for the program that it runs. */
    private static String[] words(String line, Map<String, String> places) {
        List<String> words = new ArrayList<>();
        for (String word : line.split(" ", -1)) {
            if (word.equals("--")) {
                words.addAll(List.of("-o", "json"));
            }
            words.add(places.getOrDefault(word, word.replace('\u00a0', ' ')));
        }
        if (!words.contains("--")) {
            words.addAll(List.of("-o", "json"));
        }
        return words.toArray(String[]::new);
    }
}
