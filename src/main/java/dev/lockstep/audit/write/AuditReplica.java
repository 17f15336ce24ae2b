package dev.lockstep.audit.write;

import dev.lockstep.audit.AuditRemedy;
import dev.lockstep.audit.AuditRow;
import dev.lockstep.audit.AuditTable;
import dev.lockstep.audit.index.IndexEngine;
import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.DbException.Reason;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.profile.Profile;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.ProcessIdentity;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The other database that gets the same generations. What it is owed is a row in the source, written in the transaction
 * of the generation itself and removed when the mirror has it: a crash, and a mirror that is away, leave the row.
 *
 * <p>To send is to make the generation there what it is here, ids included, so to send again does no harm.
 */
public final class AuditReplica implements AutoCloseable {
    /** What became of the mirror. */
    public enum State {
        /** It has everything. */
        COMPLETE,
        /** It lacks what {@link Outcome#owed} counts. */
        BEHIND;

        /** {@code complete}, {@code behind}. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What became of the mirror.
     *
     * @param sent generations that it got in this run
     * @param owed generations that it lacks
     * @param error why, or null
     */
    public record Outcome(State state, long sent, long owed, String error) {}

    static final String TABLE = "lockstep_audit_owed";

    private static final String SCHEMA = """
            create table if not exists lockstep_audit_owed (
              mirror varchar(200) not null,
              registry varchar(255) not null,
              generation bigint not null,
              error varchar(1000),
              primary key (mirror, registry, generation)
            )
            """;

    private static final String OWE = """
            insert into lockstep_audit_owed (mirror, registry, generation) values (?, ?, ?)
            """;

    private static final String IS_OWED = """
            select 1 from lockstep_audit_owed where mirror = ? and registry = ? and generation = ?
            """;

    private static final String OWED = """
            select registry, generation from lockstep_audit_owed where mirror = ? order by registry, generation
            """;

    private static final String COUNT = """
            select count(*) from lockstep_audit_owed where mirror = ?
            """;

    private static final String PAID = """
            delete from lockstep_audit_owed where mirror = ? and registry = ? and generation = ?
            """;

    private static final String FAILED = """
            update lockstep_audit_owed set error = ? where mirror = ?
            """;

    /** A run of {@code mirror backfill} or {@code mirror follow} that has not ended, unless it leaves this table alone. */
    private static final String BACKFILL = """
            select r.owner, r.started_at
              from lockstep_mirror_run r
             where r.state = 'running'
               and not exists (select 1 from lockstep_mirror_table t where t.tbl = ? and t.mirror_id <> r.mirror_id)
            """;

    private static final String FORGET_PAGES = "delete from lockstep_mirror_ckpt where tbl = ?";

    private static final int MAX_ERROR = 1_000;

    private final Db source;
    private final String name;
    private final Supplier<Db> opener;
    private final Optional<Profile> profile;
    private final int batch;
    private GenerationLog sourceLog;
    private Db mirror;
    private GenerationLog mirrorLog;
    private String error;
    private long sent;

    /**
     * A mirror that is connected to when there is something to send.
     *
     * @param name what it is known by in the source, from one run to the next
     * @param opener connects; what it raises is recorded
     */
    public AuditReplica(Db source, String name, Supplier<Db> opener, Optional<Profile> profile, int batch) {
        this.source = source;
        this.name = name;
        this.opener = opener;
        this.profile = profile;
        this.batch = batch;
    }

    /** Sends what earlier runs could not. */
    void begin(GenerationLog log) {
        sourceLog = log;
        // Who may not make tables may not say that one is to be made unless it is there.
        if (IndexEngine.of(source, TABLE).columns().isEmpty()) {
            source.run(tx -> tx.execute(SCHEMA));
        }
        for (Row row : source.<List<Row>>autocommit(tx -> tx.rows(OWED, name))) {
            send(row.text("registry"), row.integer("generation"));
        }
    }

    /** In the transaction that writes the generation, or finds it written: the mirror may never have had it. */
    void owe(Tx tx, String registry, long generation) {
        if (tx.row(IS_OWED, name, registry, generation).isEmpty()) {
            tx.update(OWE, name, registry, generation);
        }
    }

    /** After that transaction. Once the mirror has failed, the rest of the run leaves it alone. */
    void send(String registry, long generation) {
        if (error != null) {
            return;
        }
        try {
            open();
            List<AuditRow> rows = source.read(tx -> sourceLog.rows(tx, registry, generation));
            sent += mirror.transact(tx -> copy(tx, new Generation(registry, generation, rows, 0)));
        } catch (LockstepException e) {
            if (e instanceof DbException db && db.reason() == Reason.CANCELLED) {
                throw e;
            }
            error = e.getMessage();
            String shown = error.substring(0, Math.min(error.length(), MAX_ERROR));
            source.run(tx -> tx.update(FAILED, shown, name));
            return;
        }
        source.run(tx -> tx.update(PAID, name, registry, generation));
    }

    /** @return how many generations had to be written: this one, or none */
    private int copy(Tx tx, Generation generation) {
        List<AuditRow> there = mirrorLog.rows(tx, generation.registry(), generation.number());
        if (generation.isStoredAs(there)) {
            return 0;
        }
        if (!IndexEngine.of(mirror, "lockstep_mirror_run").columns().isEmpty()) {
            // It may read a snapshot that is older than this generation, and would take its rows for too many.
            for (Row run : tx.rows(BACKFILL, mirrorLog.table())) {
                if (!isDead(run.text("owner"), run.text("started_at"))) {
                    throw LockstepException.refused(
                                    "a backfill of it has not ended: " + ProcessIdentity.describe(run.text("owner"))
                                            + ", since " + run.text("started_at"),
                                    null)
                            .advising(AuditRemedy.AWAIT_THE_BACKFILL.of());
                }
            }
            tx.update(FORGET_PAGES, mirrorLog.table());
        }
        mirrorLog.replace(tx, generation);
        return 1;
    }

    /** Only of a process of this machine can it be seen that it has ended; what it had not copied, it never will. */
    private static boolean isDead(String owner, String since) {
        return ProcessIdentity.ofText(owner)
                .filter(process ->
                        process.host().equals(ProcessIdentity.ofProcess().host()))
                .filter(process -> !process.isAliveSince(Instant.parse(since)))
                .isPresent();
    }

    private void open() {
        if (mirror == null) {
            mirror = opener.get();
            mirrorLog = new GenerationLog(AuditTable.find(mirror, profile), batch);
        }
    }

    Outcome finish() {
        long owed = source.<Row>autocommit(tx -> tx.only(COUNT, name)).integer(0);
        return new Outcome(owed == 0 ? State.COMPLETE : State.BEHIND, sent, owed, error);
    }

    @Override
    public void close() {
        if (mirror != null) {
            mirror.close();
        }
    }
}
