package dev.lockstep.fts.trial;

import java.util.Locale;

/** What is wrong with a trigger. */
public enum TriggerFault {
    /** For each row that changes it reads the whole FTS5 table. */
    SCANS,
    /** On an update it adds a row and leaves the old one: the old text stays searchable. */
    LEAVES_OLD_ROWS;

    /** As programs read it: {@code leaves-old-rows}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
