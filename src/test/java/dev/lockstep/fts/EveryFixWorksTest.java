package dev.lockstep.fts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.PastedAdvice;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In every state that a crash, an application or a hand can leave: what is advised, pasted, mends it. */
class EveryFixWorksTest {
    private static final String FLAG =
            "insert or replace into meta (metaKey, metaValue) values ('" + CadtDatabase.FLAG + "', '1')";
    private static final String NO_SNAPSHOT = "delete from meta where metaKey = '" + CadtDatabase.SNAPSHOT + "'";
    private static final String NO_FLAG = "delete from meta where metaKey = '" + CadtDatabase.FLAG + "'";
    private static final String NO_NOTE = "delete from meta where metaKey = '" + CadtDatabase.OWN + "'";

    @TempDir
    Path dir;

    /** The states, by name: what is done to a database that is deferred, or is not. */
    private static Map<String, List<String>> states(boolean deferred) {
        Map<String, List<String>> states = new LinkedHashMap<>();
        List<String> drops = new ArrayList<>();
        CadtDatabase.TRIGGERS.forEach(trigger -> drops.add("drop trigger " + trigger));
        List<String> again = CadtDatabase.triggers();
        String other = again.get(0).replace("BEGIN", "BEGIN select 1;").replace("begin", "begin select 1;");
        if (!deferred) {
            states.put("06 some triggers are gone", drops.subList(0, 3));
            states.put("10 all triggers are gone", drops);
            states.put("flag alone", List.of(FLAG));
            return states;
        }
        states.put("01 deferred", List.of());
        states.put("02 without lockstep's own note", List.of(NO_NOTE));
        states.put("03 without a snapshot", List.of(NO_SNAPSHOT, NO_NOTE));
        states.put("04 without a flag", List.of(NO_FLAG, NO_NOTE));
        states.put(
                "05 with a snapshot that is none",
                List.of(
                        NO_NOTE,
                        "update meta set metaValue = '[{\"name\":' where metaKey = '" + CadtDatabase.SNAPSHOT + "'"));
        states.put("07 with newer triggers", List.of(NO_NOTE, other));
        states.put("08 with half of the triggers", again.subList(0, 3));
        states.put("09 with a snapshot that names a table that is gone", List.of(NO_NOTE, "drop table projects_fts"));
        states.put(
                "09 with a trigger on nothing",
                List.of(
                        NO_NOTE,
                        "update meta set metaValue = replace(metaValue, 'units_fts', 'gone_fts') where metaKey = '"
                                + CadtDatabase.SNAPSHOT + "'"));
        return states;
    }

    @Test
    void whatIsAdvisedMendsIt() throws Exception {
        PastedAdvice advice = new PastedAdvice(Map.of("HOME", dir.toString()));
        List<String> failures = new ArrayList<>();
        int number = 0;
        for (boolean deferred : new boolean[] {false, true}) {
            for (Map.Entry<String, List<String>> state : states(deferred).entrySet()) {
                // A table that is gone is for the application's migrations to bring back.
                boolean gone = state.getKey().endsWith("a table that is gone");
                for (String command :
                        gone ? List.of("fts restore") : List.of("doctor --for fts", "fts status", "fts restore")) {
                    Path folder = Files.createDirectories(dir.resolve("it's \"" + number++ + "\" $HOME `x` ü!"));
                    Path file = CadtDatabase.create(folder.resolve("cadt.db"), 5);
                    if (deferred) {
                        new Engine(file, Engine.CADT).defer();
                    }
                    TestSqlite.create(file, state.getValue().toArray(String[]::new));
                    List<String> words = new ArrayList<>(List.of(command.split(" ", -1)));
                    words.addAll(List.of("--profile", "cadt-v1", "--db", file.toString()));
                    try {
                        advice.followUntil(0, words, sql -> TestSqlite.create(file, sql));
                    } catch (AssertionError e) {
                        failures.add(state.getKey() + ", " + command + ": " + e.getMessage());
                    }
                }
            }
        }
        assertThat(failures).isEmpty();
        assertThat(advice.count()).isGreaterThanOrEqualTo(15);
    }
}
