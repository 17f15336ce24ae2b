package dev.lockstep.mirror.run;

import dev.lockstep.db.Tx;
import dev.lockstep.mirror.engine.MirrorEngine;
import dev.lockstep.mirror.plan.RejectedRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which pages of the source a mirror holds, and which rows it could not take, kept in the mirror and written in the
 * transactions that write the rows.
 *
 * <p>A page that is recorded is in the mirror, row for row: whoever writes, or is about to write, a row of a page has
 * forgotten that page before.
 */
public final class PageLedger {
    private static final String PAGES = """
            select digest, row_count
              from lockstep_mirror_ckpt
             where tbl = ?
            """;

    private static final String FORGET_PAGE = "delete from lockstep_mirror_ckpt where tbl = ? and digest = ?";

    private static final String FORGET_PAGES = "delete from lockstep_mirror_ckpt where tbl = ?";

    private static final String RECORD_PAGE = """
            insert into lockstep_mirror_ckpt (tbl, digest, row_count)
            values (?, ?, ?)
            """;

    private static final String FORGET_REJECTS = """
            delete from lockstep_mirror_reject
             where tbl = ?
               and digest = ?
            """;

    private static final String FORGET_ALL_REJECTS = "delete from lockstep_mirror_reject where tbl = ?";

    private static final String RECORD_REJECT = """
            insert into lockstep_mirror_reject (tbl, digest, ordinal, row_key, column_name, reason, shown, rejected_at)
            values (?, ?, ?, ?, ?, ?, ?, %s)
            """;

    private static final int MAX_TEXT = 400;

    /**
     * A page of the source.
     *
     * @param digest as hexadecimal text
     * @param rows how many of its rows the mirror holds
     * @param rejects the others
     */
    public record HeldPage(String digest, long rows, List<RejectedRow> rejects) {}

    private final MirrorEngine engine;

    PageLedger(MirrorEngine engine) {
        this.engine = engine;
    }

    /** The recorded pages of a table: by digest, how many rows of each the mirror holds. */
    public Map<String, Long> of(Tx tx, String table) {
        Map<String, Long> pages = new HashMap<>();
        tx.each(PAGES, row -> pages.put(row.text("digest"), row.integer("row_count")), table);
        return pages;
    }

    /** Forgets which pages the mirror holds, and not what it could not take. */
    public void distrust(Tx tx, String table) {
        tx.update(FORGET_PAGES, table);
    }

    public void forget(Tx tx, String table) {
        distrust(tx, table);
        tx.update(FORGET_ALL_REJECTS, table);
    }

    public void forget(Tx tx, String table, Iterable<String> digests) {
        List<Object[]> keys = new ArrayList<>();
        digests.forEach(digest -> keys.add(new Object[] {table, digest}));
        if (!keys.isEmpty()) {
            tx.updateAll(FORGET_PAGE, keys);
            tx.updateAll(FORGET_REJECTS, keys);
        }
    }

    /** Says that the mirror holds the pages, but for what was rejected. They may be recorded already. */
    public void record(Tx tx, String table, List<HeldPage> pages) {
        List<String> digests = new ArrayList<>();
        List<Object[]> records = new ArrayList<>();
        List<Object[]> rejects = new ArrayList<>();
        for (HeldPage page : pages) {
            digests.add(page.digest());
            records.add(new Object[] {table, page.digest(), page.rows()});
            int ordinal = 0;
            for (RejectedRow reject : page.rejects()) {
                rejects.add(new Object[] {
                    table,
                    page.digest(),
                    ordinal++,
                    MirrorLedger.cut(reject.key(), MAX_TEXT),
                    reject.column().orElse(null),
                    MirrorLedger.cut(reject.reason(), MAX_TEXT),
                    MirrorLedger.cut(reject.shown().orElse(null), MAX_TEXT)
                });
            }
        }
        forget(tx, table, digests);
        if (!records.isEmpty()) {
            tx.updateAll(RECORD_PAGE, records);
        }
        if (!rejects.isEmpty()) {
            tx.updateAll(RECORD_REJECT.formatted(engine.now()), rejects);
        }
    }
}
