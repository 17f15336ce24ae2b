package dev.lockstep.fts.check;

import dev.lockstep.db.DbException;
import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.fts.content.Drift;
import dev.lockstep.fts.content.DriftScan;
import dev.lockstep.fts.content.ExpectedContent;
import dev.lockstep.fts.schema.ContentTable;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.fts.schema.TriggerStatement;
import dev.lockstep.fts.schema.TriggerStatement.Event;
import dev.lockstep.fts.trial.TriggerCost;
import dev.lockstep.support.Digests;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Some changes to the tables that an index is about, of every kind that fires a trigger, and what has become of the index
 * then; all of it is undone.
 */
final class TuningTrial {
    private final Tx tx;
    private final FtsTable table;
    private final List<ContentTable> bases = new ArrayList<>();
    private long changes;

    /** @param triggers those on whose tables rows are to be changed */
    TuningTrial(Tx tx, FtsTable table, List<TriggerStatement> triggers) {
        this.tx = tx;
        this.table = table;
        Map<String, String> names = new LinkedHashMap<>();
        triggers.forEach(trigger -> names.put(SqlToken.fold(trigger.table()), trigger.table()));
        names.values().forEach(name -> bases.add(ContentTable.read(tx, name)));
    }

    /** A digest of every row, number and text, that an index of its own content has after the changes. */
    String digest() {
        return after(() -> {
            MessageDigest digest = Digests.sha256();
            tx.each(text(), row -> digest.update(row.text(0).getBytes(StandardCharsets.UTF_8)));
            return Digests.hex(digest);
        });
    }

    /** How it then differs from what it ought to hold. */
    Drift drift(ExpectedContent expected) {
        return after(() -> DriftScan.of(tx, table, expected, DriftScan.Extent.ALL, 1));
    }

    /** How many rows were changed the last time. */
    long changes() {
        return changes;
    }

    private String text() {
        StringBuilder text = new StringBuilder("select id");
        for (int i = 0; i < table.columns().size(); i++) {
            text.append(" || ',' || quote(c").append(i).append(')');
        }
        return text.append(" || ';' from main.")
                .append(table.shadow("content"))
                .append(" order by id")
                .toString();
    }

    private <T> T after(Supplier<T> look) {
        tx.execute("savepoint lockstep_trial");
        changes = 0;
        for (ContentTable base : bases) {
            List<Object[]> keys = TriggerCost.keys(tx, base);
            keys.forEach(key -> change(base, Event.UPDATE, key));
            keys.stream().skip(1).forEach(key -> change(base, Event.INSERT, key));
            keys.stream().limit(1).forEach(key -> change(base, Event.DELETE, key));
        }
        T seen = look.get();
        tx.execute("rollback to lockstep_trial");
        tx.execute("release lockstep_trial");
        return seen;
    }

    /** What a constraint forbids is left out, each time. */
    private void change(ContentTable base, Event event, Object[] key) {
        tx.execute("savepoint lockstep_change");
        try {
            TriggerCost.change(tx, base, event, key);
            changes++;
        } catch (DbException e) {
            if (e.reason() != DbException.Reason.DUPLICATE && e.reason() != DbException.Reason.BAD_VALUE) {
                throw e;
            }
            tx.execute("rollback to lockstep_change");
        }
        tx.execute("release lockstep_change");
    }
}
