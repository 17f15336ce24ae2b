package dev.lockstep.fts.schema;

import dev.lockstep.db.sqlite.SqlToken;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The modules of SQLite that keep full-text indexes, and what their tables are made of (sqlite.org/fts5.html,
 * sqlite.org/fts3.html). FTS3 is FTS4 without what ranking needs, and without options.
 */
public enum FtsModule {
    FTS3,
    FTS4,
    FTS5;

    private static final List<String> FTS4_OPTIONS = List.of(
            "tokenize",
            "matchinfo",
            "prefix",
            "compress",
            "uncompress",
            "order",
            "content",
            "languageid",
            "notindexed");

    /** FTS5 takes any beginning of an option's name for the option, and tries them in this order. */
    private static final List<String> FTS5_OPTIONS = List.of(
            "prefix",
            "tokenize",
            "content",
            "contentless_delete",
            "contentless_unindexed",
            "content_rowid",
            "columnsize",
            "locale",
            "detail",
            "tokendata");

    /** The module of that name, if it is one of them. */
    static Optional<FtsModule> named(String module) {
        for (FtsModule known : values()) {
            if (known.name().equalsIgnoreCase(module)) {
                return Optional.of(known);
            }
        }
        return Optional.empty();
    }

    /** As SQL and programs read it: {@code fts4}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What follows a table's name in the names of the tables in which it may keep itself. */
    public List<String> shadows() {
        return switch (this) {
            case FTS3 -> List.of("content", "segments", "segdir", "stat");
            case FTS4 -> List.of("content", "segments", "segdir", "docsize", "stat");
            case FTS5 -> List.of("data", "idx", "content", "docsize", "config");
        };
    }

    /** The shadow tables that hold its terms: without one of them nothing is found. */
    public List<String> termTables() {
        return switch (this) {
            case FTS3, FTS4 -> List.of("segments", "segdir");
            case FTS5 -> List.of("data", "idx", "config");
        };
    }

    /** Whether a column of its tables means the number of a row. */
    boolean isRowid(String column) {
        return SourceQuery.isRowid(column)
                || (this != FTS5 && SqlToken.fold(column).equals("docid"));
    }

    /** The whole name of the option that an argument of a definition sets; empty for a column. */
    Optional<String> optionName(List<SqlToken> argument) {
        if (argument.size() < 2) {
            return Optional.empty();
        }
        String written = SqlToken.fold(argument.get(0).name());
        boolean assigned = argument.get(1).is('=');
        return switch (this) {
            case FTS3 -> Optional.of(written).filter("tokenize"::equals);
            // Of FTS3 it has that its tokenizer may be told without the sign.
            case FTS4 ->
                Optional.of(written)
                        .filter(name -> name.equals("tokenize") || (assigned && FTS4_OPTIONS.contains(name)));
            case FTS5 ->
                FTS5_OPTIONS.stream()
                        .filter(option -> assigned && option.startsWith(written))
                        .findFirst();
        };
    }
}
