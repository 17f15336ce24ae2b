package dev.lockstep.fts.deferral;

import dev.lockstep.db.Identifier;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.fts.ledger.DeferralState;
import dev.lockstep.fts.ledger.FtsIndex;
import dev.lockstep.fts.trial.KeptKey;
import dev.lockstep.support.Notice;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Counts, while triggers are deferred, the changes of keys that those would not have followed: there an index ends otherwise than
 * under live triggers, and that must not go unsaid. A trigger of its own for each such key counts, in the transaction of the change.
 */
final class KeyWatch {
    /** How its notices are called. */
    static final String CODE = "key-changed";

    private static final String EXISTS =
            "select 1 from main.sqlite_master where type = 'table' and name = 'lockstep_fts_key'";

    private static final String CREATE = """
            create table if not exists main.lockstep_fts_key (
              id integer primary key,
              fts text not null,
              base text not null,
              key text not null,
              changes integer not null
            )
            """;

    private static final String ALL = "select id, fts, base, key, changes from main.lockstep_fts_key order by id";

    private KeyWatch() {}

    /** Begins to count. */
    static void install(Tx tx, List<KeptKey> keys) {
        for (KeptKey key : keys) {
            tx.execute(CREATE);
            tx.update(
                    "insert into main.lockstep_fts_key (fts, base, key, changes) values (?, ?, ?, 0)",
                    key.fts(),
                    key.base(),
                    key.column());
            long id = tx.only("select max(id) as id from main.lockstep_fts_key").integer("id");
            Identifier column = new Identifier(key.column());
            tx.execute("create trigger main." + name(id) + " after update of " + column + " on "
                    + new Identifier(key.base()) + " when new." + column + " is not old." + column
                    + " begin update lockstep_fts_key set changes = changes + 1 where id = " + id + "; end");
        }
    }

    /** What was counted for these indexes. */
    static List<Notice> changes(Tx tx, List<FtsIndex> indexes) {
        Set<String> names = indexes.stream().map(FtsIndex::folded).collect(Collectors.toSet());
        List<Notice> notices = new ArrayList<>();
        for (Row row : all(tx)) {
            long changes = row.integer("changes");
            if (changes > 0 && names.contains(SqlToken.fold(row.text("fts")))) {
                String of = row.text("base") + "." + row.text("key");
                notices.add(new Notice(
                        CODE,
                        of + " of a row was changed while the triggers of " + row.text("fts") + " were put away ("
                                + changes + (changes == 1 ? " change" : " changes")
                                + "): the index follows it, where its triggers would have kept the old one"));
            }
        }
        return notices;
    }

    /** Ends the counts of these indexes, and of those that are not deferred any more. */
    static void end(Tx tx, DeferralState deferrals, List<FtsIndex> restored) {
        Set<String> used = deferrals.select(List.of()).stream()
                .filter(index -> index.isDeferred() && !restored.contains(index))
                .map(FtsIndex::folded)
                .collect(Collectors.toSet());
        boolean isEmpty = true;
        for (Row row : all(tx)) {
            if (used.contains(SqlToken.fold(row.text("fts")))) {
                isEmpty = false;
                continue;
            }
            tx.execute("drop trigger if exists main." + name(row.integer("id")));
            tx.update("delete from main.lockstep_fts_key where id = ?", row.integer("id"));
        }
        if (isEmpty) {
            tx.execute("drop table if exists main.lockstep_fts_key");
        }
    }

    private static List<Row> all(Tx tx) {
        return tx.rows(EXISTS).isEmpty() ? List.of() : tx.rows(ALL);
    }

    private static String name(long id) {
        return "lockstep_key_" + id;
    }
}
