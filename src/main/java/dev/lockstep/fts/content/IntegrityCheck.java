package dev.lockstep.fts.content;

import dev.lockstep.db.DbException;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.Tx;
import dev.lockstep.fts.schema.FtsModule;
import dev.lockstep.fts.schema.FtsTable;
import java.util.ArrayList;
import java.util.List;

/**
 * The module's own {@code 'integrity-check'} (with rank 1 of FTS5), which holds every term and every size in an index against the rows that it
 * is about: many times as fast as a comparison, and it says yes or no, not where.
 *
 * <p>It is a write for SQLite, and knows no other content than the table's own. So it runs on a copy of the shadow tables
 * among the temporary ones, whose content is a view of what the index ought to hold: no writer waits for it, and what
 * triggers leave out or change is left out and changed there, too.
 *
 * <p>It does not see that {@code f_idx} lacks entries, nor, of FTS4, what is wrong with sizes.
 */
public final class IntegrityCheck {
    private static final String COPY = "temp.lockstep_copy";
    private static final String EXPECTED = "temp.lockstep_expected";
    private static final String NUMBER = "lockstep_number";

    private final Tx tx;
    private final FtsTable table;

    private IntegrityCheck(Tx tx, FtsTable table) {
        this.tx = tx;
        this.table = table;
    }

    /** Whether it can tell: the index keeps terms alone, and which row each belongs to is known. */
    public static boolean canTell(FtsTable table, ExpectedContent expected) {
        if (table.finality().isPresent()) {
            return false;
        }
        return switch (table.kind()) {
            case EXTERNAL_CONTENT, CONTENTLESS -> expected.isNumbered();
            // The one's text is not looked at, the other's shadow tables have another form.
            case OWN_CONTENT, CONTENTLESS_DELETE -> false;
        };
    }

    /**
     * Whether the index holds the terms that it ought to hold and no others.
     *
     * @throws DbException corrupt: the shadow tables cannot even be read
     */
    public static boolean passes(Tx tx, FtsTable table, ExpectedContent expected) {
        IntegrityCheck check = new IntegrityCheck(tx, table);
        // What this transaction has written of the index goes to the shadow tables before a savepoint.
        tx.execute("savepoint lockstep_integrity");
        check.drop();
        check.expect(expected);
        switch (table.module()) {
            case FTS3, FTS4 -> check.copyFts4();
            case FTS5 -> check.copyFts5();
        }
        boolean passed = check.passes();
        check.drop();
        tx.execute("release lockstep_integrity");
        return passed;
    }

    private void expect(ExpectedContent expected) {
        List<String> columns =
                new ArrayList<>(List.of("r as " + (table.module() == FtsModule.FTS5 ? NUMBER : "rowid")));
        int i = 0;
        for (String column : table.columns()) {
            columns.add("c" + i++ + " as " + new Identifier(column));
        }
        tx.execute("create temp view lockstep_expected as select " + String.join(", ", columns) + " from ("
                + expected.query() + ")");
    }

    private void copyFts4() {
        tx.execute("create virtual table " + COPY + " using fts4(" + String.join(", ", table.storing())
                + ", content='lockstep_expected')");
        copy(List.of("segments", "segdir"));
    }

    private void copyFts5() {
        tx.execute("create virtual table " + COPY + " using fts5(" + String.join(", ", table.storing())
                + ", content='lockstep_expected', content_rowid='" + NUMBER + "')");
        List<String> shadows = new ArrayList<>(List.of("data", "idx", "config"));
        if (IndexRebuild.keepsSizes(tx, table)) {
            shadows.add("docsize");
        }
        copy(shadows);
    }

    private void copy(List<String> shadows) {
        for (String shadow : shadows) {
            tx.execute("delete from " + COPY + "_" + shadow);
            tx.execute("insert into " + COPY + "_" + shadow + " select * from main." + table.shadow(shadow));
        }
    }

    private boolean passes() {
        try {
            tx.execute(
                    switch (table.module()) {
                        case FTS3, FTS4 -> "insert into " + COPY + " (lockstep_copy) values ('integrity-check')";
                        case FTS5 -> "insert into " + COPY + " (lockstep_copy, rank) values ('integrity-check', 1)";
                    });
            return true;
        } catch (DbException e) {
            if (e.reason() == DbException.Reason.CORRUPT) {
                return false;
            }
            throw e;
        }
    }

    private void drop() {
        tx.execute("drop table if exists " + COPY);
        tx.execute("drop view if exists " + EXPECTED);
    }
}
