package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What node_exporter makes of the files of several runs: it reads all, and leaves out what collides. */
class MetricsTest {
    private static final Pattern SAMPLE = Pattern.compile(
            "([a-zA-Z_:][a-zA-Z0-9_:]*)\\{((?:[a-zA-Z_][a-zA-Z0-9_]*=\"(?:[^\"\\\\\n]|\\\\[\\\\\"n])*\",?)*)} ([-+0-9.E]+)");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final String SECRET = "S3CR3T";

    @TempDir
    Path folder;

    private final Map<String, String> help = new HashMap<>();
    private final Map<String, String> types = new HashMap<>();
    private final Map<Set<String>, Path> samples = new HashMap<>();

    /** Reads a file as strictly as the collector does, and all as one set of samples. */
    private void collect(Path file) throws IOException {
        String text = Files.readString(file);
        assertThat(text).endsWith("\n").doesNotContain(SECRET);
        String family = "";
        Set<String> families = new HashSet<>();
        for (String line : text.lines().toList()) {
            if (line.startsWith("#")) {
                String[] words = line.split(" ", 4);
                Map<String, String> said = words[1].equals("HELP") ? help : types;
                assertThat(said.getOrDefault(words[2], words[3])).isEqualTo(words[3]);
                said.put(words[2], words[3]);
                family = words[2];
                assertThat(families.add(words[1] + family)).as(line).isTrue();
                continue;
            }
            Matcher sample = SAMPLE.matcher(line);
            assertThat(sample.matches()).as(line).isTrue();
            assertThat(sample.group(1)).isEqualTo(family);
            assertThat(types).containsEntry(family, "gauge");
            Double.parseDouble(sample.group(3));
            Set<String> identity = new HashSet<>(Set.of(family));
            Matcher label = LABEL.matcher(sample.group(2));
            Set<String> names = new HashSet<>();
            while (label.find()) {
                assertThat(names.add(label.group(1))).as(line).isTrue();
                identity.add(label.group());
            }
            Path before = samples.put(identity, file);
            assertThat(before).as("also in %s: %s", file, line).isNull();
        }
    }

    private Path run(String name, List<String> words) {
        return run(name, Map.of(), words);
    }

    private Path run(String name, Map<String, String> environment, List<String> words) {
        Path file = folder.resolve(name + ".prom");
        List<String> all = new ArrayList<>(words);
        int end = words.contains("--") ? words.indexOf("--") : words.size();
        all.addAll(end, List.of("-q", "--metrics-file", file.toString()));
        LockstepRun.of(environment, all.toArray(String[]::new));
        return file;
    }

    @Test
    void twoRunsOnDifferentThingsNeverCollide() throws Exception {
        String closed = "postgresql://127.0.0.1:1/";
        Path a = TestSqlite.create(folder.resolve("a.db"), schema());
        Path b = TestSqlite.create(folder.resolve("b \"\\ü\n.db"), schema());
        Path to = TestSqlite.create(folder.resolve("to.db"), "create table x (id integer primary key)");
        Path to2 = TestSqlite.create(folder.resolve("to2.db"), "create table x (id integer primary key)");
        List<List<String>> runs = new ArrayList<>();
        for (Path db : List.of(a, b)) {
            for (String verb : List.of("status", "check", "defer", "restore")) {
                runs.add(List.of("fts", verb, "--db", db.toString()));
            }
            runs.add(List.of("fts", "rebuild", db.toString(), "--yes"));
            runs.add(List.of("fts", "run", "--db", db.toString(), "--", "true"));
            runs.add(List.of("doctor", "--db", db.toString()));
            for (Path mirror : List.of(to, to2)) {
                runs.add(List.of("mirror", "backfill", "--db", db.toString(), "--to", "sqlite:" + mirror, "--create"));
                for (String table : List.of("note", "memo")) {
                    runs.add(List.of(
                            "mirror", "verify", "--db", db.toString(), "--to", "sqlite:" + mirror, "--table", table));
                }
            }
        }
        for (String server : List.of("a", "b")) {
            for (String realm : List.of("https://x/one/", "https://x/two/")) {
                runs.add(List.of("realm", "broadcast", realm, "--pg", closed + server));
                runs.add(List.of("realm", "lock", realm, "--pg", closed + server, "--", "true"));
                runs.add(List.of("transpile", "get", realm, "a.js", "--pg", closed + server));
                runs.add(List.of("transpile", "get", realm, "b.js", "--pg", closed + server));
                runs.add(List.of("realm", "publish", folder.toString(), folder + "/" + server, "--realm", realm, "-n"));
            }
            runs.add(List.of("realm", "locks", "--pg", "postgresql://u:" + SECRET + "@h/" + server));
            runs.add(List.of("realm", "listen", "--durable", server, "--pg", closed));
        }

        for (int i = 0; i < runs.size(); i++) {
            collect(run("run" + i, runs.get(i)));
        }
        collect(run("env1", Map.of("LOCKSTEP_PG", closed + "c"), List.of("realm", "locks")));
        collect(run("env2", Map.of("LOCKSTEP_PG", closed + "d?password=" + SECRET), List.of("realm", "locks")));
        collect(run(
                "env3", Map.of("PGHOST", "127.0.0.1", "PGPORT", "1", "PGPASSWORD", SECRET), List.of("realm", "locks")));

        assertThat(samples).hasSizeGreaterThan(200);
    }

    @Test
    void theSameThingIsTheSameHoweverItIsNamed() throws Exception {
        Path db = TestSqlite.create(folder.resolve("a.db"), schema());
        String expected = Files.readString(run("1", List.of("fts", "status", "--db", db.toString())))
                .lines()
                .filter(line -> line.startsWith("lockstep_last_run_exit_code"))
                .findFirst()
                .orElseThrow();

        assertThat(expected).contains("command=\"fts status\",db=\"" + db + "\"");
        String unusual = db.getParent() + "/./../" + db.getParent().getFileName() + "/a.db";
        for (Path file : List.of(
                run("2", List.of("fts", "status", db.toString())),
                run("3", List.of("fts", "status", "--db", unusual)),
                run("4", Map.of("LOCKSTEP_DB", db.toString()), List.of("fts", "status")))) {
            assertThat(Files.readString(file, StandardCharsets.UTF_8)).contains(expected);
        }
    }

    /** Two indexes over one table: a sample of each. */
    private static String[] schema() {
        return new String[] {
            "create table note (id integer primary key, body text)",
            "create table memo (id integer primary key, body text)",
            "create virtual table note_fts using fts5(body, content='note', content_rowid='id')",
            "create virtual table note_words using fts5(body, content='note', content_rowid='id')",
            "create trigger t after insert on note begin insert into note_fts (rowid, body) values (new.id, new.body);"
                    + " insert into note_words (rowid, body) values (new.id, new.body); end",
            "insert into note values (1, 'lighthouse')"
        };
    }
}
