package dev.lockstep.profile;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The audit log of an application: one row for each change of a registry, numbered by generation.
 *
 * @param schema the schema that the table is in; null for wherever the connection looks first
 * @param table the table
 * @param columns what its columns are called; a table need not have them all
 * @param indexes the indexes that its hot queries need
 * @param queries the queries that the application runs all the time
 */
public record AuditProfile(
        String schema, String table, Map<Column, String> columns, List<Index> indexes, List<Query> queries) {
    /** What the columns of an audit log mean. */
    public enum Column {
        /** A number that the database gives. */
        ID,
        ORGANISATION,
        REGISTRY,
        ROOT,
        TYPE,
        CHANGE,
        TABLE,
        /** When it was confirmed, as seconds in a decimal string. */
        TIMESTAMP,
        CREATED,
        UPDATED,
        COMMENT,
        AUTHOR,
        /** From 0, one more for each root of the registry's store; NULL if nobody knows it. */
        GENERATION;

        /** What a profile calls it. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** How often two rows may have the same values in an index. */
    public enum Uniqueness {
        ANY,
        UNIQUE
    }

    /**
     * A b-tree over whole columns, each ascending, with all rows in it.
     *
     * @param columns in the order of the index
     */
    public record Index(String name, List<String> columns, Uniqueness uniqueness) {
        public Index {
            columns = List.copyOf(columns);
        }
    }

    /** Which way a query is sorted. */
    public enum Direction {
        ASCENDING,
        DESCENDING
    }

    /** One column of an {@code order by}. */
    public record Order(String column, Direction direction) {
        /** Reads {@code column}, {@code column asc} or {@code column desc}. */
        static Order of(String text) {
            String lower = text.toLowerCase(Locale.ROOT);
            if (lower.endsWith(" desc")) {
                return new Order(
                        text.substring(0, text.length() - " desc".length()).strip(), Direction.DESCENDING);
            }
            String column = lower.endsWith(" asc") ? text.substring(0, text.length() - " asc".length()) : text;
            return new Order(column.strip(), Direction.ASCENDING);
        }
    }

    /**
     * A query of the application, as far as an index cares.
     *
     * @param name what people call it
     * @param equals the columns that are compared with a value
     * @param order how the result is sorted
     * @param limit how many rows are asked for; 0 for all
     * @param index the index that has to serve it
     */
    public record Query(String name, List<String> equals, List<Order> order, long limit, String index) {
        public Query {
            equals = List.copyOf(equals);
            order = List.copyOf(order);
        }
    }

    public AuditProfile {
        columns = Map.copyOf(columns);
        indexes = List.copyOf(indexes);
        queries = List.copyOf(queries);
    }

    /** What the column is called; null if the table has none of that meaning. */
    public String column(Column column) {
        return columns.get(column);
    }

    public boolean has(Column column) {
        return columns.containsKey(column);
    }

    /** Whether the table is made as CADT makes it, so that CADT's rules hold for its rows. */
    public boolean isComplete() {
        return columns.size() == Column.values().length;
    }

    static AuditProfile read(Section audit) {
        Map<Column, String> columns = new EnumMap<>(Column.class);
        audit.section("columns").ifPresent(names -> {
            for (Column column : Column.values()) {
                names.optional(column.key()).ifPresent(name -> columns.put(column, name));
            }
            names.end();
        });
        AuditProfile read = new AuditProfile(
                audit.optional("schema").orElse(null),
                audit.text("table"),
                columns,
                audit.sections("indexes", AuditProfile::index),
                audit.sections("queries", AuditProfile::query));
        audit.end();
        return read;
    }

    private static Index index(Section index) {
        Index read = new Index(
                index.text("name"),
                index.requiredTexts("columns"),
                index.flag("unique") ? Uniqueness.UNIQUE : Uniqueness.ANY);
        index.end();
        return read;
    }

    private static Query query(Section query) {
        List<Order> order = new ArrayList<>();
        for (String column : query.texts("order")) {
            order.add(Order.of(column));
        }
        Query read = new Query(
                query.text("name"), query.texts("equals"), order, query.number("limit", 0), query.text("index"));
        query.end();
        return read;
    }
}
