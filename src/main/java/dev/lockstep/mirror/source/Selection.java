package dev.lockstep.mirror.source;

import dev.lockstep.db.sqlite.SqlToken;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which tables of a source are mirrored, which of their rows and columns, and what the mirror calls them. Tables and columns
 * are named as SQLite names them: in whatever case.
 *
 * @param tables names, or patterns in which {@code *} stands for any characters and {@code ?} for one; none: all tables
 * @param excluded names or patterns of those that are not mirrored all the same
 * @param renamed what the mirror calls a table that has another name there
 * @param where a condition of SQLite on the rows of a table that are mirrored
 * @param types how columns, {@code TABLE.COLUMN}, are mirrored that are not as they declare themselves: a type of the mirror's
 *     database, {@code timestamp from unix}, {@code from unixms} or {@code from julian}, or {@code boolean from t/f}
 * @param columns those of a table that are mirrored; of a table that is not here, all
 * @param unfit what becomes of values that the mirror cannot hold
 */
public record Selection(
        List<String> tables,
        List<String> excluded,
        Map<String, String> renamed,
        Map<String, String> where,
        Map<String, String> types,
        Map<String, List<String>> columns,
        UnfitValues unfit) {
    /** Every table, as it is. */
    public static final Selection ALL = of(List.of());

    public Selection {
        tables = List.copyOf(tables);
        excluded = List.copyOf(excluded);
        renamed = Map.copyOf(renamed);
        where = Map.copyOf(where);
        types = Map.copyOf(types);
        columns = Map.copyOf(columns);
    }

    /** One in which no value is changed. */
    public Selection(
            List<String> tables,
            List<String> excluded,
            Map<String, String> renamed,
            Map<String, String> where,
            Map<String, String> types,
            Map<String, List<String>> columns) {
        this(tables, excluded, renamed, where, types, columns, UnfitValues.REFUSED);
    }

    public static Selection of(List<String> tables) {
        return new Selection(tables, List.of(), Map.of(), Map.of(), Map.of(), Map.of());
    }

    /** The same of one of its tables alone. */
    public Selection only(List<String> names) {
        return new Selection(names, List.of(), renamed, where, types, columns, unfit);
    }

    /** Whether it has every table of the source. */
    public boolean isOfAll() {
        return tables.isEmpty() && excluded.isEmpty();
    }

    /** Whether a table of that name belongs to it. */
    public boolean has(String table) {
        return (tables.isEmpty() || tables.stream().anyMatch(pattern -> matches(pattern, table)))
                && excluded.stream().noneMatch(pattern -> matches(pattern, table));
    }

    /** What the mirror calls a table. */
    public String mirrorName(String table) {
        return of(renamed, table).orElse(table);
    }

    /** What a map says of a name. */
    static <T> Optional<T> of(Map<String, T> said, String name) {
        for (Map.Entry<String, T> entry : said.entrySet()) {
            if (isSame(entry.getKey(), name)) {
                return Optional.of(entry.getValue());
            }
        }
        return Optional.empty();
    }

    static boolean isSame(String one, String other) {
        return SqlToken.fold(one).equals(SqlToken.fold(other));
    }

    static boolean isPattern(String text) {
        return text.indexOf('*') >= 0 || text.indexOf('?') >= 0;
    }

    /** Whether a name is what a pattern means. */
    static boolean matches(String pattern, String name) {
        StringBuilder expression = new StringBuilder();
        for (char c : SqlToken.fold(pattern).toCharArray()) {
            expression.append(c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(String.valueOf(c)));
        }
        return Pattern.compile(expression.toString(), Pattern.DOTALL)
                .matcher(SqlToken.fold(name))
                .matches();
    }
}
