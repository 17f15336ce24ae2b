package dev.lockstep.fts.schema;

import dev.lockstep.db.Identifier;
import dev.lockstep.db.sqlite.SqlToken;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * An FTS5 table.
 *
 * @param name its name
 * @param kind where its text is
 * @param columns the columns that an INSERT without a list fills, in order
 * @param content the table or view that an external-content table reads, as it is written
 * @param sql its definition
 * @param objection why this SQLite cannot open it: no such tokenizer, or its own tables are gone; empty if it can
 */
public record FtsTable(
        String name,
        Kind kind,
        List<String> columns,
        Optional<String> content,
        String sql,
        Optional<String> objection) {
    /** Where the text of an FTS5 table is (sqlite.org/fts5.html, section 4.4); each is rebuilt and verified its own way. */
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

    /** FTS5 takes any beginning of an option's name for the option, and tries them in this order. */
    private static final List<String> OPTIONS = List.of(
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

    public FtsTable {
        columns = List.copyOf(columns);
    }

    public Identifier identifier() {
        return new Identifier(name);
    }

    /** One of the tables in which FTS5 keeps it: {@code content}, {@code docsize}. */
    public Identifier shadow(String suffix) {
        return new Identifier(name + "_" + suffix);
    }

    /** The module of a {@code CREATE VIRTUAL TABLE} statement, folded; empty for any other. */
    static Optional<String> module(String sql) {
        List<SqlToken> tokens = SqlToken.of(sql);
        if (tokens.size() < 2 || !tokens.get(1).is("VIRTUAL")) {
            return Optional.empty();
        }
        int using = indexOfUsing(tokens);
        return using < 0 || using + 1 >= tokens.size()
                ? Optional.empty()
                : Optional.of(SqlToken.fold(tokens.get(using + 1).name()));
    }

    /** Reads the options out of the definition, the rest is known. */
    static FtsTable of(String name, List<String> columns, String sql) {
        Optional<String> content = option(sql, "content");
        boolean deletes = option(sql, "contentless_delete").filter("1"::equals).isPresent();
        boolean contentless = content.isPresent() && content.get().isEmpty();
        Kind kind = content.isEmpty()
                ? Kind.OWN_CONTENT
                : !contentless ? Kind.EXTERNAL_CONTENT : deletes ? Kind.CONTENTLESS_DELETE : Kind.CONTENTLESS;
        return new FtsTable(name, kind, columns, content.filter(table -> !table.isEmpty()), sql, Optional.empty());
    }

    /** One that SQLite cannot open: what its definition says is all that is known. */
    static FtsTable unopened(String name, String sql, String objection) {
        List<String> columns = new ArrayList<>();
        for (List<SqlToken> argument : arguments(SqlToken.of(sql))) {
            if (!argument.isEmpty() && optionName(argument).isEmpty()) {
                columns.add(argument.get(0).name());
            }
        }
        FtsTable table = of(name, columns, sql);
        return new FtsTable(name, table.kind, columns, table.content, sql, Optional.of(objection));
    }

    /** What the definition says about an option, given by its whole name. */
    public Optional<String> option(String name) {
        return option(sql, name);
    }

    /** What of the definition says how text is cut into terms, and which columns have none: not where anything is kept. */
    public List<String> indexing() {
        return definition(name -> !name.startsWith("content") && !name.equals("prefix") && !name.equals("columnsize"));
    }

    /** What of the definition says what the index keeps: all but where the text is. */
    public List<String> storing() {
        return definition(name -> !name.startsWith("content"));
    }

    /** The columns, and some of the options, as they are written. */
    private List<String> definition(Predicate<String> kept) {
        List<String> definition = new ArrayList<>();
        for (List<SqlToken> argument : arguments(SqlToken.of(sql))) {
            if (!argument.isEmpty()
                    && optionName(argument).filter(kept.negate()).isEmpty()) {
                definition.add(sql.substring(
                        argument.get(0).start(),
                        argument.get(argument.size() - 1).end()));
            }
        }
        return definition;
    }

    /** Whether a column's text can be searched. */
    public boolean isIndexed(String column) {
        for (List<SqlToken> argument : arguments(SqlToken.of(sql))) {
            if (argument.size() == 2
                    && argument.get(1).is("UNINDEXED")
                    && SqlToken.fold(argument.get(0).name()).equals(SqlToken.fold(column))) {
                return false;
            }
        }
        return true;
    }

    private static Optional<String> option(String sql, String name) {
        Optional<String> value = Optional.empty();
        for (List<SqlToken> argument : arguments(SqlToken.of(sql))) {
            if (optionName(argument).filter(name::equals).isPresent()) {
                value = Optional.of(argument.size() < 3 ? "" : argument.get(2).name());
            }
        }
        return value;
    }

    /** The whole name of the option that an argument sets; empty for a column. */
    private static Optional<String> optionName(List<SqlToken> argument) {
        if (argument.size() < 2 || !argument.get(1).is('=')) {
            return Optional.empty();
        }
        String written = SqlToken.fold(argument.get(0).name());
        for (String option : OPTIONS) {
            if (option.startsWith(written)) {
                return Optional.of(option);
            }
        }
        return Optional.empty();
    }

    private static int indexOfUsing(List<SqlToken> tokens) {
        // CREATE VIRTUAL TABLE name USING: the name itself may be USING.
        for (int i = 4; i < tokens.size(); i++) {
            if (tokens.get(i).is("USING")) {
                return i;
            }
        }
        return -1;
    }

    private static List<List<SqlToken>> arguments(List<SqlToken> tokens) {
        List<List<SqlToken>> arguments = new ArrayList<>();
        List<SqlToken> argument = new ArrayList<>();
        int depth = 0;
        for (SqlToken token : tokens.subList(Math.min(indexOfUsing(tokens) + 2, tokens.size()), tokens.size())) {
            depth += token.is('(') ? 1 : token.is(')') ? -1 : 0;
            boolean opens = token.is('(') && depth == 1;
            boolean ends = depth == 0 || (token.is(',') && depth == 1);
            if (ends) {
                arguments.add(argument);
                argument = new ArrayList<>();
            } else if (!opens) {
                argument.add(token);
            }
        }
        return arguments;
    }
}
