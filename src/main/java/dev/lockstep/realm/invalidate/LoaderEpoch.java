package dev.lockstep.realm.invalidate;

import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.realm.RealmUrl;

/**
 * The token by which Boxel's prerenderers see that the modules which they have evaluated are no longer those of the realm.
 * Boxel mints another one where a module is written; older databases do not have it.
 */
enum LoaderEpoch {
    ABSENT,
    WRITABLE,
    /** This login may not write it. */
    DENIED;

    private static final String PRIVILEGES = """
            select has_table_privilege(attrelid, 'insert') and has_table_privilege(attrelid, 'update') as writable
              from pg_attribute
             where attrelid = to_regclass('realm_generations')
               and attname = 'loader_epoch'
               and not attisdropped
            """;

    private static final String MINT = """
            insert into realm_generations as g (realm_url, current_generation, loader_epoch)
            values (?, 0, gen_random_uuid())
                on conflict (realm_url) do update
               set loader_epoch = excluded.loader_epoch
            """;

    static LoaderEpoch of(Tx tx) {
        return tx.row(PRIVILEGES)
                .map((Row row) -> row.flag("writable") ? WRITABLE : DENIED)
                .orElse(ABSENT);
    }

    void mint(Tx tx, RealmUrl realm) {
        if (this == WRITABLE) {
            tx.update(MINT, realm.value());
        }
    }
}
