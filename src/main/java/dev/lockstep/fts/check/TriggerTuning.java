package dev.lockstep.fts.check;

import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.fts.content.RowLookup;
import dev.lockstep.fts.schema.FtsModule;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.fts.schema.TriggerStatement;
import dev.lockstep.fts.schema.WriteStatement;
import dev.lockstep.fts.trial.KeyIndex;
import dev.lockstep.fts.trial.TriggerCost;
import dev.lockstep.fts.trial.TriggerFault;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What could stand in for a trigger with which something is wrong: the same text, but that its statements find the rows of
 * the index by number, by the words of a key, or by an index on the key; each statement's own condition still decides.
 *
 * @param found the trigger, and what is wrong with it
 * @param better the one that would stand in for it; empty if there is none
 * @param way how that finds rows
 * @param indexes what it needs for that
 * @param objection why there is none
 */
record TriggerTuning(
        TriggerCost found, Optional<TriggerStatement> better, Way way, List<KeyIndex> indexes, String objection) {
    /** How rows of an index are found. */
    enum Way {
        /** The key is the row's own number. */
        NUMBER,
        /** FTS5 finds them by the words of a key; for a key without a word, the whole index is read as before. */
        WORDS,
        /** An ordinary index on the kept text has the key. */
        INDEX
    }

    /** How a statement comes by its rows: a condition that holds for all of them, and, if some are left, for those. */
    record Shortcut(Way way, String condition, Optional<String> rest, Optional<KeyIndex> index) {}

    TriggerTuning {
        indexes = List.copyOf(indexes);
    }

    /** For each trigger of an index with which something is wrong, what could stand in for it. */
    static List<TriggerTuning> of(Tx tx, FtsTable table, List<TriggerStatement> writers) {
        List<TriggerCost> faulty = TriggerCost.of(tx, table, writers);
        List<TriggerTuning> tunings = new ArrayList<>();
        if (faulty.isEmpty()) {
            return tunings;
        }
        Shortcuts shortcuts = new Shortcuts(tx, table, writers);
        for (TriggerCost found : faulty) {
            tunings.add(of(tx, table, shortcuts, found));
        }
        return tunings;
    }

    private static TriggerTuning of(Tx tx, FtsTable table, Shortcuts shortcuts, TriggerCost found) {
        if (table.module() != FtsModule.FTS5) {
            return none(found, table.name() + " is an " + table.module() + " table; only triggers of FTS5 are tuned");
        }
        if (table.kind() != FtsTable.Kind.OWN_CONTENT) {
            return none(found, table.name() + " has no text of its own, by which the trigger could find rows");
        }
        return switch (found.fault()) {
            case SCANS -> quicker(tx, table, shortcuts, found);
            case LEAVES_OLD_ROWS -> tidier(table, shortcuts, found);
        };
    }

    private static TriggerTuning quicker(Tx tx, FtsTable table, Shortcuts shortcuts, TriggerCost found) {
        TriggerStatement trigger = found.trigger();
        StringBuilder sql = new StringBuilder(trigger.sql());
        Way way = Way.NUMBER;
        List<KeyIndex> indexes = new ArrayList<>();
        for (int i = trigger.writes().size() - 1; i >= 0; i--) {
            WriteStatement write = trigger.writes().get(i);
            if (!write.isOn(table.name()) || RowLookup.isForWordless(write) || !TriggerCost.scans(tx, table, write)) {
                continue;
            }
            if (write.condition().isEmpty()) {
                return none(found, "it has no condition that a row of " + table.name() + " could be found by");
            }
            Optional<Shortcut> shortcut = shortcuts.find(trigger, write);
            if (shortcut.isEmpty()) {
                return none(
                        found,
                        "neither a number nor a key finds the rows that it wants: "
                                + TriggerStatement.brief(write.text(write.condition())));
            }
            way = shortcut.get().way().compareTo(way) > 0 ? shortcut.get().way() : way;
            shortcut.get().index().ifPresent(indexes::add);
            boolean there = shortcut.get().way() == Way.INDEX && KeyIndex.isUsed(table, write);
            if (!there) {
                replace(sql, write, shortcut.get());
            }
        }
        return new TriggerTuning(found, Optional.of(TriggerStatement.parse(sql.toString())), way, indexes, "");
    }

    private static void replace(StringBuilder sql, WriteStatement write, Shortcut shortcut) {
        List<SqlToken> condition = write.condition();
        int from = condition.get(0).start();
        int to = condition.get(condition.size() - 1).end();
        String own = "(" + write.text(condition) + ")";
        String text = shortcut.condition() + "\n      AND " + own;
        if (shortcut.rest().isPresent()) {
            text += ";\n    " + write.source().substring(write.start(), from) + own + "\n      AND "
                    + shortcut.rest().get();
        }
        sql.replace(from, to, text);
    }

    /** The same with a statement before its own that takes the old row away. */
    private static TriggerTuning tidier(FtsTable table, Shortcuts shortcuts, TriggerCost found) {
        Optional<RowLookup> key = shortcuts.key(found.trigger());
        if (key.isEmpty()) {
            return none(found, "no key of its table is in " + table.name());
        }
        Shortcut shortcut = shortcuts.of(key.get());
        StringBuilder sql = new StringBuilder(found.trigger().sql());
        String head = "DELETE FROM " + table.identifier() + " WHERE ";
        String own = "(" + key.get().comparison() + ")";
        String rest = shortcut.rest()
                .map(wordless -> head + own + "\n      AND " + wordless + ";\n    ")
                .orElse("");
        for (WriteStatement write : found.trigger().writes()) {
            if (TriggerCost.addsRow(table, write)) {
                sql.insert(write.start(), head + shortcut.condition() + "\n      AND " + own + ";\n    " + rest);
                break;
            }
        }
        return new TriggerTuning(
                found,
                Optional.of(TriggerStatement.parse(sql.toString())),
                shortcut.way(),
                shortcut.index().stream().toList(),
                "");
    }

    private static TriggerTuning none(TriggerCost found, String objection) {
        return new TriggerTuning(found, Optional.empty(), Way.WORDS, List.of(), objection);
    }

    /** Whether the index has to be made anew with it, because the trigger has left in it what does not belong there. */
    boolean cures() {
        return found.fault() == TriggerFault.LEAVES_OLD_ROWS;
    }
}
