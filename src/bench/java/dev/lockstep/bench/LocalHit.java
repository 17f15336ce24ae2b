package dev.lockstep.bench;

import java.io.IOException;
import java.util.List;

/** What it costs to serve an artifact that the process has, in time and in garbage. */
final class LocalHit implements Benchmark {
    private static final int ROUNDS = 3;

    @Override
    public List<Outcome> run() throws IOException, InterruptedException {
        Contender time = new Jmh("LocalCache.get", LocalHits.class, "hit");
        Contender garbage = new JmhAllocation("LocalCache.get", LocalHits.class, "hit");
        return List.of(
                new Race("local hit", "ns", ROUNDS, 1).between(new Limit("promised", 200), time),
                new Race("local hit, allocation", "B", 1, 1).between(new Limit("less than a byte", 0.5), garbage));
    }
}
