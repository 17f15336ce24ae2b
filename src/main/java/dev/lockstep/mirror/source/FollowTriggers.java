package dev.lockstep.mirror.source;

import dev.lockstep.db.Db;
import dev.lockstep.db.Tx;
import dev.lockstep.journal.Journal;
import dev.lockstep.journal.Journal.Span;
import dev.lockstep.journal.Journal.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The triggers by which a source notes, for one mirror, which rows change: put on its tables, and taken off them. Two mirrors of
 * a source have triggers and a journal each.
 */
public final class FollowTriggers {
    private static final String CONSUMER = "mirror ";

    /** How the triggers of a table stand. */
    public enum State {
        /** They were not there, and are now. */
        INSTALLED,
        PRESENT,
        /** They had been dropped or changed, so that changes may be missing, and are as they must be now. */
        RENEWED,
        REMOVED
    }

    /**
     * A table of the source.
     *
     * @param triggers their names
     * @param pending how many changes are noted that the mirror does not have
     * @param why they had to be renewed
     */
    public record Table(String table, State state, List<String> triggers, long pending, Optional<String> why) {}

    private final String consumer;
    private final Selection selection;

    /**
     * @param mirror what identifies the mirror, for people too
     * @param selection of tables
     */
    public FollowTriggers(String mirror, Selection selection) {
        this.consumer = CONSUMER + mirror;
        this.selection = selection;
    }

    /** Of which tables. */
    public Selection selection() {
        return selection;
    }

    /**
     * Puts triggers on each table that has none. What changed before is not noted.
     *
     * @throws dev.lockstep.support.LockstepException usage: there is no such table
     */
    public List<Table> install(Db source) {
        return source.transact(this::install);
    }

    public List<Table> install(Tx tx) {
        List<Table> tables = new ArrayList<>();
        for (SourceTable table : SourceSchema.read(tx).tables(selection)) {
            if (!table.order().isEmpty()) {
                tables.add(install(tx, table));
            }
        }
        return tables;
    }

    private Table install(Tx tx, SourceTable table) {
        Subject subject = subject(table);
        Optional<Journal> found = Journal.find(tx, consumer, table.name());
        Optional<String> gap = found.flatMap(journal -> gap(tx, journal, subject));
        if (found.isPresent() && gap.isEmpty()) {
            return table(tx, found.get(), State.PRESENT, gap);
        }
        found.ifPresent(journal -> journal.remove(tx));
        Journal journal = Journal.install(tx, consumer, subject);
        return table(tx, journal, found.isPresent() ? State.RENEWED : State.INSTALLED, gap);
    }

    private static Optional<String> gap(Tx tx, Journal journal, Subject wanted) {
        return journal.key().equals(wanted.key())
                ? journal.gap(tx)
                : Optional.of("the key of " + journal.table() + " is another");
    }

    private static Table table(Tx tx, Journal journal, State state, Optional<String> why) {
        Span pending = state == State.REMOVED ? new Span(0, 0) : journal.pending(tx);
        return new Table(journal.table(), state, journal.triggers(), pending.upTo() - pending.after(), why);
    }

    /** What tells rows apart, or the number of the row where nothing does. */
    private static Subject subject(SourceTable table) {
        List<String> key = new ArrayList<>();
        table.key().forEach(column -> key.add(column.name()));
        if (key.isEmpty()) {
            key.add(table.order().get(0).expression());
        }
        return new Subject(table.name(), key, List.of());
    }

    /** The statements by which {@link #install} would put triggers on tables that have none, one text for a table. */
    public List<String> draft(Db source) {
        return source.read(tx -> {
            List<String> statements = new ArrayList<>();
            for (SourceTable table : SourceSchema.read(tx).tables(selection)) {
                if (!table.order().isEmpty()
                        && Journal.find(tx, consumer, table.name()).isEmpty()) {
                    statements.add(String.join(";\n", Journal.draft(tx, subject(table))) + ";");
                }
            }
            return statements;
        });
    }

    /** Takes this mirror's triggers off its tables, with what they have noted. */
    public List<Table> remove(Db source) {
        return source.transact(tx -> {
            List<Table> removed = new ArrayList<>();
            for (Journal journal : Journal.all(tx, consumer)) {
                if (selection.has(journal.table())) {
                    removed.add(remove(tx, journal));
                }
            }
            return removed;
        });
    }

    /** Takes them off the tables that are named. */
    public void remove(Db source, List<String> tables) {
        source.run(tx -> {
            for (String table : tables) {
                journal(tx, table).ifPresent(journal -> remove(tx, journal));
            }
        });
    }

    private static Table remove(Tx tx, Journal journal) {
        Table removed = table(tx, journal, State.REMOVED, Optional.empty());
        journal.remove(tx);
        return removed;
    }

    /** How the triggers that are there stand. */
    public List<Table> list(Tx tx) {
        List<Table> tables = new ArrayList<>();
        for (Journal journal : Journal.all(tx, consumer)) {
            tables.add(table(tx, journal, State.PRESENT, journal.gap(tx)));
        }
        return tables;
    }

    /** The other mirrors for which this source notes what changes. */
    public List<String> others(Tx tx) {
        List<String> others = mirrors(tx);
        others.remove(consumer.substring(CONSUMER.length()));
        return others;
    }

    /** The mirrors for which a SQLite database notes what changes. */
    public static List<String> mirrors(Tx tx) {
        List<String> mirrors = new ArrayList<>();
        for (String name : Journal.consumers(tx)) {
            if (name.startsWith(CONSUMER)) {
                mirrors.add(name.substring(CONSUMER.length()));
            }
        }
        return mirrors;
    }

    public Optional<Journal> journal(Tx tx, String table) {
        return Journal.find(tx, consumer, table);
    }
}
