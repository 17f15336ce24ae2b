package dev.lockstep.fts.ledger;

import dev.lockstep.db.Identifier;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.db.sqlite.SqliteCatalog;
import dev.lockstep.fts.ledger.LedgerEntry.Circumstances;
import dev.lockstep.fts.ledger.LedgerEntry.Health;
import dev.lockstep.fts.ledger.LedgerEntry.StoredTrigger;
import dev.lockstep.fts.schema.SchemaFingerprint;
import dev.lockstep.profile.Profile;
import dev.lockstep.support.Digests;
import dev.lockstep.support.Json;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The application's own key-value table, in the application's own form, so that either program can finish what the other
 * began: a flag whose presence means deferred, and a snapshot of the triggers, sorted by name. One entry, for all of the
 * application's FTS5 tables.
 *
 * <p>What the application does not know stands under a third key. It belongs to the flag whose rowid it names: an
 * application that restored and deferred again by itself left it behind, and has made another flag.
 */
final class ApplicationLedger implements DeferralLedger {
    private static final String EXISTS = """
            select 1
              from main.sqlite_master
             where type = 'trigger'
               and name = ? collate nocase
            """;

    private final Profile.State state;
    private final List<String> indexes;
    private final String read;
    private final String delete;
    private final String insert;
    private final String rename;

    /** The ledger of an application that keeps one; its profile says where. */
    static Optional<ApplicationLedger> of(Profile.Fts fts) {
        return fts.state().map(state -> new ApplicationLedger(fts, state));
    }

    private ApplicationLedger(Profile.Fts fts, Profile.State state) {
        this.state = state;
        this.indexes = fts.tables().stream().map(Profile.Table::fts).toList();
        String table = "main." + new Identifier(state.table());
        Identifier key = new Identifier(state.key());
        Identifier value = new Identifier(state.value());
        StringBuilder columns = new StringBuilder(key + ", " + value);
        StringBuilder values = new StringBuilder("?, ?");
        for (String stamp : state.stamps()) {
            columns.append(", ").append(new Identifier(stamp));
            values.append(", current_timestamp");
        }
        this.read = "select rowid as place, " + value + " as value from " + table + " where " + key + " = ?";
        this.delete = "delete from " + table + " where " + key + " = ?";
        this.rename = "update " + table + " set " + key + " = ? where " + key + " = ?";
        this.insert = "insert into " + table + " (" + columns + ") values (" + values + ")";
    }

    /** Whether the database has the table that the profile names. */
    boolean isPossible(Tx tx) {
        return SqliteCatalog.of(tx).columns(state.table()).stream()
                .map(SqliteCatalog.Column::name)
                .toList()
                .containsAll(List.of(state.key(), state.value()));
    }

    /** Whether the application knows this FTS5 table, and would rebuild it. */
    boolean covers(String index) {
        return indexes.stream().anyMatch(name -> SqlToken.fold(name).equals(SqlToken.fold(index)));
    }

    @Override
    public List<LedgerEntry> read(Tx tx) {
        if (!isPossible(tx)) {
            throw LockstepException.usage(
                    "the profile keeps its state in " + state.table() + "(" + state.key() + ", " + state.value()
                            + "), and this database has no such table",
                    "is it the right database, and the right profile?");
        }
        Optional<Row> flag = tx.row(read, state.flag());
        Optional<Row> snapshot = tx.row(read, state.snapshot());
        if (flag.isEmpty() && snapshot.isEmpty()) {
            return List.of();
        }
        ApplicationLedgerNote note =
                flag.flatMap(row -> note(tx, row.integer("place"))).orElse(ApplicationLedgerNote.NONE);
        if (snapshot.isEmpty() || snapshot.get().isNull("value")) {
            return List.of(LedgerEntry.damaged(indexes, note.circumstances(), Health.LOST));
        }
        return entry(
                flag.isPresent() ? Health.SOUND : Health.UNFLAGGED,
                snapshot.get().text("value"),
                note);
    }

    /** @param undamaged what the entry's health is if its snapshot can be read */
    private List<LedgerEntry> entry(Health undamaged, String snapshot, ApplicationLedgerNote note) {
        boolean flagged = undamaged == Health.SOUND;
        if (note.sha256().isPresent() && !note.sha256().get().equals(Digests.sha256(snapshot))) {
            return List.of(LedgerEntry.damaged(indexes, note.circumstances(), Health.EDITED));
        }
        List<StoredTrigger> triggers = new ArrayList<>();
        try {
            for (StoredTrigger stored : StoredTrigger.parse(snapshot)) {
                triggers.add(new StoredTrigger(
                        note.positions().getOrDefault(stored.name(), stored.position()), stored.trigger()));
            }
        } catch (LockstepException e) {
            Health health = flagged ? Health.UNREADABLE : Health.SCRAP;
            return List.of(LedgerEntry.damaged(indexes, note.circumstances(), health));
        }
        if (triggers.isEmpty()) {
            return flagged ? List.of(LedgerEntry.damaged(indexes, note.circumstances(), Health.LOST)) : List.of();
        }
        List<String> concerned = note.indexes().isEmpty() ? indexes : note.indexes();
        return List.of(new LedgerEntry(
                concerned, triggers, note.fingerprint(), note.circumstances(), undamaged, note.journals()));
    }

