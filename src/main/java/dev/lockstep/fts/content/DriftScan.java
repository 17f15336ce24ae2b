package dev.lockstep.fts.content;

import dev.lockstep.db.Tx;
import dev.lockstep.fts.content.DriftRows.Op;
import dev.lockstep.fts.schema.FtsModule;
import dev.lockstep.fts.schema.FtsTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a full-text table differs from what it ought to hold, row by row.
 *
 * <p>Where the text is kept, every cell is compared: by the row's number if the triggers write it, else by a key that the
 * index holds, else row by row as wholes. Where only terms are kept, those are, by {@link TermModel}; FTS4 tells only the numbers of its rows. All only read the
 * database, so that they neither wait for writers nor hold them up.
 */
public final class DriftScan {
    /** How many rows are looked at, on each side, where not all are. */
    static final int SAMPLE = 100;

    /** How much is compared. */
    public enum Extent {
        ALL,
        SAMPLE
    }

    private static final List<String> TEMPORARY = List.of("lockstep_found", "lockstep_wanted", "lockstep_sample");

    private static final String MISSING = """
            select k as name, null as id
              from temp.lockstep_wanted as w
             where not exists (select 1 from temp.lockstep_found as f where f.k is w.k)
            """;

    private static final String ORPHANS = """
            select k as name, id
              from temp.lockstep_found as f
             where not exists (select 1 from temp.lockstep_wanted as w where w.k is f.k)
            """;

    private static final String DUPLICATES = """
            select k as name, id
              from temp.lockstep_found as f
             where exists (select 1 from temp.lockstep_found as g where g.k is f.k and g.id < f.id)
               and exists (select 1 from temp.lockstep_wanted as w where w.k is f.k)
            """;

    /** With the columns that differ, one of several rows, none of which is equal. */
    private static final String ALTERED_TEXT = """
            select t.k as name, f.id as id, %1$s as differing
              from %2$s as t
                   cross join temp.lockstep_found as f on f.k is t.k
                   cross join %3$s as x on x.id = f.id
             where not (%4$s)
               and f.id = (select max(g.id) from temp.lockstep_found as g where g.k is t.k)
               and not exists (select 1
                                 from temp.lockstep_found as h
                                      join %3$s as x on x.id = h.id
                                where h.k is t.k
                                  and %4$s)
            """;

    private static final String ALTERED_TERMS = """
            select k as name, k as id
              from temp.lockstep_differing
             where k in (select k from temp.lockstep_wanted)
               and k in (select k from temp.lockstep_found)
            """;

    private static final String UNEQUAL_GROUPS = """
              select count(*) filter (where side = 1) as wanted, count(*) filter (where side = -1) as found,
                     min(r) as r, max(id) as id
                from (select %1$s, 1 as side, r, null as id from (%2$s)
                       union all
                      select %1$s, -1, null, id from %3$s)
            group by %1$s
              having wanted <> found
            """;

    private static final String EVERY_NTH = """
            insert into temp.lockstep_sample
            select k
              from (select k, row_number() over () as n from (%s))
             where n %% ? = 0
            """;

    private final Tx tx;
    private final FtsTable table;
    private final ExpectedContent expected;
    private final Extent extent;
    private final DriftRows differences;
    private ContentComparison.Sight sight = ContentComparison.Sight.ROWS;

    private DriftScan(Tx tx, FtsTable table, ExpectedContent expected, Extent extent, int limit) {
        this.tx = tx;
        this.table = table;
        this.expected = expected;
        this.extent = extent;
        this.differences = new DriftRows(tx, table.columns(), limit);
    }

    /**
     * Compares, inside the caller's transaction, which may be one that only reads.
     *
     * @param limit how many differences of each kind to name; all are counted
     */
    public static Drift of(Tx tx, FtsTable table, ExpectedContent expected, Extent extent, int limit) {
        DriftScan scan = new DriftScan(tx, table, expected, extent, limit);
        scan.clear();
        switch (table.kind()) {
            case OWN_CONTENT -> scan.compareText();
            case EXTERNAL_CONTENT, CONTENTLESS, CONTENTLESS_DELETE -> {
                if (table.module() == FtsModule.FTS5) {
                    scan.compareTerms();
                } else {
                    scan.compareNumbers();
                }
            }
        }
        scan.clear();
        return scan.differences.seen(scan.sight);
    }

    private void clear() {
        for (String name : TEMPORARY) {
            tx.execute("drop table if exists temp." + name);
        }
    }

    private void compareText() {
        boolean keyed = expected.key().isPresent() && !hasNullKeys();
        if (expected.numbers() == ExpectedContent.Numbers.WRITTEN) {
            compareByKey("r", "id");
        } else if (keyed) {
            int position = expected.key().orElseThrow().position();
            compareByKey("c" + position, "c" + position);
        } else if (extent == Extent.ALL) {
            compareWholeRows();
        } else {
            compareCounts();
        }
    }

    private boolean hasNullKeys() {
        String column = "c" + expected.key().orElseThrow().position();
        return !tx.rows("select 1 from (" + expected.query() + ") where " + column + " is null limit 1")
                .isEmpty();
    }

