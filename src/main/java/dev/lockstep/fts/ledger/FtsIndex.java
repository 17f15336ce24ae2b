package dev.lockstep.fts.ledger;

import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.fts.ledger.LedgerEntry.StoredTrigger;
import dev.lockstep.fts.schema.FtsCatalog;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.fts.schema.TriggerStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An FTS5 table with everything that is known about what keeps it.
 *
 * @param name its name
 * @param table the table; empty if a ledger knows it and the database does not
 * @param live the triggers that keep it now
 * @param held what a ledger says about it, if anything
 * @param declared the table that the profile says it is about
 * @param absent the names of triggers that the profile knows and that do not exist
 * @param told an insert trigger that says what belongs into it, where the profile says so or nothing else does
 */
public record FtsIndex(
        String name,
        Optional<FtsTable> table,
        List<TriggerStatement> live,
        Optional<Held> held,
        Optional<String> declared,
        List<String> absent,
        Optional<TriggerStatement> told) {
    /** An entry and the ledger that it is in. */
    public record Held(DeferralLedger ledger, LedgerEntry entry) {}

    public FtsIndex {
        live = List.copyOf(live);
        absent = List.copyOf(absent);
    }

    /** The same with what was told about what belongs into it. */
    FtsIndex told(TriggerStatement trigger) {
        return new FtsIndex(name, table, live, held, declared, absent, Optional.of(trigger));
    }

    public String folded() {
        return SqlToken.fold(name);
    }

    /** Whether this SQLite cannot open it. */
    public boolean isUnopened() {
        return table.flatMap(FtsTable::objection).isPresent();
    }

    /** Whether triggers of it are deferred. Half an entry says so only if one of its triggers does not exist. */
    public boolean isDeferred() {
        if (held.isEmpty()) {
            return false;
        }
        return switch (held.get().entry().health()) {
            case SOUND, LOST, UNREADABLE, EDITED -> true;
            case UNFLAGGED -> stored().stream().anyMatch(stored -> !isLive(stored));
            case SCRAP -> false;
        };
    }

    /** Its entry, if triggers are deferred and the entry does not say which. */
    public Optional<LedgerEntry> damaged() {
        return held.map(Held::entry).filter(entry -> switch (entry.health()) {
            case LOST, UNREADABLE, EDITED -> true;
            case SOUND, UNFLAGGED, SCRAP -> false;
        });
    }

    /** The stored triggers that write it. */
    public List<StoredTrigger> stored() {
        return held.map(at -> at.entry().writers(name)).orElse(List.of());
    }

    /** The triggers that keep it, or did: a stored one where there is no live one of its name. */
    public List<TriggerStatement> writers() {
        List<TriggerStatement> writers = new ArrayList<>(live);
        for (StoredTrigger stored : stored()) {
            if (!isLive(stored)) {
                writers.add(stored.trigger());
            }
        }
        return writers;
    }

    /** What says what belongs into it: its writers, with the insert trigger that was told in the place of theirs. */
    public List<TriggerStatement> sources() {
        return sources(writers());
    }

    /** The same for other triggers that keep it. */
    public List<TriggerStatement> sources(List<TriggerStatement> writers) {
        if (told.isEmpty()) {
            return writers;
        }
        List<TriggerStatement> sources = new ArrayList<>();
        for (TriggerStatement writer : writers) {
            if (writer.event() != TriggerStatement.Event.INSERT) {
                sources.add(writer);
            }
        }
        sources.add(told.get());
        return sources;
    }

    /** The tables that it is about: by what writes it and what it reads; if that says nothing, by the profile. */
    public List<String> bases() {
        List<String> bases = FtsCatalog.bases(table.flatMap(FtsTable::content), writers());
        return bases.isEmpty() ? declared.map(List::of).orElse(bases) : bases;
    }

    private boolean isLive(StoredTrigger stored) {
        return live.stream().anyMatch(trigger -> SqlToken.fold(trigger.name()).equals(SqlToken.fold(stored.name())));
    }
}
