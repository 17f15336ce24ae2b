package dev.lockstep.cli;

import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.TestDatabase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Somebody with programs, a home folder, and a database for {@code lockstep transpile …}. */
record TranspileUser(Map<String, String> environment) {
    static TranspileUser of(TestDatabase database, Path home) {
        return new TranspileUser(database.environment())
                .with("PATH", System.getenv("PATH"))
                .with("HOME", home.toString());
    }

    TranspileUser with(String variable, String value) {
        Map<String, String> all = new HashMap<>(environment);
        all.put(variable, value);
        return new TranspileUser(all);
    }

    LockstepRun run(String... words) {
        List<String> all = new ArrayList<>(List.of("transpile"));
        all.addAll(List.of(words));
        return LockstepRun.of(environment, all.toArray(String[]::new));
    }

    LockstepRun json(String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("-o", "json"));
        return run(all.toArray(String[]::new));
    }

    /** A command that succeeds. */
    LockstepRun ok(String... words) {
        return json(words).endedWith(0);
    }
}
