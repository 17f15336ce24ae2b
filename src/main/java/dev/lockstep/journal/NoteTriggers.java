package dev.lockstep.journal;

import dev.lockstep.db.Identifier;
import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqliteCatalog;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The log of a journal and the triggers that fill it, as statements.
 *
 * <p>The row before a change is called {@code old} in each, also where SQLite has no such name. A log has no constraint but its
 * number: a trigger's statement inherits the conflict policy of the statement that fired it, and there must be no conflict.
 */
final class NoteTriggers {
    private static final Set<String> ROWIDS = Set.of("rowid", "oid", "_rowid_");

    private static final String BINARY = "BINARY";

    /** A column of a unique index, and by which collation that tells its values apart. */
    private record Part(String column, String collation) {}

    private final Identifier log;
    private final Journal.Subject subject;
    private final Map<String, String> triggers = new LinkedHashMap<>();

    private NoteTriggers(Identifier log, Journal.Subject subject) {
        this.log = log;
        this.subject = subject;
    }

    /** @throws LockstepException usage: the table is none that triggers can be put on */
    static NoteTriggers of(Tx tx, Identifier log, Journal.Subject subject) {
        boolean ordinary = SqliteCatalog.of(tx)
                .table(subject.table())
                .filter(SqliteCatalog.Table::isOrdinary)
                .filter(table -> !table.name().startsWith("sqlite_"))
                .isPresent();
        if (!ordinary) {
            throw LockstepException.usage("not a table whose changes can be noted: " + subject.table(), null);
        }
        NoteTriggers notes = new NoteTriggers(log, subject);
        // CREATE TRIGGER does not look whether a column exists.
        tx.rows("explain select " + notes.row() + " from main." + new Identifier(subject.table()) + " as old");
        notes.noteChanges();
        notes.noteReplaced(notes.replaceable(tx));
        return notes;
    }

    /** The statement that makes the log. */
    String log() {
        String image =
                hasImage() ? ", had, " + Journal.columns("o", subject.image().size()) : "";
        return "create table main." + log + " (seq integer primary key, "
                + Journal.columns("k", subject.key().size()) + image + ")";
    }

    /** The triggers' names and statements. */
    Map<String, String> triggers() {
        return triggers;
    }

    private void noteChanges() {
        String inserted = "select " + keys("new") + (hasImage() ? ", 0" : "");
        add("insert", "after insert", "", List.of(note() + " " + inserted));
        add("delete", "after delete", "", List.of(whole() + " select " + row()));
        List<String> moved = new ArrayList<>();
        for (String column : subject.key()) {
            moved.add(differs(column));
        }
        add(
                "update",
                "after update",
                "",
                List.of(
                        whole() + " select " + row(),
                        note() + " " + inserted + " where " + String.join(" or ", moved)));
    }

    /** REPLACE deletes what is in its way without firing a DELETE trigger, unless recursive triggers are on. */
    private void noteReplaced(List<List<Part>> uniques) {
        List<String> onInsert = new ArrayList<>();
        for (List<Part> unique : uniques) {
            List<String> same = new ArrayList<>();
            List<String> changed = new ArrayList<>();
            for (Part part : unique) {
                Identifier name = new Identifier(part.column);
                same.add("old." + name + " = new." + name + " collate " + new Identifier(part.collation));
                changed.add(differs(part.column));
            }
            String note = whole() + " select " + row() + " from " + new Identifier(subject.table()) + " as old where "
                    + String.join(" and ", same);
            onInsert.add(note);
            add("update_" + onInsert.size(), "before update", " when " + String.join(" or ", changed), List.of(note));
        }
        if (!onInsert.isEmpty()) {
            add("replace", "before insert", "", onInsert);
        }
    }

    /** Not by the column's collation, for which a key that changes its case alone may be the same. */
    private static String differs(String column) {
        Identifier name = new Identifier(column);
        return "new." + name + " is not old." + name + " collate binary";
    }

    /** The unique keys by which a row can be replaced whose own key the other triggers would not note. */
    private List<List<Part>> replaceable(Tx tx) {
        List<List<Part>> uniques = new ArrayList<>();
        String first = subject.key().get(0).toLowerCase(Locale.ROOT);
        boolean byRowid = subject.key().size() == 1
                && (ROWIDS.contains(first)
                        || TableKey.of(tx, subject.table())
                                .filter(key -> key.kind() == TableKey.Kind.ROWID)
                                .filter(key -> key.columns().get(0).equalsIgnoreCase(first))
                                .isPresent());
        if (byRowid && hasImage()) {
            uniques.add(List.of(new Part(subject.key().get(0), BINARY)));
        }
        SqliteCatalog catalog = SqliteCatalog.of(tx);
        for (SqliteCatalog.Index index : catalog.indexes(subject.table())) {
            if (!index.unique()) {
                continue;
            }
            List<String> columns = new ArrayList<>();
            List<Part> parts = new ArrayList<>();
            boolean binary = true;
            boolean plain = true;
            for (SqliteCatalog.Part part : catalog.parts(index)) {
                plain &= part.column().isPresent();
                binary &= BINARY.equalsIgnoreCase(part.collation());
                columns.add(part.column().orElse(null));
                parts.add(new Part(part.column().orElse(null), part.collation()));
            }
            boolean isKey = binary && columns.equals(subject.key());
            // The new row has the key of the one that it replaces, and is noted itself.
            if (plain && (!isKey || hasImage())) {
                uniques.add(parts);
            }
        }
        return uniques;
    }

    private void add(String suffix, String event, String when, List<String> statements) {
        String name = log.name() + "_" + suffix;
        triggers.put(
                name,
                "create trigger main." + new Identifier(name) + " " + event + " on " + new Identifier(subject.table())
                        + " for each row" + when + " begin " + String.join("; ", statements) + "; end");
    }

    private boolean hasImage() {
        return !subject.image().isEmpty();
    }

    /** Begins an entry of a row that was not there before. */
    private String note() {
        return "insert into " + log + " (" + Journal.columns("k", subject.key().size()) + (hasImage() ? ", had" : "")
                + ")";
    }

    /** Begins an entry of a row that was. */
    private String whole() {
        String image =
                hasImage() ? ", had, " + Journal.columns("o", subject.image().size()) : "";
        return "insert into " + log + " (" + Journal.columns("k", subject.key().size()) + image + ")";
    }

    private String row() {
        return keys("old") + (hasImage() ? ", 1, " + String.join(", ", subject.image()) : "");
    }

    private String keys(String row) {
        List<String> keys = new ArrayList<>();
        for (String column : subject.key()) {
            keys.add(row + "." + new Identifier(column));
        }
        return String.join(", ", keys);
    }
}
