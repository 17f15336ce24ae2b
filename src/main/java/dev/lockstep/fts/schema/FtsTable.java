package dev.lockstep.fts.schema;

import dev.lockstep.db.Identifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A full-text table.
 *
 * @param name its name
 * @param module what keeps it
 * @param kind where its text is
 * @param columns the columns that an INSERT without a list fills, in order
 * @param content the table or view that an external-content table reads, as it is written
 * @param definition as it was made
 * @param objection why this SQLite cannot open it: no such tokenizer, or its own tables are gone; empty if it can
 */
public record FtsTable(
        String name,
        FtsModule module,
        Kind kind,
        List<String> columns,
        Optional<String> content,
        FtsDefinition definition,
        Optional<String> objection) {
    /** Where the text of a full-text table is (sqlite.org/fts5.html, section 4.4); each is rebuilt and verified its own way. */
    public enum Kind {
        /** The table keeps a copy of its own. */
        OWN_CONTENT,
        /** Another table or view has it. */
        EXTERNAL_CONTENT,
        /** Nowhere: only the index is kept. */
        CONTENTLESS,
        /** Nowhere, and rows can be deleted all the same. */
        CONTENTLESS_DELETE;

        /** As programs read it: {@code own-content}. */
        public String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** Which columns an index ought to hold. */
    public enum Columns {
        /** Those that its insert triggers write. */
        WRITTEN,
        /** All, each from its base's column of the same name. */
        ALL
    }

    /** Options of FTS4 that say where the text is, not what is kept of it. */
    private static final Set<String> OF_TEXT = Set.of("content", "languageid", "compress", "uncompress");

    public FtsTable {
        columns = List.copyOf(columns);
    }

    public Identifier identifier() {
        return new Identifier(name);
    }

    /** One of the tables in which its module keeps it: {@code content}, {@code docsize}. */
    public Identifier shadow(String suffix) {
        return new Identifier(name + "_" + suffix);
    }

    /** Reads the options out of the definition, the rest is known. */
    static FtsTable of(String name, FtsModule module, List<String> columns, String sql) {
        return of(name, module, columns, new FtsDefinition(module, sql), Optional.empty());
    }

    /** One that SQLite cannot open: what its definition says is all that is known. */
    static FtsTable unopened(String name, FtsModule module, String sql, String objection) {
        FtsDefinition definition = new FtsDefinition(module, sql);
        return of(name, module, definition.columns(), definition, Optional.of(objection));
    }

    private static FtsTable of(
            String name, FtsModule module, List<String> columns, FtsDefinition definition, Optional<String> objection) {
        Optional<String> content = definition.option("content");
        boolean deletes =
                definition.option("contentless_delete").filter("1"::equals).isPresent();
        boolean contentless = content.isPresent() && content.get().isEmpty();
        Kind kind = content.isEmpty()
                ? Kind.OWN_CONTENT
                : !contentless ? Kind.EXTERNAL_CONTENT : deletes ? Kind.CONTENTLESS_DELETE : Kind.CONTENTLESS;
        return new FtsTable(
                name, module, kind, columns, content.filter(table -> !table.isEmpty()), definition, objection);
    }

    /** Its definition as it is written. */
    public String sql() {
        return definition.sql();
    }

    /** What the definition says about an option, given by its whole name. */
    public Optional<String> option(String name) {
        return definition.option(name);
    }

    /** Whether a column means the number of a row. */
    public boolean isRowid(String column) {
        return module.isRowid(column);
    }

    /** Its own copy of the text, for FROM: {@code id}, the row's number, and the columns as {@code c0}, {@code c1} and so on. */
    public String keptText() {
        if (module == FtsModule.FTS5) {
            return "main." + shadow("content");
        }
        boolean compressed =
                option("compress").isPresent() || option("uncompress").isPresent();
        StringBuilder text = new StringBuilder("(select docid as id");
        for (int i = 0; i < columns.size(); i++) {
            String column = compressed ? columns.get(i) : "c" + i + columns.get(i);
            text.append(", ").append(new Identifier(column)).append(" as c").append(i);
        }
        return text.append(" from main.")
                .append(compressed ? identifier() : shadow("content"))
                .append(")")
                .toString();
    }

    /** The sizes of its rows, for FROM, if it keeps them: {@code id}, the row's number, and {@code sz}. */
    public String keptSizes() {
        String sizes = "main." + shadow("docsize");
        return switch (module) {
            case FTS3, FTS4 -> "(select docid as id, size as sz from " + sizes + ")";
            case FTS5 -> sizes;
        };
    }

    /** Why nothing can make it anew, whatever its triggers are; empty if it can be. */
    public Optional<String> finality() {
        if (module == FtsModule.FTS5) {
            return Optional.empty();
        }
        if (kind == Kind.CONTENTLESS) {
            return Optional.of("an " + module + " table without content takes neither deletions nor 'rebuild'");
        }
        return option("languageid")
                .map(column ->
                        "the language of each row, " + column + ", is told to " + module + " and cannot be compared");
    }

    /** What of the definition says how text is cut into terms, and which columns have none: not where anything is kept. */
    public List<String> indexing() {
        return module == FtsModule.FTS5
                ? definition.columnsAndOptions(
                        name -> !name.startsWith("content") && !name.equals("prefix") && !name.equals("columnsize"))
                : storing();
    }

    /** What of the definition says what the index keeps: all but where the text is. */
    public List<String> storing() {
        if (module == FtsModule.FTS5) {
            return definition.columnsAndOptions(name -> !name.startsWith("content"));
        }
        List<String> storing = new ArrayList<>();
        // The columns may be those of the content table, which are not written down.
        columns.forEach(column -> storing.add(new Identifier(column).toString()));
        storing.addAll(definition.options(name -> !OF_TEXT.contains(name)));
        if (module == FtsModule.FTS3) {
            storing.add("matchinfo=fts3");
        }
        return storing;
    }

    /** Whether a column's text can be searched. */
    public boolean isIndexed(String column) {
        return definition.isIndexed(column);
    }
}
