package dev.lockstep.mirror.copy;

import dev.lockstep.db.DbException;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.Tx;
import dev.lockstep.mirror.copy.Backfill.Extras;
import dev.lockstep.mirror.copy.Backfill.Table;
import dev.lockstep.mirror.plan.ForeignKeys;
import dev.lockstep.mirror.plan.TargetTable;
import dev.lockstep.mirror.run.MirrorRun;
import dev.lockstep.mirror.run.Progress;
import dev.lockstep.mirror.source.SourceTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * Copies tables that refer to each other. Where the mirror looks at foreign keys while rows are written, what is referred to
 * comes first. What was refused is tried again: first nothing is deleted, so that all that can be referred to is there; and then the
 * other way round, when what referred to the rows that must go is gone. Where it does not look, the rows that refer to
 * nothing are counted afterwards.
 */
public final class ForeignKeyOrder {
    /** What PostgreSQL says of a row that refers to none, or is referred to. */
    private static final String VIOLATION = "23503";

    private final MirrorRun run;
    private final Progress progress;

    public ForeignKeyOrder(MirrorRun run, Progress progress) {
        this.run = run;
        this.progress = progress;
    }

    /**
     * Copies each, and tells of them in the order in which they were given.
     *
     * @param copy what is done to a table; what to do about rows too many is said if that is not as it was asked
     */
    public List<Table> each(List<SourceTable> tables, BiFunction<SourceTable, Optional<Extras>, Table> copy) {
        Map<String, SourceTable> byName = new LinkedHashMap<>();
        tables.forEach(table -> byName.put(table.name(), table));
        List<String> order =
                new ArrayList<>(run.read(mirror -> run.engine().inOrder(mirror, List.copyOf(byName.keySet()))));
        Map<String, Table> results = new LinkedHashMap<>();
        order.forEach(name -> results.put(name, copy.apply(byName.get(name), Optional.empty())));
        List<String> refused = new ArrayList<>();
        for (String name : order) {
            if (results.get(name).failure().filter(ForeignKeyOrder::isViolation).isPresent()) {
                refused.add(0, name);
                results.put(name, copy.apply(byName.get(name), Optional.of(Extras.KEEP)));
            }
        }
        for (String name : refused) {
            results.put(name, copy.apply(byName.get(name), Optional.empty()).after(results.get(name)));
        }
        List<Table> told = new ArrayList<>();
        byName.keySet().forEach(name -> told.add(results.get(name)));
        tellOfDangling(told);
        return told;
    }

    /** Whether a row was refused because it refers to none, or is referred to. */
    public static boolean isViolation(Throwable failure) {
        Throwable cause = failure instanceof DbException ? failure : failure.getCause();
        return cause instanceof DbException db && VIOLATION.equals(db.sqlState());
    }

    /** A source may have such rows, too: SQLite looks at foreign keys only if it is told to. */
    private void tellOfDangling(List<Table> tables) {
        Set<ForeignKeys.Key> keys = new LinkedHashSet<>();
        for (Table table : tables) {
            if (table.changed()) {
                Optional<TargetTable> found = run.read(mirror -> run.engine().find(mirror, table.table()));
                found.map(TargetTable::foreignKeys)
                        .filter(of -> of.check() == ForeignKeys.Check.SUSPENDED)
                        .ifPresent(of -> keys.addAll(of.keys()));
            }
        }
        for (ForeignKeys.Key key : keys) {
            long dangling = run.read(mirror -> dangling(mirror, key));
            if (dangling > 0) {
                progress.notice(
                        key.from(),
                        dangling + " rows refer to no row of " + key.to() + ", against the mirror's foreign key "
                                + key.name());
            }
        }
    }

    private static long dangling(Tx mirror, ForeignKeys.Key key) {
        List<String> given = new ArrayList<>();
        List<String> same = new ArrayList<>();
        for (int i = 0; i < key.columns().size(); i++) {
            String column = "f." + new Identifier(key.columns().get(i));
            given.add(column + " is not null");
            same.add("t." + new Identifier(key.targets().get(i)) + " = " + column);
        }
        return mirror.only("select count(*) from " + new Identifier(key.from()) + " as f where "
                        + String.join(" and ", given) + " and not exists (select 1 from " + new Identifier(key.to())
                        + " as t where " + String.join(" and ", same) + ")")
                .integer(0);
    }
}
