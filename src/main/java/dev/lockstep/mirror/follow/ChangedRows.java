package dev.lockstep.mirror.follow;

import dev.lockstep.db.Cells;
import dev.lockstep.db.Cells.Kind;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.Tx;
import dev.lockstep.mirror.engine.MirrorEngine;
import dev.lockstep.mirror.plan.MappedRow;
import dev.lockstep.mirror.plan.RejectedRow;
import dev.lockstep.mirror.plan.RowMapper;
import dev.lockstep.mirror.plan.TablePlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the source has of some keys in the snapshot of a transaction: the rows that are there, and the keys of those that are
 * not any more.
 */
final class ChangedRows {
    /**
     * What there is to do, or why it cannot be done by keys.
     *
     * @param keys of all rows, as people read them, if values may be changed
     * @param changes the values that are
     */
    record Survey(long present, long gone, Optional<String> obstacle, List<String> keys, List<RejectedRow> changes) {
        boolean isEmpty() {
            return present + gone == 0;
        }
    }

    private final Tx tx;
    private final TablePlan plan;
    private final List<String> keyColumns;
    private final String keys;

    /**
     * @param keyColumns what in the source the keys are of: columns, or the name of the rowid
     * @param keys a subquery with the columns {@code k0}, {@code k1} and so on
     */
    ChangedRows(Tx tx, TablePlan plan, List<String> keyColumns, String keys) {
        this.tx = tx;
        this.plan = plan;
        this.keyColumns = keyColumns;
        this.keys = keys;
    }

    /** Reads all of it once. */
    Survey survey() {
        long[] counts = new long[2];
        List<String> obstacles = new ArrayList<>();
        boolean mayChange = plan.source().unfit().areChanged();
        List<String> all = new ArrayList<>();
        List<RejectedRow> changes = new ArrayList<>();
        RowMapper mapper = plan.mapper();
        plan.source().scanJoined(tx, keys, same(), cells -> {
            counts[0]++;
            MappedRow row = mapper.map(cells);
            if (mayChange) {
                all.add(plan.key(cells));
                row.changes().forEach(one -> changes.add(RejectedRow.of(plan.name(), plan.key(cells), one)));
            }
            if (!row.fits() && obstacles.isEmpty()) {
                obstacles.add(RejectedRow.of(
                                plan.name(), plan.key(cells), row.misfits().get(0))
                        .toString());
            }
        });
        tx.scan(selectGone(), cells -> {
            counts[1]++;
            if (mayChange) {
                all.add(plan.ofKey().key(cells));
            }
            if (hasNull(cells) && obstacles.isEmpty()) {
                obstacles.add(plan.name() + " has a key that is NULL");
            }
        });
        return new Survey(counts[0], counts[1], obstacles.stream().findFirst(), all, changes);
    }

    /** No key finds it. */
    private static boolean hasNull(Cells cells) {
        for (int i = 0; i < cells.width(); i++) {
            if (cells.kind(i) == Kind.NULL) {
                return true;
            }
        }
        return false;
    }

    /** The rows that are there, as the mirror should have them. */
    MirrorEngine.Rows present() {
        return sink -> {
            RowMapper mapper = plan.mapper();
            plan.source().scanJoined(tx, keys, same(), cells -> sink.accept(mapper.map(cells)));
        };
    }

    /** The keys that are not there, as the mirror has them; one that the mirror cannot have is not among them. */
    MirrorEngine.Rows gone() {
        return sink -> {
            RowMapper mapper = plan.ofKey().mapper();
            tx.scan(selectGone(), cells -> {
                MappedRow key = mapper.map(cells);
                if (key.fits()) {
                    sink.accept(key);
                }
            });
        };
    }

    private String selectGone() {
        List<String> columns = new ArrayList<>();
        for (int i = 0; i < keyColumns.size(); i++) {
            columns.add("d.k" + i);
        }
        return "select " + String.join(", ", columns) + " from " + keys + " as d where not exists (select 1 from main."
                + plan.source().identifier() + " where " + same()
                + plan.source().also() + ")";
    }

    /** By the index of whatever collation, and then exactly: a key that differs in case alone is another. */
    private String same() {
        List<String> same = new ArrayList<>();
        for (int i = 0; i < keyColumns.size(); i++) {
            String column = plan.source().identifier() + "." + new Identifier(keyColumns.get(i));
            same.add(column + " = d.k" + i);
            same.add(column + " = d.k" + i + " collate binary");
        }
        return String.join(" and ", same);
    }
}
