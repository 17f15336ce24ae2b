package dev.lockstep.audit.index;

import dev.lockstep.audit.AuditTable;
import dev.lockstep.audit.index.IndexEngine.Choice;
import dev.lockstep.audit.query.QueryShape;
import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.profile.AuditProfile;
import dev.lockstep.profile.AuditProfile.Index;
import dev.lockstep.profile.AuditProfile.Query;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.ProgressListener;
import dev.lockstep.support.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Makes, checks and removes the indexes that the hot queries of an audit log need. */
public final class AuditIndexes {
    /** What became of an index, or was found of it. */
    public enum State {
        CREATED,
        PRESENT,
        MISSING,
        /** It has the right definition, and the database does not use it. */
        INVALID,
        /** Something else has its name. */
        DIFFERENT,
        /** It is right, and a query that needs it would not use it. */
        UNUSED,
        DROPPED
    }

    /** What to do about an index of the right name over other columns. */
    public enum Conflict {
        REFUSE,
        REPLACE
    }

    /**
     * How a hot query would run.
     *
     * @param query its name
     * @param usable whether the index can serve it: rows found by it, in order
     * @param chosen whether the planner would take the index with the table as it is now; of few rows it may not
     * @param plan the plan now, in the database's own words
     * @param note what the answer does not rest on, or null
     */
    public record Use(String query, boolean usable, boolean chosen, String plan, String note) {}

    /** The state of an index in one partition of the table. */
    public record PartitionState(String table, String index, State state) {}

    /**
     * One index.
     *
     * @param definition what the database has under the name, in its own words; null for nothing
     * @param wanted how somebody would make the right one
     * @param partitions one for each partition that holds rows
     */
    public record Report(
            String table,
            Index index,
            State state,
            String definition,
            String wanted,
            List<Use> uses,
            List<PartitionState> partitions) {}

    private final AuditTable table;
    private final AuditProfile profile;
    private final IndexEngine engine;
    private final Db db;
    private final Supplier<Db> observer;
    private final ProgressListener progress;

    /** Whether anything was sent that changes an index. */
    private boolean tried;

    public AuditIndexes(AuditTable table) {
        this(table, table::db, ProgressListener.NOBODY);
    }

    /**
     * With somebody who hears how far the making of each is.
     *
     * @param observer opens another connection to the same database, which asks the server for that
     */
    public AuditIndexes(AuditTable table, Supplier<Db> observer, ProgressListener progress) {
        this.observer = observer;
        this.progress = progress;
        this.table = table;
        this.profile = table.profile();
        this.engine = IndexEngine.of(table.db(), table.relation());
        this.db = table.db();
    }

    /** Looks, and asks the planner about each hot query. */
    public List<Report> check() {
        List<Report> reports = new ArrayList<>();
        for (Index index : profile.indexes()) {
            Optional<ExistingIndex> found = engine.find(index);
            List<Use> uses = new ArrayList<>();
            State state = found.map(f -> state(f.fit())).orElse(State.MISSING);
            for (Query query : profile.queries()) {
                if (query.index().equals(index.name())) {
                    Use use = use(query, index, state);
                    uses.add(use);
                    state = state == State.PRESENT && !use.usable() ? State.UNUSED : state;
                }
            }
            reports.add(report(index, state, found, uses));
        }
        return reports;
    }

    private Report report(Index index, State state, Optional<ExistingIndex> found, List<Use> uses) {
        List<PartitionState> partitions = new ArrayList<>();
        engine.partitions(index)
                .forEach(part -> partitions.add(new PartitionState(part.table(), part.index(), part.state())));
        return new Report(
                table.name(),
                index,
                state,
                found.map(ExistingIndex::definition).orElse(null),
                engine.definition(index),
                List.copyOf(uses),
                partitions);
    }

    private static State state(ExistingIndex.Fit fit) {
        return switch (fit) {
            case RIGHT -> State.PRESENT;
            case INVALID -> State.INVALID;
            case OTHER_INDEX, OTHER_RELATION -> State.DIFFERENT;
        };
    }

