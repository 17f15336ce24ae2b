package dev.lockstep.fts.schema;

import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.db.sqlite.SqliteCatalog;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The values that stand in a table's CHECK constraints: what such a column takes is mostly among them. */
public final class CheckedValues {
    private CheckedValues() {}

    /** By the folded name of each column that a constraint names, as SQL writes them. */
    public static Map<String, List<String>> of(Tx tx, String table) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        SqliteCatalog.of(tx).statement(table).ifPresent(sql -> {
            List<SqlToken> tokens = SqlToken.of(sql);
            for (int i = 0; i + 1 < tokens.size(); i++) {
                if (tokens.get(i).is("CHECK") && tokens.get(i + 1).is('(')) {
                    read(tokens, i + 1, values);
                }
            }
        });
        return values;
    }

    private static void read(List<SqlToken> tokens, int open, Map<String, List<String>> values) {
        Set<String> names = new LinkedHashSet<>();
        List<String> literals = new ArrayList<>();
        int depth = 0;
        for (int i = open; i < tokens.size(); i++) {
            SqlToken token = tokens.get(i);
            depth += token.is('(') ? 1 : token.is(')') ? -1 : 0;
            if (depth == 0) {
                break;
            }
            if (token.kind() == SqlToken.Kind.NUMBER || token.kind() == SqlToken.Kind.STRING) {
                literals.add(token.text());
            } else if (token.canName()) {
                names.add(SqlToken.fold(token.name()));
            }
        }
        names.forEach(name ->
                values.computeIfAbsent(name, folded -> new ArrayList<>()).addAll(literals));
    }
}
