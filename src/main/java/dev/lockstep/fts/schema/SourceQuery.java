package dev.lockstep.fts.schema;

import dev.lockstep.db.Identifier;
import dev.lockstep.db.sqlite.SqlToken;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What one statement of an insert trigger writes into an FTS5 table, as a query over the whole base table.
 *
 * <p>The trigger's own expressions are the query's: the base table is called {@code new} in it, so that they mean there
 * what they mean in the trigger, word for word.
 *
 * @param base the table that the trigger is on
 * @param columns the columns of the FTS5 table that it fills; {@code rowid} may be among them
 * @param expressions what it fills them with, each in parentheses
 * @param condition which rows it writes at all
 */
public record SourceQuery(String base, List<String> columns, List<String> expressions, Optional<String> condition) {
    /** What leaves the words of a text as they are. */
    private static final Set<String> WORDLESS = Set.of("(", ")", ",", "''", "LOWER", "COALESCE", "IFNULL");

    private static final Set<String> ROWIDS = Set.of("rowid", "oid", "_rowid_");

    public SourceQuery {
        columns = List.copyOf(columns);
        expressions = List.copyOf(expressions);
    }

    /** Whether a name means a row's number wherever no column has it. */
    public static boolean isRowid(String name) {
        return ROWIDS.contains(SqlToken.fold(name));
    }

    /** The same with what fills the FTS5 row's number, if anything does. */
    public SourceQuery withRowid(Optional<String> expression) {
        if (expression.isEmpty()) {
            return this;
        }
        List<String> more = new ArrayList<>(columns);
        List<String> filled = new ArrayList<>(expressions);
        more.add("rowid");
        filled.add(expression.get());
        return new SourceQuery(base, more, filled, condition);
    }

    /** What fills the FTS5 row's number, if the trigger says. */
    public Optional<String> rowid() {
        for (int i = 0; i < columns.size(); i++) {
            if (isRowid(columns.get(i))) {
                return Optional.of(expressions.get(i));
            }
        }
        return Optional.empty();
    }

    /** What fills a column; NULL if nothing does. */
    public String expression(String column) {
        String folded = SqlToken.fold(column);
        for (int i = 0; i < columns.size(); i++) {
            if (SqlToken.fold(columns.get(i)).equals(folded)) {
                return expressions.get(i);
            }
        }
        return "null";
    }

    /** Whether a column gets the words of the base's column of that name, or nothing: the case of letters aside. */
    public boolean keepsWords(String column) {
        List<SqlToken> tokens = new ArrayList<>(SqlToken.of(expression(column)));
        tokens.removeIf(token -> WORDLESS.contains(token.text().toUpperCase(Locale.ROOT)));
        boolean nothing = tokens.size() == 1 && tokens.get(0).is("NULL");
        return nothing
                || (tokens.size() == 3
                        && tokens.get(2).canName()
                        && SqlToken.fold(tokens.get(2).name()).equals(SqlToken.fold(column)));
    }

    /** Writes all that the query finds into an FTS5 table. */
    public String insertInto(FtsTable table) {
        List<String> filled = new ArrayList<>();
        columns.forEach(column -> filled.add(new Identifier(column).toString()));
        return "insert into main." + table.identifier() + " (" + String.join(", ", filled) + ") select "
                + String.join(", ", expressions) + " " + source();
    }

    /** {@code from} and {@code where} of the query. */
    public String source() {
        return "from main." + new Identifier(base) + " as new"
                + condition.map(text -> " where " + text).orElse("");
    }

    /** Whether what it writes of a row depends on others. */
    public boolean asksOthers() {
        return choosesByOthers() || !asking().isEmpty();
    }

    /** Whether it depends on others if it writes a row at all. */
    public boolean choosesByOthers() {
        return condition.filter(SourceQuery::asks).isPresent();
    }

    /** Those of its expressions that ask other rows. */
    public List<String> asking() {
        return expressions.stream().filter(SourceQuery::asks).toList();
    }

    /** Whether other rows of its own base have a say. */
    public boolean asksOwnBase() {
        List<String> texts = new ArrayList<>(asking());
        condition.filter(SourceQuery::asks).ifPresent(texts::add);
        return texts.stream()
                .flatMap(text -> SqlToken.of(text).stream())
                .anyMatch(
                        token -> token.canName() && SqlToken.fold(token.name()).equals(SqlToken.fold(base)));
    }

    private static boolean asks(String text) {
        return SqlToken.of(text).stream().anyMatch(token -> token.is("SELECT"));
    }

    /** An expression over the new row as the same over the old one. */
    public static String past(String expression) {
        StringBuilder past = new StringBuilder();
        List<SqlToken> tokens = SqlToken.of(expression);
        int from = 0;
        for (int i = 0; i < tokens.size(); i++) {
            if (isNew(tokens, i)) {
                past.append(expression, from, tokens.get(i).start()).append("old");
                from = tokens.get(i).end();
            }
        }
        return past.append(expression.substring(from)).toString();
    }

    /** Whether {@code new.} stands there. */
    public static boolean isNew(List<SqlToken> tokens, int at) {
        return tokens.get(at).canName()
                && SqlToken.fold(tokens.get(at).name()).equals("new")
                && at + 1 < tokens.size()
                && tokens.get(at + 1).is('.');
    }

    /** Whether what fills a column is made of the base's column. */
    public boolean mentions(String column, String source) {
        List<SqlToken> tokens = SqlToken.of(expression(column));
        for (int i = 0; i + 2 < tokens.size(); i++) {
            if (isNew(tokens, i) && SqlToken.fold(tokens.get(i + 2).name()).equals(SqlToken.fold(source))) {
                return true;
            }
        }
        return false;
    }

    /** The column that {@code (new.column)} is, and nothing else. */
    public static Optional<String> column(String expression) {
        List<SqlToken> tokens = SqlToken.of(expression);
        boolean plain = tokens.size() == 5 && isNew(tokens, 1);
        return plain ? Optional.of(tokens.get(3).name()) : Optional.empty();
    }
}