    private Use use(Query query, Index index, State state) {
        QueryShape shape = QueryShape.of(table.relation(), query, db.engine());
        Optional<Object[]> values = HotQuery.sample(db, shape);
        QueryPlan free = engine.plan(shape, index, Choice.FREE, values.orElse(null));
        String note = values.isPresent() ? null : "no row has a value in " + String.join(" and ", query.equals());
        if (state != State.PRESENT) {
            return new Use(query.name(), false, false, free.text(), note);
        }
        if (free.served()) {
            return new Use(query.name(), true, true, free.text(), note);
        }
        QueryPlan forced = engine.plan(shape, index, Choice.FORCED, values.orElse(null));
        if (forced.service() == QueryPlan.Service.NOT_SAID) {
            note = (note == null ? "" : note + "; ")
                    + "the database answered without a search, so only the index's columns were compared";
            boolean covers = engine.indexes().stream()
                    .anyMatch(there -> there.name().equalsIgnoreCase(index.name()) && there.serves(shape));
            return new Use(query.name(), covers, false, free.text(), note);
        }
        return new Use(query.name(), forced.served(), false, free.text(), note);
    }

    /** Indexes that a rebuild left behind when it failed: useless, and kept up to date by every write. */
    public List<String> leftovers() {
        return engine.leftovers();
    }

    /** Removes {@link #leftovers}, and tells which; whoever rebuilds an index just now keeps his. */
    public void removeLeftovers(Consumer<String> removed) {
        for (String leftover : engine.leftovers()) {
            db.autocommit(tx -> {
                tx.execute(PostgresPartitions.dropLeftover(leftover));
                return null;
            });
            removed.accept(leftover);
        }
    }

    /** What {@link #apply} would do: what is not right is MISSING, INVALID or DIFFERENT. */
    public List<Report> preview() {
        List<Report> reports = new ArrayList<>();
        for (Index index : profile.indexes()) {
            Optional<ExistingIndex> found = engine.find(index);
            reports.add(report(index, found.map(f -> state(f.fit())).orElse(State.MISSING), found, List.of()));
        }
        return reports;
    }

    /**
     * Whether an index is another than it was: what a statement that failed has left counts, what was cleaned up does not.
     * Where the database cannot be asked any more, whatever was tried counts.
     *
     * @param before what {@link #preview} said
     */
    public boolean isChangedSince(List<Report> before) {
        try {
            return !preview().equals(before);
        } catch (DbException e) {
            return tried;
        }
    }

    /**
     * Makes what is missing or not valid; done again, it does nothing.
     *
     * @param patience how long to go on trying while others hold locks
     * @param done hears of each index as soon as it is there
     * @throws LockstepException refused: a name is taken, and nothing was changed; or values stand in the way of a unique index;
     *     timeout: others held locks all the time; what was made stays
     */
    public void apply(Conflict conflict, Duration patience, Consumer<Report> done) throws InterruptedException {
        refusePoolers();
        for (Index index : profile.indexes()) {
            engine.find(index).ifPresent(found -> IndexBuild.refuse(engine, index, found, conflict));
        }
        long deadline = System.nanoTime() + patience.toNanos();
        for (Index index : profile.indexes()) {
            State state;
            try (BuildWatch watch = BuildWatch.of(index.name(), db, observer, progress)) {
                state = new IndexBuild(table, index, conflict, deadline, this::noteAttempt).run();
            }
            done.accept(report(index, state, engine.find(index), List.of()));
        }
    }

    private void noteAttempt() {
        tried = true;
    }

    /** What a session holds, such as the lock, would be somebody else's with the next transaction. */
    private void refusePoolers() {
        if (db.isPooled()) {
            throw LockstepException.refused(
                    "a pooler stands before the database, and a lock would be its own", "connect to PostgreSQL itself");
        }
    }

    /**
     * Removes the indexes.
     *
     * @param done hears of each index as soon as it is gone
     * @throws LockstepException refused: one is not what the profile says, and nothing was changed; timeout: others held locks
     *     all the time; what was removed is gone
     */
    public void drop(Duration patience, Consumer<Report> done) throws InterruptedException {
        refusePoolers();
        for (Index index : profile.indexes()) {
            engine.find(index).ifPresent(found -> IndexBuild.refuse(engine, index, found, Conflict.REFUSE));
        }
        long deadline = System.nanoTime() + patience.toNanos();
        for (Index index : profile.indexes()) {
            Optional<ExistingIndex> found = engine.find(index);
            progress.at("drop of " + index.name(), Work.STEP_DONE, 0, 0);
            if (found.isPresent()) {
                new IndexBuild(table, index, Conflict.REFUSE, deadline, this::noteAttempt).drop();
            }
            done.accept(report(index, found.isPresent() ? State.DROPPED : State.MISSING, found, List.of()));
        }
    }
}
