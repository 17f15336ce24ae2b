package dev.lockstep.fts.deferral;

import dev.lockstep.db.Identifier;
import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqliteCatalog;
import dev.lockstep.fts.schema.ContentTable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Counts rows that {@code INSERT OR REPLACE}, {@code UPDATE OR REPLACE} or a table's own {@code ON CONFLICT REPLACE} takes out of
 * a table: no trigger on DELETE hears of them, unless whoever writes has switched {@code recursive_triggers} on.
 *
 * <p>Before a row is written those are noted that it is in conflict with; once it has been written, and they are gone, they have
 * been replaced. Where the conflict ends otherwise ({@code IGNORE}, {@code DO UPDATE}) the next row takes the notes away.
 */
final class ReplacementWatch {
    private static final String CREATE =
            "create table if not exists main.lockstep_fts_replaced (watch integer not null, number integer)";

    static final String DROP = "drop table if exists main.lockstep_fts_replaced";

    private final long id;
    private final Identifier table;
    private final List<List<String>> keys;

    /** Conditions, each of which holds for a row in conflict. */
    private final List<String> equal;

    private final List<String> number;
    private final boolean numberIsFollowed;

    private ReplacementWatch(Tx tx, long id, ContentTable table, List<List<String>> keys) {
        this.id = id;
        this.table = table.identifier();
        this.keys = keys;
        this.number = table.rowid().stream().toList();
        this.numberIsFollowed = !number.isEmpty() && !keys.contains(number);
        this.equal = equal(tx, table.name());
    }

    /**
     * Begins to count.
     *
     * @param id of the count
     * @param keys the columns of each key that a row may be replaced by
     */
    static void install(Tx tx, long id, String table, List<List<String>> keys) {
        tx.execute(CREATE);
        ReplacementWatch watch = new ReplacementWatch(tx, id, ContentTable.read(tx, table), keys);
        watch.before(tx, "insert", "");
        watch.after(tx, "insert");
        watch.before(tx, "update", watch.isAnother());
        watch.after(tx, "update");
        watch.delete(tx);
    }

    /** By the collation of each index, which need not be the column's. */
    private List<String> equal(Tx tx, String name) {
        List<String> conditions = new ArrayList<>();
        if (keys.contains(number)) {
            conditions.add("b." + number.get(0) + " = new." + number.get(0));
        }
        SqliteCatalog catalog = SqliteCatalog.of(tx);
        for (SqliteCatalog.Index index : catalog.indexes(name)) {
            List<SqliteCatalog.Part> parts = index.unique() ? catalog.parts(index) : List.of();
            List<String> columns =
                    parts.stream().flatMap(part -> part.column().stream()).toList();
            if (columns.size() == parts.size() && keys.contains(columns)) {
                conditions.add(parts.stream()
                        .map(part -> "b." + name(part.column().orElseThrow()) + " = new."
                                + name(part.column().orElseThrow()) + " collate " + new Identifier(part.collation()))
                        .collect(Collectors.joining(" and ")));
            }
        }
        return conditions;
    }

    private void before(Tx tx, String event, String another) {
        List<String> conflicts = new ArrayList<>();
        for (String equal : equal) {
            String same = numberIsFollowed ? " and b." + number.get(0) + " is not new." + number.get(0) : "";
            conflicts.add(" from " + table + " b where " + equal + same + another);
        }
        String noted = number.isEmpty() ? "null" : "b." + number.get(0);
        trigger(
                tx,
                "before",
                event,
                "exists (select 1" + String.join(") or exists (select 1", conflicts) + ")" + " or " + isNoted(),
                forget() + "; insert into lockstep_fts_replaced (watch, number) select " + id + ", " + noted
                        + String.join(" union select " + id + ", " + noted, conflicts));
    }

    private void after(Tx tx, String event) {
        String gone = number.isEmpty()
                ? ""
                : " and (number = new." + number.get(0) + " or not exists (select 1 from " + table + " b where b."
                        + number.get(0) + " = number))";
        trigger(
                tx,
                "after",
                event,
                isNoted(),
                "update lockstep_fts_watch set changes = changes + (select count(*) from lockstep_fts_replaced where watch = "
                        + id + gone + ") where id = " + id + "; " + forget());
    }

    private void delete(Tx tx) {
        String one = number.isEmpty() ? "" : " and number = old." + number.get(0);
        trigger(tx, "after", "delete", isNoted(), forget() + one);
    }

    private void trigger(Tx tx, String time, String event, String when, String body) {
        tx.execute("create trigger main." + ChangeWatch.name(id, time.charAt(0) + event) + " " + time + " " + event
                + " on " + table + " when " + when + " begin " + body + "; end");
    }

    private String forget() {
        return "delete from lockstep_fts_replaced where watch = " + id;
    }

    private String isNoted() {
        return "exists (select 1 from lockstep_fts_replaced where watch = " + id + ")";
    }

    /** That a row is not the one that is updated. */
    private String isAnother() {
        List<String> same = new ArrayList<>();
        for (String column : number.isEmpty() ? keys.get(0) : number) {
            same.add("b." + name(column) + " is old." + name(column));
        }
        return " and not (" + String.join(" and ", same) + ")";
    }

    private String name(String column) {
        return number.contains(column) ? column : new Identifier(column).toString();
    }
}
