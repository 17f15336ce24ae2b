package dev.lockstep.mirror.engine;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.Tx;
import dev.lockstep.db.lock.SessionLock;
import dev.lockstep.mirror.plan.MappedRow;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.plan.TargetCatalog;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * How one kind of database is a mirror: its types, its catalog, and its ways to take many rows. Everything runs in the
 * transaction that it is given; nothing is kept in the session beyond that.
 */
public interface MirrorEngine extends TargetCatalog {
    /** In the ledger, which an earlier version kept without that. */
    String IS_MADE = "select 1 from lockstep_mirror_table where tbl = ? and made_at is not null";

    /** Rows that can be read as often as it takes, always the same ones. */
    @FunctionalInterface
    interface Rows {
        void each(Consumer<MappedRow> sink);
    }

    /** How rows are put into a table that may have some of their keys. */
    enum Order {
        OVER_WHAT_IS_THERE,
        /** So that none is in the way of another that has its unique value now. */
        AFTER_REMOVING_THEM
    }

    /** What became of rows that were put into the mirror. */
    record Merged(long inserted, long updated, long unchanged) {
        public long rows() {
            return inserted + updated + unchanged;
        }
    }

    /**
     * What a comparison of keys found.
     *
     * @param count how many
     * @param first some of them, for people
     */
    record Keys(long count, List<String> first) {}

    /** That of the database which is connected. */
    static MirrorEngine of(Db mirror) {
        return switch (mirror.engine()) {
            case POSTGRESQL -> new PostgresEngine();
            case MARIADB -> new MariaDbEngine(MariaDbServer.of(mirror));
            case SQLITE -> new SqliteEngine();
        };
    }

    @Override
    default boolean hasMade(Tx tx, String table) {
        boolean known = find(tx, "lockstep_mirror_table")
                .filter(ledger -> ledger.columns().stream()
                        .anyMatch(column -> column.name().equals("made_at")))
                .isPresent();
        return known && !tx.rows(IS_MADE, table).isEmpty();
    }

    /** What is run before the tables are made in which lockstep keeps how far it is, so that two do not make them at once. */
    default List<String> beforeLedger() {
        return List.of();
    }

    /** What stands at the end of a statement that makes one of them. */
    default String tableOptions() {
        return "";
    }

    /** The time of this database as RFC 3339 text in UTC, with milliseconds: an expression. */
    String now();

    /** What makes a reader of a row wait for its writer and the other way round: the end of a select. */
    String forShare();

    /** The tables in the order in which rows can be written to them, those that refer to others behind these. */
    default List<String> inOrder(Tx tx, List<String> tables) {
        return tables;
    }

    /** The statement after which the mirror takes a row that it refused; empty if there is none that takes only what SQLite takes. */
    default Optional<String> takenAfter(TablePlan plan, DbException refusal) {
        return Optional.empty();
    }

    /** Whether foreign keys are in nobody's way while rows are written. */
    default boolean suspendsForeignKeys(Tx tx) {
        return true;
    }

    /** What tells a mirror from others of the same source that a lock of the same name would be one with; empty for the usual one. */
    default String place(Tx tx) {
        return "";
    }

    /** What is said of a table that the mirror is not seen to have. */
    default String missing(String table) {
        return "the mirror has no table " + table;
    }

    /** The lock of a run, by its name. */
    SessionLock lock(String name);

    /**
     * The largest source of which the table is loaded in one transaction: beyond it, what a kill undoes would cost more than is
     * gained. 0: of none it is.
     */
    long maxSingleTransactionBytes(TablePlan plan);

    /** Puts rows into a table that has none of their keys. */
    void load(Tx tx, TablePlan plan, Rows rows);

    /** Puts rows into a table that may have some of their keys, with whatever values. */
    Merged merge(Tx tx, TablePlan plan, Rows rows);

    /** The same in an order. A row that was taken out and put in again counts as updated. */
    default Merged merge(Tx tx, TablePlan plan, Rows rows, Order order) {
        long removed = order == Order.AFTER_REMOVING_THEM ? delete(tx, plan, rows) : 0;
        Merged merged = merge(tx, plan, rows);
        return new Merged(merged.inserted() - removed, merged.updated() + removed, merged.unchanged());
    }

    /** Deletes the rows of these keys. @return how many there were */
    long delete(Tx tx, TablePlan plan, Rows rows);

    /** Keeps the keys of these rows for the other methods of the same transaction. */
    void stage(Tx tx, TablePlan plan, Rows rows);

    /** Forgets what was staged. */
    void unstage(Tx tx);

    /** The staged keys that the mirror has. */
    long stagedThere(Tx tx, TablePlan plan);

    /** The staged keys that are one to the mirror. */
    Keys merging(Tx tx, TablePlan plan);

    /** How many keys of the mirror are equal to a staged one, and not the same: by case, accents, or trailing spaces. */
    long unlike(Tx tx, TablePlan plan);

    /** Deletes the rows whose key is equal to a staged one, and the same as none. @return how many */
    long deleteUnlike(Tx tx, TablePlan plan);

    /** The keys of the mirror that are not staged. */
    Keys extra(Tx tx, TablePlan plan);

    /** Deletes every row whose key is not staged. @return how many */
    long deleteExtra(Tx tx, TablePlan plan);

    /** How to know what the mirror's table holds; empty if only reading its rows tells. */
    Optional<TableDigest> digest(TablePlan plan);

    /**
     * Statements by which the numbers that the database gives to new rows go on behind those of the rows that are there; none
     * where it sees to that itself whenever a row is inserted.
     */
    default List<String> numbering(Tx tx, TablePlan plan) {
        return List.of();
    }

    /** Puts what the database derives from the rows in order: sequences, statistics. */
    void finish(Tx tx, TablePlan plan);
}
