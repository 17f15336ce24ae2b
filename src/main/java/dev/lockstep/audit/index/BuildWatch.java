package dev.lockstep.audit.index;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.Row;
import dev.lockstep.support.Clock;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.ProgressListener;
import dev.lockstep.support.Work;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Tells how far the making of an index is, as the server knows it. Whoever makes it waits for one statement, so another connection
 * asks; it is opened only if the making takes long, and a server that does not tell is asked no more.
 */
final class BuildWatch implements AutoCloseable {
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);

    private static final String POSTGRESQL = """
            select p.phase, p.current_locker_pid, p.lockers_total - p.lockers_done as lockers,
                   case when p.blocks_total > 0 then p.blocks_done else p.tuples_done end as done,
                   greatest(p.blocks_total, p.tuples_total) as total
              from pg_catalog.pg_stat_progress_create_index p
             where p.pid = ?
            """;

    private static final String MARIADB = "select * from information_schema.processlist where id = ?";

    private static final int SHARE = 1_000;

    private final String index;
    private final Object session;
    private final Supplier<Db> observer;
    private final ProgressListener progress;
    private final Thread thread;

    private BuildWatch(String index, Object session, Supplier<Db> observer, ProgressListener progress) {
        this.index = index;
        this.session = session;
        this.observer = observer;
        this.progress = progress;
        this.thread = new Thread(this::watch, "index build");
    }

    /**
     * Begins.
     *
     * @param builder who is to make the index
     * @param observer opens another connection to the same database
     */
    static BuildWatch of(String index, Db builder, Supplier<Db> observer, ProgressListener progress) {
        progress.at(index, Work.INDEX_BUILT, 0, 0);
        Optional<Object> session =
                switch (builder.engine()) {
                    case POSTGRESQL -> Optional.of(number(builder, "select pg_backend_pid()"));
                    case MARIADB -> Optional.of(number(builder, "select cast(connection_id() as signed)"));
                    // It tells nothing, and whoever asked would wait for it.
                    case SQLITE -> Optional.empty();
                };
        BuildWatch watch = new BuildWatch(index, session.orElse(null), observer, progress);
        if (session.isPresent() && progress != ProgressListener.NOBODY) {
            watch.thread.setDaemon(true);
            watch.thread.start();
        }
        return watch;
    }

    private static Object number(Db db, String sql) {
        return db.<Row>autocommit(tx -> tx.only(sql)).integer(0);
    }

    private void watch() {
        try {
            Clock.SYSTEM.sleep(BETWEEN_LOOKS);
            try (Db db = observer.get()) {
                while (!Thread.currentThread().isInterrupted()) {
                    look(db);
                    Clock.SYSTEM.sleep(BETWEEN_LOOKS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (LockstepException e) {
            // The index is made all the same.
            progress.at(index, Work.INDEX_BUILT, 0, 0);
        }
    }

    private void look(Db db) throws DbException {
        String sql =
                switch (db.engine()) {
                    case POSTGRESQL -> POSTGRESQL;
                    case MARIADB, SQLITE -> MARIADB;
                };
        Optional<Row> found = db.autocommit(tx -> tx.row(sql, session));
        found.ifPresent(row -> {
            switch (db.engine()) {
                case POSTGRESQL -> tellPhase(row);
                case MARIADB, SQLITE -> tellStage(row);
            }
        });
    }

    private void tellPhase(Row row) {
        String phase = row.text("phase").replaceFirst("^.*: ", "");
        boolean waits = row.integer("lockers") > 0;
        String who = waits && !row.isNull("current_locker_pid") && row.integer("current_locker_pid") > 0
                ? " (pid " + row.integer("current_locker_pid") + ")"
                : "";
        long total = waits ? 0 : row.integer("total");
        progress.at(index + ", " + phase + who, Work.STEP_DONE, total == 0 ? 0 : row.integer("done"), total);
    }

    /** MySQL has no such columns. */
    private void tellStage(Row row) {
        if (!row.has("max_stage") || row.integer("max_stage") == 0) {
            String state = row.isNull("state") ? "" : row.text("state");
            progress.at(index + (state.isEmpty() ? "" : ", " + state), Work.STEP_DONE, 0, 0);
            return;
        }
        long done = Math.round(Double.parseDouble(row.text("progress")) / 100 * SHARE);
        String stage = ", stage " + row.integer("stage") + " of " + row.integer("max_stage");
        progress.at(index + stage, Work.STEP_DONE, done, SHARE);
    }

    /** The index is made, or is not to be. */
    @Override
    public void close() throws InterruptedException {
        thread.interrupt();
        thread.join();
    }
}
