package dev.lockstep.mirror.plan;

import dev.lockstep.db.Db;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.db.sqlite.SqliteCatalog;
import dev.lockstep.mirror.source.Selection;
import dev.lockstep.mirror.source.SourceSchema;
import dev.lockstep.mirror.source.SourceTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Something of the source that a mirror does not get: rows of a virtual table, or what a schema has beside tables, their
 * columns, NOT NULL and the key.
 *
 * @param kind {@code virtual-table}, {@code view}, {@code trigger}, {@code index}, {@code unique-key}, {@code foreign-key},
 *     {@code check}, {@code default}, {@code identity} or {@code generated-column}
 * @param name its name, or that of its table and in parentheses its columns
 * @param reason what that means
 */
public record NotMirrored(String kind, String name, String reason) {
    /** An index that a constraint has made has no statement. */
    private static final String OTHERS = """
              select type, name, tbl_name, sql
                from sqlite_master
               where type in ('view', 'trigger', 'index')
                 and sql is not null
                 and name is not null
                 and tbl_name is not null
            order by type desc, name
            """;

    private static final String LOCKSTEPS = "lockstep";

    private static final Pattern CONTENT =
            Pattern.compile("\\bcontent\\s*=\\s*[\"'`\\[]?([^\"'`\\],)\\s]+)", Pattern.CASE_INSENSITIVE);

    private static final Pattern AUTOINCREMENT = Pattern.compile("\\bautoincrement\\b", Pattern.CASE_INSENSITIVE);

    private static final Pattern CHECK = Pattern.compile("\\bcheck\\s*\\(", Pattern.CASE_INSENSITIVE);

    /**
     * All of it.
     *
     * @param selection of the tables; what belongs to no table is told if it is of all of them
     */
    public static List<NotMirrored> of(Db source, Selection selection) {
        return source.read(tx -> of(tx, selection));
    }

    /** {@link #of} in a transaction. */
    public static List<NotMirrored> of(Tx tx, Selection selection) {
        List<NotMirrored> found = new ArrayList<>();
        if (selection.isOfAll()) {
            SqliteCatalog catalog = SqliteCatalog.of(tx);
            catalog.tables().stream()
                    .filter(table -> table.type().equals("virtual"))
                    .forEach(table -> found.add(virtual(
                            table.name(), catalog.statement(table.name()).orElse(""))));
        }
        List<SourceTable> mirrored = SourceSchema.read(tx).tables(selection);
        Map<String, SourceTable> byName = new LinkedHashMap<>();
        mirrored.forEach(table -> byName.put(SqlToken.fold(table.name()), table));
        for (Row row : tx.rows(OTHERS)) {
            boolean ours = row.text("name").startsWith(LOCKSTEPS)
                    || row.text("tbl_name").startsWith(LOCKSTEPS);
            boolean asked = selection.isOfAll() || byName.containsKey(SqlToken.fold(row.text("tbl_name")));
            if (!ours && asked) {
                other(row).ifPresent(found::add);
            }
        }
        mirrored.forEach(table -> ofTable(tx, table, found));
        return found;
    }

    private static NotMirrored virtual(String name, String sql) {
        Matcher content = CONTENT.matcher(sql);
        return new NotMirrored(
                "virtual-table",
                name,
                content.find()
                        ? "it has no rows of its own, but those of " + content.group(1)
                        : "its rows are in no other table, and are not copied");
    }

    private static Optional<NotMirrored> other(Row row) {
        String name = row.text("name");
        return Optional.of(
                switch (row.text("type")) {
                    case "view" -> new NotMirrored("view", name, "views are not made");
                    case "trigger" -> new NotMirrored("trigger", name, "what it writes is copied, as rows");
                    default ->
                        new NotMirrored("index", name, "on " + row.text("tbl_name") + "; only the key's index is made");
                });
    }

    private static void ofTable(Tx tx, SourceTable table, List<NotMirrored> found) {
        String name = table.name();
        List<String> key = table.key().stream().map(SourceTable.Column::name).toList();
        SqliteCatalog catalog = SqliteCatalog.of(tx);
        for (SqliteCatalog.Index index : catalog.indexes(name)) {
            List<String> columns = catalog.parts(index).stream()
                    .map(part -> part.column().orElse(""))
                    .toList();
            if (index.origin() == SqliteCatalog.Origin.UNIQUE && !columns.equals(key)) {
                found.add(new NotMirrored("unique-key", listed(name, columns), "only the key's index is made"));
            }
        }
        for (SqliteCatalog.ForeignKey foreign : catalog.foreignKeys(name)) {
            found.add(
                    new NotMirrored("foreign-key", listed(name, foreign.columns()), "it refers to " + foreign.other()));
        }
        for (SqliteCatalog.Column row : catalog.columns(name)) {
            String column = listed(name, List.of(row.name()));
            if (row.kind() == SqliteCatalog.Kind.GENERATED) {
                found.add(new NotMirrored("generated-column", column, "its values are copied, and not derived"));
            } else if (row.defaultSql()
                    .filter(value -> !value.equalsIgnoreCase("null"))
                    .isPresent()) {
                found.add(new NotMirrored("default", column, "each row is copied with its value"));
            }
        }
        String sql = catalog.statement(name).orElse("");
        if (AUTOINCREMENT.matcher(sql).find() && key.size() == 1) {
            found.add(new NotMirrored("identity", name + " (" + key.get(0) + ")", "no number is given there"));
        }
        if (CHECK.matcher(sql).find()) {
            found.add(new NotMirrored("check", name, "what the source has accepted is copied"));
        }
    }

    private static String listed(String table, List<String> columns) {
        return table + " (" + String.join(", ", columns) + ")";
    }
}
