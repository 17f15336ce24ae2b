package dev.lockstep.fts.schema;

import dev.lockstep.db.sqlite.SqlToken;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** A {@code CREATE VIRTUAL TABLE} statement of a full-text module, read once: its arguments are columns and options. */
public final class FtsDefinition {
    private final String sql;
    private final FtsModule module;
    private final List<List<SqlToken>> arguments;

    FtsDefinition(FtsModule module, String sql) {
        this.sql = sql;
        this.module = module;
        this.arguments = arguments(SqlToken.of(sql));
    }

    /** As it is written. */
    public String sql() {
        return sql;
    }

    /** The module that a statement names, folded; empty if it makes no virtual table. */
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

    /** The names of the columns that are written down. */
    List<String> columns() {
        return arguments.stream()
                .filter(argument -> !argument.isEmpty() && name(argument).isEmpty())
                .map(argument -> argument.get(0).name())
                .toList();
    }

    /** An option's value, by the option's whole name; of several the last. */
    Optional<String> option(String name) {
        Optional<String> value = Optional.empty();
        for (List<SqlToken> argument : arguments) {
            if (name(argument).filter(name::equals).isPresent()) {
                int at = argument.get(1).is('=') ? 2 : 1;
                value = Optional.of(
                        argument.size() <= at ? "" : argument.get(at).name());
            }
        }
        return value;
    }

    /** The columns, and some of the options, as they are written. */
    List<String> columnsAndOptions(Predicate<String> kept) {
        return arguments.stream()
                .filter(argument -> !argument.isEmpty()
                        && name(argument).filter(kept.negate()).isEmpty())
                .map(this::text)
                .toList();
    }

    /** Some of the options, as they are written. */
    List<String> options(Predicate<String> kept) {
        return arguments.stream()
                .filter(argument -> name(argument).filter(kept).isPresent())
                .map(this::text)
                .toList();
    }

    /** Whether a column's text can be searched. */
    boolean isIndexed(String column) {
        return arguments.stream().noneMatch(argument -> unindexed(argument)
                .filter(name -> SqlToken.fold(name).equals(SqlToken.fold(column)))
                .isPresent());
    }

    /** The column that an argument takes out of the index. */
    private Optional<String> unindexed(List<SqlToken> argument) {
        return switch (module) {
            case FTS3 -> Optional.empty();
            case FTS4 ->
                name(argument)
                        .filter(name -> argument.size() == 3 && name.equals("notindexed"))
                        .map(name -> argument.get(2).name());
            case FTS5 ->
                argument.size() == 2 && argument.get(1).is("UNINDEXED")
                        ? Optional.of(argument.get(0).name())
                        : Optional.empty();
        };
    }

    private Optional<String> name(List<SqlToken> argument) {
        return module.optionName(argument);
    }

    private String text(List<SqlToken> argument) {
        return sql.substring(
                argument.get(0).start(), argument.get(argument.size() - 1).end());
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

    @Override
    public boolean equals(Object other) {
        return other instanceof FtsDefinition that && sql.equals(that.sql) && module == that.module;
    }

    @Override
    public int hashCode() {
        return sql.hashCode();
    }

    @Override
    public String toString() {
        return sql;
    }
}
