package dev.lockstep.mirror.verify;

import dev.lockstep.mirror.proof.CanonicalRow.Name;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What both sides have of some keys.
 *
 * @param <T> what is known of a row
 */
final class Sides<T> {
    /** One of the two. */
    enum Side {
        SOURCE,
        MIRROR
    }

    /** Rows of one key; a side may have more than one where nothing forbids it. */
    static final class Pair<T> {
        private final List<T> here = new ArrayList<>(1);
        private final List<T> there = new ArrayList<>(1);
        private boolean several;

        List<T> here() {
            return here;
        }

        List<T> there() {
            return there;
        }

        /** Whether a side had more than one. */
        boolean isSeveral() {
            return several;
        }
    }

    private final Map<Name, Pair<T>> rows = new TreeMap<>();

    void add(Side side, Name key, T row) {
        Pair<T> pair = rows.computeIfAbsent(key, k -> new Pair<>());
        List<T> own = side == Side.SOURCE ? pair.here : pair.there;
        own.add(row);
        pair.several |= own.size() > 1;
    }

    /** The rows that have no equal on the other side, by key; keys that have none are not there. */
    Map<Name, Pair<T>> withoutEqual(Comparator<T> order) {
        rows.values().removeIf(pair -> {
            pair.here.sort(order);
            pair.there.sort(order);
            for (Iterator<T> own = pair.here.iterator(); own.hasNext(); ) {
                int equal = Collections.binarySearch(pair.there, own.next(), order);
                if (equal >= 0) {
                    own.remove();
                    pair.there.remove(equal);
                }
            }
            return pair.here.isEmpty() && pair.there.isEmpty();
        });
        return rows;
    }
}
