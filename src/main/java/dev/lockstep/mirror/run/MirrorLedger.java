package dev.lockstep.mirror.run;

import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.mirror.engine.MirrorEngine;
import dev.lockstep.mirror.engine.SqliteEngine;
import dev.lockstep.mirror.source.SourceFile;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.ProcessIdentity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a mirror knows of its own state, kept in the mirror and written in the transactions that it tells of: who may
 * write, and how each table stands. Which pages of the source it holds is in {@link PageLedger}.
 */
public final class MirrorLedger {
    private static final String SOURCES = "select mirror_id from lockstep_mirror_run";

    private static final String FIND_RUN = """
            select fence, run_id, owner, state, started_at, finished_at
              from lockstep_mirror_run
             where mirror_id = ?
            """;

    private static final String TAKE_OVER = """
            update lockstep_mirror_run
               set fence = fence + 1, run_id = ?, owner = ?, state = 'running', started_at = %s, finished_at = null
             where mirror_id = ?
            """;

    private static final String FIRST_RUN = """
            insert into lockstep_mirror_run (mirror_id, fence, run_id, owner, state, started_at)
            values (?, 1, ?, ?, 'running', %s)
            """;

    private static final String END_RUN = """
            update lockstep_mirror_run
               set state = ?, finished_at = %s
             where mirror_id = ?
            """;

    private static final String OWNER_OF_TABLE = """
            select mirror_id, state, row_count, detail, finished_at, source_look, source_digest, seal, made_at,
                   (select cast(coalesce(sum(c.row_count), 0) as decimal(20))
                      from lockstep_mirror_ckpt c
                     where c.tbl = t.tbl) as held
              from lockstep_mirror_table t
             where tbl = ?
            """;

    private static final String TABLES_OF_MIRROR = """
              select tbl, state, row_count, detail, finished_at,
                     (select count(*) from lockstep_mirror_reject r where r.tbl = t.tbl) as rejected,
                     (select cast(coalesce(sum(c.row_count), 0) as decimal(20))
                        from lockstep_mirror_ckpt c
                       where c.tbl = t.tbl) as held
                from lockstep_mirror_table t
               where mirror_id = ?
            order by tbl
            """;

    private static final String FORGET_TABLE = "delete from lockstep_mirror_table where tbl = ?";

    /** Never an update: who may write here may have no privilege for it. */
    private static final String NOTE_TABLE = """
            insert into lockstep_mirror_table
                   (tbl, mirror_id, state, row_count, detail, source_look, source_digest, seal, made_at, finished_at)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, %s)
            """;

    private static final int MAX_DETAIL = 900;

    /** How a table stands. */
    public enum State {
        RUNNING,
        COMPLETE,
        /** Complete but for the rows that it could not take. */
        PARTIAL,
        FAILED;

