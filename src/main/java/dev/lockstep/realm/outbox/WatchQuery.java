package dev.lockstep.realm.outbox;

import dev.lockstep.realm.outbox.TableWatch.Event;
import dev.lockstep.realm.outbox.TableWatch.Expressions;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The SQL by which a trigger of a watched table asks the rows of a statement for their realms and paths. */
final class WatchQuery {
    /** Of one row, in a query of its own, where an aggregate is an error. */
    private static final String ROW = """
            select e.realm, e.path
              from %s
             cross join lateral (select cast((
            %s
            ) as text) as realm, cast((
            %s
            ) as text) as path) as e""";

    private static final String UPDATED = """
            with before as materialized (select t as r from old_rows as t), after as materialized (select t as r from new_rows as t),
                 gone as (select cast(r as text) as r from before except all select cast(r as text) from after),
                 come as (select cast(r as text) as r from after except all select cast(r as text) from before)
            """;

    /** Texts and names in quotes, which the driver leaves alone, and question marks. */
    private static final Pattern PARAMETER =
            Pattern.compile("'[^']*'|\"[^\"]*\"|[$](\\w*)[$].*?[$]\\1[$]|[?]", Pattern.DOTALL);

    private WatchQuery() {}

    /** The driver takes a question mark, which may be an operator, for a parameter. */
    static String bindable(String sql) {
        return PARAMETER
                .matcher(sql)
                .replaceAll(found -> Matcher.quoteReplacement(found.group().equals("?") ? "??" : found.group()));
    }

    static String query(Event event, String table, Expressions expressions) {
        return switch (event) {
            case INSERT -> row("new_rows", expressions);
            case DELETE -> row("old_rows", expressions);
            case TRUNCATE -> row(table, expressions);
            case UPDATE ->
                UPDATED + row("(select (cast(gone.r as " + table + ")).* from gone) as old_row", expressions)
                        + "\nunion all\n"
                        + row("(select (cast(come.r as " + table + ")).* from come) as new_row", expressions);
        };
    }

    static String row(String from, Expressions expressions) {
        return ROW.formatted(from, expressions.realm(), expressions.path());
    }

    /** A quote that no expression holds. */
    static String tag(Expressions expressions) {
        String tag = "$watch$";
        for (int n = 1; (expressions.realm() + expressions.path()).contains(tag); n++) {
            tag = "$watch" + n + "$";
        }
        return tag;
    }
}
