package dev.lockstep.fts.content;

import dev.lockstep.db.Identifier;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.fts.schema.FtsModule;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.fts.schema.WriteStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A part of a statement's condition by which the rows of an FTS5 table can be found without reading all of it:
 * {@code column = old.key}.
 *
 * @param column the FTS5 table's column
 * @param value {@code old.key} or {@code new.key}, as it is written
 * @param key the name of the base table's column
 * @param nulls whether a key that is NULL finds rows: with {@code is}
 * @param types which keys can be equal only to what is written as they are
 */
public record RowLookup(String column, String value, String key, Nulls nulls, Types types) {
    public enum Nulls {
        FOUND,
        NOT_FOUND
    }

    public enum Types {
        TEXT("'text'"),
        /** Not wherever the index may hold 05 or 5e0 for 5. */
        TEXT_AND_INTEGER("'text', 'integer'"),
        /** The key is the number of the base's row, which is compared as a number: '05' is 5, too. */
        NUMBER("'integer'");

        private final String list;

        Types(String list) {
            this.list = list;
        }
    }

    /** These, with the options that follow, cut letters and digits of ASCII into terms, always in the same way. */
    private static final List<String> PLAIN_TOKENIZERS = List.of("unicode61", "ascii");

    private static final List<String> HARMLESS = List.of("remove_diacritics", "tokenchars");

    /** Says of a key that FTS5 cuts at least one term out of it, the same for equal keys; and marks what is guarded by it. */
    private static final String A_WORD = "'*[0-9A-Za-z]*'";

    private static final String LINE = "\n        ";

    /** Between these, and outside all parentheses, the parts of a condition could not be told apart by AND alone. */
    private static final List<String> TOO_MUCH = List.of("OR", "BETWEEN", "CASE");

    /** The parts of a statement's condition that are of that form. */
    public static List<RowLookup> of(WriteStatement write, FtsTable table) {
        List<RowLookup> lookups = new ArrayList<>();
        for (List<SqlToken> part : parts(write.condition())) {
            of(write, part, table).ifPresent(lookups::add);
        }
        return lookups;
    }

    /** The parts that must all be true; none if that cannot be told. */
    private static List<List<SqlToken>> parts(List<SqlToken> condition) {
        List<List<SqlToken>> parts = new ArrayList<>();
        int from = 0;
        int depth = 0;
        for (int i = 0; i < condition.size(); i++) {
            SqlToken token = condition.get(i);
            depth += token.is('(') ? 1 : token.is(')') ? -1 : 0;
            boolean apart = depth == 0 && token.kind() == SqlToken.Kind.WORD;
            if (apart && TOO_MUCH.contains(token.text().toUpperCase(Locale.ROOT))) {
                return List.of();
            }
            if (apart && token.is("AND")) {
                parts.add(condition.subList(from, i));
                from = i + 1;
            }
        }
        parts.add(condition.subList(from, condition.size()));
        return parts;
    }

    private static Optional<RowLookup> of(WriteStatement write, List<SqlToken> part, FtsTable table) {
        List<SqlToken> plain = new ArrayList<>(part);
        while (plain.size() > 2
                && plain.get(0).is('(')
                && plain.get(plain.size() - 1).is(')')) {
            plain = plain.subList(1, plain.size() - 1);
        }
        int sign = 0;
        while (sign < plain.size()
                && !plain.get(sign).is('=')
                && !plain.get(sign).is("IS")) {
            sign++;
        }
        int behind = sign + 1;
        if (behind < plain.size()
                && plain.get(sign).is('=')
                && plain.get(behind).is('=')) {
            behind++;
        }
        if (behind >= plain.size()) {
            return Optional.empty();
        }
        Nulls nulls = plain.get(sign).is("IS") ? Nulls.FOUND : Nulls.NOT_FOUND;
        return of(write, plain.subList(0, sign), plain.subList(behind, plain.size()), table, nulls);
    }

