package dev.lockstep.fts.schema;

import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqliteCatalog;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The columns of the tables that an index is about, and its own definition: if they are others when its triggers come
 * back, those may mean something else, or nothing.
 *
 * @param columns for each table, for each column, what is declared of it
 * @param definitions for each FTS5 table, its CREATE statement
 */
public record SchemaFingerprint(Map<String, Map<String, String>> columns, Map<String, String> definitions) {
    /** As it is now. A table that is not there has no columns. */
    public static SchemaFingerprint read(Tx tx, List<String> tables, List<FtsTable> indexes) {
        Map<String, Map<String, String>> columns = new LinkedHashMap<>();
        for (String table : tables) {
            Map<String, String> declared = new LinkedHashMap<>();
            SqliteCatalog.of(tx).columns(table).forEach(column -> declared.put(column.name(), declaration(column)));
            columns.put(table, declared);
        }
        Map<String, String> definitions = new LinkedHashMap<>();
        for (FtsTable index : indexes) {
            definitions.put(index.name(), index.sql());
        }
        return new SchemaFingerprint(columns, definitions);
    }

    private static String declaration(SqliteCatalog.Column column) {
        return column.type()
                + (column.notNull() ? " not null" : "")
                + (column.keyPosition() > 0 ? " key " + column.keyPosition() : "")
                + (column.kind() == SqliteCatalog.Kind.ORDINARY ? "" : " generated");
    }

    /** The tables, but not the FTS5 tables. */
    public List<String> tables() {
        return List.copyOf(columns.keySet());
    }

    /**
     * What is different about another fingerprint of the same tables, for a person; empty if nothing is.
     *
     * @param matters whether anything asks for a column of that name; those of the primary key always matter
     */
    public Optional<String> difference(SchemaFingerprint now, Predicate<String> matters) {
        for (Map.Entry<String, Map<String, String>> table : columns.entrySet()) {
            Map<String, String> there = now.columns.getOrDefault(table.getKey(), Map.of());
            Optional<String> difference = there.isEmpty()
                    ? Optional.of("there is no table " + table.getKey() + " any more")
                    : difference(table.getKey(), mattering(table.getValue(), matters), mattering(there, matters));
            if (difference.isPresent()) {
                return difference;
            }
        }
        for (Map.Entry<String, String> index : definitions.entrySet()) {
            String definition = now.definitions.get(index.getKey());
            if (!Objects.equals(index.getValue(), definition)) {
                return Optional.of(index.getKey()
                        + (definition == null ? " is no full-text table any more" : " was defined anew: ")
                        + (definition == null
                                ? ""
                                : TriggerStatement.brief(definition, String.valueOf(index.getValue()))
                                        .one()));
            }
        }
        return Optional.empty();
    }

    private static Optional<String> difference(String table, Map<String, String> before, Map<String, String> after) {
        for (Map.Entry<String, String> column : before.entrySet()) {
            String declared = after.get(column.getKey());
            if (declared == null) {
                return Optional.of("column " + column.getKey() + " of " + table + " is gone");
            }
            if (!declared.equals(column.getValue())) {
                return Optional.of("column " + column.getKey() + " of " + table + " was '" + column.getValue()
                        + "' and is '" + declared + "'");
            }
        }
        for (String column : after.keySet()) {
            if (!before.containsKey(column)) {
                return Optional.of("column " + column + " of " + table + " is new");
            }
        }
        return new ArrayList<>(before.keySet()).equals(new ArrayList<>(after.keySet()))
                ? Optional.empty()
                : Optional.of("the columns of " + table + " are in another order");
    }

    private static Map<String, String> mattering(Map<String, String> declared, Predicate<String> matters) {
        Map<String, String> mattering = new LinkedHashMap<>(declared);
        mattering
                .entrySet()
                .removeIf(column ->
                        !matters.test(column.getKey()) && !column.getValue().contains(" key "));
        return mattering;
    }

    /** Only what it says about some tables and one FTS5 table. */
    public SchemaFingerprint of(List<String> tables, String index) {
        SchemaFingerprint part = new SchemaFingerprint(new LinkedHashMap<>(columns), new LinkedHashMap<>(definitions));
        part.columns.keySet().retainAll(tables);
        part.definitions.keySet().retainAll(List.of(index));
        return part;
    }

    /** This and another fingerprint together; where both speak of a table, this one is believed. */
    public SchemaFingerprint with(SchemaFingerprint other) {
        SchemaFingerprint both = new SchemaFingerprint(new LinkedHashMap<>(columns), new LinkedHashMap<>(definitions));
        other.columns.forEach(both.columns::putIfAbsent);
        other.definitions.forEach(both.definitions::putIfAbsent);
        return both;
    }

    public Map<String, Object> toTree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("columns", columns);
        tree.put("definitions", definitions);
        return tree;
    }

    /** The fingerprint that a tree tells of; empty if it tells of none. */
    public static Optional<SchemaFingerprint> ofTree(Object tree) {
        if (!(tree instanceof Map<?, ?> map)
                || !(map.get("columns") instanceof Map<?, ?> tables)
                || !(map.get("definitions") instanceof Map<?, ?> definitions)) {
            return Optional.empty();
        }
        Map<String, Map<String, String>> columns = new LinkedHashMap<>();
        for (Map.Entry<?, ?> table : tables.entrySet()) {
            if (!(table.getValue() instanceof Map<?, ?> declared)) {
                return Optional.empty();
            }
            columns.put((String) table.getKey(), texts(declared));
        }
        return Optional.of(new SchemaFingerprint(columns, texts(definitions)));
    }

    private static Map<String, String> texts(Map<?, ?> tree) {
        Map<String, String> texts = new LinkedHashMap<>();
        tree.forEach((key, value) -> texts.put((String) key, String.valueOf(value)));
        return texts;
    }
}
