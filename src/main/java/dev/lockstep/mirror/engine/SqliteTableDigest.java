package dev.lockstep.mirror.engine;

import dev.lockstep.db.Tx;
import dev.lockstep.mirror.plan.MappedRow;
import dev.lockstep.mirror.plan.RowMapper;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.proof.RowDigest;
import dev.lockstep.mirror.proof.RowFingerprint;
import java.util.ArrayList;
import java.util.List;

/**
 * A mirror in SQLite, which has no digests of its own: all its rows are read, as the source's are. No counter of the file
 * would do: it can be set back with the file, and counts what is written to other tables too.
 */
final class SqliteTableDigest implements TableDigest {
    private final TablePlan plan;
    private final String select;

    SqliteTableDigest(TablePlan plan) {
        this.plan = plan;
        this.select = "select " + TablePlan.list(plan.columns()) + " from main." + plan.identifier();
    }

    @Override
    public RowDigest ofSource() {
        return new RowDigest("SHA-256", MappedRow::digest);
    }

    @Override
    public RowFingerprint ofMirror(Tx mirror, int bits) {
        List<Integer> cells = new ArrayList<>();
        for (int i = 0; i < plan.columns().size(); i++) {
            cells.add(i);
        }
        RowMapper mapper = plan.from(cells).mapper();
        RowDigest digest = ofSource();
        RowFingerprint found = new RowFingerprint(bits);
        // What no source could have, such as a text that is no UTF-8, is a misfit, and has a digest like any other.
        mirror.scan(select, row -> found.add(digest.of(mapper.map(row))));
        return found;
    }

    @Override
    public Compared compared() {
        return Compared.ROWS;
    }
}