    /** The column must come first: then texts are compared as they are, whatever the base's column has for a collation. */
    private static Optional<RowLookup> of(
            WriteStatement write, List<SqlToken> column, List<SqlToken> value, FtsTable table, Nulls nulls) {
        boolean qualified = column.size() == 3
                && column.get(0).canName()
                && write.isOn(column.get(0).name())
                && column.get(1).is('.');
        boolean ofRow = value.size() == 3
                && (value.get(0).is("OLD") || value.get(0).is("NEW"))
                && value.get(1).is('.')
                && value.get(2).canName();
        if (!ofRow || !(qualified || column.size() == 1)) {
            return Optional.empty();
        }
        SqlToken named = column.get(column.size() - 1);
        for (String name : table.columns()) {
            boolean same = named.canName()
                    && named.kind() != SqlToken.Kind.STRING
                    && SqlToken.fold(name).equals(SqlToken.fold(named.name()));
            if (same) {
                return Optional.of(
                        new RowLookup(name, write.text(value), value.get(2).name(), nulls, Types.TEXT));
            }
        }
        return Optional.empty();
    }

    /** Whether the words of a text in that column find its row: they are all kept, in their places, and cut in one way. */
    public static boolean isSearchable(FtsTable table, String column) {
        return table.module() == FtsModule.FTS5
                && isPlain(SqlToken.of(table.option("tokenize").orElse("unicode61")))
                && table.option("detail").orElse("full").equals("full")
                && table.isIndexed(column);
    }

    private static boolean isPlain(List<SqlToken> tokenizer) {
        int at = 0;
        while (at < tokenizer.size() && tokenizer.get(at).is("PORTER")) {
            at++;
        }
        if (at < tokenizer.size()
                && !PLAIN_TOKENIZERS.contains(SqlToken.fold(tokenizer.get(at).name()))) {
            return false;
        }
        for (at++; at < tokenizer.size(); at += 2) {
            if (!HARMLESS.contains(SqlToken.fold(tokenizer.get(at).name()))) {
                return false;
            }
        }
        return true;
    }

    public boolean isNumber() {
        return types == Types.NUMBER;
    }

    /** The condition of a statement that means the rows of the key. */
    public String comparison() {
        return new Identifier(column) + (nulls == Nulls.FOUND ? " IS " : " = ") + value;
    }

    public RowLookup with(Types other) {
        return new RowLookup(column, value, key, nulls, other);
    }

    /** The rows of the index in which the words of the key stand one after the other; none for a key without a word. */
    public String byWords(FtsTable table) {
        Identifier name = table.identifier();
        String quoted = new Identifier(column).toString().replace("'", "''");
        return "rowid IN (SELECT x.rowid FROM " + name + " AS x" + LINE + "WHERE x." + name + " MATCH CASE WHEN "
                + hasWord() + LINE + "THEN '" + quoted + " : \"' || replace(" + value
                + ", '\"', '\"\"') || '\"' ELSE '\"\"' END)";
    }

    /** True for a key that {@link #byWords} does not find. SQLite asks this once for a statement, not for each row. */
    public String isWordless() {
        String wordless = "NOT (" + hasWord() + ")";
        return nulls == Nulls.FOUND ? wordless : wordless + " AND " + value + " IS NOT NULL";
    }

    /** Whether a statement reads its table only for keys that have no word. */
    public static boolean isForWordless(WriteStatement write) {
        for (List<SqlToken> part : parts(write.condition())) {
            boolean guards = part.size() > 3
                    && part.get(0).is("NOT")
                    && part.get(2).is("typeof")
                    && part.stream().anyMatch(token -> token.text().equals(A_WORD));
            if (guards) {
                return true;
            }
        }
        return false;
    }

    private String hasWord() {
        return "typeof(" + value + ") IN (" + types.list + ") AND " + value + " GLOB " + A_WORD + " AND instr(" + value
                + ", char(0)) = 0";
    }
}
