package dev.lockstep.mirror.run;

import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.mirror.engine.MirrorEngine;
import dev.lockstep.mirror.plan.RejectedRow;
import java.util.ArrayList;
import java.util.Collection;
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

    private static final String LISTED = "select count(*) as n from lockstep_mirror_reject where tbl = ?";

    /** What stands for the page of a row that was shipped by itself. */
    private static final String SHIPPED = "shipped";

    private static final String LAST_SHIPPED =
            "select max(ordinal) as last from lockstep_mirror_reject where tbl = ? and digest = ?";

    private static final String FORGET_ROW = "delete from lockstep_mirror_reject where tbl = ? and row_key = ?";

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
     * @param rejects the others, and those of which a value was changed
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
            long ordinal = 0;
            for (RejectedRow reject : page.rejects()) {
                rejects.add(reject(table, page.digest(), ordinal++, reject));
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

    private static Object[] reject(String table, String digest, long ordinal, RejectedRow reject) {
        return new Object[] {
            table,
            digest,
            ordinal,
            MirrorLedger.cut(reject.key(), MAX_TEXT),
            reject.column().orElse(null),
            MirrorLedger.cut(reject.reason(), MAX_TEXT),
            MirrorLedger.cut(reject.shown().orElse(null), MAX_TEXT)
        };
    }

    /** How many rows it could not take, or not as they are; of a row, once for each value. */
    public long listed(Tx tx, String table) {
        return tx.only(LISTED, table).integer("n");
    }

    /**
     * Lists what was changed of rows that were shipped by themselves, instead of what was listed of these before.
     *
     * @param keys of the rows, as people read them
     */
    public void recordShipped(Tx tx, String table, Collection<String> keys, List<RejectedRow> changes) {
        List<Object[]> rows = new ArrayList<>();
        keys.forEach(key -> rows.add(new Object[] {table, MirrorLedger.cut(key, MAX_TEXT)}));
        if (!rows.isEmpty()) {
            tx.updateAll(FORGET_ROW, rows);
        }
        Row last = tx.only(LAST_SHIPPED, table, SHIPPED);
        long ordinal = last.isNull("last") ? 0 : last.integer("last") + 1;
        List<Object[]> rejects = new ArrayList<>();
        for (RejectedRow change : changes) {
            rejects.add(reject(table, SHIPPED, ordinal++, change));
        }
        if (!rejects.isEmpty()) {
            tx.updateAll(RECORD_REJECT.formatted(engine.now()), rejects);
        }
    }

    /** Forgets what was listed of rows that were shipped by themselves: it is listed with their pages now. */
    public void forgetShipped(Tx tx, String table) {
        tx.update(FORGET_REJECTS, table, SHIPPED);
    }
}
