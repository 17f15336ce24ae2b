package dev.lockstep.mirror.plan;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The foreign keys of a table of the mirror, its own and those that refer to it.
 *
 * @param check what becomes of them while rows are written
 */
public record ForeignKeys(List<Key> keys, Check check) {
    public static final ForeignKeys NONE = new ForeignKeys(List.of(), Check.SUSPENDED);

    public ForeignKeys {
        keys = List.copyOf(keys);
    }

    /** What becomes of foreign keys while rows are written. */
    public enum Check {
        /** They are not looked at, nor do they change anything. */
        SUSPENDED,
        /** They are looked at as late as they let themselves. */
        DEFERRED
    }

    /**
     * A foreign key.
     *
     * @param from the table that refers
     * @param columns of that table
     * @param to the table that is referred to
     * @param targets its columns, one for each of the others
     * @param action what the database itself does to rows that refer when what they refer to changes: {@code on delete
     *     cascade}; empty if it does nothing
     */
    public record Key(String name, String from, List<String> columns, String to, List<String> targets, String action) {
        public Key {
            columns = List.copyOf(columns);
            targets = List.copyOf(targets);
        }
    }

    /** What a person should know of them. */
    List<String> notes() {
        if (keys.isEmpty()) {
            return List.of();
        }
        String names = keys.stream().map(Key::name).collect(Collectors.joining(", "));
        return List.of(
                check == Check.SUSPENDED
                        ? "foreign keys are not checked while rows are written: " + names
                        : "foreign keys are checked as late as they let themselves, and tables are written in their order: "
                                + names);
    }

    /** Those that would change rows of which nobody has said that they may change. */
    List<String> obstacles() {
        List<String> obstacles = new ArrayList<>();
        for (Key key : keys) {
            if (check == Check.DEFERRED && !key.action().isEmpty()) {
                obstacles.add("the mirror's foreign key " + key.name() + " changes rows itself (" + key.action()
                        + "), and this role may not suspend it: it may not set session_replication_role");
            }
        }
        return obstacles;
    }

    /** The tables so that each comes behind those that it refers to, as far as they do not refer to each other. */
    public static List<String> parentsFirst(List<String> tables, List<Key> keys) {
        Set<String> ordered = new LinkedHashSet<>();
        Set<String> begun = new LinkedHashSet<>();
        tables.forEach(table -> visit(table, tables, keys, begun, ordered));
        return List.copyOf(ordered);
    }

    private static void visit(
            String table, List<String> tables, List<Key> keys, Set<String> begun, Set<String> ordered) {
        if (!begun.add(table)) {
            return;
        }
        for (Key key : keys) {
            if (key.from().equals(table) && tables.contains(key.to())) {
                visit(key.to(), tables, keys, begun, ordered);
            }
        }
        ordered.add(table);
    }
}
