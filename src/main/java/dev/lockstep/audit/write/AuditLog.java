package dev.lockstep.audit.write;

import dev.lockstep.audit.AuditTable;
import dev.lockstep.audit.index.IndexEngine;
import dev.lockstep.db.Db;
import dev.lockstep.db.Engine;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.profile.AuditProfile;
import dev.lockstep.profile.AuditProfile.Column;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What an audit log says: its newest rows, and whether it is whole. */
public final class AuditLog {
    /**
     * One registry.
     *
     * @param rows all of them
     * @param unknown rows whose generation is NULL: nobody knows it, and it is not 0
     * @param newest the newest generation that is known, or null
     * @param gaps numbers from 0 to the newest that no row has
     * @param firstGap the lowest of them, or null
     * @param duplicates rows that say what another row of the same generation says
     */
    public record Registry(
            String registry,
            long rows,
            long generations,
            long unknown,
            Long newest,
            long gaps,
            Long firstGap,
            long duplicates) {
        public boolean isWhole() {
            return gaps == 0 && duplicates == 0;
        }
    }

    /** What a mirror lacks of this log. */
    public record Owed(String mirror, long generations, String error) {}

    private static final String OWED = """
            select mirror, count(*) as generations, max(error) as error
              from lockstep_audit_owed
             group by mirror
             order by mirror
            """;

    private final AuditTable table;
    private final Db db;
    private final AuditProfile profile;

    public AuditLog(AuditTable table) {
        this.table = table;
        this.db = table.db();
        this.profile = table.profile();
    }

    /** The newest row of a registry, by the names of its columns; one of a known generation if there is any. */
    public Optional<Map<String, Object>> latestOfRegistry(String registry) {
        return latest(Column.REGISTRY, registry);
    }

    /** The newest row of an organisation. */
    public Optional<Map<String, Object>> latestOfOrganisation(String organisation) {
        return latest(Column.ORGANISATION, organisation);
    }

    private Optional<Map<String, Object>> latest(Column by, String value) {
        GenerationLog log = new GenerationLog(table, 1);
        return db.read(tx -> log.latest(tx, by, value));
    }

    /** Each registry, in the order of their names. */
    public List<Registry> status() {
        return db.read(this::registries);
    }

    private List<Registry> registries(Tx tx) {
        String registry = new Identifier(table.column(Column.REGISTRY)).toString();
        String generation = new Identifier(table.column(Column.GENERATION)).toString();
        String from = " from " + table.relation().sql();
        Map<String, Long> duplicates = duplicates(tx, registry, from);
        List<Registry> registries = new ArrayList<>();
        String count = "select " + registry + ", count(*), count(" + generation + "), count(distinct " + generation
                + "), max(" + generation + ")" + from + " group by " + registry + " order by " + registry;
        for (Row row : tx.rows(count)) {
            String name = row.text(0);
            long rows = row.integer(1);
            Long newest = row.value(4) == null ? null : row.integer(4);
            long gaps = newest == null ? 0 : newest + 1 - row.integer(3);
            Long firstGap = gaps == 0 ? null : firstGap(tx, name, registry, generation, from);
            registries.add(new Registry(
                    name,
                    rows,
                    row.integer(3),
                    rows - row.integer(2),
                    newest,
                    gaps,
                    firstGap,
                    duplicates.getOrDefault(name, 0L)));
        }
        return registries;
    }

    private static Long firstGap(Tx tx, String name, String registry, String generation, String from) {
        long[] expected = {0};
        tx.each(
                "select distinct " + generation + from + " where " + registry + " = ? and " + generation
                        + " is not null order by " + generation,
                row -> expected[0] += row.integer(0) == expected[0] ? 1 : 0,
                name);
        return expected[0];
    }

    private Map<String, Long> duplicates(Tx tx, String registry, String from) {
        StringBuilder same = new StringBuilder();
        for (Column column : Column.values()) {
            if (profile.has(column) && column != Column.ID && column != Column.CREATED && column != Column.UPDATED) {
                Identifier name = new Identifier(profile.column(column));
                String exact =
                        switch (db.engine()) {
                            case SQLITE, POSTGRESQL -> name.toString();
                            // Its collations hold different texts for equal.
                            case MARIADB -> "cast(" + name + " as binary)";
                        };
                same.append(same.isEmpty() ? "" : ", ").append(exact);
            }
        }
        List<String> others = profile.isComplete() ? List.of() : table.others();
        String text = db.engine() == Engine.MARIADB ? " as binary)" : " as text)";
        others.forEach(
                other -> same.append(", cast(").append(new Identifier(other)).append(text));
        String sql = "select r, sum(n - 1) from (select max(" + registry + ") as r, count(*) as n" + from + " where "
                + new Identifier(table.column(Column.GENERATION)) + " is not null group by " + same
                + " having count(*) > 1) d group by r";
        Map<String, Long> duplicates = new HashMap<>();
        for (Row row : tx.rows(sql)) {
            duplicates.put(row.text(0), row.integer(1));
        }
        return duplicates;
    }

    /** What mirrors lack, as far as it is recorded here. */
    public List<Owed> owed() {
        List<Owed> owed = new ArrayList<>();
        if (IndexEngine.of(db, AuditReplica.TABLE).columns().isEmpty()) {
            return owed;
        }
        for (Row row : db.<List<Row>>autocommit(tx -> tx.rows(OWED))) {
            owed.add(new Owed(row.text("mirror"), row.integer("generations"), row.text("error")));
        }
        return owed;
    }
}
