package dev.lockstep.fts.content;

import dev.lockstep.db.Identifier;
import dev.lockstep.db.Tx;
import dev.lockstep.fts.schema.FtsModule;
import dev.lockstep.fts.schema.FtsTable;
import java.util.ArrayList;
import java.util.List;

/**
 * An index of the same definition as another, of what ought to be in that, as a temporary table: the terms of both can be
 * compared, which term stands in which row, column and place, also where the other keeps no text at all. FTS4 does not tell
 * that of its terms; there it serves to see how large an index becomes.
 */
public final class TermModel {
    /** The rows of which either has a term, as {@code k}, and of the index as {@code id} too. */
    static final String WANTED_ROWS = "select distinct doc as k from temp.lockstep_wanted_terms";

    static final String FOUND_ROWS = "select distinct doc as k, doc as id from temp.lockstep_found_terms";

    /** The rows in which not the same terms stand in the same places. */
    private static final String OTHER_TERMS = """
            create temp table lockstep_differing as
            select distinct doc as k
              from (select doc
                      from (select doc, term, col, offset, 1 as side from temp.lockstep_wanted_terms
                             union all
                            select doc, term, col, offset, -1 from temp.lockstep_found_terms %s)
                  group by doc, term, col, offset
                    having sum(side) <> 0)
            """;

    private static final String OTHER_SIZES = """
            insert into temp.lockstep_differing
            select w.id
              from temp.lockstep_model_docsize as w
                   join main.%s as f on f.id = w.id
             where f.sz is not w.sz
               and w.id not in (select k from temp.lockstep_differing)
            """;

    private static final String FTS4_BYTES = """
            select coalesce((select sum(length(block)) from temp.lockstep_model_segments), 0)
                   + coalesce((select sum(length(root)) from temp.lockstep_model_segdir), 0)
            """;

    /** What this makes, in the order in which it can be dropped. */
    private static final List<String> NAMES =
            List.of("lockstep_differing", "lockstep_found_terms", "lockstep_wanted_terms", "lockstep_model");

    private final Tx tx;
    private final FtsTable table;

    /** Makes the index's own terms readable. */
    public TermModel(Tx tx, FtsTable table) {
        this.tx = tx;
        this.table = table;
        drop();
        if (table.module() == FtsModule.FTS5) {
            tx.execute("create virtual table temp.lockstep_found_terms using fts5vocab(main, " + table.identifier()
                    + ", instance)");
        }
    }

    /**
     * Counts the terms.
     *
     * @param which a condition on the expected rows' {@code r} with its {@code where}, or a limit; empty for all rows
     */
    public void fill(ExpectedContent expected, String which) {
        List<String> columns = new ArrayList<>(List.of("rowid"));
        List<String> values = new ArrayList<>(List.of("r"));
        int i = 0;
        for (String column : table.columns()) {
            columns.add(new Identifier(column).toString());
            values.add("c" + i++);
        }
        String module = table.module() == FtsModule.FTS5 ? "fts5" : "fts4";
        tx.execute("create virtual table temp.lockstep_model using " + module + "("
                + String.join(", ", table.indexing()) + ", content='')");
        tx.execute("insert into temp.lockstep_model (" + String.join(", ", columns) + ") select "
                + String.join(", ", values) + " from (" + expected.query() + ")" + which);
        if (table.module() == FtsModule.FTS5) {
            tx.execute(
                    "create virtual table temp.lockstep_wanted_terms using fts5vocab(temp, lockstep_model, instance)");
        }
    }

    /**
     * Writes the rows that differ, as {@code k}, into {@code temp.lockstep_differing}.
     *
     * @param which a condition on {@code doc}, with its {@code where}; empty for all rows
     * @param sized whether the index keeps the size of each row
     */
    void compare(String which, boolean sized) {
        tx.execute(OTHER_TERMS.formatted(which));
        if (sized) {
            tx.execute(OTHER_SIZES.formatted(table.shadow("docsize")));
        }
    }

    /** The size of what {@link #fill} has made. */
    public long bytes() {
        if (table.module() == FtsModule.FTS5) {
            return tx.only("select coalesce(sum(length(block)), 0) from temp.lockstep_model_data")
                    .integer(0);
        }
        // FTS4 writes no term before a savepoint, or much later.
        tx.execute("savepoint lockstep_model_size");
        tx.execute("release lockstep_model_size");
        return tx.only(FTS4_BYTES).integer(0);
    }

    /** Removes it all. */
    public void drop() {
        for (String name : NAMES) {
            tx.execute("drop table if exists temp." + name);
        }
    }
}
