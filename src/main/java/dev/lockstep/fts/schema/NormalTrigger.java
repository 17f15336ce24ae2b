package dev.lockstep.fts.schema;

import dev.lockstep.db.sqlite.SqlToken;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What a trigger says, without regard to how it is spelled: blanks, comments, quotes, the case of names and keywords, the order
 * in which columns are named with their values, the sides of an equation.
 *
 * @param head its words up to the body, with {@code when} and {@code of} if it has them
 * @param body the words of each statement of its body
 */
public record NormalTrigger(List<String> head, List<List<String>> body) {
    public NormalTrigger {
        head = List.copyOf(head);
        body = List.copyOf(body);
    }

    public static NormalTrigger of(TriggerStatement trigger) {
        List<TriggerStatement.Part> parts = trigger.parts();
        int begin = parts.isEmpty() ? trigger.sql().length() : parts.get(0).start();
        List<List<String>> body = new ArrayList<>();
        for (TriggerStatement.Part part : parts) {
            body.add(part.write()
                    .map(NormalTrigger::of)
                    .orElseGet(() -> words(SqlToken.of(trigger.sql().substring(part.start(), part.end())))));
        }
        return new NormalTrigger(head(words(SqlToken.of(trigger.sql().substring(0, begin)))), body);
    }

    private static List<String> head(List<String> words) {
        List<String> head = new ArrayList<>(words);
        for (List<String> optional :
                List.of(List.of("if", "not", "exists"), List.of("for", "each", "row"), List.of("main", "."))) {
            for (int at = Collections.indexOfSubList(head, optional);
                    at >= 0;
                    at = Collections.indexOfSubList(head, optional)) {
                head.subList(at, at + optional.size()).clear();
            }
        }
        return head;
    }

    /** An INSERT OR REPLACE that gives no number replaces nothing in a full-text table: it says what INSERT says. */
    private static List<String> of(WriteStatement write) {
        List<String> words = new ArrayList<>(List.of(write.verb().name(), SqlToken.fold(write.target())));
        words.addAll(
                switch (write.verb()) {
                    case INSERT -> values(write);
                    case DELETE -> equation(words(write.rest()));
                    case UPDATE -> words(write.rest());
                });
        return words;
    }

    /** Each column with its value, in the order of the columns' names. */
    private static List<String> values(WriteStatement insert) {
        List<SqlToken> content = insert.content();
        int end = content.size() - 1;
        boolean isPlain = end >= 2
                && content.get(0).is("VALUES")
                && content.get(1).is('(')
                && content.get(end).is(')');
        List<String> columns = insert.columns();
        if (!isPlain || columns.isEmpty()) {
            return words(insert.rest());
        }
        List<List<SqlToken>> values = SourceQueryReader.split(content.subList(2, end));
        if (values.size() != columns.size()) {
            return words(insert.rest());
        }
        List<String> pairs = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            pairs.add(SqlToken.fold(columns.get(i)) + " = " + String.join(" ", words(values.get(i))));
        }
        Collections.sort(pairs);
        return pairs;
    }

    /** {@code where a = old.b}, whichever stands first. */
    private static List<String> equation(List<String> words) {
        List<String> sides = new ArrayList<>(words);
        int equals = sides.indexOf("=");
        if (equals > 0 && equals + 1 < sides.size() && sides.get(equals + 1).equals("=")) {
            sides.remove(equals);
        }
        boolean isOne = equals > 1
                && sides.get(0).equals("where")
                && Collections.frequency(sides, "=") == 1
                && sides.size() == 6;
        if (!isOne) {
            return sides;
        }
        List<String> both = new ArrayList<>(List.of(
                String.join(" ", sides.subList(1, equals)), String.join(" ", sides.subList(equals + 1, sides.size()))));
        Collections.sort(both);
        return List.of("where", both.get(0), "=", both.get(1));
    }

    private static List<String> words(List<SqlToken> tokens) {
        List<String> words = new ArrayList<>();
        for (SqlToken token : tokens) {
            boolean isText = token.kind() == SqlToken.Kind.STRING;
            words.add(!isText && token.canName() ? SqlToken.fold(token.name()) : token.text());
        }
        return words;
    }
}
