package dev.lockstep.bench;

import dev.lockstep.transpile.service.LocalCache;
import dev.lockstep.transpile.service.LocalCache.Loaded;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Requests that the process can answer itself; JMH runs them. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LocalHits {
    private static final int MODULES = 1 << 12;

    private final LocalCache<String> cache = new LocalCache<>(MODULES, value -> 1);
    private final String[] paths = new String[MODULES];
    private String realm = "http://localhost:4201/luke/my-realm/";
    private int next;

    @Setup
    public void fill() throws InterruptedException {
        for (int i = 0; i < MODULES; i++) {
            String path = "cards/module-" + i + ".gts";
            paths[i] = path;
            cache.get(realm, path, () -> new Loaded<>(path, "artifact of " + path));
        }
    }

    @Benchmark
    public String hit() {
        return cache.get(realm, paths[next++ & MODULES - 1]);
    }
}
