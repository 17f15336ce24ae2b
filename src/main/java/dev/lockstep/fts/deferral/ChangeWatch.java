package dev.lockstep.fts.deferral;

import dev.lockstep.db.Identifier;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.fts.ledger.DeferralState;
import dev.lockstep.fts.ledger.FtsIndex;
import dev.lockstep.fts.schema.TriggerStatement;
import dev.lockstep.fts.trial.KeptKey;
import dev.lockstep.support.Notice;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Counts, while triggers are deferred, the changes that those would not have followed: there an index ends otherwise than under live
 * triggers, and that must not go unsaid. Triggers of its own count, in the transaction of the change.
 */
final class ChangeWatch {
    /** How its notices are called. */
    static final String CODE = "unfollowed";

    /** What is counted of a table whose rows may be replaced. */
    private static final String REPLACED = "rows replaced in ";

    private static final String TRIGGERS = "select name from main.sqlite_master where type = 'trigger' and name glob ?";

    private static final String EXISTS =
            "select 1 from main.sqlite_master where type = 'table' and name = 'lockstep_fts_watch'";

    private static final String CREATE = """
            create table if not exists main.lockstep_fts_watch (
              id integer primary key,
              fts text not null,
              what text not null,
              changes integer not null
            )
            """;

    private static final String ALL = "select id, fts, what, changes from main.lockstep_fts_watch order by id";

    private ChangeWatch() {}

    /** Begins to count changes of keys. */
    static void install(Tx tx, KeptKey key) {
        switch (key.change()) {
            case UPDATE -> {
                long id = begin(tx, key.fts(), key.base() + "." + key.column());
                Identifier column = new Identifier(key.column());
                count(tx, id, "update of " + column, key.base(), "new." + column + " is not old." + column);
            }
            case REPLACEMENT -> {
                long id = begin(tx, key.fts(), REPLACED + key.base());
                ReplacementWatch.install(tx, id, key.base(), key.keys());
            }
        }
    }

    /** Begins to count changes of a table. */
    static void install(Tx tx, UnfollowedChanges changes) {
        long id = begin(tx, changes.fts(), changes.table());
        List<String> different = new ArrayList<>();
        for (String column : changes.columns()) {
            Identifier quoted = new Identifier(column);
            different.add("new." + quoted + " is not old." + quoted);
        }
        for (TriggerStatement.Event event : changes.events()) {
            boolean isUpdate = event == TriggerStatement.Event.UPDATE;
            String when = isUpdate && !different.isEmpty() ? String.join(" or ", different) : "1";
            count(tx, id, event.name().toLowerCase(Locale.ROOT), changes.table(), when);
        }
    }

    private static long begin(Tx tx, String fts, String what) {
        tx.execute(CREATE);
        tx.update("insert into main.lockstep_fts_watch (fts, what, changes) values (?, ?, 0)", fts, what);
        return tx.only("select max(id) as id from main.lockstep_fts_watch").integer("id");
    }

    private static void count(Tx tx, long id, String event, String table, String when) {
        tx.execute("create trigger main." + name(id, event) + " after " + event + " on " + new Identifier(table)
                + " when " + when + " begin update lockstep_fts_watch set changes = changes + 1 where id = " + id
                + "; end");
    }

    /** What was counted for these indexes. */
    static List<Notice> changes(Tx tx, List<FtsIndex> indexes) {
        Set<String> names = indexes.stream().map(FtsIndex::folded).collect(Collectors.toSet());
        List<Notice> notices = new ArrayList<>();
        for (Row row : all(tx)) {
            long changes = row.integer("changes");
            if (changes > 0 && names.contains(SqlToken.fold(row.text("fts")))) {
                notices.add(new Notice(CODE, message(row.text("fts"), row.text("what"), changes)));
            }
        }
        return notices;
    }

    private static String message(String fts, String what, long changes) {
        String away = " while the triggers of " + fts + " were put away (";
        String another = "; the index may be another than they would have made";
        return what.startsWith(REPLACED)
                ? "rows of " + what.substring(REPLACED.length()) + " were replaced by others" + away + changes
                        + (changes == 1 ? " row" : " rows")
                        + "), which triggers do not hear of without recursive_triggers" + another
                : what + " was changed" + away + changes + (changes == 1 ? " change" : " changes")
                        + "), which they would not have followed" + another;
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
            for (Row trigger : tx.rows(TRIGGERS, name(row.integer("id"), "") + "*")) {
                tx.execute("drop trigger main." + new Identifier(trigger.text("name")));
            }
            tx.update("delete from main.lockstep_fts_watch where id = ?", row.integer("id"));
        }
        if (isEmpty) {
            tx.execute("drop table if exists main.lockstep_fts_watch");
            tx.execute(ReplacementWatch.DROP);
        }
    }

    private static List<Row> all(Tx tx) {
        return tx.rows(EXISTS).isEmpty() ? List.of() : tx.rows(ALL);
    }

    /** @param event a word, which may have others behind it */
    static String name(long id, String event) {
        String word = event.substring(0, Math.min(event.length(), 7)).strip();
        return "lockstep_watch_" + id + "_" + word.toLowerCase(Locale.ROOT);
    }
}
