package dev.lockstep.fts.trial;

import dev.lockstep.db.DbException;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.fts.content.ContentComparison;
import dev.lockstep.fts.content.RowLookup;
import dev.lockstep.fts.schema.ContentTable;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.fts.schema.TriggerStatement;
import dev.lockstep.fts.schema.TriggerStatement.Event;
import dev.lockstep.fts.schema.WriteStatement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is wrong with how a trigger keeps an FTS5 table, and what that costs.
 *
 * @param trigger the trigger
 * @param fault what is wrong
 * @param cost what it costs for one row, as measured; empty if it was not, or there was no row to measure with
 */
public record TriggerCost(TriggerStatement trigger, TriggerFault fault, Optional<Duration> cost) {
    /** How many rows are changed to find out what a change costs; the median counts. */
    private static final int TRIES = 5;

    /** Where SQLite explains a plan, what FTS5 can use of the condition follows the colon: nothing, if that is the end. FTS4 says 0. */
    private static final String SCAN = " VIRTUAL TABLE INDEX ";

    /** The triggers of an FTS5 table with which something is wrong, in the order in which they were made. */
    public static List<TriggerCost> of(Tx tx, FtsTable table, List<TriggerStatement> writers) {
        List<TriggerCost> faulty = new ArrayList<>();
        for (TriggerStatement trigger : writers) {
            if (scans(tx, table, trigger)) {
                faulty.add(new TriggerCost(trigger, TriggerFault.SCANS, Optional.empty()));
            } else if (leavesOldRows(table, trigger, writers)) {
                faulty.add(new TriggerCost(trigger, TriggerFault.LEAVES_OLD_ROWS, Optional.empty()));
            }
        }
        return faulty;
    }

    private static boolean scans(Tx tx, FtsTable table, TriggerStatement trigger) {
        for (WriteStatement write : trigger.writes()) {
            if (write.isOn(table.name()) && !RowLookup.isForWordless(write) && scans(tx, table, write)) {
                return true;
            }
        }
        return false;
    }

    /** As SQLite plans the statement by itself, with a parameter for each value of the row that fired the trigger. */
    public static boolean scans(Tx tx, FtsTable table, WriteStatement write) {
        boolean byKey = KeyIndex.isUsed(table, write);
        try {
            for (Row step : tx.rows("explain query plan " + write.standalone())) {
                String detail = step.text("detail");
                boolean scan =
                        switch (table.module()) {
                            case FTS3, FTS4 -> detail.endsWith(SCAN + "0:");
                            case FTS5 -> detail.contains(SCAN) && detail.endsWith(":");
                        };
                if (detail.startsWith("SCAN ") && (scan || (byKey && detail.startsWith(KeyIndex.SCAN)))) {
                    return true;
                }
            }
            return false;
        } catch (DbException e) {
            if (e.reason() != DbException.Reason.OTHER) {
                throw e;
            }
            // It says something that only a trigger may say; then nothing is known against it.
            return false;
        }
    }

    /** An INSERT OR REPLACE without a rowid never replaces: no column of a full-text table is unique. */
    private static boolean leavesOldRows(FtsTable table, TriggerStatement trigger, List<TriggerStatement> writers) {
        if (table.kind() != FtsTable.Kind.OWN_CONTENT || trigger.event() != Event.UPDATE || !inserts(table, trigger)) {
            return false;
        }
        return writers.stream()
                .filter(other -> other.event() == Event.UPDATE && other.isOn(trigger.table()))
                .flatMap(other -> other.writes().stream())
                .noneMatch(write -> write.isOn(table.name()) && write.verb() != WriteStatement.Verb.INSERT);
    }

