package dev.lockstep.fts.content;

import dev.lockstep.db.Tx;
import dev.lockstep.fts.schema.FtsTable;

/**
 * The pages of an FTS5 table's terms, held against {@code f_idx}, which leads a search to them. FTS5's own integrity-check
 * reads the pages one after the other, and so misses that a search would not come to one.
 *
 * <p>The format is that of fts5_index.c: a page's number in {@code f_data} is {@code segment << 37 | level << 31 | page}, the
 * levels above 0 are no leaves; the two bytes behind the first two say where its terms' places begin, if one begins on it.
 */
public final class LeafPages {
    private static final String LISTED_BYTES =
            "((instr('0123456789ABCDEF', substr(hex(substr(block, 3, 2)), 1, 1)) - 1) * 4096"
                    + " + (instr('0123456789ABCDEF', substr(hex(substr(block, 3, 2)), 2, 1)) - 1) * 256"
                    + " + (instr('0123456789ABCDEF', substr(hex(substr(block, 3, 2)), 3, 1)) - 1) * 16"
                    + " + (instr('0123456789ABCDEF', substr(hex(substr(block, 3, 2)), 4, 1)) - 1))";

    private static final String UNLISTED = """
            select count(*)
              from main.%1$s
             where id >= 1 << 37
               and (id >> 37) < 65536
               and (id >> 31) & 63 = 0
               and length(block) > %3$s
               and ((id >> 37) << 31 | (id & 0x7fffffff)) not in (select (segid << 31) | (pgno >> 1) from main.%2$s)
            """;

    private LeafPages() {}

    /** On how many of them a term begins that no search finds. */
    public static long unlisted(Tx tx, FtsTable table) {
        return tx.only(UNLISTED.formatted(table.shadow("data"), table.shadow("idx"), LISTED_BYTES))
                .integer(0);
    }
}
