package dev.lockstep.mirror.plan;

import dev.lockstep.db.Identifier;
import dev.lockstep.mirror.source.SourceTable;
import dev.lockstep.support.Notice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A table of the mirror, as it is or as it would be made.
 *
 * @param primaryKey the names of its primary key's columns, in the key's order; empty if it has none
 * @param uniqueKeys other unique keys, each with the names of its columns; with none if it is made of expressions
 * @param obstacles what makes it unfit to be a mirror: triggers, rules
 * @param foreignKeys its own, and those that refer to it
 */
public record TargetTable(
        String name,
        List<Column> columns,
        List<String> primaryKey,
        List<List<String>> uniqueKeys,
        List<String> obstacles,
        ForeignKeys foreignKeys) {
    /** The key of a mirror whose source has none: the source's rowid. */
    static final String ROWID = "lockstep_rowid";

    public TargetTable {
        columns = List.copyOf(columns);
        primaryKey = List.copyOf(primaryKey);
        uniqueKeys = List.copyOf(uniqueKeys);
        obstacles = List.copyOf(obstacles);
    }

    /** What a column does with a row that says nothing of it. */
    public enum Silence {
        /** It becomes NULL, or has a default. */
        ALLOWED,
        /** The row is refused. */
        FORBIDDEN
    }

    /** Who says what is in a column. */
    public enum Source {
        WRITER,
        /** An expression: no statement may write it. */
        GENERATED
    }

    /** How a text column tells its values apart. */
    public enum Comparison {
        BINARY,
        /** Some that differ are equal to it: by case, accents, or trailing spaces. */
        LOOSE
    }

    /**
     * A column.
     *
     * @param type empty if lockstep cannot say what its values mean
     * @param declared its type as the database tells it
     */
    public record Column(
            String name,
            Optional<TargetType> type,
            String declared,
            SourceTable.Nulls nulls,
            Silence silence,
            Source source,
            Comparison comparison) {
        /** One that lockstep would make. */
        static Column made(String name, TargetType type, SourceTable.Nulls nulls) {
            Silence silence = nulls == SourceTable.Nulls.ALLOWED ? Silence.ALLOWED : Silence.FORBIDDEN;
            return new Column(name, Optional.of(type), type.sql(), nulls, silence, Source.WRITER, Comparison.BINARY);
        }

        Column withoutNulls() {
            return new Column(name, type, declared, SourceTable.Nulls.FORBIDDEN, silence, source, comparison);
        }

        Column withNulls() {
            return new Column(name, type, declared, SourceTable.Nulls.ALLOWED, Silence.ALLOWED, source, comparison);
        }

        Column withType(TargetType other) {
            return new Column(name, Optional.of(other), declared, nulls, silence, source, comparison);
        }

        public Identifier identifier() {
            return new Identifier(name);
        }

        /** What a person should know of it where it is part of a key. */
        Optional<Notice> asKey() {
            String what = "column " + name + ": its collation takes some texts that differ for one, by case, accents or"
                    + " blanks at the end; keys of the source that it takes for one are refused";
            return comparison == Comparison.LOOSE ? Optional.of(new Notice("loose-key", what)) : Optional.empty();
        }
    }

    /** The table that is made for one of the source: its columns, those of the key without NULLs, and no other key. */
    public static TargetTable designed(
            SourceTable source, Function<SourceTable.Column, TargetType> types, TargetType rowid) {
        List<Column> columns = new ArrayList<>();
        List<String> key = new ArrayList<>();
        if (source.key().isEmpty()) {
            columns.add(Column.made(ROWID, rowid, SourceTable.Nulls.FORBIDDEN));
            key.add(ROWID);
        }
        for (SourceTable.Column column : source.columns()) {
            boolean inKey = source.key().contains(column);
            columns.add(Column.made(
                    column.name(), types.apply(column), inKey ? SourceTable.Nulls.FORBIDDEN : column.nulls()));
        }
        source.key().forEach(column -> key.add(column.name()));
        return new TargetTable(source.mirrorName(), columns, key, List.of(), List.of(), ForeignKeys.NONE);
    }

    /** The statement that makes it, with names as standard SQL quotes them. */
    public String create(String options) {
        return create(options, name -> new Identifier(name).toString());
    }

    /**
     * The statement that makes the table.
     *
     * @param quote how names are quoted
     */
    public String create(String options, UnaryOperator<String> quote) {
        List<String> parts = new ArrayList<>();
        for (Column column : columns) {
            parts.add("    " + quote.apply(column.name()) + " " + column.declared()
                    + (column.nulls() == SourceTable.Nulls.FORBIDDEN ? " not null" : ""));
        }
        List<String> key = new ArrayList<>();
        primaryKey.forEach(name -> key.add(quote.apply(name)));
        parts.add("    primary key (" + String.join(", ", key) + ")");
        return "create table " + quote.apply(name) + " (\n" + String.join(",\n", parts) + "\n)" + options;
    }

    public Identifier identifier() {
        return new Identifier(name);
    }
}
