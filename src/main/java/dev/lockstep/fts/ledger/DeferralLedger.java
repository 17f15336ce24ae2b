package dev.lockstep.fts.ledger;

import dev.lockstep.db.Tx;
import dev.lockstep.fts.ledger.LedgerEntry.Circumstances;
import java.util.List;
import java.util.Set;

/** Where the triggers that were deferred are kept. What it writes commits with what it tells of. */
public interface DeferralLedger {
    List<LedgerEntry> read(Tx tx);

    /**
     * Adds an entry for tables that have none. A ledger that can hold but one adds to that.
     *
     * @param entry sound, with triggers
     */
    void add(Tx tx, LedgerEntry entry);

    /** Notes for whom, and until when, the triggers of these FTS5 tables, by folded name, are deferred. */
    void assign(Tx tx, Set<String> indexes, Circumstances circumstances);

    /**
     * Removes what concerns these FTS5 tables; triggers that also concern others stay.
     *
     * @param indexes the tables' names, folded
     */
    void forget(Tx tx, Set<String> indexes);

    /** Where it is, for messages. */
    String place();

    /** A statement that has the tables accepted as they are now, whatever they were at the deferral. */
    String acceptSchema(String index);

    /** A statement that gives the stored triggers of an FTS5 table up, for whoever has decided so. */
    String surrender(String index);
}
