package dev.lockstep.audit.write;

import dev.lockstep.audit.AuditRow;
import dev.lockstep.audit.AuditTable;
import dev.lockstep.audit.AuditTime;
import dev.lockstep.db.Db;
import dev.lockstep.db.Engine;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.LockKey;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.db.lock.UserLock;
import dev.lockstep.profile.AuditProfile;
import dev.lockstep.profile.AuditProfile.Column;
import dev.lockstep.support.LockstepException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The generations that an audit table holds, read and written whole. */
final class GenerationLog {
    /** What is to be done with a generation. */
    enum Verdict {
        /** It comes after the newest one: write it. */
        NEXT,
        /** It is there, row for row. */
        STORED
    }

    /** The generation cannot follow what is stored. */
    static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1;

        Refused(String message) {
            super(message);
        }
    }

    /** The columns that are written; the id is given by the database. */
    private static final List<Column> WRITTEN = List.of(
            Column.ORGANISATION,
            Column.REGISTRY,
            Column.ROOT,
            Column.TYPE,
            Column.CHANGE,
            Column.TABLE,
            Column.TIMESTAMP,
            Column.CREATED,
            Column.UPDATED,
            Column.COMMENT,
            Column.AUTHOR,
            Column.GENERATION);

    /** How long another writer of the same registry is waited for. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Db db;
    private final AuditProfile profile;
    private final String table;
    private final AuditTable audit;
    private final int batch;
    private final List<Column> written = new ArrayList<>(WRITTEN);
    private final List<Column> copied = new ArrayList<>(List.of(Column.values()));

    /** The columns of which the profile says nothing. */
    private final List<String> others;

    private final Map<List<String>, BulkInsert> inserts = new HashMap<>();
    private final String select;
    private final String where;

    /** @param batch how many rows a statement may have */
    GenerationLog(AuditTable audit, int batch) {
        this.audit = audit;
        this.batch = batch;
        db = audit.db();
        profile = audit.profile();
        table = audit.relation().sql();
        written.removeIf(column -> !profile.has(column));
        copied.removeIf(column -> !profile.has(column));
        others = profile.isComplete() ? List.of() : audit.others();
        select = select();
        where = " where " + name(Column.REGISTRY) + " = " + place(Column.REGISTRY) + " and " + name(Column.GENERATION)
                + " = ?";
    }

    private BulkInsert insert(List<Column> columns, List<String> more) {
        List<String> names = new ArrayList<>(names(columns));
        names.addAll(more);
        return inserts.computeIfAbsent(names, key -> new BulkInsert(db, audit.relation(), key, batch));
    }

    /** PostgreSQL compares no number with a text. */
    private String place(Column column) {
        return db.engine() == Engine.POSTGRESQL ? "cast(? as " + audit.type(column) + ")" : "?";
    }

    private List<String> names(List<Column> columns) {
        List<String> names = new ArrayList<>();
        for (Column column : columns) {
            names.add(profile.column(column));
        }
        return names;
    }

    private Identifier name(Column column) {
        return new Identifier(audit.column(column));
    }

    /** Everything but the numbers as text, whatever its type is there. */
    private String select() {
        List<String> columns = new ArrayList<>();
        for (Column column : copied) {
            boolean number = column == Column.ID || column == Column.GENERATION;
            columns.add(number ? name(column).toString() : text(name(column)));
        }
        others.forEach(other -> columns.add(text(new Identifier(other))));
        return "select " + String.join(", ", columns) + " from " + table;
    }

    private String text(Identifier column) {
        return switch (db.engine()) {
            case SQLITE, POSTGRESQL -> "cast(" + column + " as text)";
            case MARIADB -> "cast(" + column + " as char)";
        };
    }

    /** Works on one registry while nobody else writes it. */
    <T> T alone(String registry, Supplier<T> work) {
        if (db.engine() != Engine.MARIADB) {
            return work.get();
        }
        UserLock lock = UserLock.of(table + " " + registry);
        if (!lock.takeWithin(db, PATIENCE)) {
            throw new LockstepException(
                    LockstepException.Kind.TIMEOUT,
                    "somebody else is writing registry " + registry,
                    "run it again when that has ended");
        }
        try {
            return work.get();
        } finally {
            lock.release(db);
        }
    }

    /** Inside a transaction: nobody else writes the registry until it ends. SQLite has one writer anyway. */
    void lock(Tx tx, String registry) {
        if (db.engine() == Engine.POSTGRESQL) {
            tx.rows(
                    "select pg_advisory_xact_lock(?)",
                    LockKey.of("lockstep audit write " + table + " " + registry).value());
        }
    }

    /** The rows of one generation in the order in which they were written; none if it is not there. */
    List<AuditRow> rows(Tx tx, String registry, long generation) {
        List<AuditRow> rows = new ArrayList<>();
        String sql = select + where + (profile.has(Column.ID) ? " order by " + name(Column.ID) : "");
        tx.each(sql, row -> rows.add(read(row)), registry, generation);
        return rows;
    }

    private AuditRow read(Row row) {
        AuditRow read = new AuditRow(0);
        for (int i = 0; i < copied.size(); i++) {
            Object value = row.value(i);
            read.set(copied.get(i), value instanceof Integer number ? Long.valueOf(number) : value);
        }
        for (int i = 0; i < others.size(); i++) {
            read.others().put(others.get(i), row.value(copied.size() + i));
        }
        return read;
    }

    /** The newest generation that is known; empty if there is none. */
    private Optional<Long> last(Tx tx, String registry) {
        String sql = "select " + name(Column.GENERATION) + " from " + table + " where " + name(Column.REGISTRY)
                + " = " + place(Column.REGISTRY) + " and " + name(Column.GENERATION) + " is not null order by "
                + name(Column.GENERATION)
                + " desc limit 1";
        return tx.row(sql, registry).map(row -> row.integer(0));
    }

    /** Whether the registry has a row without a generation. */
    private boolean hasUnknown(Tx tx, String registry) {
        String sql = "select 1 from " + table + " where " + name(Column.REGISTRY) + " = " + place(Column.REGISTRY)
                + " and " + name(Column.GENERATION) + " is null limit 1";
        return tx.row(sql, registry).isPresent();
    }

    /**
     * What is to be done with the generation, as the log stands.
     *
     * @param assumed a number of the registry that counts as stored, or -1
     * @throws Refused neither of the two
     */
    Verdict judge(Tx tx, Generation generation, long assumed) {
        String registry = generation.registry();
        String place = generation.line() + ": generation " + generation.number() + " of registry " + registry;
        Optional<Long> last = last(tx, registry);
        if (last.isPresent() && generation.number() <= last.get()) {
            List<AuditRow> stored = rows(tx, registry, generation.number());
            if (!same(stored, generation.rows())) {
                throw new Refused(
                        place
                                + (stored.isEmpty()
                                        ? " is lower than the newest, " + last.get()
                                        : " is stored already, with other rows (those of a generation stand together in a file)"));
            }
            return Verdict.STORED;
        }
        if (last.isEmpty() && hasUnknown(tx, registry)) {
            throw new Refused(place + " cannot follow: the generations that are stored are unknown");
        }
        long next = Math.max(last.orElse(-1L), assumed) + 1;
        if (generation.number() != next) {
            throw new Refused(place + " leaves a gap: the next one is " + next);
        }
        return Verdict.NEXT;
    }

    /** In the order of their ids; in any order where nothing says which is the id. */
    private boolean same(List<AuditRow> stored, List<AuditRow> given) {
        if (stored.size() != given.size()) {
            return false;
        }
        List<AuditRow> left = new ArrayList<>(stored);
        for (AuditRow row : given) {
            int at = 0;
            while (at < left.size() && !row.says(left.get(at)) && !profile.has(Column.ID)) {
                at++;
            }
            if (at == left.size() || !row.says(left.get(at))) {
                return false;
            }
            left.remove(at);
        }
        return true;
    }

    void insert(Tx tx, Generation generation) {
        List<String> more = new ArrayList<>(others);
        more.removeIf(other ->
                generation.rows().stream().noneMatch(row -> row.others().containsKey(other)));
        insert(written, more).insert(tx, BulkInsert.arrays(generation.rows(), written, more));
    }

    /** The name of the table. */
    String table() {
        return audit.relation().table();
    }

    /** Makes the generation here what it is elsewhere, with the same ids. */
    void replace(Tx tx, Generation generation) {
        for (AuditRow row : generation.rows()) {
            for (Column column : new Column[] {Column.CREATED, Column.UPDATED}) {
                if (!profile.has(column)) {
                    continue;
                }
                String text = row.text(column);
                row.set(
                        column,
                        text == null ? null : AuditTime.of(text, db.engine()).orElse(text));
            }
        }
        tx.update("delete from " + table + where, generation.registry(), generation.number());
        insert(copied, others).insert(tx, BulkInsert.arrays(generation.rows(), copied, others));
    }

    /** The newest row of those whose column has the value; a generation that nobody knows is the oldest. */
    Optional<Map<String, Object>> latest(Tx tx, Column by, String value) {
        Column newest = List.of(Column.GENERATION, Column.TIMESTAMP, Column.CREATED, Column.ID).stream()
                .filter(profile::has)
                .findFirst()
                .orElse(Column.GENERATION);
        String id = profile.has(Column.ID) ? ", " + name(Column.ID) + " desc" : "";
        String sql = select + " where " + name(by) + " = " + place(by) + " and " + name(newest);
        return tx.row(sql + " is not null order by " + name(newest) + " desc" + id + " limit 1", value)
                .or(() -> tx.row(
                        sql + " is null" + (id.isEmpty() ? "" : " order by" + id.substring(1)) + " limit 1", value))
                .map(this::tree);
    }

    private Map<String, Object> tree(Row row) {
        Map<String, Object> tree = new LinkedHashMap<>();
        for (int i = 0; i < copied.size(); i++) {
            tree.put(profile.column(copied.get(i)), row.value(i));
        }
        for (int i = 0; i < others.size(); i++) {
            tree.put(others.get(i), row.value(copied.size() + i));
        }
        return tree;
    }
}
