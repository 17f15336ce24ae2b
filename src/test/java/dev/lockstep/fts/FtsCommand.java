package dev.lockstep.fts;

import dev.lockstep.testing.LockstepRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code lockstep fts} on a file. */
public final class FtsCommand {
    private FtsCommand() {}

    public static LockstepRun fts(Path file, String command, String... more) {
        List<String> words = new ArrayList<>(List.of("fts", command, "--db", file.toString()));
        words.addAll(List.of(more));
        return LockstepRun.of(Map.of(), words.toArray(String[]::new));
    }
}
