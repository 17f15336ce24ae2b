package dev.lockstep.mirror.proof;

import dev.lockstep.db.Cells;

/** The rows of a source, as any reader has them, and as SQLite has them, for whoever has to write one of them. */
public interface SourceReader extends RowReader {
    /** Takes a row in both forms. Each is the same object each time. */
    @FunctionalInterface
    interface Sink {
        /** Takes a row, with its cells: one for each of the plan's columns, and behind them what the table is read by. */
        void row(CanonicalRow row, Cells cells);
    }

    /** Hands over each row once. */
    void eachWithCells(Sink sink);
}
