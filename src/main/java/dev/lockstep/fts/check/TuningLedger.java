package dev.lockstep.fts.check;

import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.fts.schema.TriggerStatement;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The table {@code lockstep_fts_tuning}: the triggers in whose place others are, byte for byte. It is made with its first
 * row and goes with its last.
 */
final class TuningLedger {
    private static final String EXISTS = """
            select 1
              from main.sqlite_master
             where type = 'table'
               and name = 'lockstep_fts_tuning'
            """;

    private static final String READ = """
              select name, fts, before, after
                from main.lockstep_fts_tuning
            order by fts, name
            """;

    private static final String ADD = """
            insert into main.lockstep_fts_tuning (name, fts, before, after, since)
            values (?, ?, ?, ?, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
                on conflict (name) do update
               set fts = excluded.fts,
                   before = iif(after = excluded.before, before, excluded.before),
                   after = excluded.after,
                   since = excluded.since
            """;

    private static final String FORGET = """
            delete from main.lockstep_fts_tuning
             where name = ?
            """;

    private static final String IS_EMPTY = """
            select not exists (select 1 from main.lockstep_fts_tuning)
            """;

    private TuningLedger() {}

    /** A trigger and what stands in for it. */
    record Entry(String fts, TriggerStatement before, TriggerStatement after) {}

    /** @throws dev.lockstep.support.LockstepException refused: what is stored is not one CREATE TRIGGER statement */
    static List<Entry> read(Tx tx) {
        List<Entry> entries = new ArrayList<>();
        if (tx.rows(EXISTS).isEmpty()) {
            return entries;
        }
        for (Row row : tx.rows(READ)) {
            entries.add(new Entry(
                    row.text("fts"),
                    TriggerStatement.parse(row.text("before")),
                    TriggerStatement.parse(row.text("after"))));
        }
        return entries;
    }

    /** Of a trigger that is put in for one that was put in, the first stays the one to put back. */
    static void add(Tx tx, Entry entry) {
        if (tx.rows(EXISTS).isEmpty()) {
            tx.execute(schema());
        }
        tx.update(
                ADD,
                entry.before().name(),
                entry.fts(),
                entry.before().sql(),
                entry.after().sql());
    }

    static void forget(Tx tx, Entry entry) {
        tx.update(FORGET, entry.before().name());
        if (tx.only(IS_EMPTY).integer(0) == 1) {
            tx.execute("drop table main.lockstep_fts_tuning");
        }
    }

    private static String schema() {
        try (InputStream in = TuningLedger.class.getResourceAsStream("tuning.sql")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
