package dev.lockstep.fts;

import dev.lockstep.db.Identifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * An FTS5 table.
 *
 * @param name its name
 * @param kind where its text is
 * @param columns the columns that an INSERT without a list fills, in order
 * @param content the table or view that an external-content table reads, as it is written
 * @param sql its definition
 */
public record FtsTable(String name, Kind kind, List<String> columns, Optional<String> content, String sql) {
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

    public FtsTable {
        columns = List.copyOf(columns);
    }

    Identifier identifier() {
        return new Identifier(name);
    }

    /** One of the tables in which FTS5 keeps it: {@code content}, {@code docsize}. */
    Identifier shadow(String suffix) {
        return new Identifier(name + "_" + suffix);
    }

    /** The module of a {@code CREATE VIRTUAL TABLE} statement, folded; empty for any other. */
    static Optional<String> module(String sql) {
        List<Token> tokens = Token.of(sql);
        if (tokens.size() < 2 || !tokens.get(1).is("VIRTUAL")) {
            return Optional.empty();
        }
        int using = indexOfUsing(tokens);
        return using < 0 || using + 1 >= tokens.size()
                ? Optional.empty()
                : Optional.of(Token.fold(tokens.get(using + 1).name()));
    }

    /** Reads the options out of the definition, the rest is known. */
    static FtsTable of(String name, List<String> columns, String sql) {
        Optional<String> content = Optional.empty();
        boolean deletes = false;
        for (List<Token> argument : arguments(Token.of(sql))) {
            if (argument.size() < 2 || !argument.get(1).is('=')) {
                continue;
            }
            String option = Token.fold(argument.get(0).name());
            String value = argument.size() < 3 ? "" : argument.get(2).name();
            // FTS5 takes any beginning of an option's name for the option, and tries them in this order.
            if ("prefix".startsWith(option) || "tokenize".startsWith(option)) {
                continue;
            }
            if ("content".startsWith(option)) {
                content = Optional.of(value);
            } else if ("contentless_delete".startsWith(option)) {
                deletes = value.equals("1");
            }
        }
        boolean contentless = content.isPresent() && content.get().isEmpty();
        Kind kind = content.isEmpty()
                ? Kind.OWN_CONTENT
                : !contentless ? Kind.EXTERNAL_CONTENT : deletes ? Kind.CONTENTLESS_DELETE : Kind.CONTENTLESS;
        return new FtsTable(name, kind, columns, content.filter(table -> !table.isEmpty()), sql);
    }

    private static int indexOfUsing(List<Token> tokens) {
        // CREATE VIRTUAL TABLE name USING: the name itself may be USING.
        for (int i = 4; i < tokens.size(); i++) {
            if (tokens.get(i).is("USING")) {
                return i;
            }
        }
        return -1;
    }

    private static List<List<Token>> arguments(List<Token> tokens) {
        List<List<Token>> arguments = new ArrayList<>();
        List<Token> argument = new ArrayList<>();
        int depth = 0;
        for (Token token : tokens.subList(Math.min(indexOfUsing(tokens) + 2, tokens.size()), tokens.size())) {
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