    private static boolean inserts(FtsTable table, TriggerStatement trigger) {
        for (WriteStatement write : trigger.writes()) {
            if (addsRow(table, write)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a statement adds a row to it whatever is there. */
    public static boolean addsRow(FtsTable table, WriteStatement write) {
        boolean numbered = false;
        boolean command = false;
        for (String column : write.columns()) {
            numbered |= table.isRowid(column);
            command |= SqlToken.fold(column).equals(SqlToken.fold(table.name()));
        }
        return write.isOn(table.name()) && write.verb() == WriteStatement.Verb.INSERT && !numbered && !command;
    }

    /**
     * The same with what the trigger costs: rows of its table are changed with no other trigger on it, and all is undone.
     *
     * @param tx a transaction that will be rolled back
     */
    public TriggerCost measured(Tx tx) {
        ContentTable base = ContentTable.read(tx, trigger.table());
        List<Long> nanos = new ArrayList<>();
        tx.execute("savepoint lockstep_cost");
        try {
            leaveOnly(tx);
            for (Object[] key : keys(tx, base)) {
                nanos.add(change(tx, base, trigger.event(), key));
            }
        } catch (DbException e) {
            if (e.reason() != DbException.Reason.DUPLICATE && e.reason() != DbException.Reason.BAD_VALUE) {
                throw e;
            }
            // A constraint that only this change would break; what was measured until then counts.
        }
        tx.execute("rollback to lockstep_cost");
        tx.execute("release lockstep_cost");
        nanos.sort(null);
        Optional<Duration> median =
                nanos.isEmpty() ? Optional.empty() : Optional.of(Duration.ofNanos(nanos.get(nanos.size() / 2)));
        return new TriggerCost(trigger, fault, median);
    }

    private void leaveOnly(Tx tx) {
        String others = "select name from main.sqlite_master where type = 'trigger' and tbl_name = ? collate nocase"
                + " and name <> ?";
        for (Row other : tx.rows(others, trigger.table(), trigger.name())) {
            tx.execute("drop trigger main." + new Identifier(other.text("name")));
        }
    }

    /** Rows at even distances, each by the values of its key. */
    public static List<Object[]> keys(Tx tx, ContentTable base) {
        return keys(tx, base, TRIES);
    }

    public static List<Object[]> keys(Tx tx, ContentTable base, int wanted) {
        long rows = ContentComparison.count(tx, base.identifier());
        String key = String.join(", ", base.key());
        List<Object[]> keys = new ArrayList<>();
        if (key.isEmpty()) {
            return keys;
        }
        for (int i = 0; i < Math.min(wanted, rows); i++) {
            String query =
                    "select " + key + " from main." + base.identifier() + " order by " + key + " limit 1 offset ?";
            for (Row row : tx.rows(query, i * rows / Math.min(wanted, rows))) {
                Object[] values = new Object[row.width()];
                for (int column = 0; column < values.length; column++) {
                    values[column] = row.value(column);
                }
                keys.add(values);
            }
        }
        return keys;
    }

    static String byKey(ContentTable base) {
        return " where " + String.join(" = ? and ", base.key()) + " = ?";
    }

    /**
     * Changes one row in a way that leaves its table as it was, but for a deletion.
     *
     * @return the nanoseconds that it took
     */
    public static long change(Tx tx, ContentTable base, Event event, Object[] key) {
        String name = "main." + base.identifier();
        switch (event) {
            case UPDATE -> {
                return timed(tx, "update " + name + " set " + base.everyColumnToItself() + byKey(base), key);
            }
            case DELETE -> {
                return timed(tx, "delete from " + name + byKey(base), key);
            }
            case INSERT -> {
                String columns = base.writableList();
                tx.execute("drop table if exists temp.lockstep_row");
                tx.update("create temp table lockstep_row as select " + columns + " from " + name + byKey(base), key);
                tx.update("delete from " + name + byKey(base), key);
                return timed(
                        tx, "insert into " + name + " (" + columns + ") select " + columns + " from temp.lockstep_row");
            }
        }
        throw new IllegalStateException(event.name());
    }

    private static long timed(Tx tx, String sql, Object... values) {
        long start = System.nanoTime();
        tx.update(sql, values);
        return System.nanoTime() - start;
    }
}
