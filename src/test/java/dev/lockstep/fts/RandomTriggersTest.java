package dev.lockstep.fts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.fts.BulkComparison.Verdict;
import dev.lockstep.fts.schema.FtsModule;
import dev.lockstep.testing.Counts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of any schema, bulk work under a deferral ends where it ends under live triggers, or the deferral is refused and nothing changes. */
class RandomTriggersTest {
    private static final int REFUSED_AT_MOST = 60;

    @TempDir
    private Path dir;

    /** One in five of the older modules. */
    static BulkComparison comparison(long seed, int i) {
        FtsModule module = i % 10 == 4 ? FtsModule.FTS4 : i % 20 == 9 ? FtsModule.FTS3 : FtsModule.FTS5;
        return new RandomSchema(new Random(seed * 31 + i), module).comparison();
    }

    @Test
    void deferredWorkEndsWhereLiveWorkEndsOrIsRefused() {
        Long given = Long.getLong("lockstep.seed");
        long seed = given == null ? Counts.of(1, (int) System.nanoTime()) : given;
        int count = Counts.of(200, 2_000);
        Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
        List<String> faults = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            BulkComparison comparison = comparison(seed, i);
            try {
                verdicts.merge(comparison.run(dir).verdict(), 1, Integer::sum);
            } catch (AssertionError | Exception e) {
                faults.add("seed " + seed + ", schema " + i + ": " + e + "\n" + comparison);
            }
        }
        int refused = verdicts.getOrDefault(Verdict.REFUSED, 0) * 100 / count;
        int broken = verdicts.getOrDefault(Verdict.BROKEN, 0) * 100 / count;

        assertThat(faults).isEmpty();
        assertThat(refused).as("%% refused, seed %s", seed).isLessThanOrEqualTo(REFUSED_AT_MOST);
        assertThat(broken).as("%% fail by themselves, seed %s", seed).isLessThanOrEqualTo(15);
    }
}
