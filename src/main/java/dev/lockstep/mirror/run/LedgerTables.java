package dev.lockstep.mirror.run;

import dev.lockstep.db.DbException;
import dev.lockstep.db.SqlScript;
import dev.lockstep.db.Tx;
import dev.lockstep.mirror.engine.MirrorEngine;
import dev.lockstep.mirror.plan.TargetTable;
import dev.lockstep.support.LockstepException;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The tables that {@link MirrorLedger} and {@link PageLedger} are kept in, made by this version of lockstep or by an earlier one. What
 * an earlier one lacks are columns that may be NULL, which says that nothing is known: they are added.
 */
public final class LedgerTables {
    private static final String ADD = "alter table lockstep_mirror_table add column ";

    /** By this one, which is made last, a mirror is known. */
    private static final String RUN = "lockstep_mirror_run";

    private static final String TABLE = "lockstep_mirror_table";

    private static final Map<String, List<String>> ALWAYS;

    /** What {@link #TABLE} has had since some version only, as it is declared. */
    private static final Map<String, String> LATER;

    static {
        Map<String, List<String>> always = new LinkedHashMap<>();
        always.put(TABLE, List.of("tbl", "mirror_id", "state", "row_count", "detail", "finished_at"));
        always.put("lockstep_mirror_ckpt", List.of("tbl", "digest", "row_count"));
        always.put(
                "lockstep_mirror_reject",
                List.of("tbl", "digest", "ordinal", "row_key", "column_name", "reason", "shown", "rejected_at"));
        always.put(RUN, List.of("mirror_id", "fence", "run_id", "owner", "state", "started_at", "finished_at"));
        ALWAYS = Collections.unmodifiableMap(always);
        Map<String, String> later = new LinkedHashMap<>();
        later.put("source_look", "varchar(500)");
        later.put("source_digest", "varchar(64)");
        later.put("seal", "varchar(255)");
        later.put("made_at", "varchar(32)");
        LATER = Collections.unmodifiableMap(later);
    }

    private LedgerTables() {}

    /** Whether a mirror knows of lockstep at all. */
    public static boolean areThere(MirrorEngine engine, Tx tx) {
        return engine.find(tx, RUN).isPresent();
    }

    /** Whether a database says whose mirror it is; a table of the same name that somebody else made does not. */
    static boolean nameSources(MirrorEngine engine, Tx tx) {
        return columns(engine, tx, RUN).contains("mirror_id");
    }

    /**
     * Whether a mirror knows of lockstep, in a way that can be read.
     *
     * @throws LockstepException refused: its tables are none that a version of lockstep has made
     */
    public static boolean areReadable(MirrorEngine engine, Tx tx) {
        if (!areThere(engine, tx)) {
            return false;
        }
        Set<String> there = columns(engine, tx, TABLE);
        if (!there.containsAll(ALWAYS.get(TABLE)) || !there.containsAll(LATER.keySet())) {
            checkAll(engine, tx);
        }
        return true;
    }

    /**
     * Makes them, or adds what an earlier version did not have.
     *
     * @throws LockstepException refused, as {@link #areReadable}
     */
    static void make(MirrorConnection connection, MirrorEngine engine) {
        if (!connection.transact(tx -> areReadable(engine, tx))) {
            connection.transact(tx -> {
                create(tx, engine);
                return null;
            });
            return;
        }
        for (String column : connection.transact(tx -> lacking(engine, tx))) {
            try {
                connection.transact(tx -> {
                    tx.execute(ADD + column + " " + LATER.get(column));
                    return null;
                });
            } catch (DbException e) {
                // Another run may have added it meanwhile.
                if (connection.transact(tx -> lacking(engine, tx)).contains(column)) {
                    throw e;
                }
            }
        }
    }

    private static void create(Tx tx, MirrorEngine engine) {
        engine.beforeLedger().forEach(tx::execute);
        for (String table : SqlScript.statements(MirrorLedger.class, "schema.sql")) {
            tx.execute(table.substring(0, table.length() - 1) + engine.tableOptions());
        }
    }

    private static List<String> lacking(MirrorEngine engine, Tx tx) {
        Set<String> there = columns(engine, tx, TABLE);
        return LATER.keySet().stream().filter(column -> !there.contains(column)).toList();
    }

    private static Set<String> columns(MirrorEngine engine, Tx tx, String table) {
        Set<String> columns = new HashSet<>();
        Optional<TargetTable> found = engine.find(tx, table);
        found.ifPresent(known -> known.columns().forEach(column -> columns.add(column.name())));
        return columns;
    }

    private static void checkAll(MirrorEngine engine, Tx tx) {
        boolean known = true;
        StringBuilder drops = new StringBuilder();
        for (Map.Entry<String, List<String>> table : ALWAYS.entrySet()) {
            Set<String> columns = columns(engine, tx, table.getKey());
            known &= columns.containsAll(table.getValue());
            if (!columns.isEmpty()) {
                drops.append("drop table ").append(table.getKey()).append("; ");
            }
        }
        if (!known) {
            throw new LockstepException(
                    LockstepException.Kind.REFUSED,
                    "other-version",
                    "the tables lockstep_mirror_… of the mirror are those of another version of lockstep",
                    "in the mirror: " + drops + "the next run compares everything then, and writes what differs",
                    null);
        }
    }
}