    @Override
    public void add(Tx tx, LedgerEntry entry) {
        Map<String, StoredTrigger> triggers = new LinkedHashMap<>();
        Set<String> concerned = new LinkedHashSet<>();
        Map<String, String> journals = new LinkedHashMap<>(entry.journals());
        Circumstances circumstances = entry.circumstances();
        Optional<SchemaFingerprint> fingerprint = entry.fingerprint();
        for (LedgerEntry older : read(tx)) {
            for (StoredTrigger stored : older.triggers()) {
                if (isAway(tx, older, stored)) {
                    triggers.put(SqlToken.fold(stored.name()), stored);
                    older.indexes().stream().filter(stored.trigger()::writes).forEach(concerned::add);
                }
            }
            if (older.health() == Health.SOUND) {
                concerned.addAll(older.indexes());
                older.journals().forEach(journals::putIfAbsent);
                circumstances = older.circumstances().joinedBy(circumstances);
                fingerprint = older.fingerprint()
                        .flatMap(before -> entry.fingerprint().map(before::with));
            }
        }
        entry.triggers().forEach(stored -> triggers.put(SqlToken.fold(stored.name()), stored));
        concerned.addAll(entry.indexes());
        write(
                tx,
                new LedgerEntry(
                        List.copyOf(concerned),
                        List.copyOf(triggers.values()),
                        fingerprint,
                        circumstances,
                        Health.SOUND,
                        journals));
    }

    /** An application's own deferral has no owner that could be told from any other process; it stays without. */
    @Override
    public void assign(Tx tx, Set<String> gone, Circumstances circumstances) {
        for (LedgerEntry entry : read(tx)) {
            if (entry.health() == Health.SOUND && entry.circumstances().since().isPresent()) {
                write(tx, entry.with(circumstances));
            }
        }
    }

    /** Half an entry counts as far as its triggers are gone: those are deferred, whoever forgot to say so. */
    private static boolean isAway(Tx tx, LedgerEntry entry, StoredTrigger stored) {
        return entry.health() == Health.SOUND || tx.rows(EXISTS, stored.name()).isEmpty();
    }

    @Override
    public void forget(Tx tx, Set<String> gone) {
        for (LedgerEntry entry : read(tx)) {
            List<String> indexes = entry.indexes().stream()
                    .filter(index -> !gone.contains(SqlToken.fold(index)))
                    .toList();
            List<StoredTrigger> triggers = entry.triggers().stream()
                    .filter(stored -> indexes.stream().anyMatch(stored.trigger()::writes))
                    .filter(stored -> isAway(tx, entry, stored))
                    .toList();
            Map<String, String> journals = new LinkedHashMap<>(entry.journals());
            journals.keySet().removeAll(gone);
            if (entry.health() == Health.UNREADABLE) {
                setAside(tx);
            }
            if (triggers.isEmpty()) {
                for (String key : List.of(state.own(), state.snapshot(), state.flag())) {
                    tx.update(delete, key);
                }
            } else {
                write(
                        tx,
                        new LedgerEntry(
                                indexes,
                                triggers,
                                entry.fingerprint(),
                                entry.circumstances(),
                                entry.health(),
                                journals));
            }
        }
    }

    /** Unreadable text may still be somebody's only copy; it moves to a key that no other can have. */
    private void setAside(Tx tx) {
        long flag = tx.only(read, state.flag()).integer("place");
        tx.update(rename, state.own() + "Unreadable" + flag, state.snapshot());
    }

    /** The flag stays the row that it is if it is there, and the note is the last: its rowid is above the flag's. */
    private void write(Tx tx, LedgerEntry entry) {
        List<StoredTrigger> byName = entry.triggers().stream()
                .sorted(Comparator.comparing(StoredTrigger::name))
                .toList();
        String snapshot = Json.write(byName.stream().map(StoredTrigger::toTree).toList());
        tx.update(delete, state.snapshot());
        tx.update(insert, state.snapshot(), snapshot);
        if (tx.row(read, state.flag()).isEmpty()) {
            tx.update(insert, state.flag(), "1");
        }
        long flag = tx.only(read, state.flag()).integer("place");
        tx.update(delete, state.own());
        tx.update(insert, state.own(), Json.write(ApplicationLedgerNote.tree(entry, flag, Digests.sha256(snapshot))));
    }

    @Override
    public String place() {
        return state.table() + " (" + state.flag() + ", " + state.snapshot() + ")";
    }

    @Override
    public String acceptSchema(String index) {
        return "delete from " + new Identifier(state.table()) + " where " + new Identifier(state.key()) + " = '"
                + state.own() + "'";
    }

    @Override
    public String surrender(String index) {
        String table = " from " + new Identifier(state.table());
        String entry = table + " where " + new Identifier(state.key()) + " in ('" + state.flag() + "', '"
                + state.snapshot() + "', '" + state.own() + "')";
        String kept = new Identifier("lockstep_fts_given_up_" + state.table()).toString();
        return "create table if not exists " + kept + " as select *" + table + " where 0; insert into " + kept
                + " select *" + entry + "; delete" + entry;
    }

    private Optional<ApplicationLedgerNote> note(Tx tx, long flag) {
        return tx.row(read, state.own())
                .map(row -> row.text("value"))
                .flatMap(text -> ApplicationLedgerNote.read(text, flag));
    }
}
