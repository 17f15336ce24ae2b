package dev.lockstep.transpile;

import static dev.lockstep.transpile.CacheWorld.*;

import dev.lockstep.transpile.CacheProtocol.Faults;
import dev.lockstep.transpile.CacheProtocol.Start;
import java.util.Arrays;

/**
 * The cache's protocol as a model: every step is what one SQL statement, one COMMIT or one move in memory does.
 *
 * <p>A statement that must wait for a lock is a step that is not enabled. A crash of PostgreSQL empties the UNLOGGED
 * tables, ends every transaction in flight and every LISTEN connection.
 */
final class CacheModel implements Exploration.Model {
    /** A step changes the world, or is not enabled. */
    private interface Step {
        boolean take();
    }

    private final CacheProtocol protocol;
    private final CacheWorld world;
    private final CacheReplicas replicas;
    private final CacheEditors editors;
    private final CachePruning pruning;

    private CacheModel(CacheProtocol protocol) {
        this.protocol = protocol;
        this.world = new CacheWorld(protocol.replicas(), protocol.edits().size());
        CacheLocks locks = new CacheLocks(protocol, world);
        this.replicas = new CacheReplicas(protocol, world, locks);
        this.editors = new CacheEditors(protocol, world, locks);
        this.pruning = new CachePruning(protocol, world, locks);
    }

    /** Visits every state, or stops at the first that is wrong. */
    static Exploration.Outcome explore(CacheProtocol protocol, Start start, Faults faults) {
        CacheWorld first = new CacheWorld(protocol.replicas(), protocol.edits().size());
        first.crashes = faults.crashes();
        first.cuts = faults.cuts();
        first.prunes = faults.prunes();
        boolean cached = start == Start.CACHED || start == Start.CACHED_AT_FLOOR_ONE;
        first.floor = start == Start.ABSENT || start == Start.CACHED ? 0 : 1;
        if (cached || start == Start.BELOW_FLOOR) {
            first.put(LIVE, start == Start.CACHED_AT_FLOOR_ONE ? 1 : 0);
        }
        Arrays.fill(first.local, cached ? 1 : 0);
        return Exploration.of(new CacheModel(protocol), first.a(), first.b());
    }

    @Override
    public String describe(long a, long b) {
        world.load(a, b);
        return world.toString();
    }

    @Override
    public String violation(long a, long b) {
        world.load(a, b);
        boolean served = world.generation >= world.floor || protocol.ignoresFloor(protocol.replicas() - 1);
        if (world.live() && served && world.rowVersion() < world.acked) {
            return "the shared layer serves an older version than the last invalidated one";
        }
        if (replicas.keyedServes() && world.keyed - LIVE < world.acked) {
            return "an artifact of a key is served in an older version than the last invalidated one";
        }
        for (int i = 0; i < world.link.length; i++) {
            boolean told = world.link[i] == CONNECTED && world.pending[i] == 0;
            if (told && world.local[i] > 0 && world.local[i] - 1 < world.told) {
                return "a local layer that has heard everything holds an invalidated version";
            }
        }
        return null;
    }

    @Override
    public void successors(long a, long b, Exploration.Steps steps) {
        for (int i = 0; i < world.link.length; i++) {
            int replica = i;
            offer(a, b, steps, () -> replicas.request(replica));
            offer(a, b, steps, () -> replicas.deliver(replica));
            offer(a, b, steps, () -> replicas.connection(replica));
        }
        for (int j = 0; j < world.editor.length; j++) {
            int editor = j;
            offer(a, b, steps, () -> editors.edit(editor));
        }
        offer(a, b, steps, editors::sequence);
        offer(a, b, steps, pruning::ofThisPath);
        offer(a, b, steps, pruning::ofAnotherPath);
        offer(a, b, steps, this::crash);
    }

    private void offer(long a, long b, Exploration.Steps steps, Step step) {
        world.load(a, b);
        if (step.take()) {
            steps.to(world.a(), world.b());
        }
    }

    private boolean crash() {
        if (world.crashes == 0) {
            return false;
        }
        world.crashes--;
        world.put(ABSENT, 0);
        world.keyed = ABSENT;
        world.keyedGeneration = 0;
        world.epoch++;
        world.prune = 0;
        for (int i = 0; i < world.link.length; i++) {
            world.link[i] = DOWN;
            world.pending[i] = 0;
            if (world.phase[i] == STORING || world.phase[i] == STORING_BESIDE) {
                world.phase[i] = FILL;
            }
        }
        for (int j = 0; j < world.editor.length; j++) {
            if (world.editor[j] > 1 && world.editor[j] < 6) {
                world.editor[j] = protocol.edits().get(j).byOutbox() ? 0 : 1;
                world.kept[j] = 0;
            }
        }
        return true;
    }
}