        /** That of a table of which everything was copied but so many rows that were rejected. */
        public static State of(long rejected) {
            return rejected > 0 ? PARTIAL : COMPLETE;
        }

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * The last run, or the one that is under way.
     *
     * @param stored its process, as {@link ProcessIdentity#toText} says; earlier versions wrote {@link
     *     ProcessIdentity#describe}, and a program of somebody else's may write what it likes
     */
    record Run(long fence, String id, String stored, String state, String startedAt, Optional<String> finishedAt) {
        boolean hasEnded() {
            return !state.equals(State.RUNNING.label());
        }

        /** Its process, for people. */
        String owner() {
            return ProcessIdentity.describe(stored);
        }

        /** Whether it is seen to be alive, as another process of the same machine. */
        boolean isAliveBeside(String self) {
            return !hasEnded()
                    && !stored.equals(self)
                    && ProcessIdentity.ofText(stored)
                            .filter(process -> process.isAliveSince(Instant.parse(startedAt)))
                            .isPresent();
        }
    }

    private final MirrorEngine engine;
    private final String mirror;

    /** @param mirror which source this is about */
    public MirrorLedger(MirrorEngine engine, String mirror) {
        this.engine = engine;
        this.mirror = mirror;
    }

    /** What identifies the sources of a SQLite database that is a mirror; none if it is none. */
    public static List<String> sources(Tx tx) {
        List<String> sources = new ArrayList<>();
        if (LedgerTables.nameSources(new SqliteEngine(), tx)) {
            tx.each(SOURCES, row -> sources.add(row.text("mirror_id")));
        }
        return sources;
    }

    Optional<Run> run(Tx tx) {
        return tx.row(FIND_RUN, mirror).map(MirrorLedger::run);
    }

    private static Run run(Row row) {
        return new Run(
                row.integer("fence"),
                row.text("run_id"),
                row.text("owner"),
                row.text("state"),
                row.text("started_at"),
                Optional.ofNullable(row.text("finished_at")));
    }

    /** Makes this run the one that may write; every other is refused from now on. @return its fence */
    long takeOver(Tx tx, String run, String owner) {
        if (tx.update(TAKE_OVER.formatted(engine.now()), run, owner, mirror) == 0) {
            tx.update(FIRST_RUN.formatted(engine.now()), mirror, run, owner);
        }
        return tx.only(FIND_RUN, mirror).integer("fence");
    }

    /**
     * The first statement of every transaction that writes: nobody takes over before it has ended.
     *
     * @throws LockstepException refused: somebody has taken over
     */
    void check(Tx tx, long fence) {
        Row row = tx.row(FIND_RUN + engine.forShare(), mirror)
                .orElseThrow(() ->
                        LockstepException.refused("somebody has deleted this run from lockstep_mirror_run", null));
        if (row.integer("fence") != fence) {
            throw new LockstepException(
                    LockstepException.Kind.REFUSED,
                    "superseded",
                    "superseded by " + run(row).owner() + ", since " + row.text("started_at"),
                    "that run goes on where this one stopped; nothing is lost",
                    null);
        }
    }

    void end(Tx tx, State state) {
        tx.update(END_RUN.formatted(engine.now()), state.label(), mirror);
    }

    /** How a table stood when a run last said so: the row of {@code lockstep_mirror_table}. */
    public Optional<Row> table(Tx tx, String table) {
        return tx.row(OWNER_OF_TABLE, table);
    }

    /** Whether a table, as its row says, was equal but for what it could not take. */
    public static boolean isDone(Row table) {
        String state = table.text("state");
        return state.equals(State.COMPLETE.label()) || state.equals(State.PARTIAL.label());
    }

    public List<Row> tables(Tx tx) {
        return tx.rows(TABLES_OF_MIRROR, mirror);
    }

    String mirror() {
        return mirror;
    }

    /** The time of the mirror, in the form of every other time here. */
    String now(Tx tx) {
        return tx.only("select " + engine.now() + " as at").text("at");
    }

    /** Says how a table stands. What it was copied from is not known any more, nor by what it would be known. */
    public void note(Tx tx, String table, State state, long rows, String detail) {
        note(tx, table, state, rows, detail, SourceFile.Seen.NOT, null);
    }

    /** Says that lockstep makes a table in this transaction. */
    public void noteMade(Tx tx, String table) {
        note(tx, table, State.RUNNING, 0, null, SourceFile.Seen.NOT, null, now(tx));
    }

    /** Knows nothing of how a table stands any more. */
    void forget(Tx tx, String table) {
        tx.update(FORGET_TABLE, table);
    }

    /** Says that a table stands so, and by what its rows are known. */
    public void noteSealed(Tx tx, String table, State state, long rows, Optional<String> seal) {
        note(tx, table, state, rows, null, SourceFile.Seen.NOT, seal.orElse(null));
    }

    /** Says that a table stands so still. */
    public void noteAgain(Tx tx, String table, State state, long rows) {
        Optional<String> seal = table(tx, table)
                .filter(row -> row.text("state").equals(state.label()) && row.integer("row_count") == rows)
                .map(row -> row.text("seal"));
        noteSealed(tx, table, state, rows, seal);
    }

    /** Says what a table that is complete was copied from, and that it is so now. */
    void noteSource(Tx tx, String table, SourceFile.Seen seen) {
        table(tx, table)
                .filter(row -> row.text("state").equals(State.COMPLETE.label())
                        && row.text("mirror_id").equals(mirror))
                .ifPresent(
                        row -> note(tx, table, State.COMPLETE, row.integer("row_count"), null, seen, row.text("seal")));
    }

    private void note(Tx tx, String table, State state, long rows, String detail, SourceFile.Seen seen, String seal) {
        String made = table(tx, table).map(row -> row.text("made_at")).orElse(null);
        note(tx, table, state, rows, detail, seen, seal, made);
    }

    private void note(
            Tx tx,
            String table,
            State state,
            long rows,
            String detail,
            SourceFile.Seen seen,
            String seal,
            String made) {
        tx.update(FORGET_TABLE, table);
        tx.update(
                NOTE_TABLE.formatted(engine.now()),
                table,
                mirror,
                state.label(),
                rows,
                cut(detail, MAX_DETAIL),
                seen.look(),
                seen.digest(),
                seal,
                made);
    }

    /** The beginning of a text, as a column of that width takes it; null if it is. */
    static String cut(String text, int length) {
        if (text == null) {
            return null;
        }
        String shown = text.replace('\0', ' ');
        return shown.length() <= length ? shown : shown.substring(0, length) + "…";
    }
}
