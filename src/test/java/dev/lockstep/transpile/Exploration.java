package dev.lockstep.transpile;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * Visits every state that a model can reach, breadth first, so that the first counterexample is a shortest one.
 *
 * <p>A state is two {@code long}s. States are kept in the order of their discovery, each with the state that it came
 * from; an open-addressing table of their numbers finds those that are known.
 */
final class Exploration {
    /** A system of states and steps. */
    interface Model {
        /** Loads a state, offers each successor to {@link Steps#to}, and keeps nothing. */
        void successors(long a, long b, Steps steps);

        /** What is wrong with the state, or null. */
        String violation(long a, long b);

        /** The state for people. */
        String describe(long a, long b);
    }

    /** Takes the successors of one state. */
    interface Steps {
        void to(long a, long b);
    }

    /**
     * @param violation what was wrong with the last state of the trace; null if every state is right
     * @param trace the states from the first to the wrong one
     */
    record Outcome(int states, long transitions, String violation, List<String> trace) {
        int steps() {
            return trace.size() - 1;
        }
    }

    private static final int NONE = -1;

    private final Model model;
    private long[] a = new long[1 << 12];
    private long[] b = new long[1 << 12];
    private int[] parent = new int[1 << 12];
    private int[] table = new int[1 << 13];
    private int size;
    private long transitions;

    private Exploration(Model model) {
        this.model = model;
    }

    static Outcome of(Model model, long firstA, long firstB) {
        return new Exploration(model).run(firstA, firstB);
    }

    private Outcome run(long firstA, long firstB) {
        Arrays.fill(table, NONE);
        discover(firstA, firstB, NONE);
        for (int next = 0; next < size; next++) {
            String violation = model.violation(a[next], b[next]);
            if (violation != null) {
                return new Outcome(size, transitions, violation, trace(next));
            }
            int from = next;
            model.successors(a[next], b[next], (nextA, nextB) -> {
                transitions++;
                discover(nextA, nextB, from);
            });
        }
        return new Outcome(size, transitions, null, List.of());
    }

    private void discover(long stateA, long stateB, int from) {
        int slot = slot(stateA, stateB);
        if (table[slot] != NONE) {
            return;
        }
        if (size == a.length) {
            a = Arrays.copyOf(a, size * 2);
            b = Arrays.copyOf(b, size * 2);
            parent = Arrays.copyOf(parent, size * 2);
            rehash();
            slot = slot(stateA, stateB);
        }
        a[size] = stateA;
        b[size] = stateB;
        parent[size] = from;
        table[slot] = size++;
    }

    private void rehash() {
        table = new int[table.length * 2];
        Arrays.fill(table, NONE);
        for (int i = 0; i < size; i++) {
            table[slot(a[i], b[i])] = i;
        }
    }

    /** Where the state is, or where it would go. */
    private int slot(long stateA, long stateB) {
        long hash = (stateA * 0x9E3779B97F4A7C15L + stateB) * 0xC2B2AE3D27D4EB4FL;
        int mask = table.length - 1;
        int slot = (int) (hash >>> 32) & mask;
        while (table[slot] != NONE && (a[table[slot]] != stateA || b[table[slot]] != stateB)) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private List<String> trace(int last) {
        Deque<String> trace = new ArrayDeque<>();
        for (int i = last; i != NONE; i = parent[i]) {
            trace.addFirst(model.describe(a[i], b[i]));
        }
        return List.copyOf(trace);
    }
}