    /**
     * @param wanted the expected content's column that tells its rows apart
     * @param found the index's own table's column that ought to hold the same
     */
    private void compareByKey(String wanted, String found) {
        String content = table.keptText();
        String rows = "select " + wanted + " as k, * from (" + expected.query() + ")";
        String there = "select " + found + " as k, id from " + content;
        sample(rows, there);
        gather(rows, there);
        StringBuilder differing = new StringBuilder("''");
        List<String> equal = new ArrayList<>();
        for (int i = 0; i < table.columns().size(); i++) {
            equal.add(expected.isRight(i));
            differing
                    .append(" || iif(")
                    .append(equal.get(i))
                    .append(", '', ',' || ")
                    .append(i)
                    .append(")");
        }
        String wantedRows = "(select * from (" + rows + ")" + sampled("k") + ")";
        differences.list(
                Op.ALTERED, ALTERED_TEXT.formatted(differing, wantedRows, content, String.join(" and ", equal)));
        sight = extent == Extent.ALL ? ContentComparison.Sight.WHOLE : ContentComparison.Sight.SAMPLE;
    }

    /**
     * Takes down which rows there ought to be and which there are, all or some, and tells the two apart.
     *
     * @param wanted a query for {@code k}
     * @param found a query for {@code k} and {@code id}
     */
    private void gather(String wanted, String found) {
        tx.execute("create temp table lockstep_wanted as select k from (" + wanted + ")" + sampled("k"));
        tx.execute("create temp table lockstep_found as select k, id from (" + found + ")" + sampled("k"));
        tx.execute("create index temp.lockstep_wanted_k on lockstep_wanted (k)");
        tx.execute("create index temp.lockstep_found_k on lockstep_found (k)");
        differences.list(Op.MISSING, MISSING);
        differences.list(Op.ORPHAN, ORPHANS);
        differences.list(Op.DUPLICATE, DUPLICATES);
    }

    /** Without a key a row that was altered is one that is missing and one too many. */
    private void compareWholeRows() {
        List<String> columns = new ArrayList<>();
        for (int i = 0; i < table.columns().size(); i++) {
            columns.add("c" + i);
        }
        String groups = UNEQUAL_GROUPS.formatted(String.join(", ", columns), expected.query(), table.keptText());
        tx.each(groups, row -> {
            long wanted = row.integer("wanted");
            long found = row.integer("found");
            Op op = found < wanted ? Op.MISSING : wanted > 0 ? Op.DUPLICATE : Op.ORPHAN;
            Long id = found < wanted ? null : (Long) row.integer("id");
            String key = String.valueOf(row.value(found < wanted ? "r" : "id"));
            differences.add(op, Math.abs(wanted - found), key, id);
        });
        sight = ContentComparison.Sight.WHOLE;
    }

    /** Nothing tells which rows; how many there are is known. */
    private void compareCounts() {
        Optional<Long> found = RowCounts.indexed(tx, table);
        if (found.isEmpty()) {
            sight = ContentComparison.Sight.NONE;
            return;
        }
        long wanted = expected.count(tx);
        if (found.get() < wanted) {
            differences.add(Op.MISSING, wanted - found.get());
        } else if (found.get() > wanted) {
            differences.add(Op.ORPHAN, found.get() - wanted);
        }
    }

    /** FTS4 does not say which term stands in which row; which rows there are is known where it keeps their sizes. */
    private void compareNumbers() {
        if (!expected.hasRowids() || !IndexRebuild.keepsSizes(tx, table)) {
            compareCounts();
            return;
        }
        String rows = "select r as k from (" + expected.query() + ")";
        String there = "select id as k, id from " + table.keptSizes();
        sample(rows, there);
        gather(rows, there);
    }

    private void compareTerms() {
        if (!expected.hasRowids()) {
            compareCounts();
            return;
        }
        boolean sized = IndexRebuild.keepsSizes(tx, table);
        TermModel model = new TermModel(tx, table);
        String rows = "select r as k from (" + expected.query() + ")";
        // Where sizes are not kept, a row without a term leaves no trace.
        String there = sized ? "select id as k, id from " + table.keptSizes() : TermModel.FOUND_ROWS;
        sample(rows, there);
        model.fill(expected, sampled("r"));
        gather(sized ? rows : TermModel.WANTED_ROWS, there);
        model.compare(sampled("doc"), sized);
        differences.list(Op.ALTERED, ALTERED_TERMS);
        model.drop();
        sight = extent == Extent.SAMPLE ? ContentComparison.Sight.SAMPLE : ContentComparison.Sight.of(table);
    }

    /** Chooses some rows of each side, at even distances, unless all are to be compared. */
    private void sample(String wanted, String found) {
        if (extent == Extent.ALL) {
            return;
        }
        tx.execute("create temp table lockstep_sample (k)");
        for (String side : List.of(wanted, found)) {
            long all = tx.only("select count(*) from (" + side + ")").integer(0);
            tx.update(EVERY_NTH.formatted(side), Math.max(1, (all + SAMPLE - 1) / SAMPLE));
        }
    }

    private String sampled(String column) {
        return extent == Extent.ALL ? "" : " where " + column + " in (select k from temp.lockstep_sample)";
    }
}
