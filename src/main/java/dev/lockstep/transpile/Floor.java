package dev.lockstep.transpile;

import dev.lockstep.db.Tx;

/**
 * The generation of a realm below which nobody takes a row. It outlives a crash of the server, and never falls.
 *
 * <p>Every transaction that invalidates or prunes rows of a realm locks its floor first, so that two of them wait for each
 * other and never cross.
 */
public final class Floor {
    private static final String BEGIN =
            "insert into lockstep_realm_floor (realm_url) values (?) on conflict do nothing";

    private static final String SHARE = "select floor from lockstep_realm_floor where realm_url = ? for share";

    private static final String LOCK = "select floor from lockstep_realm_floor where realm_url = ? for update";

    /** Those who use the outbox share this one, in place of the floor's row, so that they do not wait for each other. */
    private static final String WAIT_FOR_OUTBOX =
            "select pg_advisory_xact_lock(hashtext('lockstep|floor'), hashtext(?))";

    private Floor() {}

    /** Makes sure that there is one. */
    static void begin(Tx tx, String realm) {
        tx.update(BEGIN, realm);
    }

    /** The floor, which nobody raises before this transaction has ended. */
    static long share(Tx tx, String realm) {
        begin(tx, realm);
        return tx.only(SHARE, realm).integer("floor");
    }

    /** The floor, to be raised by this transaction and nobody else. */
    public static long lock(Tx tx, String realm) {
        begin(tx, realm);
        tx.only(WAIT_FOR_OUTBOX, realm);
        return tx.only(LOCK, realm).integer("floor");
    }
}
