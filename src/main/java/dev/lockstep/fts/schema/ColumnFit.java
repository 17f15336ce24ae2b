package dev.lockstep.fts.schema;

import dev.lockstep.db.Identifier;
import dev.lockstep.db.sqlite.SqlToken;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * A trigger that a profile knows, for an index of another version of the application, which lacks some columns: what would be
 * written to those is left out.
 */
public final class ColumnFit {
    private ColumnFit() {}

    /** The trigger's text with the columns that the table has; where none is left out, byte for byte as it was. */
    public static String of(FtsTable table, String sql) {
        return of(table, sql, column -> has(table, column));
    }

    /** The trigger's text with those of its columns that are wanted. */
    public static String of(FtsTable table, String sql, Predicate<String> wanted) {
        StringBuilder text = new StringBuilder(sql);
        List<WriteStatement> writes = TriggerStatement.parse(sql).writes();
        for (int i = writes.size() - 1; i >= 0; i--) {
            WriteStatement write = writes.get(i);
            if (write.verb() == WriteStatement.Verb.INSERT && write.isOn(table.name())) {
                fit(write, wanted, text);
            }
        }
        return text.toString();
    }

    private static void fit(WriteStatement insert, Predicate<String> wanted, StringBuilder text) {
        List<String> columns = insert.columns();
        List<SqlToken> content = insert.content();
        int end = content.size() - 1;
        if (columns.isEmpty()
                || end < 2
                || !content.get(0).is("VALUES")
                || !content.get(end).is(')')) {
            return;
        }
        List<List<SqlToken>> values = SourceQueryReader.split(content.subList(2, end));
        List<String> keptColumns = new ArrayList<>();
        List<String> keptValues = new ArrayList<>();
        for (int i = 0; i < columns.size() && values.size() == columns.size(); i++) {
            if (wanted.test(columns.get(i))) {
                keptColumns.add(new Identifier(columns.get(i)).toString());
                keptValues.add(insert.text(values.get(i)));
            }
        }
        if (!keptColumns.isEmpty() && keptColumns.size() < columns.size()) {
            int from = insert.rest().stream()
                    .filter(token -> token.is('('))
                    .findFirst()
                    .orElseThrow()
                    .start();
            text.replace(
                    from,
                    content.get(end).end(),
                    "(" + String.join(", ", keptColumns) + ") VALUES (" + String.join(", ", keptValues) + ")");
        }
    }

    private static boolean has(FtsTable table, String column) {
        String folded = SqlToken.fold(column);
        return table.isRowid(column)
                || folded.equals(SqlToken.fold(table.name()))
                || table.columns().stream().anyMatch(name -> SqlToken.fold(name).equals(folded));
    }
}
