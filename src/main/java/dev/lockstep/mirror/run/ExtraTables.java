package dev.lockstep.mirror.run;

import dev.lockstep.db.Db;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.mirror.engine.MirrorEngine;
import dev.lockstep.mirror.plan.MirrorRemedy;
import dev.lockstep.mirror.plan.TargetTable;
import dev.lockstep.mirror.source.Selection;
import dev.lockstep.mirror.source.SourceSchema;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Tables that were copied from a source once and are not in it any more: dropped, renamed, or made under another name for a
 * moment. What the mirror lacks, too, is forgotten; what it has is left until somebody says that it may go.
 */
public final class ExtraTables {
    /** Whether the mirror has a table still. */
    public enum Presence {
        THERE,
        GONE
    }

    /** A table that was copied from the source, and is not in it. */
    public record Extra(String table, Presence presence) {}

    /** A table that was dropped from the mirror, and how many rows it had. */
    public record Dropped(String table, long rows) {}

    private ExtraTables() {}

    /**
     * The tables of a mirror that {@link #drop} would drop.
     *
     * @param id what identifies the source in all its runs
     */
    public static List<String> names(Db source, MirrorConnection mirror, String id, Selection selection) {
        MirrorEngine engine = MirrorEngine.of(mirror.db());
        List<String> known = source.read(tx -> SourceSchema.read(tx).mirrorNames(selection));
        List<String> names = new ArrayList<>();
        for (Extra extra : mirror.read(tx -> of(tx, engine, new MirrorLedger(engine, id), known))) {
            if (extra.presence() == Presence.THERE) {
                names.add(extra.table());
            }
        }
        return names;
    }

    /**
     * Drops those of the tables that are extra now, and forgets them.
     *
     * @param tables as {@link #names} has told them
     * @throws LockstepException refused: another run has taken over; failed: something of the mirror needs a table
     */
    public static List<Dropped> drop(Db source, MirrorRun run, List<String> tables, Selection selection) {
        List<Dropped> dropped = new ArrayList<>();
        if (tables.isEmpty()) {
            return dropped;
        }
        List<String> known = source.read(tx -> known(tx, selection));
        for (Extra extra : run.read(tx -> of(tx, run.engine(), run.ledger(), known))) {
            if (extra.presence() == Presence.THERE && tables.contains(extra.table())) {
                Identifier name = new Identifier(extra.table());
                long rows = run.write(tx -> {
                    long held = tx.only("select count(*) from " + name).integer(0);
                    // Where this ends the transaction, what is gone is forgotten by the next run.
                    tx.execute("drop table " + name);
                    run.ledger().forget(tx, extra.table());
                    run.pages().forget(tx, extra.table());
                    return held;
                });
                run.noteWrites(1);
                dropped.add(new Dropped(extra.table(), rows));
            }
        }
        return dropped;
    }

    private static List<String> known(Tx source, Selection selection) {
        SourceSchema schema = SourceSchema.read(source);
        if (schema.isDamaged()) {
            throw LockstepException.refused(
                    "the source's schema is damaged, so that nobody can tell which tables are not in it any more",
                    "'sqlite3 FILE .recover' saves what can be read");
        }
        return schema.mirrorNames(selection);
    }

    /**
     * Finds the tables that the source has not.
     *
     * @param source what the mirror calls all tables of the source
     */
    public static List<Extra> of(Tx mirror, MirrorEngine engine, MirrorLedger ledger, List<String> source) {
        List<Extra> extras = new ArrayList<>();
        if (!LedgerTables.areReadable(engine, mirror)) {
            return extras;
        }
        for (Row row : ledger.tables(mirror)) {
            String table = row.text("tbl");
            if (!source.contains(table)) {
                Optional<String> found = found(mirror, engine, table);
                boolean another = found.isPresent()
                        && source.stream()
                                .filter(name -> SqlToken.fold(name).equals(SqlToken.fold(table)))
                                .anyMatch(name -> found(mirror, engine, name).equals(found));
                extras.add(new Extra(table, found.isEmpty() || another ? Presence.GONE : Presence.THERE));
            }
        }
        return extras;
    }

    /** What the mirror calls its table: a name in other letters may mean the same. */
    private static Optional<String> found(Tx mirror, MirrorEngine engine, String table) {
        return table.isEmpty() ? Optional.empty() : engine.find(mirror, table).map(TargetTable::name);
    }

    /** A backfill leaves it. */
    public static LockstepException left(String table) {
        return LockstepException.refused(
                        "the source has no table " + table + " any more; the mirror's is left as it is", null)
                .advising(MirrorRemedy.DROP_THE_EXTRA_TABLE.of());
    }

    /** A verification finds it. */
    public static LockstepException differs(String table) {
        return new LockstepException("the source has no table " + table + " any more, and the mirror has it", null)
                .advising(MirrorRemedy.DROP_THE_EXTRA_TABLE.of());
    }
}
