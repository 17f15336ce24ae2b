package dev.lockstep.mirror.run;

import dev.lockstep.db.Db;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.mirror.engine.MirrorEngine;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How far a mirror is and how old, as it says of itself. Nothing is compared with the source.
 *
 * @param state how it stands
 * @param owner who made the last run, or makes it now
 * @param since when that run began
 * @param age how long the table that was completed first has been so, by the mirror's clock; empty if one never was
 * @param tables each table that was ever begun
 */
public record MirrorStatus(
        State state, Optional<String> owner, Optional<String> since, Optional<Duration> age, List<Table> tables) {
    /** How a mirror stands. */
    public enum State {
        /** Nothing of this source has been mirrored. */
        NEVER,
        /** Every table was equal to the source when it was last copied. */
        COMPLETE,
        /** Rows or tables of it could not be copied. */
        PARTIAL,
        /** A run is under way. */
        RUNNING,
        /** The last run ended without finishing. */
        INTERRUPTED
    }

    /**
     * How one table stands.
     *
     * @param state {@code running}, {@code complete}, {@code partial} or {@code failed}
     * @param held how many of its rows are known to be there
     * @param rows how many there are, or are to be while it is running
     * @param rejected how many could not be copied
     * @param at when this was so
     * @param detail why it failed
     */
    public record Table(
            String table, String state, long held, long rows, long rejected, String at, Optional<String> detail) {
        /** Whether it is known how many rows there are to be; of one that failed it is not. */
        public boolean isCounted() {
            return !state.equals(MirrorLedger.State.FAILED.label());
        }

        boolean isComplete() {
            return state.equals(MirrorLedger.State.COMPLETE.label());
        }
    }

    /** Whether every table that was begun is equal to the source as it was then, even if a run is under way again. */
    public boolean isComplete() {
        return switch (state) {
            case COMPLETE -> true;
            case RUNNING -> age.isPresent();
            case NEVER, PARTIAL, INTERRUPTED -> false;
        };
    }

    /**
     * Of a mirror that cannot be asked, because a run has it to itself.
     *
     * @param owner who makes the run
     */
    public static MirrorStatus locked(String owner) {
        return new MirrorStatus(State.RUNNING, Optional.of(owner), Optional.empty(), Optional.empty(), List.of());
    }

    /**
     * Asks a mirror about its source.
     *
     * @param source what identifies the source in all its runs
     * @param self who asks, as {@link MirrorRun#begin} is told
     */
    public static MirrorStatus read(Db mirror, String source, String self) {
        MirrorEngine engine = MirrorEngine.of(mirror);
        MirrorLedger ledger = new MirrorLedger(engine, source);
        return mirror.read(tx -> read(tx, engine, ledger, self));
    }

    private static MirrorStatus read(Tx tx, MirrorEngine engine, MirrorLedger ledger, String self) {
        Optional<MirrorLedger.Run> run = LedgerTables.areReadable(engine, tx) ? ledger.run(tx) : Optional.empty();
        if (run.isEmpty()) {
            return new MirrorStatus(State.NEVER, Optional.empty(), Optional.empty(), Optional.empty(), List.of());
        }
        List<Table> tables = new ArrayList<>();
        ledger.tables(tx).forEach(row -> tables.add(table(row)));
        State state = run.get().hasEnded() ? ended(tables) : unended(tx, engine, ledger, run.get(), self);
        return new MirrorStatus(
                state,
                run.map(MirrorLedger.Run::owner),
                run.map(MirrorLedger.Run::startedAt),
                age(tables, Instant.parse(ledger.now(tx))),
                tables);
    }

    private static State ended(List<Table> tables) {
        return tables.stream().allMatch(Table::isComplete) ? State.COMPLETE : State.PARTIAL;
    }

    private static State unended(Tx tx, MirrorEngine engine, MirrorLedger ledger, MirrorLedger.Run run, String self) {
        String lock = RunClaim.lockName(ledger, engine.place(tx), run.fence());
        boolean alive = engine.lock(lock).holder(tx).isPresent() || run.isAliveBeside(self);
        return alive ? State.RUNNING : State.INTERRUPTED;
    }

    private static Optional<Duration> age(List<Table> tables, Instant now) {
        Duration oldest = Duration.ZERO;
        for (Table table : tables) {
            if (!table.isComplete()) {
                return Optional.empty();
            }
            Duration age = Duration.between(Instant.parse(table.at()), now);
            oldest = age.compareTo(oldest) > 0 ? age : oldest;
        }
        return tables.isEmpty() ? Optional.empty() : Optional.of(oldest);
    }

    private static Table table(Row row) {
        long rows = row.integer("row_count");
        // Whoever follows forgets the pages that it changes, and not that the table is complete.
        boolean complete = row.text("state").equals(MirrorLedger.State.COMPLETE.label());
        return new Table(
                row.text("tbl"),
                row.text("state"),
                complete ? rows : row.integer("held"),
                rows,
                row.integer("rejected"),
                row.text("finished_at"),
                Optional.ofNullable(row.text("detail")));
    }
}
